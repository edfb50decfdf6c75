"""A node of a chain that is made up as it is asked for: millions of the protocol's events, branches, and troubles.

    chain = SyntheticChain(head=500_000, per_block=2, models={"21": 10})
    index = IndexSync(ledger, chain.connect(), chain.deployment(), …)

Block, hashes and events follow from the block's number and its branch, so that nothing is kept in memory. It serves in
process, as a transport, or over HTTP through `served`.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

from eth_abi.abi import decode, encode
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.chain.errors import NodeBusyError, NodeTimeoutError, RpcError
from hokctl.chain.multicall import MULTICALL3
from hokctl.chain.session import Chain
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json
from hokctl.clients.suite import Suite
from hokctl.config.writing import render_toml
from hokctl.domain.units import ModelId, model_topic
from hokctl.services.deployments import Deployment
from tests.synthetic_node import CONTRACTS, serving

CHAIN_ID = 778
FIRST_SECOND = 1_700_000_000
BLOCK_SECONDS = 12
PAYEE = to_checksum_address("0x" + "a1" * 20)
PAYER = to_checksum_address("0x" + "b2" * 20)
_ZEROS = bytes(32 * 16)
"""What any other view answers: it decodes as zeros and empty texts."""


def _topic(signature: str) -> str:
    return "0x" + keccak(text=signature).hex()


def _word(address: str) -> str:
    return "0x" + address[2:].lower().rjust(64, "0")


def _number(value: int) -> str:
    return f"{value:064x}"


PAID = _topic("InfrastructureCostPaid(string,address,uint256,bytes32,string,address)")
DEPOSITED = _topic("InfrastructureDeposited(string,uint256,uint256)")
FEE = _topic("FeeDeposited(string,address,uint256,uint256,uint256,address)")
TRANSFER = _topic("Transfer(address,address,uint256)")
TOKEN_DEPLOYED = _topic("TokenDeployed(string,address,address,string,string,uint256)")
PARAMS_DEPLOYED = _topic("ParamsDeployed(string,address,address,uint256,uint16)")
POOL_CREATED = _topic("PoolCreated(string,address,address,uint256,uint256,uint256)")
SPLIT_SET = _topic("InfrastructureAccrualBpsSet(uint16,uint16,address)")
_EXEC = "0x" + "5a" * 20
_SELECTORS = {
    keccak(text=signature)[:4]: signature
    for signature in (
        "getAllPools()",
        "poolToModel(address)",
        "getPool(string)",
        "getTokenAddress(string)",
        "getParamsAddress(string)",
        "getModelId(address)",
        "decimals()",
        "symbol()",
    )
}


@cache
def model_contract(model_id: str, kind: str) -> ChecksumAddress:
    """Return where a model's token, params or pool stands."""
    return to_checksum_address(keccak(text=f"{kind} of {model_id}")[:20])


@dataclass
class SyntheticChain:
    """The chain, the node's limits and its troubles, and what it was asked."""

    head: int
    per_block: int = 1
    """How many events each block has."""
    every: int = 1
    """Only every so many blocks has any."""
    models: dict[str, int] = field(default_factory=lambda: {"21": 3, "22": 5})
    """In which block each model was created."""
    fork: int | None = None
    """After this block the chain is another one than without a fork."""
    behind: int = 0
    """How far the finalized block is behind the head."""
    longest: int | None = None
    says_time: bool = True
    """Whether logs come with their blocks' times."""
    chain_id: int = CHAIN_ID
    trouble: Exception | None = None
    """What ends every request for logs after `calm` of them."""
    calm: int = 0
    first: int = 1
    url: str = ""
    endpoint: str = "in-process"
    requests: int = 0
    ranges: int = 0
    seconds: float = 0
    """How long it worked as a transport."""

    @property
    def round_trips(self) -> int:
        """How often it was asked."""
        return self.requests

    def connect(self) -> Chain:
        """Return a chain that asks this node in process."""
        return Chain(self, network="synthetic", chain_id=CHAIN_ID)

    def deployment(self, *model_ids: str) -> Deployment:
        """Return the deployment, whose manifest names these models."""
        suite = Suite(
            registry_address=CONTRACTS["ModelRegistry"],
            token_manager_address=CONTRACTS["TokenManager"],
            factory_address=CONTRACTS["HokusaiAMMFactory"],
            reserve_address=CONTRACTS["InfrastructureReserve"],
            router_address=CONTRACTS["UsageFeeRouter"],
            usdc_address=CONTRACTS["USDC"],
        )
        return Deployment(
            network="synthetic",
            chain_id=CHAIN_ID,
            suite=suite,
            deployed_at_block=self.first,
            accounts=(),
            labels=suite.labels(),
            model_ids=tuple(ModelId(one) for one in model_ids),
            config_source=None,
            contracts=dict(CONTRACTS),
        )

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Return the answer to one request."""
        (answer,) = self.request_batch([(method, params)])
        if isinstance(answer, RpcError):
            raise answer
        return answer

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Return the answers to many."""
        started = perf_counter()
        self.requests += 1
        answers = [self._as_transport(method, params) for method, params in calls]
        self.seconds += perf_counter() - started
        return answers

    def _as_transport(self, method: str, params: Sequence[Json]) -> Json:
        if method == "eth_getLogs" and self.trouble is not None and self.ranges >= self.calm:
            raise self.trouble
        answer = self.answer(method, params)
        if isinstance(answer, dict) and "error" in answer:
            return RpcError(method, answer["error"]["code"], answer["error"]["message"])
        return answer

    def is_busy(self, batch: list[dict[str, Any]]) -> bool:
        """Tell whether it wants to be left alone."""
        asks = any(item["method"] == "eth_getLogs" for item in batch)
        return asks and isinstance(self.trouble, NodeBusyError) and self.ranges >= self.calm

    def answer(self, method: str, params: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the result, or an error object."""
        if method == "eth_getLogs":
            return self._logs(params[0])
        if method == "eth_getBlockByNumber":
            return self._header(params[0])
        if method == "eth_getTransactionReceipt":
            return self._receipt(params[0])
        if method == "eth_call":
            return self._call(params[0]["to"], bytes.fromhex(params[0]["data"][2:]))
        fixed = {
            "eth_chainId": hex(self.chain_id),
            "eth_blockNumber": hex(self.head),
            "eth_getCode": "0x6000",
            "eth_getTransactionByHash": None,
        }
        return fixed.get(method, {"error": {"code": -32601, "message": f"no method {method}"}})

    def block_hash(self, number: int) -> str:
        """Return the hash of a block, which tells its branch."""
        return f"0x{self._branch(number):08x}{number:056x}"

    def payments(self, first: int, last: int) -> list[dict[str, Any]]:
        """Return the logs of payments in these blocks."""
        return [log for number in range(first, last + 1) for log in self.block(number) if log["topics"][0] == PAID]

    def block(self, number: int) -> list[dict[str, Any]]:
        """Return all logs of a block."""
        busy = number % self.every == 0
        logs = [self._event(number, index) for index in range(self.per_block)] if busy else []
        for model_id, created in self.models.items():
            if created == number:
                logs += self._creation(number, model_id, len(logs))
        return logs

    def _branch(self, number: int) -> int:
        return int(self.fork is not None and number > self.fork)

    def _header(self, wanted: str) -> Any:  # noqa: ANN401 - JSON
        tags = {"latest": self.head, "safe": self.head - self.behind, "finalized": self.head - self.behind}
        number = tags[wanted] if wanted in tags else int(wanted, 16)
        if not 0 <= number <= self.head:
            return None
        when = FIRST_SECOND + number * BLOCK_SECONDS
        return {"number": hex(number), "hash": self.block_hash(number), "timestamp": hex(when)}

    def _logs(self, wanted: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        first, last = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
        if self.longest is not None and last - first + 1 > self.longest:
            return {"error": {"code": -32602, "message": f"exceed maximum block range: {self.longest}"}}
        self.ranges += 1
        addresses = {address.lower() for address in wanted["address"]}
        topics = list(wanted["topics"])
        logs = [log for number in range(first, last + 1) for log in self.block(number) if log["address"] in addresses]
        return [log for log in logs if _matches(log["topics"], topics)] if topics else logs

    def _log(self, number: int, index: int, name: str, topics: list[str], data: str) -> dict[str, Any]:
        address = CONTRACTS.get(name, name).lower()
        log = {
            "address": address,
            "topics": topics,
            "data": "0x" + data,
            "blockNumber": hex(number),
            "blockHash": self.block_hash(number),
            "transactionHash": f"0x{self._branch(number):08x}{number:040x}{index:016x}",
            "logIndex": hex(index),
        }
        if self.says_time:
            log["blockTimestamp"] = hex(FIRST_SECOND + number * BLOCK_SECONDS)
        return log

    def _event(self, number: int, index: int) -> dict[str, Any]:
        """Return one event: a tenth are payments, a tenth transfers, the rest deposits and fees."""
        count = number // self.every * self.per_block + index + 3 * self._branch(number)
        model, kind, units = ("21", "22")[count // 10 % 2], count % 10, 1_000_000 + count
        topic = _model_topic(model)
        if kind == 0:
            memo = _number(96) + _word(PAYER)[2:] + _number(4) + b"June".hex().ljust(64, "0")
            paid = [PAID, topic, _word(PAYEE), f"0x{count:064x}"]
            return self._log(number, index, "InfrastructureReserve", paid, _number(units) + memo)
        if kind == 9:
            transfer = [TRANSFER, _word(PAYER), _word(CONTRACTS["InfrastructureReserve"])]
            return self._log(number, index, "USDC", transfer, _number(units))
        if kind % 2:
            return self._log(
                number, index, "InfrastructureReserve", [DEPOSITED, topic], _number(units) + _number(units * 2)
            )
        fee = _number(units) + _number(units // 2) + _number(units - units // 2)
        pool = _word(model_contract(model, "pool"))
        return self._log(number, index, "UsageFeeRouter", [FEE, topic, pool, _word(PAYER)], fee)

    def _creation(self, number: int, model_id: str, index: int) -> list[dict[str, Any]]:
        topic = _model_topic(model_id)
        token, params, pool = (model_contract(model_id, kind) for kind in ("token", "params", "pool"))
        names = encode(["string", "string", "uint256"], ["Token", "TKN", 10**18]).hex()
        made = [
            (params, [SPLIT_SET, "0x" + _number(0), "0x" + _number(8_000), _word(PAYER)], ""),
            ("TokenManager", [PARAMS_DEPLOYED, topic, _word(params), _word(PAYER)], _number(1) + _number(8_000)),
            (token, [TRANSFER, _word("0x" + "00" * 20), _word(PAYER)], _number(10**18)),
            ("TokenManager", [TOKEN_DEPLOYED, topic, _word(token), _word(PAYER)], names),
            ("HokusaiAMMFactory", [POOL_CREATED, topic, _word(pool), _word(token)], _number(1) * 3),
        ]
        return [self._log(number, index + place, *one) for place, one in enumerate(made)]

    def _receipt(self, tx_hash: str) -> Any:  # noqa: ANN401 - JSON
        branch, number, index = int(tx_hash[2:10], 16), int(tx_hash[10:50], 16), int(tx_hash[50:], 16)
        if number > self.head or branch != self._branch(number):
            return None
        logs = self.block(number)
        return {
            "transactionHash": tx_hash,
            "blockNumber": hex(number),
            "from": PAYER.lower(),
            "to": CONTRACTS["InfrastructureReserve"].lower(),
            "gasUsed": hex(90_000 + index),
            "effectiveGasPrice": hex(10**9),
            "status": "0x1",
            "contractAddress": None,
            "logs": logs[index : index + 1],
        }

    def _call(self, to: str, data: bytes) -> str:
        if to == MULTICALL3:
            (calls,) = decode(["(address,bool,bytes)[]"], data[4:])
            return "0x" + encode(["(bool,bytes)[]"], [[(True, self._view(call)) for _, _, call in calls]]).hex()
        return "0x" + self._view(data).hex()

    def _view(self, data: bytes) -> bytes:
        """Return what a view answers, of whichever contract."""
        signature, rest = _SELECTORS.get(data[:4]), data[4:]
        there = [model_id for model_id, created in self.models.items() if created <= self.head - self.behind]
        if signature == "getAllPools()":
            return encode(["address[]"], [[model_contract(one, "pool") for one in there]])
        if signature == "decimals()":
            return encode(["uint8"], [6])
        if signature == "symbol()":
            return encode(["string"], ["USDC"])
        if signature in {"poolToModel(address)", "getModelId(address)"}:
            (address,) = decode(["address"], rest)
            of = {model_contract(one, kind).lower(): one for one in there for kind in ("pool", "token")}
            return encode(["string"], [of.get(address, "")])
        kinds = {"getPool(string)": "pool", "getTokenAddress(string)": "token", "getParamsAddress(string)": "params"}
        if signature in kinds:
            (model_id,) = decode(["string"], rest)
            known = model_id in there
            return encode(["address"], [model_contract(model_id, kinds[signature]) if known else "0x" + "00" * 20])
        return _ZEROS


@cache
def _model_topic(model_id: str) -> str:
    return model_topic(ModelId(model_id))


def _matches(topics: list[str], wanted: list[str | None]) -> bool:
    return len(topics) >= len(wanted) and all(want in {None, have} for have, want in zip(topics, wanted, strict=False))


def timeout() -> NodeTimeoutError:
    """Return what a node's silence becomes."""
    return NodeTimeoutError("in-process", 60)


@contextmanager
def served(chain: SyntheticChain, directory: Path) -> Iterator[SyntheticChain]:
    """Serve the chain over HTTP, with configuration and manifest for it in `directory`."""
    with serving(chain):
        network = {
            "chain_id": CHAIN_ID,
            "rpc_url": chain.url,
            "manifest": "manifest.json",
            "proposals": "proposals",
        }
        config = {"network": "synthetic", "networks": {"synthetic": network}, "ledger": {"url": "sqlite:///ledger.db"}}
        (directory / "hokctl.toml").write_text(render_toml(config), encoding="utf-8")
        manifest = {
            "hokctl_manifest_version": 1,
            "network": "synthetic",
            "chain_id": CHAIN_ID,
            "deployed_at_block": chain.first,
            "contracts": CONTRACTS,
        }
        (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        yield chain

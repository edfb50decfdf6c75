"""A node in memory whose chain is a deployment with as many models as one likes, and nothing else.

    chain, node = many_models(1_000)
    observe(chain.at(), DEPLOYMENT, ...)
    assert node.round_trips == 5

Models are named m0, m1, …; each has accrued 800 USDC, has a split of 80 % and a provider.
"""

from collections.abc import Callable, Sequence
from typing import Any

from eth_abi.abi import decode, encode
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.chain.session import Chain
from hokctl.chain.transport import IN_PROCESS, RpcCall
from hokctl.chain.wire import Json
from hokctl.clients.suite import Suite
from hokctl.services.deployments import Deployment

CHAIN_ID = 31337
NOW = 1_790_000_000
ACCRUED = 800 * 10**6


def _at(number: int) -> ChecksumAddress:
    return to_checksum_address(f"0x{number:040x}")


SUITE = Suite(
    registry_address=_at(1),
    token_manager_address=_at(2),
    factory_address=_at(3),
    reserve_address=_at(4),
    router_address=_at(5),
    usdc_address=_at(6),
)
DEPLOYMENT = Deployment(
    network="devnet",
    chain_id=CHAIN_ID,
    suite=SUITE,
    deployed_at_block=0,
    accounts=(),
    labels=SUITE.labels(),
    model_ids=(),
    config_source=None,
)
PROVIDER = _at(0xA1)
TREASURY = _at(0xA2)
_POOLS = 0xB000


class ManyModels:
    """The node. What it answers can be changed: `accrued`, `balance`, `paused`, `is_down`, `time`."""

    endpoint = IN_PROCESS

    def __init__(self, count: int) -> None:
        """Have `count` models."""
        self.count = count
        self.round_trips = 0
        self.number = 100
        self.time = NOW
        self.accrued = ACCRUED
        self.balance = count * ACCRUED
        self.paused = False
        self._views: dict[bytes, Callable[[str, bytes], bytes]] = {
            keccak(text=signature)[:4]: answer for signature, answer in self._answers().items()
        }

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Answer one request."""
        return self.request_batch([(method, params)])[0]

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Answer several in one round trip."""
        self.round_trips += 1 if calls else 0
        return [self._answer(method, params) for method, params in calls]

    def _answer(self, method: str, params: Any) -> Json:  # noqa: ANN401 - JSON
        if method == "eth_chainId":
            return hex(CHAIN_ID)
        if method == "eth_getBlockByNumber":
            return {"number": hex(self.number), "hash": f"0x{self.number:064x}", "timestamp": hex(self.time)}
        if method == "eth_getLogs":
            return []
        assert method == "eth_call", method
        (calls,) = decode(["(address,bool,bytes)[]"], bytes.fromhex(params[0]["data"][2:])[4:])
        answers = [self._view(target, data) for target, _, data in calls]
        return "0x" + encode(["(bool,bytes)[]"], [[(one is not None, one or b"") for one in answers]]).hex()

    def _view(self, target: str, data: bytes) -> bytes | None:
        answer = self._views.get(data[:4])
        return None if answer is None else answer(target, data[4:])

    def _answers(self) -> dict[str, Callable[[str, bytes], bytes]]:
        return {
            "decimals()": lambda *_: encode(["uint8"], [6]),
            "symbol()": lambda *_: encode(["string"], ["USDC"]),
            "getBalance()": lambda *_: encode(["uint256"], [self.balance]),
            "totalAccrued()": lambda *_: encode(["uint256"], [self.count * self.accrued]),
            "totalPaid()": lambda *_: encode(["uint256"], [0]),
            "paused()": lambda *_: encode(["bool"], [self.paused]),
            "treasury()": lambda *_: encode(["address"], [TREASURY]),
            "getAllPools()": lambda *_: encode(["address[]"], [[_at(_POOLS + one) for one in range(self.count)]]),
            "poolToModel(address)": lambda _, data: encode(["string"], [f"m{int.from_bytes(data, 'big') - _POOLS}"]),
            "getCurrentPhase()": lambda *_: encode(["uint8"], [0]),
            "getModelAccounting(string)": lambda *_: encode(
                ["uint256", "uint256", "address"], [self.accrued, 0, PROVIDER]
            ),
            "getModelStats(string)": lambda *_: encode(["uint256"] * 3, [0, 8_000, 2_000]),
            "getParamsAddress(string)": lambda *_: encode(["address"], [_at(0xC0)]),
            "getTokenAddress(string)": lambda *_: encode(["address"], [_at(0xC1)]),
            "MIN_INFRASTRUCTURE_ACCRUAL_BPS()": lambda *_: encode(["uint16"], [5_000]),
            "MAX_INFRASTRUCTURE_ACCRUAL_BPS()": lambda *_: encode(["uint16"], [10_000]),
        }


def many_models(count: int) -> tuple[Chain, ManyModels]:
    """Return a chain with `count` models, and its node."""
    node = ManyModels(count)
    return Chain(node, network="devnet", chain_id=CHAIN_ID), node

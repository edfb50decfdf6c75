"""A JSON-RPC node of a chain that exists only as a list of role events: as long a history as one likes, at once.

    with synthetic_node(History.random(events=10_000, blocks=1_000_000), longest=2_000) as node:
        ...

It gives logs of ranges of blocks in the limits and the words of real nodes, and answers the reads that confirm
powers, in Multicall3 or alone, as contracts with this history would.
"""

import json
import random
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from eth_abi.abi import decode, encode
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.chain.multicall import MULTICALL3
from hokctl.clients.power_events import ROLE_GRANTED, ROLE_REVOKED
from hokctl.config.writing import render_toml
from hokctl.domain.roles import (
    DEFAULT_ADMIN_ROLE,
    DEPLOYER_ROLE,
    DEPOSITOR_ROLE,
    FEE_DEPOSITOR_ROLE,
    MINTER_ROLE,
    PAUSER_ROLE,
    PAYER_ROLE,
    RoleId,
)

CHAIN_ID = 777
NAMES = ("ModelRegistry", "TokenManager", "HokusaiAMMFactory", "InfrastructureReserve", "UsageFeeRouter", "USDC")
CONTRACTS = {name: to_checksum_address("0xc0de" + f"{number:036x}") for number, name in enumerate(NAMES, start=1)}
ROLES = {
    "TokenManager": (DEFAULT_ADMIN_ROLE, MINTER_ROLE, DEPLOYER_ROLE),
    "InfrastructureReserve": (DEFAULT_ADMIN_ROLE, PAYER_ROLE, PAUSER_ROLE, DEPOSITOR_ROLE),
    "UsageFeeRouter": (DEFAULT_ADMIN_ROLE, FEE_DEPOSITOR_ROLE),
}
OWNER = to_checksum_address("0x" + "ad" * 20)
OWNED = ("ModelRegistry", "TokenManager", "HokusaiAMMFactory")
TOO_LONG = "exceed maximum block range: {longest}"
TOO_MANY = "query returned more than {most} results"
_BUSY = 429


def _selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


_HAS_ROLE, _ROLE_ADMIN = _selector("hasRole(bytes32,address)"), _selector("getRoleAdmin(bytes32)")
_ALL_POOLS, _OWNER, _TREASURY = _selector("getAllPools()"), _selector("owner()"), _selector("treasury()")
Given = tuple[str, RoleId, ChecksumAddress]


@dataclass(frozen=True)
class History:
    """Role events, one a block at most, in order."""

    blocks: int
    events: list[tuple[int, Given, bool]]
    """Block, who was given or denied what, and which of both."""

    @classmethod
    def random(cls, *, events: int, blocks: int, accounts: int = 500) -> "History":
        """Return a history in which roles are given and taken back at random, most of them taken at the end."""
        dice = random.Random(events)  # noqa: S311 - the same history each time
        people = [to_checksum_address(f"0x{dice.getrandbits(160):040x}") for _ in range(accounts)]
        pairs = [(name, role) for name, roles in ROLES.items() for role in roles]
        found, held = [], set[Given]()
        for number, block in enumerate(sorted(dice.sample(range(1, blocks), events))):
            enough = events - number <= len(held)
            given = (
                dice.choice(sorted(held)) if enough and len(held) > 60 else (*dice.choice(pairs), dice.choice(people))
            )
            held ^= {given}
            found.append((block, given, given in held))
        return cls(blocks=blocks, events=found)

    def held(self) -> set[Given]:
        """Return who holds what at the end."""
        last = {given: granted for _, given, granted in self.events}
        return {given for given, granted in last.items() if granted}


@dataclass
class SyntheticNode:
    """The node: its limits, its troubles, and what it was asked."""

    history: History
    longest: int | None = None
    """The longest range of blocks it gives logs of."""
    most: int | None = None
    """The most logs it gives at once."""
    busy_after: int | None = None
    """After how many ranges it answers 429 to every further request for logs."""
    url: str = ""
    ranges: int = 0
    """How many ranges of logs were given."""
    requests: int = 0
    held: set[Given] = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what is asked often."""
        self.held = self.history.held()
        self._blocks = [block for block, _, _ in self.history.events]
        self._names = {address: name for name, address in CONTRACTS.items()}

    def answer(self, method: str, params: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the result, or an error object."""
        if method == "eth_getLogs":
            return self._logs(params[0])
        if method == "eth_getBlockByNumber":
            number = int(params[0], 16) if params[0].startswith("0x") else self.history.blocks
            return {"number": hex(number), "hash": f"0x{number:064x}", "timestamp": hex(number)}
        if method == "eth_call":
            return self._call(params[0]["to"], bytes.fromhex(params[0]["data"][2:]))
        if method == "eth_getCode":
            return "0x6000" if params[0] in self._names else "0x"
        fixed = {"eth_chainId": hex(CHAIN_ID), "eth_blockNumber": hex(self.history.blocks)}
        return fixed.get(method, {"error": {"code": -32601, "message": f"no method {method}"}})

    def is_busy(self, batch: list[dict[str, Any]]) -> bool:
        """Tell whether it wants to be left alone."""
        asks = any(item["method"] == "eth_getLogs" for item in batch)
        return asks and self.busy_after is not None and self.ranges > self.busy_after

    def _logs(self, wanted: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        first, last = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
        if self.longest is not None and last - first + 1 > self.longest:
            return {"error": {"code": -32602, "message": TOO_LONG.format(longest=self.longest)}}
        start, end = bisect_left(self._blocks, first), bisect_right(self._blocks, last)
        chosen = [one for one in self.history.events[start:end] if CONTRACTS[one[1][0]] in wanted["address"]]
        if self.most is not None and len(chosen) > self.most:
            return {"error": {"code": -32005, "message": TOO_MANY.format(most=self.most)}}
        self.ranges += 1
        return [_log(*event) for event in chosen]

    def _call(self, to: str, data: bytes) -> str:
        if to == MULTICALL3:
            (calls,) = decode(["(address,bool,bytes)[]"], data[4:])
            results = [self._view(to_checksum_address(target), call) for target, _, call in calls]
            return "0x" + encode(["(bool,bytes)[]"], [[(one is not None, one or b"") for one in results]]).hex()
        return "0x" + (self._view(to_checksum_address(to), data) or b"").hex()

    def _view(self, target: ChecksumAddress, data: bytes) -> bytes | None:
        """Return what a view answers; None where the contract has no such view."""
        name, selector = self._names.get(target), data[:4]
        if name is None:
            return None
        if selector == _HAS_ROLE and name in ROLES:
            role, account = RoleId("0x" + data[4:36].hex()), to_checksum_address("0x" + data[48:68].hex())
            return int((name, role, account) in self.held).to_bytes(32, "big")
        if selector == _ROLE_ADMIN and name in ROLES:
            return bytes(32)
        if selector == _ALL_POOLS:
            return encode(["address[]"], [[]])
        if (selector == _OWNER and name in OWNED) or (selector == _TREASURY and name == "InfrastructureReserve"):
            return encode(["address"], [OWNER])
        return None


def _log(block: int, given: Given, granted: bool) -> dict[str, Any]:
    name, role, account = given
    return {
        "address": CONTRACTS[name].lower(),
        "topics": [
            ROLE_GRANTED if granted else ROLE_REVOKED,
            role,
            "0x" + account[2:].lower().rjust(64, "0"),
            "0x" + OWNER[2:].lower().rjust(64, "0"),
        ],
        "data": "0x",
        "blockNumber": hex(block),
        "transactionHash": f"0x{block:064x}",
        "logIndex": "0x0",
    }


@contextmanager
def synthetic_node(history: History, **limits: int | None) -> Iterator[SyntheticNode]:
    """Serve a node with this history on a free port of this machine."""
    node = SyntheticNode(history, **limits)  # type: ignore[arg-type]  # longest, most or busy_after
    with serving(node):
        yield node


class Answering(Protocol):
    """A node that answers JSON-RPC, and is told where it is served and how often it was asked."""

    url: str
    requests: int

    def answer(self, method: str, params: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the result, or an error object."""

    def is_busy(self, batch: list[dict[str, Any]]) -> bool:
        """Tell whether it wants to be left alone."""


@contextmanager
def serving(node: Answering) -> Iterator[None]:
    """Serve a node on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            batch = document if isinstance(document, list) else [document]
            node.requests += 1
            busy = node.is_busy(batch)
            answers = [] if busy else [_answer(node, item) for item in batch]
            content = json.dumps(answers if isinstance(document, list) or busy else answers[0]).encode()
            self.send_response(_BUSY if busy else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    node.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(node: Answering, item: dict[str, Any]) -> dict[str, Any]:
    result = node.answer(item["method"], item["params"])
    failed = isinstance(result, dict) and "error" in result
    return {"jsonrpc": "2.0", "id": item["id"], **(result if failed else {"result": result})}


def write_place(directory: Path, url: str) -> None:
    """Write configuration and manifest for the node at `url`."""
    config = {
        "network": "synthetic",
        "networks": {
            "synthetic": {"chain_id": CHAIN_ID, "rpc_url": url, "manifest": "manifest.json", "proposals": "proposals"}
        },
    }
    (directory / "hokctl.toml").write_text(render_toml(config), encoding="utf-8")
    manifest = {
        "hokctl_manifest_version": 1,
        "network": "synthetic",
        "chain_id": CHAIN_ID,
        "deployed_at_block": 1,
        "contracts": CONTRACTS,
    }
    (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

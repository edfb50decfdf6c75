"""One plan, every route: whichever way it takes, its calls are the same bytes."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from eth_abi.abi import decode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.clients.codec import encode_call
from tests.authorities import KINDS, Handed, hand_over, hand_pools
from tests.world import World

pytestmark = pytest.mark.cli

CALLS: Final = tuple(encode_call("pausePool(string)", (model,)) for model in ("21", "22"))
COMMAND: Final = ("emergency", "pause", "--pools", "21", "--pools", "22")
SCHEDULED: Final = "CallScheduled(bytes32,uint256,address,uint256,bytes,bytes32,uint256)"
EXECUTED: Final = "CallExecuted(bytes32,uint256,address,uint256,bytes)"
CREATED: Final = "ProposalCreated(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,string)"

Carried = Sequence[tuple[str, bytes]]
"""Target and calldata of each call."""


def logs(world: World, event: str) -> list[bytes]:
    """Return the data of every log of an event, from the node's own answer."""
    found: Any = world.chain.request(
        "eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest", "topics": ["0x" + keccak(text=event).hex()]}]
    )
    return [bytes.fromhex(log["data"][2:]) for log in found]


def packed_calls(packed: bytes) -> Carried:
    """Return the calls in what MultiSend takes: operation, address, value, length, data, one after the other."""
    found: list[tuple[str, bytes]] = []
    at = 0
    while at < len(packed):
        length = int.from_bytes(packed[at + 53 : at + 85], "big")
        found.append((to_checksum_address(packed[at + 1 : at + 21]), packed[at + 85 : at + 85 + length]))
        at += 85 + length
    return found


def by_key(handed: Handed, data: Any) -> list[Carried]:  # noqa: ANN401 - JSON
    sent: list[Any] = [
        handed.world.chain.request("eth_getTransactionByHash", [transaction["tx_hash"]])
        for transaction in data["outcome"]["transactions"]
    ]
    return [[(to_checksum_address(one["to"]), bytes.fromhex(one["input"][2:])) for one in sent]]


def by_safe(handed: Handed, data: Any) -> list[Carried]:  # noqa: ANN401 - JSON
    handed.finish(data)
    document = json.loads((Path(data["proposal"]["path"]) / "proposal.json").read_text(encoding="utf-8"))
    (packed,) = decode(["bytes"], bytes.fromhex(document["safe_tx"]["data"][10:]))
    return [packed_calls(packed)]


def by_timelock(handed: Handed, data: Any) -> list[Carried]:  # noqa: ANN401 - JSON
    handed.finish(data)
    scheduled = [
        decode(["address", "uint256", "bytes", "bytes32", "uint256"], log) for log in logs(handed.world, SCHEDULED)
    ]
    executed = [decode(["address", "uint256", "bytes"], log) for log in logs(handed.world, EXECUTED)]
    return [[(to_checksum_address(log[0]), log[2]) for log in found] for found in (scheduled, executed)]


def by_governor(handed: Handed, data: Any) -> list[Carried]:  # noqa: ANN401 - JSON
    (created,) = logs(handed.world, CREATED)
    types = ["uint256", "address", "address[]", "uint256[]", "string[]", "bytes[]", "uint256", "uint256", "string"]
    _, _, targets, _, _, calldatas, *_ = decode(types, created)
    proposed = [(to_checksum_address(to), call) for to, call in zip(targets, calldatas, strict=True)]
    return [proposed, *by_timelock(handed, data)]


READERS: Final[dict[str, Callable[[Handed, Any], list[Carried]]]] = {
    "eoa": by_key,
    "safe": by_safe,
    "timelock": by_timelock,
    "governor": by_governor,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_route_carries_the_same_bytes(world: World, kind: str) -> None:
    handed = hand_over(world, kind)
    hand_pools(world, handed.holder)
    expected = [(world.deployment.suite.factory.address, call) for call in CALLS]

    data = world.ok(*COMMAND, *handed.options)
    assert [(call["to"], bytes.fromhex(call["data"][2:])) for call in data["plan"]["calls"]] == expected
    assert READERS[kind](handed, data) == [expected] * (1 + (kind == "timelock") + 2 * (kind == "governor"))


def test_exported_files_carry_the_same_bytes(world: World) -> None:
    hand_pools(world, world.safe)
    expected = [(world.deployment.suite.factory.address, call) for call in CALLS]

    world.ok(*COMMAND, "--via", "export", "--out", "pause.json", "-y")
    document = json.loads(Path("pause.json").read_text(encoding="utf-8"))
    assert [(one["to"], bytes.fromhex(one["data"][2:])) for one in document["transactions"]] == expected


def test_exported_steps_of_a_timelock_carry_the_same_bytes(world: World) -> None:
    handed = hand_over(world, "timelock")
    hand_pools(world, handed.holder)
    world.ok(*COMMAND, "--via", "export", "--out", "steps", "-y")
    for name, extra in (("schedule", ["uint256"]), ("execute", [])):
        document = json.loads(Path(f"steps/{name}.json").read_text(encoding="utf-8"))
        (step,) = document["transactions"]
        types = ["address[]", "uint256[]", "bytes[]", "bytes32", "bytes32", *extra]
        _, _, payloads, *_ = decode(types, bytes.fromhex(step["data"][10:]))
        assert step["to"] == handed.holder
        assert payloads == CALLS

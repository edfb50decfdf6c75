"""Logs read fast: to the same values as eth_abi reads them, and nothing is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hokctl.chain.receipts import Log
from hokctl.clients.codec import encode_values
from hokctl.clients.event_decoding import decode_event
from hokctl.clients.events import decode_logs, events_by_topic
from hokctl.clients.fragments import Fragment
from hokctl.domain.protocol_events import UNKNOWN_EVENT
from hokctl.domain.units import TxHash
from tests.unit.clients.samples import ALICE, BOB, TARGET

pytestmark = pytest.mark.unit

FRAGMENTS = [fragment for fragments in events_by_topic().values() for fragment in fragments]
INTERFACES = Path(__file__).parents[2] / "contracts"
OURS = (
    "HokusaiParams",
    "InfrastructureReserve",
    "UsageFeeRouter",
    "TokenManager",
    "HokusaiAMM",
    "HokusaiAMMFactory",
    "HokusaiToken",
    "ModelRegistry",
)


def log(topics: list[str], data: bytes = b"") -> Log:
    return Log(
        address=TARGET, topics=tuple(topics), data=data, block_number=1, tx_hash=TxHash("0x" + "01" * 32), log_index=0
    )


def sample(abi_type: str, number: int) -> Any:  # noqa: ANN401 - ABI values of every type
    if abi_type.endswith("]"):
        return tuple(sample(abi_type[: abi_type.rindex("[")], number + index) for index in range(2))
    fixed = {
        "address": (ALICE, BOB)[number % 2],
        "bool": number % 2 == 0,
        "string": "é" * number,
        "bytes": bytes(number),
    }
    if abi_type in fixed:
        return fixed[abi_type]
    if abi_type.startswith("bytes"):
        return bytes([number]) * int(abi_type[5:])
    return -number if abi_type.startswith("int") else number


def log_of(fragment: Fragment) -> Log:
    indexed = [one.type for one in fragment.inputs if one.indexed]
    plain = [one.type for one in fragment.inputs if not one.indexed]
    words = [
        b"\x11" * 32
        if kind in {"string", "bytes"} or kind.endswith("]")
        else encode_values((kind,), (sample(kind, 7),))
        for kind in indexed
    ]
    data = encode_values(tuple(plain), tuple(sample(kind, 3 + index) for index, kind in enumerate(plain)))
    return log(["0x" + fragment.hash.hex(), *("0x" + word.hex() for word in words)], data)


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda one: f"{one.contract}.{one.name}")
def test_every_event_is_read_as_eth_abi_reads_it(fragment: Fragment) -> None:
    one = log_of(fragment)
    (slow,) = decode_logs([one], {TARGET: fragment.contract})
    name, args = decode_event(one, fragment.contract)
    assert (name, list(args.items())) == (slow.name, [(argument.name, argument.value) for argument in slow.args])
    assert name == fragment.name


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FRAGMENTS), st.data())
def test_damaged_data_is_read_as_eth_abi_reads_it(fragment: Fragment, data: st.DataObject) -> None:
    whole = log_of(fragment)
    place = data.draw(st.integers(0, max(0, len(whole.data) - 1)))
    damaged = bytearray(whole.data[: data.draw(st.integers(0, len(whole.data)))])
    if place < len(damaged):
        damaged[place] = data.draw(st.integers(0, 255))
    one = log(list(whole.topics), bytes(damaged))
    (slow,) = decode_logs([one], {TARGET: fragment.contract})
    name, args = decode_event(one, fragment.contract)
    assert (name, list(args.values())) == (slow.name, [argument.value for argument in slow.args])


def test_a_log_that_nothing_is_known_of_keeps_topics_and_data() -> None:
    name, args = decode_event(log(["0x" + "ab" * 32, "0x" + "cd" * 32], b"\x01"), "InfrastructureReserve")
    assert name == UNKNOWN_EVENT
    assert args == {"topic0": b"\xab" * 32, "topic1": b"\xcd" * 32, "data": b"\x01"}
    assert decode_event(log([], b"\x02"), "") == (UNKNOWN_EVENT, {"data": b"\x02"})


@pytest.mark.parametrize("version", ["v2", "live"])
def test_every_event_of_the_other_versions_is_known(version: str) -> None:
    interface = json.loads((INTERFACES / f"{version}_interface.json").read_text())
    known = {(one.hash.hex(), sum(parameter.indexed for parameter in one.inputs)) for one in FRAGMENTS}
    missing = [
        (contract, text)
        for contract in OURS
        for topic, text in interface["contracts"][contract]["events"].items()
        if (topic, text.count(" indexed")) not in known
    ]
    assert missing == []

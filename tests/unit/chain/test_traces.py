"""Tracers' answers read back: calls with their logs, what changed in the state, and the code of a sequence."""

import pytest
from eth_utils.address import to_checksum_address

from hokctl.chain.call_traces import created_in, first_failure, logs_of, parse_frame
from hokctl.chain.reverts import ErrorTable
from hokctl.chain.sequencer import Step, build_sequence
from hokctl.chain.state_diffs import parse_state_diff
from hokctl.chain.wire import BadAnswerError, Json
from hokctl.domain.effects import StorageChange

from .fakes import ALICE

pytestmark = pytest.mark.unit

BOB = to_checksum_address("0x" + "b0" * 20)
WORD = "0x" + "00" * 31
REASON = "0x08c379a0" + "00" * 31 + "20" + "00" * 31 + "03" + "6e6f2e".ljust(64, "0")


def log(number: int, position: str | None = None) -> dict[str, Json]:
    found: dict[str, Json] = {"address": ALICE, "topics": [f"{WORD}{number:02x}"], "data": "0x"}
    return found if position is None else {**found, "position": position}


def frame(**fields: Json) -> dict[str, Json]:
    return {"type": "CALL", "from": ALICE, "to": BOB, "input": "0x", "gasUsed": "0x1", **fields}


def test_logs_come_in_the_order_of_emission_and_none_of_a_failed_call() -> None:
    failed = frame(error="execution reverted", logs=[log(9, "0x0")])
    tree = frame(logs=[log(1, "0x0"), log(3, "0x1"), log(5, "0x2")], calls=[frame(logs=[log(2, "0x0")]), failed])
    assert [entry.topics[0][-1] for entry in logs_of(parse_frame(tree))] == ["1", "2", "3", "5"]
    assert list(logs_of(parse_frame({**tree, "error": "out of gas"}))) == []


def test_logs_without_positions_are_all_there() -> None:
    tree = frame(logs=[log(1), log(2)], calls=[frame(logs=[log(3)])])
    assert len(list(logs_of(parse_frame(tree)))) == 3


def test_what_a_failed_call_created_is_not_there() -> None:
    made = frame(type="CREATE2", to=ALICE)
    assert list(created_in(parse_frame(frame(calls=[made])))) == [ALICE]
    assert list(created_in(parse_frame(frame(calls=[{**made, "error": "out of gas"}])))) == []


def test_a_failure_is_followed_down_to_where_it_began() -> None:
    inner = frame(error="execution reverted", output=REASON, to=ALICE)
    caught = frame(error="execution reverted", to=ALICE)
    tree = parse_frame(frame(error="execution reverted", calls=[caught, frame(), inner]))
    path = first_failure(tree)
    assert [step.to for step in path] == [BOB, ALICE]
    assert path[-1].revert(ErrorTable()).text == "no."
    assert parse_frame(frame(error="out of gas")).revert(ErrorTable()).text == "out of gas"


def test_a_state_difference_tells_balances_and_slots_also_where_one_side_is_absent() -> None:
    changed: dict[str, Json] = {"balance": "0x5", "storage": {WORD + "01": WORD + "07", WORD + "02": WORD + "01"}}
    later: dict[str, Json] = {"balance": "0x3", "storage": {WORD + "01": WORD + "08"}}
    diff = parse_state_diff({"pre": {ALICE: changed}, "post": {ALICE: later, BOB: {"balance": "0x2"}}})
    assert diff.native == {ALICE: -2, BOB: 2}
    assert diff.storage == (
        StorageChange(contract=ALICE, slot=1, before=7, after=8),
        StorageChange(contract=ALICE, slot=2, before=1, after=0),
    )
    gone = parse_state_diff({"pre": {ALICE: changed}, "post": {}})
    assert gone.native == {ALICE: -5}
    assert [change.after for change in gone.storage] == [0, 0]
    untouched = parse_state_diff(
        {"pre": {ALICE: changed}, "post": {ALICE: {"nonce": 2, "storage": changed["storage"]}}}
    )
    assert (untouched.native, untouched.storage) == ({}, ())


@pytest.mark.parametrize("document", [None, [], {"pre": []}, {"post": {"x": {}}}, {"pre": {ALICE: {"balance": 5}}}])
def test_an_answer_that_is_no_state_difference_is_refused(document: Json) -> None:
    with pytest.raises(BadAnswerError):
        parse_state_diff(document)


@pytest.mark.parametrize("document", [None, [], frame(to="x"), frame(calls=[None]), frame(logs=[{}])])
def test_an_answer_that_is_no_call_tree_is_refused(document: Json) -> None:
    with pytest.raises(BadAnswerError):
        parse_frame(document)


def test_a_sequence_holds_the_very_bytes_of_its_calls() -> None:
    first, second = bytes(range(200)), b"\xaa" * 7
    code = build_sequence(
        [Step(to=ALICE, data=first), Step(to=BOB, data=second, view=True), Step(to=None, data=b"\x01")]
    )
    assert code.endswith(b"\x5b\x00" + first + second + b"\x01")
    assert code[:3] == bytes.fromhex("333214")

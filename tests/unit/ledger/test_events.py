"""The index of events: what is put in comes out, whole or not at all, forward and back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hokctl.domain.protocol_events import PAYMENT, WITHDRAWAL, Coverage, IndexedContract, ProtocolEvent
from hokctl.domain.units import InvoiceHash, ModelId, model_topic
from hokctl.ledger.book import Ledger
from hokctl.ledger.errors import IndexMovedError
from hokctl.ledger.event_rows import args_from_text, args_to_text
from hokctl.ledger.events import EventIndex
from tests.unit.ledger.event_samples import CHAIN_ID, PAYEE, PAYER, RESERVE, block_at, fill_index, make_event

pytestmark = pytest.mark.unit

EVENTS = (
    make_event(3),
    make_event(3, "Transfer", log_index=1, model_id=None, contract="USDC", value=7),
    make_event(5, "InfrastructureAccrualBpsSet", model_id="22", contract="HokusaiParams", oldBps=1, newBps=2),
    make_event(8, WITHDRAWAL, model_id=None, recipient=PAYER, amount=2**256 - 1),
    make_event(8, log_index=4, model_id="unheard-of", payee=PAYER, invoiceHash=b"\x22" * 32),
)


@pytest.fixture
def ledger(book_url: str) -> Iterator[Ledger]:
    with Ledger.open(book_url) as book:
        yield book


@pytest.fixture
def index(ledger: Ledger) -> EventIndex:
    return fill_index(ledger, *EVENTS, last=10)


def named(found: ProtocolEvent, *known: str) -> ProtocolEvent:
    """Return the event as the index gives it, which knows `known` models."""
    return found if found.model_id in {None, *known} else replace(found, model_id=None)


def test_events_come_out_as_they_were_put_in(index: EventIndex) -> None:
    assert list(index.events()) == [named(event, "21", "22") for event in EVENTS]
    assert list(index.events(newest_first=True)) == list(index.events())[::-1]


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ({"names": {PAYMENT}}, [(3, 0), (8, 4)]),
        ({"names": [PAYMENT, WITHDRAWAL]}, [(3, 0), (8, 0), (8, 4)]),
        ({"model_id": ModelId("22")}, [(5, 0)]),
        ({"model_id": ModelId("unheard-of")}, [(8, 4)]),
        ({"payee": PAYEE}, [(3, 0)]),
        ({"invoice_hash": InvoiceHash("0x" + "22" * 32)}, [(8, 4)]),
        ({"from_block": 4, "to_block": 8}, [(5, 0), (8, 0), (8, 4)]),
        ({"since": block_at(5).timestamp, "until": block_at(8).timestamp}, [(5, 0)]),
        ({"names": {"Paused"}}, []),
    ],
)
def test_events_are_found_by_what_they_say(
    index: EventIndex, wanted: dict[str, object], places: list[tuple[int, int]]
) -> None:
    assert [event.place for event in index.events(**wanted)] == places  # type: ignore[arg-type]


def test_more_events_than_a_page_come_in_order_both_ways(ledger: Ledger) -> None:
    many = [make_event(1 + number // 3, log_index=number % 3) for number in range(4_100)]
    index = fill_index(ledger, *many, last=2_000)
    places = [event.place for event in many]
    assert [event.place for event in index.events()] == places
    assert [event.place for event in index.events(newest_first=True)] == places[::-1]


def test_the_book_can_be_written_while_events_are_read(index: EventIndex) -> None:
    reading = index.events()
    next(reading)
    index.put([], first=11, last=block_at(12))
    assert len(list(reading)) == len(EVENTS) - 1


def test_an_index_covers_what_was_put_in(ledger: Ledger, index: EventIndex) -> None:
    last = block_at(10)
    assert index.coverage == Coverage(first_block=1, last_block=10, last_hash=last.hash, last_timestamp=last.timestamp)
    assert ledger.index(CHAIN_ID, PAYER).coverage is None
    assert list(ledger.index(CHAIN_ID, PAYER).events()) == []
    assert ledger.index(1, RESERVE).coverage is None


@pytest.mark.parametrize("first", [1, 10, 12])
def test_a_part_that_does_not_follow_is_refused_and_changes_nothing(index: EventIndex, first: int) -> None:
    before = list(index.events())
    with pytest.raises(IndexMovedError, match="Another hokctl is bringing the index"):
        index.put([make_event(12)], first=first, last=block_at(12), contracts=[contract(PAYER)])
    assert list(index.events()) == before
    assert index.contracts == ()


def test_blocks_that_are_gone_take_everything_of_them_along(index: EventIndex) -> None:
    index.put([make_event(11)], first=11, last=block_at(12), contracts=[contract(PAYER, first_block=11)])
    undone = index.undo(6, expected=block_at(12))
    assert (undone.from_block, undone.events) == (6, 3)
    assert [event.place for event in index.events()] == [(3, 0), (3, 1), (5, 0)]
    assert index.coverage is not None
    assert index.coverage.last_block == 5
    assert index.contracts == ()
    index.put([make_event(6, branch=1)], first=6, last=block_at(9, branch=1))
    assert [event.place for event in index.events(from_block=6)] == [(6, 0)]


def test_going_back_from_elsewhere_is_refused(index: EventIndex) -> None:
    for other in (block_at(9), block_at(10, branch=1)):
        with pytest.raises(IndexMovedError):
            index.undo(6, expected=other)
    assert len(list(index.events())) == len(EVENTS)


def test_going_back_to_before_the_first_block_leaves_nothing(index: EventIndex) -> None:
    index.undo(1, expected=block_at(10))
    assert (index.coverage, list(index.events())) == (None, [])


def test_a_dropped_index_begins_anew(index: EventIndex) -> None:
    assert index.drop().events == len(EVENTS)
    assert (index.coverage, list(index.events()), index.contracts) == (None, [], ())
    index.put(EVENTS, first=1, last=block_at(10))
    assert len(list(index.events())) == len(EVENTS)


def contract(address: str, **other: object) -> IndexedContract:
    return IndexedContract(**{"address": address, "name": "HokusaiAMM", "first_block": 1} | other)  # type: ignore[arg-type]


def test_a_contract_that_came_late_is_caught_up_with_in_parts(index: EventIndex) -> None:
    index.add_contracts([contract(PAYER)])
    assert [one.next_block for one in index.contracts] == [1]
    late = make_event(2, "Paused", model_id=None, contract="HokusaiAMM", account=PAYEE)
    index.put([late], first=1, last=block_at(6), late=[PAYER])
    assert [one.next_block for one in index.contracts] == [7]
    with pytest.raises(IndexMovedError):
        index.put([late], first=1, last=block_at(6), late=[PAYER])
    index.put([], first=7, last=block_at(10), late=[PAYER])
    assert [one.next_block for one in index.contracts] == [None]
    assert [event.place for event in index.events(to_block=3)] == [(2, 0), (3, 0), (3, 1)]
    assert index.coverage is not None
    assert index.coverage.last_block == 10


def test_a_model_is_named_as_soon_as_its_id_is_learnt(ledger: Ledger) -> None:
    index = fill_index(ledger, EVENTS[-1], last=10, model_ids=())
    assert [event.model_id for event in index.events()] == [None]
    topic = model_topic(ModelId("unheard-of"))
    index.add_contracts([contract(PAYER, model_topic=topic)])
    index.add_contracts([contract(PAYER, model_topic=topic, model_id=ModelId("unheard-of"), name="Other")])
    assert [event.model_id for event in index.events()] == ["unheard-of"]
    assert [one.name for one in index.contracts] == ["HokusaiAMM"]


def test_known_blocks_are_found_for_a_search(index: EventIndex) -> None:
    assert index.block(5) == block_at(5)
    assert index.block(6) is None
    assert index.block_below(8) == block_at(5)
    assert index.block_below(3) is None
    assert index.block_numbers(1, 10, 2) == [5, 10]
    assert index.block_numbers(1, 10, 100) == [3, 5, 8, 10]
    assert index.block_numbers(6, 7, 4) == []


VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**255), 2**256 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)


@settings(max_examples=200)
@given(st.dictionaries(st.text("abcxyz", min_size=1), VALUES, max_size=5))
def test_arguments_of_every_type_survive_the_index(args: dict[str, bool]) -> None:
    assert args_from_text(args_to_text(args)) == args
    assert "\0" not in args_to_text(args)


def test_receipts_of_events_that_another_process_added_meanwhile_are_still_lacking() -> None:
    with Ledger.open("sqlite://") as ledger:
        index = fill_index(ledger, last=10)
        assert index.lacking_receipts({"InfrastructureCostPaid"}, 10) == []
        index.put([make_event(12)], first=11, last=block_at(20))  # another process
        index.put_transactions((), names={"InfrastructureCostPaid"})
        assert index.lacking_receipts({"InfrastructureCostPaid"}, 10)

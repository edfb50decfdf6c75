"""A model's past comes from what was seen, and where nobody looked from the indexed deposits and payments."""

from pathlib import Path

import pytest

from hokctl.domain.protocol_events import DEPOSIT, PAYMENT, WITHDRAWAL, ProtocolEvent
from hokctl.domain.units import ModelId
from hokctl.ledger.book import Ledger
from hokctl.ledger.snapshots import ModelSnapshot
from hokctl.monitor.web.past import Past
from tests.unit.ledger.event_samples import CHAIN_ID, RESERVE, block_at, fill_index, make_event

pytestmark = pytest.mark.unit

MODEL = ModelId("21")


def deposit(block: int, units: int, *, log_index: int = 0, model_id: str = "21") -> ProtocolEvent:
    return make_event(block, DEPOSIT, log_index=log_index, model_id=model_id, amount=units, newBalance=0)


def pay(block: int, units: int, *, log_index: int = 0) -> ProtocolEvent:
    return make_event(block, PAYMENT, log_index=log_index, amount=units)


def seen(block: int, accrued: int, paid: int, *, days: int | None = 9, burn: int | None = 1) -> ModelSnapshot:
    return ModelSnapshot(
        model_id=MODEL,
        block_number=block,
        timestamp=block_at(block).timestamp,
        accrued_units=accrued,
        paid_units=paid,
        provider=None,
        infrastructure_accrual_bps=8_000,
        daily_burn_units=burn,
        runway_days=days,
    )


EVENTS = (
    deposit(2, 100),
    deposit(3, 999, model_id="22"),
    deposit(4, 50),
    pay(4, 30, log_index=1),
    make_event(5, WITHDRAWAL, model_id=None, amount=70, recipient=RESERVE),
    pay(6, 20),
    deposit(8, 5),
)
BY_EVENTS = [(2, 100, 0, None), (4, 120, 30, None), (6, 100, 50, None), (8, 105, 50, None)]


def told(path: Path, *kept: ModelSnapshot, since: int | None = None, limit: int = 100) -> list[tuple[object, ...]]:
    """Return the points of the model by a book with these events and snapshots."""
    with Ledger.at(path) as ledger:
        book = ledger.snapshots_of(CHAIN_ID, RESERVE)
        book.add(kept)
        points = Past(book, fill_index(ledger, *EVENTS, last=9)).points(MODEL, since=since, limit=limit)
    return [(one.block_number, one.accrued_units, one.paid_units, one.runway_days) for one in points]


def test_without_anybody_having_looked_the_events_tell_all(tmp_path: Path) -> None:
    assert told(tmp_path / "book.db") == BY_EVENTS


@pytest.mark.parametrize(
    "kept",
    [
        (seen(9, 105, 50),),
        (seen(8, 105, 50),),
        (seen(7, 100, 50),),
        (seen(4, 120, 30), seen(12, 105, 50)),
        (seen(1, 0, 0), seen(5, 120, 30), seen(6, 100, 50), seen(20, 105, 50)),
    ],
)
def test_what_was_seen_and_what_the_events_tell_agree_and_no_block_is_told_twice(
    tmp_path: Path, kept: tuple[ModelSnapshot, ...]
) -> None:
    looks = {one.block_number: (one.block_number, one.accrued_units, one.paid_units, 9) for one in kept}
    everything = sorted(({row[0]: row for row in BY_EVENTS} | looks).values())
    for limit in range(1, 10):
        path = tmp_path / f"{limit}.db"
        assert told(path, *kept, limit=limit) == everything[-limit:]
    for block in range(1, 14):
        path, since = tmp_path / f"since-{block}.db", block_at(block).timestamp
        assert told(path, *kept, since=since) == [row for row in everything if row[0] >= block]


def test_a_past_that_does_not_fit_what_was_seen_is_not_made_up(tmp_path: Path) -> None:
    assert told(tmp_path / "book.db", seen(9, 3, 50)) == [(8, 3, 50, None), (9, 3, 50, 9)]


def test_a_sync_does_not_take_the_runway_that_was_seen_at_the_same_block(tmp_path: Path) -> None:
    with Ledger.at(tmp_path / "book.db") as ledger:
        book = ledger.snapshots_of(CHAIN_ID, RESERVE)
        book.add([seen(7, 1, 0)])
        book.add([seen(7, 1, 0, days=None, burn=None), seen(8, 2, 0, days=None, burn=None)])
        book.add([seen(8, 2, 0)])
        points = book.points(MODEL, since=None, limit=10)
    assert [(one.block_number, one.runway_days) for one in points] == [(7, 9), (8, 9)]

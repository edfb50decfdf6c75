"""What stands is remembered, told once to each target, and taken back when a reorganisation did."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hokctl.domain.alerts import Alert, AlertKind, AlertSeverity, NoticeKind
from hokctl.domain.units import BlockRef
from hokctl.ledger.alerts import AlertBook
from hokctl.ledger.book import Ledger
from hokctl.ledger.outbox import LEASE_S
from tests.world import ACCOUNTS

pytestmark = pytest.mark.unit

NOW = 1_790_000_000
DAY = 86_400
RULES = frozenset({"no-provider"})
STATE = Alert(
    rule="no-provider",
    key="no-provider/21",
    kind=AlertKind.STATE,
    severity=AlertSeverity.MEDIUM,
    subject="21",
    message="Model 21 has no provider.",
    evidence={"accrued": "1.00 USDC"},
)
EVENT = Alert(
    rule="paused",
    key="paused/0x1/0",
    kind=AlertKind.EVENT,
    severity=AlertSeverity.HIGH,
    subject="reserve",
    message="The reserve was paused.",
    happened_at=NOW,
    block_number=105,
    tx_hash="0x" + "11" * 32,
)


def head(number: int) -> BlockRef:
    return BlockRef(number=number, hash=f"0x{number:064x}", timestamp=NOW)


@pytest.fixture
def ledger(book_url: str) -> Iterator[Ledger]:
    """A new book."""
    with Ledger.open(book_url) as made:
        yield made


@pytest.fixture
def book(ledger: Ledger) -> AlertBook:
    """Its alerts of one deployment."""
    return ledger.alerts(31337, ACCOUNTS[0])


def tell(
    book: AlertBook, now: int = NOW, *, targets: tuple[str, ...] = ("a",), minimum: str = "low", repeat: int = DAY
) -> list[tuple[str, NoticeKind]]:
    """Announce what is due; return alerts and what is told of them."""
    notices = book.outbox.announce(
        dict.fromkeys(targets, AlertSeverity(minimum)),
        lambda alert, kind, notice_id: (alert.rule, f"{kind.value} {notice_id}"),
        since=NOW - DAY,
        repeat_after_s=repeat,
        now=now,
    )
    return [(notice.key, notice.kind) for notice in notices]


def test_a_state_stands_from_the_first_round_to_the_one_that_misses_it(book: AlertBook) -> None:
    book.note((STATE,), rules=RULES, now=NOW)
    book.note((replace(STATE, message="Still none."),), rules=RULES, now=NOW + 60)
    (standing,) = book.standing(since=NOW)
    assert (standing.first_seen_at, standing.last_seen_at) == (NOW, NOW + 60)
    assert (standing.alert.message, standing.alert.evidence) == ("Still none.", {"accrued": "1.00 USDC"})
    book.note((), rules=frozenset({"insolvency"}), now=NOW + 120)
    assert len(book.standing(since=NOW)) == 1
    book.note((), rules=RULES, now=NOW + 180)
    assert book.standing(since=NOW) == ()
    book.note((STATE,), rules=RULES, now=NOW + 240)
    assert [one.first_seen_at for one in book.standing(since=NOW)] == [NOW + 240]


def test_an_event_stands_for_a_while_and_no_missing_round_ends_it(book: AlertBook) -> None:
    book.note((EVENT,), rules={"paused"}, now=NOW)
    book.note((), rules={"paused"}, now=NOW + 60)
    assert [one.alert for one in book.standing(since=NOW)] == [EVENT]
    assert book.standing(since=NOW + 1) == ()


def test_deployments_do_not_mix(ledger: Ledger, book: AlertBook) -> None:
    book.note((STATE,), rules=RULES, now=NOW)
    assert ledger.alerts(31337, ACCOUNTS[1]).standing(since=0) == ()
    assert ledger.alerts(1, ACCOUNTS[0]).next_block() is None


def test_where_a_round_stopped_is_kept_and_never_goes_back(book: AlertBook) -> None:
    assert (book.next_block(), book.last_head()) == (None, None)
    book.advance(next_block=101, first_block=111, head=head(110), found=(), now=NOW)
    book.advance(next_block=99, first_block=101, head=head(108), found=(), now=NOW + 9)
    seen = book.last_head()
    assert (book.next_block(), seen and (seen.number, seen.timestamp)) == (101, (110, NOW))
    book.restart()
    assert book.next_block() is None


def test_an_event_that_moves_is_one_event_and_one_that_is_gone_for_good_is_undone(book: AlertBook) -> None:
    book.advance(next_block=101, first_block=111, head=head(110), found=(), now=NOW)
    book.note((EVENT,), rules=RULES, now=NOW)
    assert tell(book) == [(EVENT.key, NoticeKind.RAISED)]
    moved = replace(EVENT, block_number=108)
    for found in ((moved,), ()):
        # Not certain yet: it may come back, and nothing is said of it.
        book.note(found, rules=RULES, now=NOW + 12)
        book.advance(next_block=104, first_block=101, head=head(112), found=found, now=NOW + 12)
        assert (tell(book, NOW + 12), len(book.standing(since=NOW))) == ([], 1)
    book.advance(next_block=109, first_block=104, head=head(120), found=(), now=NOW + 24)
    assert book.standing(since=NOW) == ()
    assert tell(book, NOW + 24) == [(EVENT.key, NoticeKind.UNDONE)]
    assert tell(book, NOW + 36) == []


def test_an_event_that_is_found_again_as_it_becomes_certain_stands(book: AlertBook) -> None:
    book.advance(next_block=101, first_block=111, head=head(110), found=(), now=NOW)
    book.note((EVENT,), rules=RULES, now=NOW)
    book.advance(next_block=109, first_block=101, head=head(120), found=(EVENT,), now=NOW)
    assert len(book.standing(since=NOW)) == 1


def test_a_state_is_told_again_after_a_while_and_when_it_becomes_worse(book: AlertBook) -> None:
    book.note((STATE,), rules=RULES, now=NOW)
    assert tell(book) == [(STATE.key, NoticeKind.RAISED)]
    assert tell(book, NOW + DAY - 1) == []
    assert tell(book, NOW + DAY - 1, repeat=0) == []
    worse = replace(STATE, severity=AlertSeverity.CRITICAL)
    book.note((worse,), rules=RULES, now=NOW + 60)
    assert tell(book, NOW + 60) == [(STATE.key, NoticeKind.RAISED)]
    book.note((STATE,), rules=RULES, now=NOW + 120)
    assert tell(book, NOW + 120) == []
    assert tell(book, NOW + 60 + DAY) == [(STATE.key, NoticeKind.REPEATED)]
    book.note((), rules=RULES, now=NOW + 2 * DAY)
    assert tell(book, NOW + 2 * DAY) == [(STATE.key, NoticeKind.RECOVERED)]


def test_what_nobody_was_told_of_needs_no_recovery(book: AlertBook) -> None:
    book.note((STATE,), rules=RULES, now=NOW)
    book.note((), rules=RULES, now=NOW + 60)
    assert tell(book, NOW + 60) == []


def test_each_target_gets_what_is_urgent_enough_until_it_has_taken_it(book: AlertBook) -> None:
    book.note((STATE, EVENT), rules=RULES, now=NOW)
    outbox = book.outbox
    tell(book, targets=("a", "b"), minimum="high")
    (notice,) = outbox.undelivered("a", now=NOW)
    assert (notice.key, notice.severity) == (EVENT.key, AlertSeverity.HIGH)
    assert outbox.undelivered("c", now=NOW) == ()
    assert outbox.claim(notice.id, "a", now=NOW)
    outbox.settle(notice.id, "a", sent=False, now=NOW)
    assert outbox.undelivered("a", now=NOW) == (notice,)
    assert outbox.claim(notice.id, "a", now=NOW)
    outbox.settle(notice.id, "a", sent=True, now=NOW)
    assert (outbox.undelivered("a", now=NOW), outbox.undelivered("b", now=NOW)) == ((), (notice,))


def test_a_claim_runs_out_when_its_sender_has_died(book: AlertBook) -> None:
    book.note((STATE,), rules=RULES, now=NOW)
    tell(book)
    (notice,) = book.outbox.undelivered("a", now=NOW)
    assert book.outbox.claim(notice.id, "a", now=NOW)
    assert not book.outbox.claim(notice.id, "a", now=NOW + LEASE_S - 1)
    assert book.outbox.undelivered("a", now=NOW + LEASE_S) == (notice,)
    assert book.outbox.claim(notice.id, "a", now=NOW + LEASE_S)


def test_of_many_monitors_one_writes_a_notice_and_one_sends_it(book_url: str) -> None:
    def round_of(number: int) -> tuple[int, int]:
        with Ledger.open(book_url) as ledger:
            book = ledger.alerts(31337, ACCOUNTS[0])
            book.note((STATE, EVENT), rules=RULES, now=NOW + number)
            made = len(tell(book, NOW + number))
            waiting = book.outbox.undelivered("a", now=NOW)
            return made, sum(book.outbox.claim(one.id, "a", now=NOW) for one in waiting)

    Ledger.open(book_url).close()
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(round_of, range(8)))
    made, claimed = (sum(column) for column in zip(*results, strict=True))
    assert made == 2
    assert claimed == 2
    with Ledger.open(book_url) as ledger:
        assert len(ledger.alerts(31337, ACCOUNTS[0]).standing(since=NOW)) == 2


def test_old_notices_are_forgotten_and_their_alerts_stay(book: AlertBook) -> None:
    book.note((STATE,), rules=RULES, now=NOW)
    tell(book)
    book.note((STATE,), rules=RULES, now=NOW + 91 * DAY)
    assert book.outbox.undelivered("a", now=NOW) == ()
    assert len(book.standing(since=NOW)) == 1


def test_an_event_that_a_round_finds_after_a_long_pause_is_shown_and_told(book: AlertBook) -> None:
    old = replace(EVENT, happened_at=NOW - 3 * DAY)
    book.note((old,), rules={"paused"}, now=NOW)
    assert [one.alert for one in book.standing(since=NOW - DAY)] == [old]
    assert tell(book) == [(EVENT.key, NoticeKind.RAISED)]


def test_an_event_that_was_found_long_ago_is_past(book: AlertBook) -> None:
    old = replace(EVENT, happened_at=NOW - 3 * DAY)
    book.note((old,), rules={"paused"}, now=NOW - 2 * DAY)
    assert book.standing(since=NOW - DAY) == ()
    assert tell(book) == []


def test_whoever_was_told_of_the_worst_is_told_that_it_is_over(book: AlertBook) -> None:
    book.note((replace(STATE, severity=AlertSeverity.CRITICAL),), rules=RULES, now=NOW)
    tell(book, minimum="critical")
    book.note((STATE,), rules=RULES, now=NOW + 60)
    tell(book, NOW + 60, minimum="critical")
    book.note((), rules=RULES, now=NOW + 120)
    tell(book, NOW + 120, minimum="critical")
    assert [one.kind for one in book.outbox.undelivered("a", now=NOW + 120)] == [
        NoticeKind.RAISED,
        NoticeKind.RECOVERED,
    ]


def test_nobody_is_told_of_the_end_of_what_he_was_not_told_of(book: AlertBook) -> None:
    book.note((STATE,), rules=RULES, now=NOW)
    tell(book)
    book.note((), rules=RULES, now=NOW + 60)
    tell(book, NOW + 60, targets=("a", "newcomer"))
    assert book.outbox.undelivered("newcomer", now=NOW + 60) == ()


def test_one_key_found_twice_in_a_round_is_one_alert(book: AlertBook) -> None:
    book.note((STATE, replace(STATE, message="Found again.")), rules=RULES, now=NOW)
    assert [one.alert.message for one in book.standing(since=NOW)] == [STATE.message]


def test_an_event_whose_transaction_stands_is_not_called_undone(book: AlertBook) -> None:
    book.advance(next_block=101, first_block=101, head=head(110), found=(), now=NOW)
    book.note((EVENT,), rules={"paused"}, now=NOW)
    standing = frozenset({EVENT.tx_hash or ""})
    book.advance(next_block=108, first_block=101, head=head(112), found=(), now=NOW, transactions=standing)
    assert [one.alert for one in book.standing(since=NOW)] == [EVENT]

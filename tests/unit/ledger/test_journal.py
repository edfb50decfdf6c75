"""What the journal accepted outlives the process, and is found again."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from eth_utils.address import to_checksum_address

from hokctl.domain.ports import Journal, JournalState
from hokctl.domain.units import TxHash
from hokctl.ledger.book import Ledger
from hokctl.ledger.errors import LedgerError
from hokctl.ledger.journal import LedgerJournal

from .samples import SENDER, make_entry

pytestmark = pytest.mark.unit

CHAIN = 31337


@pytest.fixture
def journal(book_url: str) -> Iterator[LedgerJournal]:
    """A journal in a new book."""
    with Ledger.open(book_url) as ledger:
        yield ledger.journal


def test_an_entry_comes_back_as_it_was_recorded(journal: LedgerJournal) -> None:
    port: Journal = journal
    port.record(make_entry())
    assert port.find(CHAIN, "plan:0") == (make_entry(),)


def test_another_process_sees_an_entry_as_soon_as_record_returns(book_url: str) -> None:
    with Ledger.open(book_url) as first, Ledger.open(book_url) as second:
        first.journal.record(make_entry())
        assert second.journal.find(CHAIN, "plan:0") == (make_entry(),)


def test_an_entry_outlives_the_book_that_was_never_closed(book_url: str) -> None:
    left_open = Ledger.open(book_url)
    left_open.journal.record(make_entry())
    with Ledger.open(book_url) as ledger:
        assert ledger.journal.find(CHAIN, "plan:0") == (make_entry(),)
    left_open.close()


def test_the_same_transaction_is_recorded_once_and_keeps_its_state(journal: LedgerJournal) -> None:
    journal.record(make_entry())
    journal.settle(CHAIN, make_entry().tx_hash, JournalState.MINED)
    journal.record(make_entry())
    assert journal.find(CHAIN, "plan:0") == (make_entry(state=JournalState.MINED),)


def test_a_refused_transaction_that_is_signed_once_more_is_open_again_and_the_newest(journal: LedgerJournal) -> None:
    journal.record(make_entry(1))
    journal.settle(CHAIN, make_entry(1).tx_hash, JournalState.FAILED)
    journal.record(make_entry(2))
    journal.record(make_entry(1))
    assert [(entry.nonce, entry.state) for entry in journal.find(CHAIN, "plan:0")] == [
        (2, JournalState.SIGNED),
        (1, JournalState.SIGNED),
    ]


def test_entries_are_found_by_key_and_chain_oldest_first(journal: LedgerJournal) -> None:
    for number, key in ((3, "a"), (1, "a"), (2, "b")):
        journal.record(make_entry(number, key=key))
    journal.record(replace(make_entry(4, key="a"), chain_id=1))
    assert [entry.nonce for entry in journal.find(CHAIN, "a")] == [3, 1]
    assert [entry.nonce for entry in journal.find(1, "a")] == [4]
    assert journal.find(CHAIN, "c") == ()


def test_open_entries_are_those_of_the_sender_that_wait_by_nonce(journal: LedgerJournal) -> None:
    states = {5: JournalState.SIGNED, 2: JournalState.SENT, 3: JournalState.MINED, 4: JournalState.FAILED}
    for number, state in states.items():
        journal.record(make_entry(number, state))
    journal.record(replace(make_entry(6), sender=to_checksum_address("0x" + "c0" * 20)))
    journal.record(replace(make_entry(7), chain_id=1))
    assert [entry.nonce for entry in journal.open_entries(CHAIN, SENDER)] == [2, 5]


def test_what_is_under_way_is_found_by_the_beginning_of_its_key(journal: LedgerJournal) -> None:
    for number, state in enumerate(JournalState):
        journal.record(make_entry(number, state, key=f"deploy/{number}"))
    journal.record(make_entry(6, key="deploy"))
    journal.record(make_entry(7, key="de_loy/1"))
    journal.record(replace(make_entry(8, key="deploy/8"), chain_id=1))
    found = journal.under_way(CHAIN, SENDER, "deploy/")
    assert [entry.state for entry in found] == [JournalState.SIGNED, JournalState.SENT, JournalState.MINED]
    assert journal.under_way(CHAIN, SENDER, "de_loy/")[0].nonce == 7


@pytest.mark.parametrize("before", JournalState)
@pytest.mark.parametrize("after", JournalState)
def test_a_state_never_takes_a_step_back(journal: LedgerJournal, before: JournalState, after: JournalState) -> None:
    # Mined and failed are equal: a reorganisation may turn one into the other. What was reported stays reported.
    order = [
        {JournalState.SIGNED},
        {JournalState.SENT},
        {JournalState.MINED, JournalState.FAILED},
        {JournalState.CONCLUDED},
    ]
    rank = {state: number for number, states in enumerate(order) for state in states}
    journal.record(make_entry(state=before))
    journal.settle(CHAIN, make_entry().tx_hash, after)
    back = rank[after] < rank[before]
    assert journal.find(CHAIN, "plan:0")[0].state is (before if back else after)


def test_an_unknown_transaction_cannot_be_settled(journal: LedgerJournal) -> None:
    journal.record(make_entry())
    for chain_id, tx_hash in ((1, make_entry().tx_hash), (CHAIN, TxHash("0x" + "99" * 32))):
        with pytest.raises(LedgerError, match=tx_hash) as caught:
            journal.settle(chain_id, tx_hash, JournalState.MINED)
        assert (caught.value.code, caught.value.exit_code) == ("ledger", 1)


def test_entries_of_a_span_of_time_come_oldest_first(journal: LedgerJournal) -> None:
    for number in (3, 1, 2):
        journal.record(make_entry(number))
    found = journal.entries(CHAIN, since=make_entry(1).created_at, until=make_entry(3).created_at)
    assert [entry.nonce for entry in found] == [1, 2]
    assert journal.entries(CHAIN + 1, since=0, until=2**62) == ()


def test_which_of_many_transactions_were_recorded(journal: LedgerJournal) -> None:
    journal.record(make_entry(7))
    wanted = [TxHash(f"0x{number:064x}") for number in range(1_200)]
    assert journal.recorded(CHAIN, wanted) == {make_entry(7).tx_hash}
    assert journal.recorded(CHAIN + 1, wanted) == frozenset()
    assert journal.recorded(CHAIN, ()) == frozenset()

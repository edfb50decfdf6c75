"""Nonces, and broadcasts that go wrong."""

import json
from dataclasses import replace

import pytest

from hokctl.chain.errors import NodeUnreachableError, RpcError
from hokctl.chain.sending_errors import (
    NonceTakenError,
    TransactionPendingError,
    TransactionRefusedError,
    TransactionReplacedError,
    UnsettledTransactionError,
)
from hokctl.domain.ports import JournalEntry, JournalState
from hokctl.exit_codes import ExitCode
from tests.unit.chain.fakes import CHAIN_ID, ENDPOINT, FakeTime, MemoryJournal, make_call
from tests.unit.chain.model_node import ModelNode, PlainSigner, entry_of, make_sender, states

pytestmark = pytest.mark.unit

SIGNED, SENT, MINED, FAILED = JournalState.SIGNED, JournalState.SENT, JournalState.MINED, JournalState.FAILED


# Nonces


def test_the_nonce_follows_what_waits_in_the_mempool_and_in_the_journal() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.mining = False
    waiting = entry_of(nonce=4, state=SENT)
    journal.record(waiting)
    node.pool[waiting.tx_hash] = json.loads(waiting.raw)
    node.nonce = 4
    node.answers["eth_getTransactionCount"] = hex(4)
    with pytest.raises(TransactionPendingError):
        make_sender(node, journal).send(make_call(), key="k")
    assert json.loads(node.received[0])["nonce"] == 5


def test_open_entries_that_are_mined_or_overtaken_do_not_hold_the_nonce_up() -> None:
    node, journal = ModelNode(), MemoryJournal()
    mined, gone = entry_of(key="mined", nonce=1), entry_of(key="gone", nonce=0)
    journal.record(mined)
    journal.record(gone)
    node.mined[mined.tx_hash] = {"status": "0x1"}
    node.nonce = 2
    make_sender(node, journal).send(make_call(), key="k")
    assert json.loads(node.received[0])["nonce"] == 2
    assert states(journal) == [MINED, SIGNED, MINED]


def test_an_earlier_transaction_that_the_network_does_not_know_stops_new_ones() -> None:
    node, journal, time = ModelNode(), MemoryJournal(), FakeTime()
    earlier = entry_of()
    journal.record(earlier)
    with pytest.raises(UnsettledTransactionError, match=f"signed transaction {earlier.tx_hash}") as caught:
        make_sender(node, journal, time=time).send(make_call(), key="k")
    assert "pay for other" in caught.value.message
    assert caught.value.exit_code is ExitCode.REFUSED
    assert node.received == []
    assert sum(time.slept) == pytest.approx(3)


class SharedJournal(MemoryJournal):
    """Another process writes at the same moment: just before this one does, or just after."""

    def __init__(self, *, before: bool, **rival: object) -> None:
        super().__init__()
        self.before = before
        self.rival = rival

    def record(self, entry: JournalEntry) -> None:
        """Keep both entries, in their order."""
        rival = replace(entry, tx_hash=entry_of().tx_hash, **{"nonce": 7, **self.rival})  # type: ignore[arg-type]
        for one in (rival, entry) if self.before else (entry, rival):
            super().record(one)


RIVALS = [{"key": "k"}, {"key": "other", "nonce": 0}]


@pytest.mark.parametrize("rival", RIVALS)
def test_of_two_runs_at_once_the_second_in_the_journal_sends_nothing(rival: dict[str, object]) -> None:
    node, journal = ModelNode(), SharedJournal(before=True, **rival)
    with pytest.raises(NonceTakenError, match="nothing was sent") as caught:
        make_sender(node, journal).send(make_call(), key="k")
    assert caught.value.exit_code is ExitCode.UNAVAILABLE
    assert node.received == []
    assert states(journal) == [SIGNED, FAILED]


@pytest.mark.parametrize("rival", RIVALS)
def test_of_two_runs_at_once_the_first_in_the_journal_goes_on(rival: dict[str, object]) -> None:
    node, journal = ModelNode(), SharedJournal(before=False, **rival)
    assert make_sender(node, journal).send(make_call(), key="k").succeeded
    assert len(node.received) == 1
    assert states(journal)[0] is MINED


def test_a_third_run_takes_up_the_first_of_two_for_one_purpose_and_never_the_second() -> None:
    node, journal = ModelNode(), MemoryJournal()
    first, second = entry_of(key="k", nonce=0), entry_of(key="k", nonce=1)
    journal.record(first)
    journal.record(second)
    assert make_sender(node, journal).send(make_call(), key="k").tx_hash == first.tx_hash
    assert node.received == [first.raw]
    assert states(journal) == [MINED, FAILED]
    assert make_sender(node, journal).send(make_call(), key="next").succeeded


def test_the_second_of_two_for_one_purpose_stays_back_while_the_first_may_return() -> None:
    node, journal = ModelNode(), MemoryJournal()
    journal.record(entry_of(key="k", nonce=0))
    journal.record(entry_of(key="k", nonce=1))
    node.nonce, node.final_nonce = 1, 0
    with pytest.raises(TransactionPendingError, match="not for good yet"):
        make_sender(node, journal).send(make_call(), key="k")
    assert node.received == []


# Broadcasts that go wrong


@pytest.mark.parametrize(
    "refusal",
    [
        RpcError("eth_sendRawTransaction", -32000, "replacement transaction underpriced"),
        RpcError("eth_sendRawTransaction", -32000, "max fee per gas less than block base fee"),
        RpcError("eth_sendRawTransaction", -32003, "no"),
        RpcError("eth_sendRawTransaction", -32601, "the method is not available"),
    ],
)
def test_a_new_transaction_that_the_node_refuses_is_over(refusal: RpcError) -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.refusal = refusal
    with pytest.raises(TransactionRefusedError, match="nothing was sent") as caught:
        make_sender(node, journal).send(make_call(), key="k")
    assert caught.value.exit_code is ExitCode.CHAIN
    assert states(journal) == [FAILED]
    node.refusal = None
    assert make_sender(node, journal).send(make_call(), key="k").succeeded


def test_an_old_transaction_that_the_node_refuses_stays_open() -> None:
    node, journal = ModelNode(), MemoryJournal()
    journal.record(entry_of(key="k"))
    node.refusal = RpcError("eth_sendRawTransaction", -32000, "max fee per gas less than block base fee")
    with pytest.raises(TransactionPendingError, match=r"does not take it now \(max fee per gas less"):
        make_sender(node, journal).send(make_call(), key="k")
    assert states(journal) == [SIGNED]


@pytest.mark.parametrize(
    "loss", [NodeUnreachableError(ENDPOINT, "the connection broke"), RpcError("eth_sendRawTransaction", -32603, "oops")]
)
def test_a_lost_answer_to_a_broadcast_is_no_reason_to_sign_again(loss: RpcError | NodeUnreachableError) -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.refusal, node.takes_despite_refusal = loss, True
    assert make_sender(node, journal).send(make_call(), key="k").succeeded
    assert len(node.received) == 1
    assert states(journal) == [MINED]


def test_a_broadcast_that_got_lost_is_repeated_byte_for_byte_until_time_is_up() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.refusal = NodeUnreachableError(ENDPOINT, "the connection broke")
    with pytest.raises(TransactionPendingError, match="the connection broke"):
        make_sender(node, journal).send(make_call(), key="k")
    assert len(node.received) > 3
    assert len(set(node.received)) == 1
    assert states(journal) == [SIGNED]
    node.refusal = None
    assert make_sender(node, journal).send(make_call(), key="k").succeeded


def test_already_known_is_success() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.refusal, node.takes_despite_refusal = RpcError("eth_sendRawTransaction", -32000, "already known"), True
    assert make_sender(node, journal).send(make_call(), key="k").succeeded
    assert [state for _, state in journal.history] == [SIGNED, SENT, MINED]


def test_a_nonce_too_low_for_a_new_transaction_leads_to_the_other_one() -> None:
    node, journal = ModelNode(), MemoryJournal()

    def overtake() -> None:
        node.nonce = 1

    node.on_take = overtake
    with pytest.raises(TransactionReplacedError):
        make_sender(node, journal).send(make_call(), key="k")
    assert states(journal) == [FAILED]


def test_a_transaction_that_the_node_forgets_is_broadcast_again() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.mining = False

    class ForgetfulTime(FakeTime):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            node.mining = True
            node.forget()

    sender = make_sender(node, journal, time=ForgetfulTime())
    assert sender.send(make_call(), key="k").succeeded
    assert len(node.received) == 2
    assert len(set(node.received)) == 1


def test_waiting_survives_a_node_that_is_gone_for_a_while() -> None:
    node, journal = ModelNode(), MemoryJournal()
    answer = node.answers["eth_getTransactionReceipt"]
    losses = iter([NodeUnreachableError(ENDPOINT, "the connection broke")] * 2)

    def flicker(params: object) -> object:
        loss = next(losses, None)
        return loss or (answer(params) if callable(answer) else None)  # type: ignore[arg-type]

    node.answers["eth_getTransactionReceipt"] = flicker
    assert make_sender(node, journal).send(make_call(), key="k").succeeded
    assert len(node.received) == 1


def test_a_chain_id_that_cannot_be_checked_stops_a_repeated_broadcast_only() -> None:
    node, journal = ModelNode(), MemoryJournal()
    sender = make_sender(node, journal)
    journal.record(entry_of(key="k"))
    ids = iter([hex(CHAIN_ID), NodeUnreachableError(ENDPOINT, "the connection broke"), "0x1"])
    node.answers["eth_chainId"] = lambda _: next(ids, hex(CHAIN_ID))
    assert sender.send(make_call(), key="k").succeeded
    assert len(node.received) == 1


def test_a_signer_that_signs_something_else_is_not_trusted() -> None:
    class WrongSigner(PlainSigner):
        def sign_transaction(self, transaction: dict[str, object]) -> object:  # type: ignore[override]
            return super().sign_transaction({**transaction, "nonce": 99})

    node, journal = ModelNode(), MemoryJournal()
    sender = make_sender(node, journal)
    sender._signer = WrongSigner()  # type: ignore[assignment]
    with pytest.raises(AssertionError, match="another transaction"):
        sender.send(make_call(), key="k")
    assert not journal.entries

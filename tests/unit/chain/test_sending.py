"""Sending a call: what is signed, what is refused before, and what an earlier run left behind."""

import json
from dataclasses import replace

import pytest

from hokctl.chain.errors import NodeUnreachableError, RpcError, WrongChainError
from hokctl.chain.fees import FeeCapError
from hokctl.chain.reverts import ContractRevertedError
from hokctl.chain.sending_errors import (
    GasLimitError,
    InsufficientFundsError,
    NonceTakenError,
    TransactionLostError,
    TransactionPendingError,
    TransactionRefusedError,
    TransactionReplacedError,
    UnsettledTransactionError,
)
from hokctl.domain.ports import JournalEntry, JournalState
from hokctl.exit_codes import ExitCode
from tests.unit.chain.fakes import ALICE, CHAIN_ID, ENDPOINT, TOKEN, FakeTime, MemoryJournal, block, make_call
from tests.unit.chain.model_node import NOW, ModelNode, PlainSigner, make_sender

pytestmark = pytest.mark.unit

SIGNED, SENT, MINED, FAILED = JournalState.SIGNED, JournalState.SENT, JournalState.MINED, JournalState.FAILED


def entry_of(key: str = "other", nonce: int = 0, state: JournalState = SIGNED) -> JournalEntry:
    """Return a journalled transaction that a former run may have left."""
    signed = PlainSigner().sign_transaction({"nonce": nonce, "key": key})
    return JournalEntry(
        chain_id=CHAIN_ID,
        tx_hash=signed.tx_hash,
        sender=ALICE,
        nonce=nonce,
        purpose=f"pay for {key}",
        key=key,
        raw=signed.raw,
        state=state,
        created_at=NOW,
    )


def states(journal: MemoryJournal) -> list[JournalState]:
    return [entry.state for entry in journal.entries.values()]


def test_a_call_is_signed_with_what_the_chain_says_and_its_receipt_returned() -> None:
    node, journal = ModelNode(), MemoryJournal()
    receipt = make_sender(node, journal).send(make_call(value=3), key="k")
    (raw,) = node.received
    assert json.loads(raw) == {
        "type": 2,
        "chainId": CHAIN_ID,
        "from": ALICE,
        "to": TOKEN,
        "nonce": 0,
        "value": 3,
        "data": "0x01020304",
        "gas": 25_200,
        "maxFeePerGas": 2 * 10**9 + 1,
        "maxPriorityFeePerGas": 1,
    }
    assert receipt.succeeded
    (entry,) = journal.entries.values()
    assert (entry.tx_hash, entry.raw, entry.nonce, entry.key) == (receipt.tx_hash, raw, 0, "k")
    assert (entry.purpose, entry.created_at, entry.sender) == ("a test", NOW, ALICE)


def test_the_journal_knows_the_transaction_before_the_node_does() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.on_take = lambda: seen.extend(states(journal))
    seen: list[JournalState] = []
    make_sender(node, journal).send(make_call(), key="k")
    assert seen == [SIGNED]
    assert [state for _, state in journal.history] == [SIGNED, SENT, MINED]


def test_a_journal_that_cannot_be_written_prevents_the_broadcast() -> None:
    class FullJournal(MemoryJournal):
        def record(self, entry: JournalEntry) -> None:
            raise OSError(28, "no space left", entry.tx_hash)

    node = ModelNode()
    with pytest.raises(OSError, match="no space left"):
        make_sender(node, FullJournal()).send(make_call(), key="k")
    assert node.received == []


def test_a_creation_has_no_target() -> None:
    node = ModelNode()
    make_sender(node, MemoryJournal()).send(make_call(to=None), key="k")
    assert "to" not in json.loads(node.received[0])


def test_a_mined_failure_is_returned_and_settled_as_failed() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.reverting = True
    assert not make_sender(node, journal).send(make_call(), key="k").succeeded
    assert states(journal) == [FAILED]


def test_sending_takes_four_round_trips() -> None:
    node = ModelNode()
    make_sender(node, MemoryJournal()).send(make_call(), key="k")
    assert node.round_trips == 4


# What is refused before anything is signed


def test_a_call_that_would_revert_is_not_signed() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.answers["eth_estimateGas"] = RpcError("eth_estimateGas", 3, "execution reverted: paused")
    with pytest.raises(ContractRevertedError, match=r"Token refused poke\(\): paused"):
        make_sender(node, journal).send(make_call(), key="k")
    assert not journal.entries


def test_another_failure_to_estimate_is_the_nodes() -> None:
    node = ModelNode()
    node.answers["eth_estimateGas"] = RpcError("eth_estimateGas", -32603, "internal error")
    with pytest.raises(RpcError, match="internal error"):
        make_sender(node, MemoryJournal()).send(make_call(), key="k")


@pytest.mark.parametrize(("value", "balance"), [(0, 25_200 * (2 * 10**9 + 1) - 1), (10**18, 10**18 - 1)])
def test_an_account_that_cannot_pay_is_told_so_before_signing(value: int, balance: int) -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.answers["eth_getBalance"] = hex(balance)
    with pytest.raises(InsufficientFundsError, match=f"has {balance} wei"):
        make_sender(node, journal).send(make_call(value=value), key="k")
    assert not journal.entries


def test_the_fee_cap_is_kept() -> None:
    node = ModelNode()
    with pytest.raises(FeeCapError):
        make_sender(node, MemoryJournal(), max_fee_wei=10**8).send(make_call(), key="k")
    make_sender(node, MemoryJournal(), max_fee_wei=10**9).send(make_call(), key="k")
    assert json.loads(node.received[0])["maxFeePerGas"] == 10**9


@pytest.mark.parametrize(
    ("estimate", "block_gas", "limit"),
    [
        (21_001, 30_000_000, 25_202),
        (29_000_000, 30_000_000, 30_000_000),
        (2**24, 60_000_000, 2**24),
        (2**24 - 5, 60_000_000, 2**24),
        (2**24 + 10, 60_000_000, (2**24 + 10) * 6 // 5 + 1),
    ],
)
def test_gas_is_a_fifth_above_the_estimate_within_the_chains_limits(estimate: int, block_gas: int, limit: int) -> None:
    node = ModelNode()
    node.answers["eth_estimateGas"] = hex(estimate)
    node.answers["eth_getBlockByNumber"] = block(16, gasLimit=hex(block_gas))
    make_sender(node, MemoryJournal()).send(make_call(), key="k")
    assert json.loads(node.received[0])["gas"] == limit


def test_a_call_larger_than_a_block_is_not_signed() -> None:
    node = ModelNode()
    node.answers["eth_estimateGas"] = hex(30_000_001)
    with pytest.raises(GasLimitError):
        make_sender(node, MemoryJournal()).send(make_call(), key="k")


def test_a_node_that_does_not_know_the_account_is_not_guessed_for() -> None:
    node = ModelNode()
    node.answers["eth_getBalance"] = RpcError("eth_getBalance", -32000, "boom")
    with pytest.raises(RpcError, match="boom"):
        make_sender(node, MemoryJournal()).send(make_call(), key="k")


def test_a_node_that_changes_its_chain_gets_nothing() -> None:
    node, journal = ModelNode(), MemoryJournal()
    sender = make_sender(node, journal)
    ids = iter([hex(CHAIN_ID), "0x1"])
    node.answers["eth_chainId"] = lambda _: next(ids)
    with pytest.raises(WrongChainError):
        sender.send(make_call(), key="k")
    assert node.received == []
    assert states(journal) == [FAILED]


# What an earlier run left behind


def test_a_mined_transaction_is_found_and_never_sent_again() -> None:
    node, journal = ModelNode(), MemoryJournal()
    first = make_sender(node, journal).send(make_call(), key="k")
    assert make_sender(node, journal).send(make_call(), key="k") == first
    assert len(node.received) == 1


def test_with_again_a_mined_transaction_does_not_count_but_an_open_one_does() -> None:
    node, journal = ModelNode(), MemoryJournal()
    first = make_sender(node, journal).send(make_call(), key="k")
    second = make_sender(node, journal).send(make_call(), key="k", again=True)
    assert second.tx_hash != first.tx_hash
    journal.entries[second.tx_hash] = replace(journal.entries[second.tx_hash], state=SENT)
    assert make_sender(node, journal).send(make_call(), key="k", again=True) == second
    assert len(node.received) == 2


def test_after_a_mined_failure_the_next_run_tries_anew() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.reverting = True
    make_sender(node, journal).send(make_call(), key="k")
    node.reverting = False
    assert make_sender(node, journal).send(make_call(), key="k").succeeded
    assert states(journal) == [FAILED, MINED]


def test_a_failure_of_an_interrupted_run_is_reported_once() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.reverting = True
    first = make_sender(node, journal).send(make_call(), key="k")
    journal.entries[first.tx_hash] = replace(journal.entries[first.tx_hash], state=SENT)
    assert make_sender(node, journal).send(make_call(), key="k") == first
    assert states(journal) == [FAILED]


def test_a_transaction_settled_as_failed_that_was_mined_after_all_is_found() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.refusal, node.takes_despite_refusal = RpcError("eth_sendRawTransaction", -32000, "txpool is full"), True
    with pytest.raises(TransactionRefusedError):
        make_sender(node, journal).send(make_call(), key="k")
    node.refusal = None
    assert make_sender(node, journal).send(make_call(), key="k").succeeded
    assert len(node.received) == 1
    assert states(journal) == [MINED]


def test_a_refused_transaction_that_was_sent_once_more_with_the_same_bytes_is_waited_for() -> None:
    node, journal = ModelNode(), MemoryJournal()
    node.refusal = RpcError("eth_sendRawTransaction", -32000, "txpool is full")
    with pytest.raises(TransactionRefusedError):
        make_sender(node, journal).send(make_call(), key="k")
    node.refusal, node.mining = None, False
    for _ in range(2):
        with pytest.raises(TransactionPendingError, match="waits for a block"):
            make_sender(node, journal).send(make_call(), key="k")
    node.mine()
    assert make_sender(node, journal).send(make_call(), key="k").succeeded
    assert len(set(node.received)) == len(node.mined) == 1
    assert states(journal) == [MINED]


def test_a_signed_transaction_that_never_left_is_broadcast_byte_for_byte() -> None:
    node, journal = ModelNode(), MemoryJournal()
    entry = entry_of(key="k")
    journal.record(entry)
    assert make_sender(node, journal).send(make_call(), key="k").tx_hash == entry.tx_hash
    assert node.received == [entry.raw]


def test_a_transaction_that_waits_for_a_block_is_waited_for() -> None:
    node, journal, time = ModelNode(), MemoryJournal(), FakeTime()
    node.mining = False
    with pytest.raises(TransactionPendingError, match="it waits for a block") as caught:
        make_sender(node, journal, time=time).send(make_call(), key="k")
    assert caught.value.tx_hash in caught.value.message
    assert caught.value.exit_code is ExitCode.UNAVAILABLE
    assert sum(time.slept) == pytest.approx(60)
    node.mine()
    assert make_sender(node, journal).send(make_call(), key="k").tx_hash == caught.value.tx_hash
    assert len(node.received) == 1


def test_a_mined_transaction_that_the_node_does_not_know_is_not_repeated() -> None:
    node, journal = ModelNode(), MemoryJournal()
    first = make_sender(node, journal).send(make_call(), key="k")
    node.mined.clear()
    with pytest.raises(TransactionLostError, match=first.tx_hash):
        make_sender(node, journal).send(make_call(), key="k")
    assert len(node.received) == 1


def test_a_transaction_that_a_reorganisation_took_back_is_broadcast_again() -> None:
    node, journal = ModelNode(), MemoryJournal()
    first = make_sender(node, journal).send(make_call(), key="k")
    node.mined.clear()
    node.nonce = 0
    assert make_sender(node, journal).send(make_call(), key="k") == first
    assert node.received == [node.received[0]] * 2


def test_a_replacement_of_ones_own_settles_both() -> None:
    node, journal = ModelNode(), MemoryJournal()
    old, new = entry_of(key="k"), replace(entry_of(key="k2"), key="k")
    journal.record(old)
    journal.record(new)
    node.pool[new.tx_hash] = json.loads(new.raw)
    node.mine()
    assert make_sender(node, journal).send(make_call(), key="k").tx_hash == new.tx_hash
    assert states(journal) == [FAILED, MINED]


# Another transaction took the nonce


def test_a_replaced_transaction_is_refused_once_and_then_made_anew() -> None:
    node, journal = ModelNode(), MemoryJournal()
    entry = entry_of(key="k")
    journal.record(entry)
    node.nonce = 1
    with pytest.raises(TransactionReplacedError, match=f"{entry.tx_hash} will never be mined") as caught:
        make_sender(node, journal).send(make_call(), key="k")
    assert caught.value.exit_code is ExitCode.REFUSED
    assert node.received == []
    assert make_sender(node, journal).send(make_call(), key="k").succeeded
    assert states(journal) == [FAILED, MINED]


def test_a_replacement_that_is_not_final_decides_nothing() -> None:
    node, journal = ModelNode(), MemoryJournal()
    journal.record(entry_of(key="k"))
    node.nonce, node.final_nonce = 1, 0
    for _ in range(2):
        with pytest.raises(TransactionPendingError, match="not for good yet"):
            make_sender(node, journal).send(make_call(), key="k")
    assert states(journal) == [SIGNED]


def test_on_a_chain_without_finality_the_head_decides() -> None:
    node, journal = ModelNode(), MemoryJournal()
    journal.record(entry_of(key="k"))
    node.nonce, node.final_nonce = 1, RpcError("eth_getTransactionCount", -32602, "unknown block tag")
    with pytest.raises(TransactionReplacedError):
        make_sender(node, journal).send(make_call(), key="k")


def test_a_node_that_cannot_look_a_transaction_up_does_not_count_as_not_having_it() -> None:
    node, journal = ModelNode(), MemoryJournal()
    journal.record(entry_of(key="k"))
    node.answers["eth_getTransactionByHash"] = RpcError("m", -32000, "transaction indexing is in progress")
    with pytest.raises(RpcError, match="indexing is in progress"):
        make_sender(node, journal).send(make_call(), key="k")
    assert node.received == []


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


@pytest.mark.parametrize("rival", [{"key": "k"}, {"key": "other", "nonce": 0}])
def test_of_two_runs_at_once_the_one_that_sees_the_other_sends_nothing(rival: dict[str, object]) -> None:
    class SharedJournal(MemoryJournal):
        """Another process writes right after the first look."""

        def record(self, entry: JournalEntry) -> None:
            super().record(entry)
            super().record(replace(entry, tx_hash=entry_of().tx_hash, **{"nonce": 7, **rival}))  # type: ignore[arg-type]

    node, journal = ModelNode(), SharedJournal()
    with pytest.raises(NonceTakenError, match="nothing was sent") as caught:
        make_sender(node, journal).send(make_call(), key="k")
    assert caught.value.exit_code is ExitCode.UNAVAILABLE
    assert node.received == []
    assert states(journal) == [FAILED, SIGNED]


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

"""Sending again what an earlier run left behind: found by its hash, waited for, never made twice."""

import json
from dataclasses import replace

import pytest

from hokctl.chain.errors import RpcError
from hokctl.chain.sending_errors import (
    TransactionLostError,
    TransactionPendingError,
    TransactionRefusedError,
    TransactionReplacedError,
)
from hokctl.domain.ports import JournalState
from hokctl.exit_codes import ExitCode
from tests.unit.chain.fakes import FakeTime, MemoryJournal, make_call
from tests.unit.chain.model_node import ModelNode, entry_of, make_sender, states

pytestmark = pytest.mark.unit

SIGNED, SENT, MINED, FAILED = JournalState.SIGNED, JournalState.SENT, JournalState.MINED, JournalState.FAILED


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

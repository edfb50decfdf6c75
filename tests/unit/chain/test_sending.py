"""Sending a call: what is signed, and what is refused before."""

import json

import pytest

from hokctl.chain.errors import RpcError, WrongChainError
from hokctl.chain.fees import FeeCapError
from hokctl.chain.reverts import ContractRevertedError
from hokctl.chain.sending_errors import (
    GasLimitError,
    InsufficientFundsError,
)
from hokctl.domain.ports import JournalEntry, JournalState
from tests.unit.chain.fakes import ALICE, CHAIN_ID, TOKEN, MemoryJournal, block, make_call
from tests.unit.chain.model_node import NOW, ModelNode, make_sender, states

pytestmark = pytest.mark.unit

SIGNED, SENT, MINED, FAILED = JournalState.SIGNED, JournalState.SENT, JournalState.MINED, JournalState.FAILED


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


def test_sending_takes_two_round_trips() -> None:
    node = ModelNode()
    make_sender(node, MemoryJournal()).send(make_call(), key="k")
    assert node.round_trips == 2


def test_with_the_facts_at_hand_sending_takes_one_more() -> None:
    node = ModelNode()
    sender = make_sender(node, MemoryJournal())
    errand = sender.errand(make_call())
    errand.answers = node.request_batch(errand.requests)
    asked = node.round_trips
    assert sender.send(make_call(), key="k", errand=errand).succeeded
    assert node.round_trips - asked == 1


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
    assert not journal.entries

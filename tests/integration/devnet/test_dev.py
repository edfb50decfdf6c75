"""What only development nodes can do: go back, move the clock, change accounts."""

import pytest

from hokctl.devnet.node import Node, start_node
from tests.integration.devnet.support import BOB, CLOCK, STORE, ask, ask_error, install, send, signed, word

pytestmark = pytest.mark.integration


def _head_time(node: Node) -> int:
    return int(ask(node, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def test_revert_takes_back_blocks_transactions_and_edits(node: Node) -> None:
    snapshot = ask(node, "evm_snapshot")
    ask(node, "anvil_setBalance", BOB, "0x1")
    receipt = send(node, signed(to=BOB))
    assert ask(node, "evm_revert", snapshot) is True
    assert ask(node, "eth_blockNumber") == "0x0"
    assert ask(node, "eth_getBalance", BOB) == hex(10_000 * 10**18)
    assert ask(node, "eth_getTransactionByHash", receipt["transactionHash"]) is None
    assert ask(node, "eth_getBlockByHash", receipt["blockHash"], False) is None


def test_transaction_can_be_sent_again_after_a_revert(node: Node) -> None:
    raw, snapshot = signed(to=BOB), ask(node, "evm_snapshot")
    send(node, raw)
    ask(node, "evm_revert", snapshot)
    assert send(node, raw)["status"] == "0x1"


def test_snapshot_can_be_used_once_and_drops_later_ones(node: Node) -> None:
    first, second = ask(node, "evm_snapshot"), ask(node, "evm_snapshot")
    assert ask(node, "evm_revert", first) is True
    assert [ask(node, "evm_revert", snapshot) for snapshot in (first, second, "0x0", "0x63")] == [False] * 4


def test_time_goes_on_from_where_it_was_moved(node: Node) -> None:
    ask(node, "evm_setNextBlockTimestamp", hex(_head_time(node) + 1_000_000))
    ask(node, "evm_mine")
    moved = _head_time(node)
    ask(node, "evm_mine")
    assert moved < _head_time(node) < moved + 100


def test_next_block_gets_the_time_it_was_given(node: Node) -> None:
    wanted = _head_time(node) + 12_345
    ask(node, "evm_setNextBlockTimestamp", wanted)
    clock = install(node, CLOCK)
    assert int(ask(node, "eth_call", {"to": clock}, "pending")[2:66], 16) == wanted
    ask(node, "evm_mine")
    assert _head_time(node) == wanted
    ask(node, "evm_mine", hex(wanted + 50))
    assert _head_time(node) == wanted + 50


def test_time_does_not_go_back(node: Node) -> None:
    assert ask_error(node, "evm_setNextBlockTimestamp", hex(_head_time(node)))["code"] == -32602


def test_clock_moves_forward_by_seconds() -> None:
    node = start_node(clock=lambda: 1_750_000_000)
    assert ask(node, "evm_increaseTime", "0x64") == 100
    assert ask(node, "evm_increaseTime", 20) == 120
    ask(node, "evm_mine")
    assert _head_time(node) == 1_750_000_120


def test_revert_takes_back_the_clock() -> None:
    node = start_node(clock=lambda: 1_750_000_000)
    snapshot = ask(node, "evm_snapshot")
    ask(node, "evm_increaseTime", 1000)
    ask(node, "evm_revert", snapshot)
    ask(node, "evm_mine")
    assert _head_time(node) == 1_750_000_001


def test_many_blocks_are_mined_an_interval_apart(node: Node) -> None:
    ask(node, "hardhat_mine", "0x3", "0x3c")
    assert ask(node, "eth_blockNumber") == "0x3"
    times = [int(ask(node, "eth_getBlockByNumber", hex(number), False)["timestamp"], 16) for number in (1, 2, 3)]
    assert [times[1] - times[0], times[2] - times[1]] == [60, 60]
    assert ask_error(node, "anvil_mine", "0x100000")["code"] == -32602


@pytest.mark.parametrize("prefix", ["anvil", "hardhat"])
def test_accounts_change_by_decree(node: Node, prefix: str) -> None:
    ask(node, f"{prefix}_setBalance", BOB, "0x5")
    ask(node, f"{prefix}_setNonce", BOB, "0x7")
    ask(node, f"{prefix}_setCode", BOB, STORE)
    ask(node, f"{prefix}_setStorageAt", BOB, "0x0", word(9))
    assert ask(node, "eth_getBalance", BOB) == "0x5"
    assert ask(node, "eth_getTransactionCount", BOB) == "0x7"
    assert ask(node, "eth_call", {"to": BOB}) == word(9)
    assert ask(node, "eth_blockNumber") == "0x0"


def test_decree_is_kept_in_the_blocks_that_follow(node: Node) -> None:
    ask(node, "anvil_setBalance", BOB, "0x5")
    send(node, signed(to=BOB, value=1))
    assert ask(node, "eth_getBalance", BOB) == "0x6"
    assert ask(node, "eth_getBalance", BOB, "0x0") == "0x5"

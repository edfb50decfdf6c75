"""Blocks, receipts, logs and filters as the JSON-RPC specification shapes them."""

import time

import pytest

from hokctl.devnet.node import Node
from tests.integration.devnet.support import BOB, EMIT, ask, ask_error, install, send, signed, word

pytestmark = pytest.mark.integration


def test_block_lists_hashes_or_whole_transactions(node: Node) -> None:
    tx_hash = send(node, signed(to=BOB))["transactionHash"]
    block = ask(node, "eth_getBlockByNumber", "latest", False)
    assert block["transactions"] == [tx_hash]
    full = ask(node, "eth_getBlockByHash", block["hash"], True)
    assert full["transactions"] == [ask(node, "eth_getTransactionByHash", tx_hash)]


def test_blocks_are_chained(node: Node) -> None:
    for nonce in range(3):
        send(node, signed(nonce=nonce, to=BOB))
    blocks = [ask(node, "eth_getBlockByNumber", hex(number), False) for number in range(4)]
    assert [block["parentHash"] for block in blocks[1:]] == [block["hash"] for block in blocks[:-1]]
    times = [int(block["timestamp"], 16) for block in blocks]
    assert times == sorted(set(times))


def test_base_fee_falls_by_an_eighth_after_an_empty_block(node: Node) -> None:
    ask(node, "evm_mine")
    ask(node, "evm_mine")
    fees = [int(ask(node, "eth_getBlockByNumber", hex(number), False)["baseFeePerGas"], 16) for number in range(3)]
    assert fees == [10**9, 875_000_000, 765_625_000]


def test_pending_block_is_the_next_one_and_empty(node: Node) -> None:
    send(node, signed(to=BOB))
    pending = ask(node, "eth_getBlockByNumber", "pending", True)
    assert (pending["number"], pending["transactions"]) == ("0x2", [])
    assert pending["parentHash"] == ask(node, "eth_getBlockByNumber", "latest", False)["hash"]


def test_unknown_blocks_and_transactions_are_null(node: Node) -> None:
    for method in ("eth_getBlockByNumber", "eth_getBlockByHash"):
        assert ask(node, method, "0x63" if method.endswith("Number") else word(1), False) is None
    for method in ("eth_getTransactionByHash", "eth_getTransactionReceipt", "eth_getRawTransactionByHash"):
        assert ask(node, method, word(1)) is None
    assert ask(node, "eth_getBlockReceipts", "0x63") is None
    assert ask(node, "eth_getBlockTransactionCountByNumber", "0x63") is None
    assert ask(node, "eth_getBlockTransactionCountByHash", word(1)) is None
    assert ask(node, "eth_getTransactionByBlockNumberAndIndex", "0x0", "0x0") is None


def test_block_parts_agree_with_the_whole(node: Node) -> None:
    receipt = send(node, signed(to=install(node, EMIT), data=word(3)))
    transaction = ask(node, "eth_getTransactionByHash", receipt["transactionHash"])
    assert ask(node, "eth_getBlockReceipts", "latest") == [receipt]
    assert ask(node, "eth_getBlockReceipts", {"blockHash": receipt["blockHash"]}) == [receipt]
    assert ask(node, "eth_getBlockTransactionCountByNumber", "0x1") == "0x1"
    assert ask(node, "eth_getBlockTransactionCountByHash", receipt["blockHash"]) == "0x1"
    assert ask(node, "eth_getTransactionByBlockNumberAndIndex", "0x1", "0x0") == transaction
    assert ask(node, "eth_getTransactionByBlockHashAndIndex", receipt["blockHash"], "0x0") == transaction
    assert ask(node, "eth_getUncleCountByBlockNumber", "0x1") == "0x0"


def test_logs_of_300_blocks_are_found_fast(node: Node) -> None:
    emitter = install(node, EMIT)
    for nonce in range(300):
        ask(node, "eth_sendRawTransaction", signed(nonce=nonce, to=emitter, data=word(nonce % 3), gas=60_000))
    start = time.perf_counter()
    logs = ask(node, "eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "topics": [word(1)]})
    assert time.perf_counter() - start < 0.25
    assert [int(log["blockNumber"], 16) for log in logs] == list(range(2, 301, 3))


def test_logs_can_be_asked_for_by_address_topics_and_block(node: Node) -> None:
    first, second = install(node, EMIT, 1), install(node, EMIT, 2)
    receipts = [send(node, signed(nonce=nonce, to=(first, second)[nonce % 2], data=word(nonce))) for nonce in range(4)]

    def found(**criteria: object) -> list[int]:
        request = criteria if "blockHash" in criteria else {"fromBlock": "earliest", **criteria}
        return [int(log["data"], 16) for log in ask(node, "eth_getLogs", request)]

    assert found() == [0, 1, 2, 3]
    assert found(address=first) == [0, 2]
    assert found(address=[first, second]) == [0, 1, 2, 3]
    assert found(address=[]) == [0, 1, 2, 3]
    assert found(topics=[None]) == [0, 1, 2, 3]
    assert found(topics=[[word(1), word(2)]]) == [1, 2]
    assert found(topics=[word(1)], address=first) == []
    assert found(topics=[None, word(1)]) == []
    assert found(fromBlock="0x2", toBlock="0x3") == [1, 2]
    assert found(fromBlock="0x3", toBlock="0x999") == [2, 3]
    assert found(fromBlock="0x999", toBlock="0x1000") == []
    assert found(blockHash=receipts[2]["blockHash"]) == [2]


@pytest.mark.parametrize(
    "request_",
    [
        {"fromBlock": "0x2", "toBlock": "0x1"},
        {"blockHash": word(0), "fromBlock": "0x0"},
        {"topics": [None] * 5},
        {"topics": ["0x12"]},
        {"address": "0x12"},
    ],
)
def test_impossible_log_request_is_an_invalid_argument(node: Node, request_: dict[str, object]) -> None:
    assert ask_error(node, "eth_getLogs", request_)["code"] == -32602


def test_log_filter_tells_each_log_once(node: Node) -> None:
    emitter = install(node, EMIT)
    send(node, signed(to=emitter, data=word(0)))
    installed = ask(node, "eth_newFilter", {"address": emitter, "fromBlock": "earliest"})
    assert ask(node, "eth_getFilterChanges", installed) == []
    send(node, signed(nonce=1, to=emitter, data=word(1)))
    assert [log["data"] for log in ask(node, "eth_getFilterChanges", installed)] == [word(1)]
    assert ask(node, "eth_getFilterChanges", installed) == []
    assert [log["data"] for log in ask(node, "eth_getFilterLogs", installed)] == [word(0), word(1)]


def test_block_and_transaction_filters_tell_hashes(node: Node) -> None:
    blocks, transactions = ask(node, "eth_newBlockFilter"), ask(node, "eth_newPendingTransactionFilter")
    receipt = send(node, signed(to=BOB))
    assert ask(node, "eth_getFilterChanges", blocks) == [receipt["blockHash"]]
    assert ask(node, "eth_getFilterChanges", transactions) == [receipt["transactionHash"]]
    assert ask_error(node, "eth_getFilterLogs", blocks)["message"] == "filter not found"


def test_uninstalled_filter_is_gone(node: Node) -> None:
    installed = ask(node, "eth_newBlockFilter")
    assert ask(node, "eth_uninstallFilter", installed) is True
    assert ask(node, "eth_uninstallFilter", installed) is False
    assert ask_error(node, "eth_getFilterChanges", installed)["message"] == "filter not found"


def test_filter_goes_back_with_the_chain(node: Node) -> None:
    installed, snapshot = ask(node, "eth_newBlockFilter"), ask(node, "evm_snapshot")
    send(node, signed(to=BOB))
    ask(node, "eth_getFilterChanges", installed)
    ask(node, "evm_revert", snapshot)
    again = send(node, signed(to=BOB, value=1))
    assert ask(node, "eth_getFilterChanges", installed) == [again["blockHash"]]


def test_fee_history_covers_the_blocks_asked_for(node: Node) -> None:
    for nonce in range(3):
        send(node, signed(nonce=nonce, to=BOB))
    history = ask(node, "eth_feeHistory", "0x2", "latest", [10, 90])
    assert history["oldestBlock"] == "0x2"
    assert len(history["baseFeePerGas"]) == 3
    assert history["baseFeePerGas"][-1] == ask(node, "eth_getBlockByNumber", "pending", False)["baseFeePerGas"]
    assert history["gasUsedRatio"] == [21_000 / 60_000_000] * 2
    assert history["reward"] == [[hex(10**9)] * 2] * 2
    assert "reward" not in ask(node, "eth_feeHistory", "0x400", "0x1")
    assert ask_error(node, "eth_feeHistory", "0x1", "latest", [90, 10])["code"] == -32602

"""Blocks, transactions, receipts and logs as JSON objects, field by field as in execution-apis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hokctl.devnet.rpc import to_bloom, to_data, to_quantity, to_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hokctl.devnet.engine import Block, Log, Receipt

Json = dict[str, object]


def block_json(block: Block, *, full: bool) -> Json:
    """Return a block with whole transactions or with their hashes."""
    transactions = [
        transaction_json(block, index) if full else to_data(receipt.transaction.hash)
        for index, receipt in enumerate(block.receipts)
    ]
    return {**header_json(block), "transactions": transactions, "uncles": [], "withdrawals": []}


def header_json(block: Block) -> Json:
    """Return the fields of a block's header, and its hash and size."""
    return {
        "number": to_quantity(block.number),
        "hash": to_data(block.hash),
        "parentHash": to_data(block.parent_hash),
        "timestamp": to_quantity(block.timestamp),
        "miner": to_data(block.miner),
        "gasLimit": to_quantity(block.gas_limit),
        "gasUsed": to_quantity(block.gas_used),
        "baseFeePerGas": to_quantity(block.base_fee),
        "blobGasUsed": to_quantity(block.blob_gas_used),
        "excessBlobGas": to_quantity(block.excess_blob_gas),
        "logsBloom": to_bloom(block.bloom),
        "difficulty": to_quantity(block.difficulty),
        "extraData": to_data(block.extra_data),
        "mixHash": to_data(block.mix_hash),
        "nonce": to_data(block.nonce),
        "sha3Uncles": to_data(block.uncles_hash),
        "stateRoot": to_data(block.state_root),
        "transactionsRoot": to_data(block.transactions_root),
        "receiptsRoot": to_data(block.receipts_root),
        "withdrawalsRoot": to_data(block.withdrawals_root),
        "parentBeaconBlockRoot": to_data(block.parent_beacon_block_root),
        "requestsHash": to_data(block.requests_hash),
        "size": to_quantity(block.size),
    }


def transaction_json(block: Block, index: int) -> Json:
    """Return a mined transaction."""
    receipt = block.receipts[index]
    transaction = receipt.transaction
    answer: Json = {
        "hash": to_data(transaction.hash),
        "type": to_quantity(transaction.type_id),
        "blockHash": to_data(block.hash),
        "blockNumber": to_quantity(block.number),
        "blockTimestamp": to_quantity(block.timestamp),
        "transactionIndex": to_quantity(index),
        "from": to_data(transaction.sender),
        "to": None if transaction.to is None else to_data(transaction.to),
        "nonce": to_quantity(transaction.nonce),
        "gas": to_quantity(transaction.gas),
        "gasPrice": to_quantity(receipt.gas_price),
        "value": to_quantity(transaction.value),
        "input": to_data(transaction.data),
        "v": to_quantity(transaction.v),
        "r": to_quantity(transaction.r),
        "s": to_quantity(transaction.s),
    }
    if transaction.chain_id is not None:
        answer["chainId"] = to_quantity(transaction.chain_id)
    return {**answer, **_typed_fields(receipt)}


def receipt_json(block: Block, index: int) -> Json:
    """Return the receipt of a block's transaction."""
    receipt = block.receipts[index]
    transaction = receipt.transaction
    return {
        "transactionHash": to_data(transaction.hash),
        "transactionIndex": to_quantity(index),
        "blockHash": to_data(block.hash),
        "blockNumber": to_quantity(block.number),
        "from": to_data(transaction.sender),
        "to": None if transaction.to is None else to_data(transaction.to),
        "contractAddress": None if receipt.created is None else to_data(receipt.created),
        "status": to_quantity(int(receipt.succeeded)),
        "type": to_quantity(transaction.type_id),
        "gasUsed": to_quantity(receipt.gas_used),
        "cumulativeGasUsed": to_quantity(receipt.cumulative_gas_used),
        "effectiveGasPrice": to_quantity(receipt.gas_price),
        "logs": [log_json(block, *entry) for entry in block_logs(block) if entry[0] == index],
        "logsBloom": to_bloom(receipt.bloom),
    }


def block_logs(block: Block) -> Iterator[tuple[int, int, Log]]:
    """Yield a block's logs, each after its transaction's index and its own index in the block."""
    logs = ((index, log) for index, receipt in enumerate(block.receipts) for log in receipt.logs)
    for log_index, (index, log) in enumerate(logs):
        yield index, log_index, log


def log_json(block: Block, index: int, log_index: int, log: Log) -> Json:
    """Return a log of the block's transaction `index`."""
    return {
        "address": to_data(log.address),
        "topics": [to_data(topic) for topic in log.topics],
        "data": to_data(log.data),
        "blockHash": to_data(block.hash),
        "blockNumber": to_quantity(block.number),
        "blockTimestamp": to_quantity(block.timestamp),
        "transactionHash": to_data(block.receipts[index].transaction.hash),
        "transactionIndex": to_quantity(index),
        "logIndex": to_quantity(log_index),
        "removed": False,
    }


def access_list_json(access_list: tuple[tuple[bytes, tuple[int, ...]], ...]) -> list[Json]:
    """Return an EIP-2930 access list."""
    return [
        {"address": to_data(address), "storageKeys": [to_word(slot) for slot in slots]}
        for address, slots in access_list
    ]


def _typed_fields(receipt: Receipt) -> Json:
    """Return what only types 1 and 2 have."""
    transaction = receipt.transaction
    if transaction.type_id == 0:
        return {}
    answer: Json = {
        "accessList": access_list_json(transaction.access_list),
        "yParity": to_quantity(transaction.y_parity),
    }
    if transaction.type_id > 1:
        answer["maxFeePerGas"] = to_quantity(transaction.max_fee)
        answer["maxPriorityFeePerGas"] = to_quantity(transaction.max_tip)
    return answer

"""JSON-RPC methods that read blocks, transactions and receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hokctl.devnet.backend import Methods, find_block
from hokctl.devnet.rpc import parse_hash, parse_quantity, to_data, to_quantity
from hokctl.devnet.shapes import block_json, receipt_json, transaction_json

if TYPE_CHECKING:
    from hokctl.devnet.backend import Backend
    from hokctl.devnet.engine import Block
    from hokctl.devnet.shapes import Json


def get_block_by_number(backend: Backend, block: object, full: object = False) -> Json | None:
    """Return a block, null when there is none."""
    found = _block(backend, block)
    return None if found is None else block_json(found, full=bool(full))


def get_block_by_hash(backend: Backend, block_hash: object, full: object = False) -> Json | None:
    """Return a block, null when there is none."""
    found = _block_with_hash(backend, block_hash)
    return None if found is None else block_json(found, full=bool(full))


def get_transaction_by_hash(backend: Backend, tx_hash: object) -> Json | None:
    """Return a transaction, null when there is none."""
    found = _locate(backend, tx_hash)
    return None if found is None else transaction_json(*found)


def get_transaction_receipt(backend: Backend, tx_hash: object) -> Json | None:
    """Return a receipt, null when there is none."""
    found = _locate(backend, tx_hash)
    return None if found is None else receipt_json(*found)


def get_raw_transaction(backend: Backend, tx_hash: object) -> str | None:
    """Return a transaction as it was sent, null when there is none."""
    found = _locate(backend, tx_hash)
    return None if found is None else to_data(found[0].receipts[found[1]].transaction.raw)


def get_block_receipts(backend: Backend, block: object) -> list[Json] | None:
    """Return all receipts of a block, null when there is none."""
    found = _block(backend, block)
    return None if found is None else [receipt_json(found, index) for index in range(len(found.receipts))]


def count_by_number(backend: Backend, block: object) -> str | None:
    """Return the number of transactions in a block."""
    found = _block(backend, block)
    return None if found is None else to_quantity(len(found.receipts))


def count_by_hash(backend: Backend, block_hash: object) -> str | None:
    """Return the number of transactions in a block."""
    found = _block_with_hash(backend, block_hash)
    return None if found is None else to_quantity(len(found.receipts))


def transaction_in_block(backend: Backend, block: object, index: object) -> Json | None:
    """Return a transaction by its place in a block."""
    return _indexed(_block(backend, block), parse_quantity(index))


def transaction_in_block_with_hash(backend: Backend, block_hash: object, index: object) -> Json | None:
    """Return a transaction by its place in a block."""
    return _indexed(_block_with_hash(backend, block_hash), parse_quantity(index))


def uncle_count(backend: Backend, block: object) -> str | None:
    """Return 0: there are no uncles any more."""
    return None if _block(backend, block) is None else to_quantity(0)


def _block(backend: Backend, value: object) -> Block | None:
    number = find_block(backend, value)
    return None if number is None else backend.engine.block(number)


def _block_with_hash(backend: Backend, value: object) -> Block | None:
    number = backend.engine.block_number(parse_hash(value))
    return None if number is None else backend.engine.block(number)


def _locate(backend: Backend, tx_hash: object) -> tuple[Block, int] | None:
    wanted = parse_hash(tx_hash)
    number = backend.engine.transaction_block(wanted)
    if number is None:
        return None
    block = backend.engine.block(number)
    return block, [receipt.transaction.hash for receipt in block.receipts].index(wanted)


def _indexed(block: Block | None, index: int) -> Json | None:
    if block is None or index >= len(block.receipts):
        return None
    return transaction_json(block, index)


METHODS: Methods = {
    "eth_getBlockByNumber": get_block_by_number,
    "eth_getBlockByHash": get_block_by_hash,
    "eth_getTransactionByHash": get_transaction_by_hash,
    "eth_getTransactionReceipt": get_transaction_receipt,
    "eth_getRawTransactionByHash": get_raw_transaction,
    "eth_getBlockReceipts": get_block_receipts,
    "eth_getBlockTransactionCountByNumber": count_by_number,
    "eth_getBlockTransactionCountByHash": count_by_hash,
    "eth_getTransactionByBlockNumberAndIndex": transaction_in_block,
    "eth_getTransactionByBlockHashAndIndex": transaction_in_block_with_hash,
    "eth_getUncleCountByBlockNumber": uncle_count,
}

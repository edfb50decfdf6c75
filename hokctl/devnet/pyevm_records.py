"""py-evm's headers, transactions and receipts as the engine's records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rlp  # type: ignore[import-untyped] # rlp ships no types
from eth.constants import BLANK_ROOT_HASH
from eth.exceptions import UnrecognizedTransactionType
from eth.vm.forks.prague.blocks import PragueBlock
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth_keys.exceptions import BadSignature
from eth_typing import Address
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError

from hokctl.devnet.engine import (
    Block,
    CallRequest,
    InvalidTransactionError,
    Log,
    Receipt,
    Transaction,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eth.abc import BlockHeaderAPI, ReceiptAPI, SignedTransactionAPI

_HALF_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141 // 2
_FIRST_LEGACY_BYTE = 0xC0
_SUPPORTED_TYPES = (1, 2)


def decode_transaction(raw: bytes) -> tuple[SignedTransactionAPI, Transaction]:
    """Decode a signed transaction of type 0, 1 or 2 and recover its sender."""
    if not raw:
        raise InvalidTransactionError("typed transaction too short")
    if raw[0] < _FIRST_LEGACY_BYTE and raw[0] not in _SUPPORTED_TYPES:
        raise InvalidTransactionError(f"transaction type not supported: {raw[0]:#x}")
    try:
        inner = PragueTransactionBuilder.decode(raw)
        if inner.s > _HALF_CURVE_ORDER:
            raise InvalidTransactionError("invalid transaction v, r, s values")
        return inner, describe_transaction(inner, inner.sender, raw)
    except (
        rlp.exceptions.RLPException,
        UnrecognizedTransactionType,
        TypeError,
    ) as error:
        raise InvalidTransactionError(f"rlp: {error}") from error
    except (BadSignature, ValidationError) as error:
        raise InvalidTransactionError(f"invalid sender: {error}") from error


def unsigned_transaction(request: CallRequest, *, chain_id: int, nonce: int) -> SignedTransactionAPI:
    """Return a type 2 transaction nobody signed; r holds the sender, so that hashes of two senders differ."""
    london = PragueTransactionBuilder.new_dynamic_fee_transaction(
        chain_id=chain_id,
        nonce=nonce,
        max_priority_fee_per_gas=0,
        max_fee_per_gas=request.gas_price,
        gas=request.gas or 0,
        to=Address(request.to or b""),
        value=request.value,
        data=request.data,
        access_list=[(Address(account), slots) for account, slots in request.access_list],
        y_parity=0,
        r=int.from_bytes(request.sender, "big"),
        s=1,
    )
    return PragueTransactionBuilder.decode(london.encode())


def describe_transaction(inner: SignedTransactionAPI, sender: bytes, raw: bytes) -> Transaction:
    """Return the engine's record of a transaction of py-evm."""
    type_id = inner.type_id or 0
    v = inner.y_parity if type_id else int(inner.v)  # type: ignore[attr-defined] # only legacy has v
    return Transaction(
        hash=keccak(raw),
        type_id=type_id,
        chain_id=inner.chain_id,
        sender=bytes(sender),
        to=bytes(inner.to) or None,
        nonce=inner.nonce,
        gas=inner.gas,
        value=inner.value,
        data=bytes(inner.data),
        max_fee=inner.max_fee_per_gas,
        max_tip=inner.max_priority_fee_per_gas,
        access_list=tuple((bytes(account), tuple(keys)) for account, keys in inner.access_list),
        y_parity=inner.y_parity,
        v=v,
        r=inner.r,
        s=inner.s,
        raw=raw,
    )


def describe_receipt(transaction: Transaction, receipt: ReceiptAPI, header: BlockHeaderAPI) -> Receipt:
    """Return the engine's record of the receipt of a block's only transaction."""
    created = created_address(transaction.sender, transaction.nonce) if transaction.to is None else None
    return Receipt(
        transaction=transaction,
        succeeded=receipt.state_root == b"\x01",
        gas_used=receipt.gas_used,
        cumulative_gas_used=receipt.gas_used,
        gas_price=transaction.price_at(header.base_fee_per_gas or 0),
        created=created,
        logs=tuple(describe_log(log.address, log.topics, log.data) for log in receipt.logs),
        bloom=receipt.bloom,
    )


def describe_log(address: bytes, topics: Sequence[int], data: bytes) -> Log:
    """Return the engine's record of a log."""
    return Log(
        bytes(address),
        tuple(topic.to_bytes(32, "big") for topic in topics),
        bytes(data),
    )


def describe_block(
    header: BlockHeaderAPI,
    transactions: Sequence[SignedTransactionAPI],
    receipts: tuple[Receipt, ...],
) -> Block:
    """Return the engine's record of a sealed (or, for the pending block, a possible) header."""
    block = PragueBlock(header, transactions=transactions, uncles=(), withdrawals=())
    return Block(
        number=header.block_number,
        hash=header.hash,
        parent_hash=header.parent_hash,
        timestamp=header.timestamp,
        miner=header.coinbase,
        gas_limit=header.gas_limit,
        gas_used=header.gas_used,
        base_fee=header.base_fee_per_gas or 0,
        blob_gas_used=header.blob_gas_used,
        excess_blob_gas=header.excess_blob_gas,
        bloom=header.bloom,
        difficulty=header.difficulty,
        extra_data=header.extra_data,
        mix_hash=header.mix_hash,
        nonce=header.nonce,
        uncles_hash=header.uncles_hash,
        state_root=header.state_root,
        transactions_root=header.transaction_root,
        receipts_root=header.receipt_root,
        withdrawals_root=header.withdrawals_root or BLANK_ROOT_HASH,
        parent_beacon_block_root=header.parent_beacon_block_root or bytes(32),
        requests_hash=header.requests_hash,  # type: ignore[attr-defined] # Prague's field, not in py-evm's interface
        size=len(rlp.encode(block)),
        receipts=receipts,
    )


def created_address(sender: bytes, nonce: int) -> bytes:
    """Return the address of the contract that the sender's transaction with this nonce creates."""
    return keccak(rlp.encode([sender, nonce]))[12:]

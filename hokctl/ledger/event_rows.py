"""Protocol events as rows of the index, and back."""

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row

from hokctl.domain.calls import AbiValue
from hokctl.domain.protocol_events import IndexedContract, IndexedTransaction, ProtocolEvent
from hokctl.domain.units import ModelId

_BYTES: Final = "0x"
"""The only key of the object that stands for bytes among the arguments: other values say their type themselves."""
_UNITS: Final = ("amount", "totalAmount", "value")
"""Which arguments say how much an event is about, the first that an event has."""

EVENT_COLUMNS: Final = (
    "deployment_id",
    "block_number",
    "log_index",
    "block_hash",
    "tx_hash",
    "timestamp",
    "contract",
    "address",
    "name",
    "model_topic",
    "payee",
    "invoice_hash",
    "units",
    "args",
)


def event_to_row(event: ProtocolEvent, deployment_id: int) -> tuple[object, ...]:
    """Return the row of an event, its values in the order of EVENT_COLUMNS."""
    args = event.args
    units = next((args[name] for name in _UNITS if name in args), None)
    payee, invoice_hash = args.get("payee"), args.get("invoiceHash")
    return (
        deployment_id,
        event.block_number,
        event.log_index,
        event.block_hash,
        event.tx_hash,
        event.timestamp,
        event.contract,
        event.address,
        event.name,
        event.model_topic,
        payee if isinstance(payee, str) else None,
        "0x" + invoice_hash.hex() if isinstance(invoice_hash, bytes) else None,
        str(units) if type(units) is int else None,
        args_to_text(args),
    )


def row_to_event(row: Row[Any], names: Mapping[str, ModelId]) -> ProtocolEvent:
    """Return the event of a row; `names` tell the ids of models by their hashes."""
    return ProtocolEvent(
        block_number=row.block_number,
        block_hash=row.block_hash,
        timestamp=row.timestamp,
        tx_hash=row.tx_hash,
        log_index=row.log_index,
        contract=row.contract,
        address=row.address,
        name=row.name,
        args=args_from_text(row.args),
        model_id=None if row.model_topic is None else names.get(row.model_topic),
        model_topic=row.model_topic,
    )


def args_to_text(args: Mapping[str, AbiValue]) -> str:
    """Return arguments as JSON: numbers as numbers of any size, bytes as an object, so that each keeps its type."""
    return _ENCODER.encode(args)


def args_from_text(text: str) -> dict[str, AbiValue]:
    """Return the arguments that args_to_text wrote."""
    return {name: _value_from_json(value) for name, value in json.loads(text).items()}


def contract_to_row(contract: IndexedContract, deployment_id: int) -> dict[str, Any]:
    """Return the row of a contract."""
    return {
        "deployment_id": deployment_id,
        "address": contract.address,
        "name": contract.name,
        "first_block": contract.first_block,
        "model_topic": contract.model_topic,
        "model_id": contract.model_id,
        "next_block": contract.next_block,
    }


def row_to_contract(row: Row[Any]) -> IndexedContract:
    """Return the contract of a row."""
    return IndexedContract(
        address=row.address,
        name=row.name,
        first_block=row.first_block,
        model_topic=row.model_topic,
        model_id=row.model_id,
        next_block=row.next_block,
    )


def transaction_to_row(transaction: IndexedTransaction) -> dict[str, Any]:
    """Return the row of a transaction."""
    return {
        "chain_id": transaction.chain_id,
        "tx_hash": transaction.tx_hash,
        "block_number": transaction.block_number,
        "timestamp": transaction.timestamp,
        "sender": transaction.sender,
        "to": transaction.to,
        "gas_used": transaction.gas_used,
        "gas_price_wei": str(transaction.gas_price_wei),
        "status": int(transaction.succeeded),
        "safe_tx_hash": transaction.safe_tx_hash,
        "safe_nonce": transaction.safe_nonce,
    }


def row_to_transaction(row: Row[Any]) -> IndexedTransaction:
    """Return the transaction of a row."""
    return IndexedTransaction(
        chain_id=row.chain_id,
        tx_hash=row.tx_hash,
        block_number=row.block_number,
        timestamp=row.timestamp,
        sender=row.sender,
        to=row.to,
        gas_used=row.gas_used,
        gas_price_wei=int(row.gas_price_wei),
        succeeded=bool(row.status),
        safe_tx_hash=row.safe_tx_hash,
        safe_nonce=row.safe_nonce,
    )


def _mark_bytes(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {_BYTES: value.hex()}
    raise TypeError(f"{type(value).__name__} is no ABI value")


_ENCODER: Final = json.JSONEncoder(default=_mark_bytes, separators=(",", ":"))


def _value_from_json(value: Any) -> AbiValue:  # noqa: ANN401 - decoded JSON
    if isinstance(value, list):
        return tuple(_value_from_json(item) for item in value)
    if isinstance(value, dict):
        return bytes.fromhex(value[_BYTES])
    known: AbiValue = value
    return known

"""Safe transactions as others write them down: EIP-712 documents, the Transaction Service's JSON, and hokctl's own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.clients.safe import Operation
from hokctl.domain.documents import (
    DocumentError,
    JsonObject,
    JsonValue,
    parse_decimal,
    parse_foreign_address,
    parse_foreign_hex,
)
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.safe.transactions import SafeTx

_HASH_VERSION: Final = "1.4.1"
"""Any version from 1.3.0 on hashes alike."""
_NUMBERS: Final = ("safe_tx_gas", "base_gas", "gas_price")
_KEYS: Final = {
    "safe_tx_gas": "safeTxGas",
    "base_gas": "baseGas",
    "gas_price": "gasPrice",
    "gas_token": "gasToken",
    "refund_receiver": "refundReceiver",
    "chain_id": "chainId",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignSafeTx:
    """A Safe transaction as a document has it; what the document leaves out is None."""

    to: ChecksumAddress
    value: int
    data: bytes
    operation: Operation
    safe: ChecksumAddress | None
    chain_id: int | None
    nonce: int | None
    refunds_gas: bool
    stated_hash: str | None
    computed: SafeTx | None
    """The whole transaction with its hashes, when the document says enough."""


def is_safe_tx_document(document: Mapping[str, JsonValue]) -> bool:
    """Tell whether a JSON object means to be a Safe transaction."""
    return document.get("primaryType") == "SafeTx" or {"to", "data", "operation"} <= set(document)


def parse_safe_tx_document(document: JsonObject) -> ForeignSafeTx:
    """Return the Safe transaction in a document; DocumentError for what is none."""
    fields = _flatten(document)
    operation = _number(fields, "operation")
    if operation not in {Operation.CALL, Operation.DELEGATECALL}:
        raise DocumentError("its operation is neither a call nor a delegatecall")
    to, gas_token, receiver = (_address(fields, name) for name in ("to", "gas_token", "refund_receiver"))
    if to is None:
        raise DocumentError("to is missing")
    gas = {name: _number(fields, name) or 0 for name in _NUMBERS}
    stated = fields.get("safe_tx_hash") or fields.get("safeTxHash") or fields.get("contractTransactionHash")
    found = ForeignSafeTx(
        to=to,
        value=_number(fields, "value") or 0,
        data=parse_foreign_hex(fields.get("data"), "data"),
        operation=Operation(operation),
        safe=_address(fields, "safe"),
        chain_id=_number(fields, "chain_id"),
        nonce=_number(fields, "nonce"),
        refunds_gas=any(gas.values()) or bool({gas_token, receiver} - {None, ZERO_ADDRESS}),
        stated_hash=stated if isinstance(stated, str) else None,
        computed=None,
    )
    return replace(found, computed=_complete(found, gas, gas_token or ZERO_ADDRESS, receiver or ZERO_ADDRESS))


def _complete(
    found: ForeignSafeTx, gas: Mapping[str, int], gas_token: ChecksumAddress, refund_receiver: ChecksumAddress
) -> SafeTx | None:
    """Return the whole transaction when Safe, chain and nonce are known."""
    if found.safe is None or found.chain_id is None or found.nonce is None:
        return None
    return SafeTx(
        safe=found.safe,
        chain_id=found.chain_id,
        version=_HASH_VERSION,
        to=found.to,
        value=found.value,
        data=found.data,
        operation=found.operation,
        nonce=found.nonce,
        **gas,
        gas_token=gas_token,
        refund_receiver=refund_receiver,
    )


def _flatten(document: JsonObject) -> JsonObject:
    """Return the ten fields with Safe and chain id beside them, also out of an EIP-712 document."""
    message, domain = document.get("message"), document.get("domain")
    if document.get("primaryType") != "SafeTx":
        return document
    if not isinstance(message, dict) or not isinstance(domain, dict):
        raise DocumentError("the EIP-712 document lacks its message or domain")
    return {**message, "safe": domain.get("verifyingContract"), "chain_id": domain.get("chainId")}


def _get(fields: JsonObject, name: str) -> JsonValue:
    value = fields.get(name)
    return fields.get(_KEYS[name]) if value is None and name in _KEYS else value


def _number(fields: JsonObject, name: str) -> int | None:
    value = _get(fields, name)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    number = parse_decimal(value, name)
    if number < 0:
        raise DocumentError(f"{name} is negative")
    return number


def _address(fields: JsonObject, name: str) -> ChecksumAddress | None:
    value = _get(fields, name)
    return None if value is None else parse_foreign_address(value, name)

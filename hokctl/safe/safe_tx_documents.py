"""Safe transactions as others write them down: EIP-712 documents, the Transaction Service's JSON, jarvis's, our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.clients.safe import Operation
from hokctl.domain.documents import (
    DocumentError,
    Fields,
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
    stated_hash: str | None
    safe_tx_gas: int = 0
    base_gas: int = 0
    gas_price: int = 0
    gas_token: ChecksumAddress = ZERO_ADDRESS
    refund_receiver: ChecksumAddress = ZERO_ADDRESS

    @property
    def refunds_gas(self) -> bool:
        """Whether the Safe would pay whoever executes it, or the document prepares for it."""
        numbers = (self.safe_tx_gas, self.base_gas, self.gas_price)
        return any(numbers) or {self.gas_token, self.refund_receiver} != {ZERO_ADDRESS}

    @property
    def computed(self) -> SafeTx | None:
        """The whole transaction with its hashes, when the document says enough."""
        return None if self.chain_id is None else self.on_chain(self.chain_id)

    def on_chain(self, chain_id: int) -> SafeTx | None:
        """Return the whole transaction for a chain that the document may leave out; None without Safe or nonce."""
        if self.safe is None or self.nonce is None:
            return None
        return SafeTx(
            safe=self.safe,
            chain_id=chain_id,
            version=_HASH_VERSION,
            to=self.to,
            value=self.value,
            data=self.data,
            operation=self.operation,
            nonce=self.nonce,
            safe_tx_gas=self.safe_tx_gas,
            base_gas=self.base_gas,
            gas_price=self.gas_price,
            gas_token=self.gas_token,
            refund_receiver=self.refund_receiver,
        )


def is_safe_tx_document(document: Mapping[str, JsonValue]) -> bool:
    """Tell whether a JSON object means to be a Safe transaction."""
    return (
        document.get("primaryType") == "SafeTx" or is_jarvis(document) or {"to", "data", "operation"} <= set(document)
    )


def is_jarvis(document: Mapping[str, JsonValue]) -> bool:
    """Tell whether a JSON object means to be jarvis's file of a Safe transaction."""
    return isinstance(document.get("tx"), dict) and {"safe", "chain_id"} <= set(document)


def parse_safe_tx_document(document: JsonObject) -> ForeignSafeTx:
    """Return the Safe transaction in a document; DocumentError for what is none."""
    fields = _flatten(document)
    operation = _number(fields, "operation")
    if operation not in {Operation.CALL, Operation.DELEGATECALL}:
        raise DocumentError("its operation is neither a call nor a delegatecall")
    to = _address(fields, "to")
    if to is None:
        raise DocumentError("to is missing")
    stated = fields.get("safe_tx_hash") or fields.get("safeTxHash") or fields.get("contractTransactionHash")
    return ForeignSafeTx(
        to=to,
        value=_number(fields, "value") or 0,
        data=parse_foreign_hex(fields.get("data"), "data"),
        operation=Operation(operation),
        safe=_address(fields, "safe"),
        chain_id=_number(fields, "chain_id"),
        nonce=_number(fields, "nonce"),
        stated_hash=stated if isinstance(stated, str) else None,
        safe_tx_gas=_number(fields, "safe_tx_gas") or 0,
        base_gas=_number(fields, "base_gas") or 0,
        gas_price=_number(fields, "gas_price") or 0,
        gas_token=_address(fields, "gas_token") or ZERO_ADDRESS,
        refund_receiver=_address(fields, "refund_receiver") or ZERO_ADDRESS,
    )


def _flatten(document: JsonObject) -> JsonObject:
    """Return the ten fields with Safe and chain id beside them, also out of an EIP-712 document or jarvis's file."""
    if is_jarvis(document):
        outer = {name: document.get(name) for name in ("safe", "chain_id", "safe_tx_hash")}
        return {**Fields(document).object("tx").content, **outer}
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

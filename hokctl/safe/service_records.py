"""What a Transaction Service tells about a Safe transaction, read strictly: hashes are computed anew.

Source: the service's API v2, version 6.10, as it really answers; its OpenAPI document is not exact.
"""

from dataclasses import dataclass
from datetime import datetime

from eth_typing import ChecksumAddress

from hokctl.clients.safe import Operation
from hokctl.domain.documents import DocumentError, Fields, JsonObject, JsonValue, parse_decimal, parse_foreign_hex
from hokctl.domain.units import ZERO_ADDRESS, SafeTxHash, TxHash
from hokctl.safe.transactions import InvalidSafeTxError, SafeTx
from hokctl.safe.versions import UnsupportedSafeVersionError

_NUMBERS = {
    "value": "value",
    "nonce": "nonce",
    "safe_tx_gas": "safeTxGas",
    "base_gas": "baseGas",
    "gas_price": "gasPrice",
}


class ContradictionError(ValueError):
    """A record that contradicts itself or what was asked for; the client turns it into ServiceUntrustedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceConfirmation:
    """A confirmation as the service has it; nothing in it is verified."""

    owner: ChecksumAddress
    signature: bytes
    """In the form of execTransaction, for this one owner."""
    signature_type: str
    """EOA, ETH_SIGN, APPROVED_HASH or CONTRACT_SIGNATURE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTx:
    """A Safe transaction in the service. Its hash follows from its fields; all else is only the service's word."""

    safe_tx: SafeTx
    confirmations: tuple[ServiceConfirmation, ...]
    proposer: ChecksumAddress | None
    proposed_by_delegate: ChecksumAddress | None
    origin: str
    submitted_at: int
    """Seconds since the epoch."""
    executed: bool
    tx_hash: TxHash | None
    trusted: bool
    """Whether the service shows it without being asked for everything: an owner or delegate has signed it."""

    @property
    def safe_tx_hash(self) -> SafeTxHash:
        """The hash that owners sign, computed from the fields."""
        return self.safe_tx.safe_tx_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate:
    """An account that may propose in an owner's name."""

    safe: ChecksumAddress | None
    """The Safe it is for; None when it is for every Safe of the owner."""
    delegate: ChecksumAddress
    delegator: ChecksumAddress
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAbout:
    """What a service says about itself."""

    name: str
    version: str
    chain_id: int | None
    """The chain that it serves; None when it does not say."""


def parse_service_tx(document: JsonValue, *, chain_id: int, version: str) -> ServiceTx:
    """Return the Safe transaction in one record of the service.

    `chain_id` and the Safe's `version` are the chain's own. Raises DocumentError for another shape and
    ContradictionError when the stated safeTxHash does not follow from the fields on this chain.
    """
    fields = Fields.of(document, "the record")
    safe_tx = _parse_safe_tx(fields, chain_id=chain_id, version=version)
    stated = fields.hash("safeTxHash")
    if stated != safe_tx.safe_tx_hash:
        raise ContradictionError(
            f"what it calls {stated} hashes to {safe_tx.safe_tx_hash} on chain {chain_id}: a field was changed, "
            "or it serves another chain"
        )
    return ServiceTx(
        safe_tx=safe_tx,
        confirmations=tuple(_parse_confirmation(item) for item in _optional_objects(fields, "confirmations")),
        proposer=_optional_address(fields, "proposer"),
        proposed_by_delegate=_optional_address(fields, "proposedByDelegate"),
        origin=_optional_text(fields, "origin") or "",
        submitted_at=_parse_time(fields.text("submissionDate")),
        executed=fields.flag("isExecuted"),
        tx_hash=_optional_hash(fields, "transactionHash"),
        trusted=fields.flag("trusted"),
    )


def parse_delegate(document: JsonValue) -> Delegate:
    """Return one record of the list of delegates; DocumentError for another shape."""
    fields = Fields.of(document, "the delegate")
    return Delegate(
        safe=_optional_address(fields, "safe"),
        delegate=fields.address("delegate"),
        delegator=fields.address("delegator"),
        label=fields.line("label"),
    )


def parse_about(document: JsonValue, network: JsonValue) -> ServiceAbout:
    """Return what the service says about itself and about its node; DocumentError for another shape."""
    fields = Fields.of(document, "the answer")
    chain_id = network.get("chain_id") if isinstance(network, dict) else None
    return ServiceAbout(
        name=fields.line("name"),
        version=fields.line("version"),
        chain_id=chain_id if isinstance(chain_id, int) and not isinstance(chain_id, bool) else None,
    )


def propose_body(
    safe_tx: SafeTx, *, sender: ChecksumAddress, signature: bytes | None, origin: str | None
) -> JsonObject:
    """Return the body of a proposal: integers as decimal strings, no data as null, the hash as computed here."""
    return {
        "to": safe_tx.to,
        "value": str(safe_tx.value),
        "data": _hex(safe_tx.data) if safe_tx.data else None,
        "operation": int(safe_tx.operation),
        "gasToken": safe_tx.gas_token,
        "safeTxGas": str(safe_tx.safe_tx_gas),
        "baseGas": str(safe_tx.base_gas),
        "gasPrice": str(safe_tx.gas_price),
        "refundReceiver": safe_tx.refund_receiver,
        "nonce": str(safe_tx.nonce),
        "contractTransactionHash": safe_tx.safe_tx_hash,
        "sender": sender,
        "signature": None if signature is None else _hex(signature),
        "origin": origin,
    }


def _parse_safe_tx(fields: Fields, *, chain_id: int, version: str) -> SafeTx:
    operation = fields.number("operation")
    if operation not in {Operation.CALL, Operation.DELEGATECALL}:
        raise DocumentError("operation is neither a call nor a delegatecall")
    try:
        return SafeTx(
            safe=fields.address("safe"),
            chain_id=chain_id,
            version=version,
            to=fields.address("to"),
            data=parse_foreign_hex(fields.value("data"), "data"),
            operation=Operation(operation),
            gas_token=_optional_address(fields, "gasToken") or ZERO_ADDRESS,
            refund_receiver=_optional_address(fields, "refundReceiver") or ZERO_ADDRESS,
            **{name: _number(fields.value(key), key) for name, key in _NUMBERS.items()},
        )
    except (InvalidSafeTxError, UnsupportedSafeVersionError) as error:
        raise DocumentError(error.message) from error


def _parse_confirmation(fields: Fields) -> ServiceConfirmation:
    signature = fields.value("signature")
    return ServiceConfirmation(
        owner=fields.address("owner"),
        signature=parse_foreign_hex(signature, "signature"),
        signature_type=fields.line("signatureType"),
    )


def _number(value: JsonValue, name: str) -> int:
    """Return an integer, which comes as a decimal string or as a number, by version and field."""
    number = value if isinstance(value, int) and not isinstance(value, bool) else parse_decimal(value, name)
    if number < 0:
        raise DocumentError(f"{name} is negative")
    return number


def _parse_time(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError) as error:
        raise DocumentError("submissionDate is no time") from error


def _optional_objects(fields: Fields, name: str) -> tuple[Fields, ...]:
    return () if fields.content.get(name) is None else tuple(fields.objects(name))


def _optional_text(fields: Fields, name: str) -> str | None:
    return None if fields.content.get(name) is None else fields.text(name)


def _optional_address(fields: Fields, name: str) -> ChecksumAddress | None:
    return None if fields.content.get(name) is None else fields.address(name)


def _optional_hash(fields: Fields, name: str) -> TxHash | None:
    return None if fields.content.get(name) is None else TxHash(fields.hash(name))


def _hex(data: bytes) -> str:
    return "0x" + data.hex()

"""A Safe transaction and its EIP-712 hashes, computed here and never taken from anyone else."""

from dataclasses import dataclass
from typing import Any, Final

from eth_typing import ChecksumAddress
from eth_utils.address import is_checksum_address
from eth_utils.crypto import keccak

from hokctl.clients.safe import Operation, SafeTxFields
from hokctl.domain.documents import DocumentError, Fields, JsonObject
from hokctl.domain.units import ZERO_ADDRESS, SafeTxHash
from hokctl.errors import RefusedError, UsageError
from hokctl.safe.versions import supported_version

_FIELDS: Final = (
    ("to", "address"),
    ("value", "uint256"),
    ("data", "bytes"),
    ("operation", "uint8"),
    ("safeTxGas", "uint256"),
    ("baseGas", "uint256"),
    ("gasPrice", "uint256"),
    ("gasToken", "address"),
    ("refundReceiver", "address"),
    ("nonce", "uint256"),
)
_DOMAIN_FIELDS: Final = (("chainId", "uint256"), ("verifyingContract", "address"))


def _type_hash(name: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    members = ",".join(f"{kind} {field}" for field, kind in fields)
    return keccak(text=f"{name}({members})")


DOMAIN_TYPE_HASH: Final = _type_hash("EIP712Domain", _DOMAIN_FIELDS)
SAFE_TX_TYPE_HASH: Final = _type_hash("SafeTx", _FIELDS)
_MAX_WORD: Final = 2**256 - 1


class InvalidSafeTxError(UsageError):
    """A Safe transaction whose fields no Safe could execute."""

    code = "invalid-safe-tx"

    def __init__(self, reason: str) -> None:
        """Say what is wrong with it."""
        super().__init__(
            f"The Safe transaction cannot be used: {reason}.", hint="Have it proposed again from its plan."
        )


class HashMismatchError(RefusedError):
    """Two independent computations of one hash disagree."""

    code = "hash-mismatch"

    def __init__(self, name: str, *, ours: str, theirs: str, source: str) -> None:
        """Name the hash, both values, and where the other one comes from."""
        super().__init__(
            f"The {name} computed here is {ours}, but {source} says {theirs}.",
            hint="Sign nothing: compare the versions of the Safe and of hokctl, and report it.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeTx:
    """A transaction of a Safe of version 1.3.0 or later. Gas refund fields are zero unless someone insists."""

    safe: ChecksumAddress
    chain_id: int
    version: str
    """The Safe's VERSION, such as `1.4.1` or `1.3.0+L2`; not part of the hash, but it decides how one is made."""
    to: ChecksumAddress
    value: int
    """Native currency sent along, in wei."""
    data: bytes
    operation: Operation
    nonce: int
    safe_tx_gas: int = 0
    base_gas: int = 0
    gas_price: int = 0
    gas_token: ChecksumAddress = ZERO_ADDRESS
    refund_receiver: ChecksumAddress = ZERO_ADDRESS

    def __post_init__(self) -> None:
        """Refuse versions with other hashes, and values that do not fit their ABI types."""
        supported_version(self.version, self.safe)
        for address in (self.safe, self.to, self.gas_token, self.refund_receiver):
            if not is_checksum_address(address):
                raise InvalidSafeTxError(f"{address!r} is not a checksummed address")
        for number in (self.chain_id, self.value, self.nonce, self.safe_tx_gas, self.base_gas, self.gas_price):
            if not 0 <= number <= _MAX_WORD:
                raise InvalidSafeTxError(f"{number} is not an unsigned 256-bit number")

    @property
    def domain_hash(self) -> str:
        """The EIP-712 domain separator over chain id and Safe, as a Ledger shows it."""
        return _hex(keccak(DOMAIN_TYPE_HASH + _word(self.chain_id) + _address_word(self.safe)))

    @property
    def message_hash(self) -> str:
        """The EIP-712 struct hash of the ten fields, as a Ledger shows it."""
        encoded = (
            SAFE_TX_TYPE_HASH,
            _address_word(self.to),
            _word(self.value),
            keccak(self.data),
            _word(self.operation),
            _word(self.safe_tx_gas),
            _word(self.base_gas),
            _word(self.gas_price),
            _address_word(self.gas_token),
            _address_word(self.refund_receiver),
            _word(self.nonce),
        )
        return _hex(keccak(b"".join(encoded)))

    @property
    def safe_tx_hash(self) -> SafeTxHash:
        """The hash that owners sign: keccak256(0x1901 || domain hash || message hash)."""
        return SafeTxHash(_hex(keccak(self.pre_image)))

    @property
    def pre_image(self) -> bytes:
        """The 66 bytes whose hash is signed; a Safe before 1.5.0 shows them to owners that are contracts."""
        return b"\x19\x01" + bytes.fromhex(self.domain_hash[2:] + self.message_hash[2:])

    @property
    def fields(self) -> SafeTxFields:
        """The ten fields but the nonce, as execTransaction and getTransactionHash take them."""
        return SafeTxFields(
            to=self.to,
            value=self.value,
            data=self.data,
            operation=self.operation,
            safe_tx_gas=self.safe_tx_gas,
            base_gas=self.base_gas,
            gas_price=self.gas_price,
            gas_token=self.gas_token,
            refund_receiver=self.refund_receiver,
        )

    def typed_data(self) -> dict[str, Any]:
        """Return the EIP-712 document that wallets sign; numbers are ints, data is hex."""
        return {
            "types": typed_data_types(),
            "primaryType": "SafeTx",
            "domain": {"chainId": self.chain_id, "verifyingContract": self.safe},
            "message": {
                "to": self.to,
                "value": self.value,
                "data": _hex(self.data),
                "operation": int(self.operation),
                "safeTxGas": self.safe_tx_gas,
                "baseGas": self.base_gas,
                "gasPrice": self.gas_price,
                "gasToken": self.gas_token,
                "refundReceiver": self.refund_receiver,
                "nonce": self.nonce,
            },
        }


def typed_data_types() -> dict[str, list[dict[str, str]]]:
    """Return the types of the EIP-712 document, as every Safe from 1.3.0 on has them."""
    return {
        "EIP712Domain": [{"name": name, "type": kind} for name, kind in _DOMAIN_FIELDS],
        "SafeTx": [{"name": name, "type": kind} for name, kind in _FIELDS],
    }


def compare_hashes(safe_tx: SafeTx) -> dict[str, tuple[str, str]]:
    """Return each of the three hashes by name: as it is computed here, and as eth_account's EIP-712 gives it."""
    from eth_account.messages import encode_typed_data

    message = encode_typed_data(full_message=safe_tx.typed_data())
    whole = keccak(b"\x19" + message.version + message.header + message.body)
    return {
        "domain hash": (safe_tx.domain_hash, _hex(message.header)),
        "message hash": (safe_tx.message_hash, _hex(message.body)),
        "safe_tx_hash": (safe_tx.safe_tx_hash, _hex(whole)),
    }


def verify_hashes(safe_tx: SafeTx) -> None:
    """Raise HashMismatchError unless eth_account's EIP-712 gives the same three hashes."""
    for name, (ours, theirs) in compare_hashes(safe_tx).items():
        if ours != theirs:
            raise HashMismatchError(name, ours=ours, theirs=theirs, source="eth-account")


def safe_tx_to_json(safe_tx: SafeTx) -> JsonObject:
    """Return the Safe transaction as JSON values; integers that may be large are decimal strings."""
    return {
        "safe": safe_tx.safe,
        "chain_id": safe_tx.chain_id,
        "version": safe_tx.version,
        "to": safe_tx.to,
        "value": str(safe_tx.value),
        "data": _hex(safe_tx.data),
        "operation": int(safe_tx.operation),
        "safe_tx_gas": str(safe_tx.safe_tx_gas),
        "base_gas": str(safe_tx.base_gas),
        "gas_price": str(safe_tx.gas_price),
        "gas_token": safe_tx.gas_token,
        "refund_receiver": safe_tx.refund_receiver,
        "nonce": str(safe_tx.nonce),
    }


def safe_tx_from_json(fields: Fields) -> SafeTx:
    """Return the Safe transaction that `safe_tx_to_json` wrote; raises InvalidSafeTxError for anything else."""
    try:
        return SafeTx(
            safe=fields.address("safe"),
            chain_id=fields.number("chain_id"),
            version=fields.line("version"),
            to=fields.address("to"),
            value=fields.decimal("value"),
            data=fields.data("data"),
            operation=Operation(fields.number("operation")),
            safe_tx_gas=fields.decimal("safe_tx_gas"),
            base_gas=fields.decimal("base_gas"),
            gas_price=fields.decimal("gas_price"),
            gas_token=fields.address("gas_token"),
            refund_receiver=fields.address("refund_receiver"),
            nonce=fields.decimal("nonce"),
        )
    except DocumentError as error:
        raise InvalidSafeTxError(str(error)) from error
    except ValueError as error:
        raise InvalidSafeTxError("its operation is neither a call nor a delegatecall") from error


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _address_word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")


def _hex(data: bytes) -> str:
    return "0x" + data.hex()

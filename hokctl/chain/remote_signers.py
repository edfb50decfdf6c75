"""Signers whose key is elsewhere, in a device or a service: what they return is proven here before it is believed."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.ecdsa import MalformedError, Rs, low_s, pack_signature, recovery_id
from hokctl.chain.signer_errors import ExportOnlySignerError, MissingLibraryError, UnprovenSignatureError
from hokctl.chain.signers import KeyMismatchError
from hokctl.domain.ports import SignedTransaction
from hokctl.domain.units import TxHash

_EIP1559: Final = b"\x02"
EXTRAS: Final = {"ledger": "ledgerblue", "trezor": "trezorlib", "kms": "boto3"}
"""The kinds of signer that need a library, each also the name of the extra, and the library's module."""


class TypedDataHashes:
    """The two hashes under an EIP-712 signature, and the digest over both."""

    def __init__(self, typed_data: dict[str, Any]) -> None:
        """Compute them from the complete typed data."""
        from eth_account.messages import encode_typed_data

        signable = encode_typed_data(full_message=typed_data)
        self.domain: bytes = bytes(signable.header)
        """The hash of the domain."""
        self.message: bytes = bytes(signable.body)
        """The hash of the message."""
        self.digest: bytes = keccak(b"\x19" + signable.version + signable.header + signable.body)


class RemoteSigner(ABC):
    """A signer with an account that is known beforehand, and a key that this process never has."""

    def __init__(self, name: str, address: ChecksumAddress) -> None:
        """Expect the key of `address`; the key's holder is first asked when something is to be signed."""
        self._name = name
        self._address = address
        self._account_checked = False

    @property
    def name(self) -> str:
        """The signer's name in the configuration."""
        return self._name

    @property
    def address(self) -> ChecksumAddress:
        """The account that the configuration names."""
        return self._address

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Return the signed EIP-1559 transaction; `transaction` is complete, in web3's key names."""
        fields = _fields_of(transaction)
        payload = _encode(fields)
        digest = keccak(payload)
        with self._held():
            signature = self._ask_transaction(payload, transaction, digest)
        signature, parity = self._proven(signature, digest)
        raw = _encode([*fields, parity, signature.r, signature.s])
        return SignedTransaction(
            tx_hash=TxHash("0x" + keccak(raw).hex()), raw=raw, sender=self._address, nonce=transaction["nonce"]
        )

    def sign_typed_data(self, typed_data: dict[str, Any]) -> bytes:
        """Return the 65-byte signature (r, s, v with v 27 or 28) over EIP-712 `typed_data`."""
        hashes = TypedDataHashes(typed_data)
        with self._held():
            signature = self._ask_typed_data(typed_data, hashes)
        return pack_signature(*self._proven(signature, hashes.digest))

    def check_account(self) -> None:
        """Raise KeyMismatchError unless the key's holder has the key of the account that was configured."""
        if not self._account_checked:
            actual = self._ask_address()
            if actual != self._address:
                raise KeyMismatchError(self._name, expected=self._address, actual=actual)
            self._account_checked = True

    def __repr__(self) -> str:
        """Name the signer and its account."""
        return f"{type(self).__name__}(name={self._name!r}, address={self._address!r})"

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Ask the key's holder for one signature, its account first, and let go of it afterwards."""
        try:
            self.check_account()
            yield
        finally:
            self._release()

    def _release(self) -> None:  # noqa: B027 - a service has nothing to let go of
        """Let go of the key's holder, so that other programs can use it."""

    @abstractmethod
    def _ask_address(self) -> ChecksumAddress:
        """Return the account of the key, as its holder says."""

    @abstractmethod
    def _ask_transaction(self, payload: bytes, transaction: dict[str, Any], digest: bytes) -> Rs:
        """Return the holder's signature over an unsigned transaction: as bytes, as fields, and their hash."""

    @abstractmethod
    def _ask_typed_data(self, typed_data: dict[str, Any], hashes: TypedDataHashes) -> Rs:
        """Return the holder's signature over typed data."""

    def _proven(self, signature: Rs, digest: bytes) -> tuple[Rs, int]:
        """Return the signature with s in the lower half, and its recovery id; refuse what is not the account's."""
        try:
            lower = low_s(*signature)
        except MalformedError as error:
            raise UnprovenSignatureError(self._name, self._address, str(error)) from error
        parity = recovery_id(digest, lower, self._address)
        if parity is None:
            raise UnprovenSignatureError(self._name, self._address, "it recovers to another account")
        return lower, parity


class ExportOnlySigner:
    """An account whose key hokctl has no way to: it plans and exports, and never signs."""

    def __init__(self, name: str, address: ChecksumAddress) -> None:
        """Name the account."""
        self.name = name
        self.address = address

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Raise ExportOnlySignerError, whatever the transaction."""
        del transaction
        raise ExportOnlySignerError(self.name, self.address)

    def sign_typed_data(self, typed_data: dict[str, Any]) -> bytes:
        """Raise ExportOnlySignerError, whatever the data."""
        del typed_data
        raise ExportOnlySignerError(self.name, self.address)


def require_library(signer: str, kind: str) -> None:
    """Raise MissingLibraryError unless the library for this kind of signer is installed. Nothing is imported."""
    library = EXTRAS.get(kind)
    if library is not None and find_spec(library) is None:
        raise MissingLibraryError(signer, library=library, extra=kind)


def load_library(signer: str, kind: str, module: str) -> Any:  # noqa: ANN401 - a library without types of its own
    """Return a module of the library for this kind of signer; raise MissingLibraryError where it is not installed."""
    require_library(signer, kind)
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingLibraryError(signer, library=EXTRAS[kind], extra=kind) from error


def _fields_of(transaction: dict[str, Any]) -> list[Any]:
    """Return the nine fields of an unsigned EIP-1559 transaction, in its order."""
    return [
        transaction["chainId"],
        transaction["nonce"],
        transaction["maxPriorityFeePerGas"],
        transaction["maxFeePerGas"],
        transaction["gas"],
        _bytes_of(transaction.get("to", b"")),
        transaction["value"],
        _bytes_of(transaction["data"]),
        [],
    ]


def _bytes_of(value: str | bytes) -> bytes:
    return bytes.fromhex(value.removeprefix("0x")) if isinstance(value, str) else value


def _encode(fields: list[Any]) -> bytes:
    import rlp  # type: ignore[import-untyped]  # it has no types

    return _EIP1559 + bytes(rlp.encode(fields))

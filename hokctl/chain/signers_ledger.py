"""A Ledger hardware wallet as a signer. Untried on a device: written and tested against the app's documentation."""

import struct
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from eth_typing import ChecksumAddress
from eth_utils.address import is_hex_address, to_checksum_address
from eth_utils.crypto import keccak

from hokctl.chain import ledger_apdus
from hokctl.chain.ecdsa import Rs
from hokctl.chain.remote_signers import RemoteSigner, TypedDataHashes, load_library
from hokctl.chain.signer_errors import (
    BlindSigningError,
    DeviceAppError,
    DeviceError,
    DeviceLockedError,
    DeviceRejectedError,
)
from hokctl.errors import HokctlError

_LOCKED: Final = frozenset({0x5515, 0x6804, 0x6B0C})
_APP_CLOSED: Final = frozenset({0x6511, 0x6D02, 0x6E00, 0x6E01})
_UNKNOWN_INSTRUCTION: Final = 0x6D00
_REJECTED: Final = frozenset({0x5501, 0x6982, 0x6985})
_INVALID_DATA: Final = 0x6A80
_FULL_TYPED_DATA: Final = (1, 9, 19)
"""The first version of the app that hashes typed data by itself."""
_SIGNATURE_BYTES: Final = 65
_KEY_BYTES: Final = 65
_CONFIGURATION_BYTES: Final = 4
_PERSON_S: Final = 300
"""How long a person may look at the device before hokctl gives up."""
_AGAIN_HINT: Final = "Unlock it, open its Ethereum app, close other programs that use it, and run the command again."


class StatusWordError(Exception):
    """An answer of the device that is not 9000."""

    def __init__(self, status: int) -> None:
        """Keep the status word."""
        super().__init__(f"{status:04x}")
        self.status = status


class ApduTransport(Protocol):
    """The way to a device: a request in, the answer's data out."""

    def exchange(self, apdu: bytes) -> bytes:
        """Return the data of the answer; raise StatusWordError for any status but 9000."""

    def close(self) -> None:
        """Let go of the device."""


class LedgerSigner(RemoteSigner):
    """Signs with the key that a Ledger has at one derivation path."""

    def __init__(
        self,
        name: str,
        address: ChecksumAddress,
        *,
        derivation_path: str,
        connect: Callable[[], ApduTransport],
        note: Callable[[str], None],
    ) -> None:
        """Expect `address` at `derivation_path`. `connect` opens the device at the first need; `note` tells the person.

        Raises, when it signs, DeviceError and its kinds, DeviceRejectedError and BlindSigningError.
        """
        super().__init__(name, address)
        self._path = derivation_path
        self._connect = connect
        self._note = note
        self._transport: ApduTransport | None = None

    def _ask_address(self) -> ChecksumAddress:
        answer = self._exchange([ledger_apdus.get_address(self._path)])
        key, address = answer[1 : 1 + _KEY_BYTES], answer[2 + _KEY_BYTES :].decode("ascii", "replace")[:40]
        if answer[:1] != bytes([_KEY_BYTES]) or not is_hex_address(address):
            raise self._nonsense()
        account = to_checksum_address(address)
        if to_checksum_address(keccak(key[1:])[-20:]) != account:
            raise self._nonsense()
        return account

    def _ask_transaction(self, payload: bytes, transaction: dict[str, Any], digest: bytes) -> Rs:
        del transaction
        self._note(f"Confirm the transaction on the Ledger of {self.name}; its hash to sign is 0x{digest.hex()}.")
        return self._signature(ledger_apdus.sign_transaction(self._path, payload))

    def _ask_typed_data(self, typed_data: dict[str, Any], hashes: TypedDataHashes) -> Rs:
        try:
            requests = ledger_apdus.sign_typed_data(self._path, typed_data)
        except ledger_apdus.UnsendableError:
            return self._sign_hashes(hashes)
        if self._version() < _FULL_TYPED_DATA:
            return self._sign_hashes(hashes)
        try:
            self._exchange(requests[:1], raw={_UNKNOWN_INSTRUCTION})
        except StatusWordError:
            # The app of the oldest devices leaves the full form out, whatever its version.
            return self._sign_hashes(hashes)
        self._note(f"Compare each field on the Ledger of {self.name}. {_worded(hashes)}")
        return self._signature(requests[1:])

    def _sign_hashes(self, hashes: TypedDataHashes) -> Rs:
        self._note(f"The Ledger of {self.name} shows two hashes only. Compare them. {_worded(hashes)}")
        return self._signature([ledger_apdus.sign_hashes(self._path, hashes.domain, hashes.message)])

    def _release(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _version(self) -> tuple[int, int, int]:
        answer = self._exchange([ledger_apdus.get_configuration()])
        if len(answer) < _CONFIGURATION_BYTES:
            raise self._nonsense()
        return answer[1], answer[2], answer[3]

    def _signature(self, requests: Iterable[bytes]) -> Rs:
        # v is not read: which of the two keys made the signature is found by recovering it.
        answer = self._exchange(requests)
        if len(answer) < _SIGNATURE_BYTES:
            raise self._nonsense()
        return Rs(int.from_bytes(answer[1:33], "big"), int.from_bytes(answer[33:65], "big"))

    def _exchange(self, requests: Iterable[bytes], *, raw: Iterable[int] = ()) -> bytes:
        """Return the answer to the last of the requests; a status word in `raw` is raised as it came."""
        if self._transport is None:
            self._transport = self._connect()
        answer = b""
        for request in requests:
            try:
                answer = self._transport.exchange(request)
            except StatusWordError as error:
                if error.status in raw:
                    raise
                raise self._translated(error.status) from error
        return answer

    def _translated(self, status: int) -> HokctlError:
        if status in _LOCKED:
            return DeviceLockedError(self.name)
        if status in _APP_CLOSED or status == _UNKNOWN_INSTRUCTION:
            return DeviceAppError(self.name)
        if status in _REJECTED:
            return DeviceRejectedError(self.name)
        if status == _INVALID_DATA:
            return BlindSigningError(self.name)
        return DeviceError(self.name, f"answers with the status {status:04x}", hint=_AGAIN_HINT)

    def _nonsense(self) -> DeviceError:
        return DeviceError(self.name, "answers what no Ethereum app answers", hint=_AGAIN_HINT)


class LedgerBlueTransport:
    """A device reached through the library ledgerblue: by USB, or by what its own environment variables say."""

    def __init__(self, signer: str) -> None:
        """Open the device; raise MissingLibraryError and DeviceError."""
        self._signer = signer
        comm = load_library(signer, "ledger", "ledgerblue.comm")
        self._failure: type[Exception] = load_library(signer, "ledger", "ledgerblue.commException").CommException
        with _DeviceFaults(signer, self._failure, "was not found"):
            self._dongle: Any = comm.getDongle(debug=False)

    def exchange(self, apdu: bytes) -> bytes:
        """Return the data of the answer; raise StatusWordError for any status but 9000, DeviceError when it is gone."""
        with _DeviceFaults(self._signer, self._failure, "does not answer"):
            return bytes(self._dongle.exchange(bytearray(apdu), timeout=_PERSON_S))

    def close(self) -> None:
        """Let go of the device."""
        with _DeviceFaults(self._signer, self._failure, "does not answer"):
            self._dongle.close()


class _DeviceFaults:
    """Translates what ledgerblue raises; a context manager, as ledgerblue raises even a bare BaseException."""

    def __init__(self, signer: str, failure: type[Exception], what: str) -> None:
        self._signer = signer
        self._failure = failure
        self._what = what

    def __enter__(self) -> None:
        """Start."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Raise the translation of what ledgerblue or the operating system raised."""
        status = getattr(error, "sw", 0)
        if isinstance(error, self._failure) and getattr(error, "data", None) is not None:
            raise StatusWordError(status) from None
        if kind is BaseException or isinstance(error, self._failure | OSError | ValueError | IndexError | struct.error):
            raise DeviceError(self._signer, self._what, hint=_AGAIN_HINT) from None


def _worded(hashes: TypedDataHashes) -> str:
    return f"Domain hash 0x{hashes.domain.hex()}, message hash 0x{hashes.message.hex()}."

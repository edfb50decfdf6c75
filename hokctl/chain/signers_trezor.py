"""A Trezor hardware wallet as a signer. Untried on a device: tested against the documented messages."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from eth_typing import ChecksumAddress
from eth_utils.address import is_hex_address, to_checksum_address

from hokctl.chain.ecdsa import Rs
from hokctl.chain.remote_signers import RemoteSigner, TypedDataHashes, load_library
from hokctl.chain.signer_errors import DeviceError, DeviceLockedError, DeviceRejectedError

_APP_NAME: Final = "hokctl"
_SIGNATURE_BYTES: Final = 65
_CONNECT_HINT: Final = "Connect and unlock it, close other programs that use it, and run the command again."
_FIRMWARE_HINT: Final = "Update its firmware with Trezor Suite, then run the command again."


class TrezorSigner(RemoteSigner):
    """Signs with the key that a Trezor has at one derivation path."""

    def __init__(
        self,
        name: str,
        address: ChecksumAddress,
        *,
        derivation_path: str,
        ask: Callable[[str], str],
        note: Callable[[str], None],
    ) -> None:
        """Expect `address` at `derivation_path`. `ask` gets a PIN or pairing code, `note` tells the person what to do.

        Raises, when it signs, MissingLibraryError, DeviceError and its kinds, and DeviceRejectedError.
        """
        super().__init__(name, address)
        self._path = derivation_path
        self._ask = ask
        self._note = note
        self._session: Any = None

    def _ask_address(self) -> ChecksumAddress:
        address = self._call("get_address")
        if not is_hex_address(address):
            raise DeviceError(self.name, "answers what no Trezor answers", hint=_CONNECT_HINT)
        return to_checksum_address(address)

    def _ask_transaction(self, payload: bytes, transaction: dict[str, Any], digest: bytes) -> Rs:
        del payload
        self._note(f"Confirm the transaction on the Trezor of {self.name}; its hash to sign is 0x{digest.hex()}.")
        data = transaction["data"]
        _, r, s = self._call(
            "sign_tx_eip1559",
            nonce=transaction["nonce"],
            gas_limit=transaction["gas"],
            to=transaction.get("to", ""),
            value=transaction["value"],
            data=bytes.fromhex(data.removeprefix("0x")) if isinstance(data, str) else data,
            chain_id=transaction["chainId"],
            max_gas_fee=transaction["maxFeePerGas"],
            max_priority_fee=transaction["maxPriorityFeePerGas"],
        )
        return Rs(int.from_bytes(r, "big"), int.from_bytes(s, "big"))

    def _ask_typed_data(self, typed_data: dict[str, Any], hashes: TypedDataHashes) -> Rs:
        worded = f"Domain hash 0x{hashes.domain.hex()}, message hash 0x{hashes.message.hex()}."
        self._note(f"Compare each field on the Trezor of {self.name}. {worded}")
        failures = self._library("exceptions")
        try:
            # A copy: the library adds to the types. The device shows the hash that it is given, and checks it.
            answer = self._call("sign_typed_data", deepcopy(typed_data), show_message_hash=hashes.message)
        except failures.TrezorFailure as error:
            if error.code != self._library("messages").FailureType.UnexpectedMessage:
                raise self._translated(error, failures) from None
            # The Trezor Model One knows the hashed form only.
            self._note(f"The Trezor of {self.name} shows two hashes only. Compare them.")
            answer = self._call("sign_typed_data_hash", hashes.domain, hashes.message)
        if len(answer.signature) != _SIGNATURE_BYTES:
            raise DeviceError(self.name, "answers what no Trezor answers", hint=_CONNECT_HINT)
        return Rs(int.from_bytes(answer.signature[:32], "big"), int.from_bytes(answer.signature[32:64], "big"))

    def _call(self, function: str, *arguments: object, **parameters: object) -> Any:  # noqa: ANN401 - the library's
        """Return what a function of trezorlib.ethereum returns for this path; TrezorFailure passes for typed data."""
        failures = self._library("exceptions")
        try:
            path = self._library("tools").parse_path(self._path)
            call = getattr(self._library("ethereum"), function)
            return call(self._opened(), path, *arguments, **parameters)
        except failures.TrezorFailure as error:
            if function == "sign_typed_data":
                raise
            raise self._translated(error, failures) from None
        except failures.TrezorException as error:
            raise self._translated(error, failures) from None
        except (OSError, AssertionError, ValueError, NotImplementedError):
            raise DeviceError(self.name, "does not answer as it should", hint=_CONNECT_HINT) from None

    def _opened(self) -> Any:  # noqa: ANN401 - the library's session
        if self._session is None:
            client = self._library("client")
            opened = client.get_default_client(
                _APP_NAME,
                pin_callback=lambda _: self._ask(f"PIN of the Trezor of {self.name}, by the positions it shows"),
                code_entry_callback=lambda: self._ask(f"Pairing code that the Trezor of {self.name} shows"),
            )
            self._session = client.get_default_session(opened)
        return self._session

    def _translated(self, error: Exception, failures: Any) -> Exception:  # noqa: ANN401 - the library's module
        """Return our error for one of the library's, without its words: they may hold what was sent."""
        if isinstance(error, failures.Cancelled):
            return DeviceRejectedError(self.name)
        if isinstance(error, failures.DeviceLockedError | failures.PinException):
            return DeviceLockedError(self.name)
        if isinstance(error, failures.OutdatedFirmwareError | failures.MissingCapability):
            return DeviceError(self.name, "has firmware that is too old", hint=_FIRMWARE_HINT)
        if isinstance(error, self._library("transport").TransportException):
            return DeviceError(self.name, "was not found, or another program uses it", hint=_CONNECT_HINT)
        return DeviceError(self.name, "refuses the request", hint=_CONNECT_HINT)

    def _library(self, module: str) -> Any:  # noqa: ANN401 - a module whose types are not installed everywhere
        return load_library(self.name, "trezor", f"trezorlib.{module}")

"""Keystore files: Web3 Secret Storage version 3, as geth, Foundry and the wallets write them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from eth_typing import ChecksumAddress
from eth_utils.address import is_hex_address, to_checksum_address

from hokctl.domain.nesting import nests_too_deep
from hokctl.errors import ConfigError

_VERSION: Final = 3
_MAX_BYTES: Final = 1_000_000


class UnreadableKeystoreError(ConfigError):
    """A keystore file that is missing, or is none."""

    code = "unreadable-keystore"

    def __init__(self, signer: str, path: Path, reason: str) -> None:
        """Name the signer, the file and the reason."""
        super().__init__(
            f"The keystore of signer {signer}, {path}, cannot be used: {reason}.",
            hint="Give the path of an encrypted version-3 keystore, as `cast wallet import` or geth write them.",
        )


class WrongPasswordError(ConfigError):
    """A password that does not open the keystore."""

    code = "wrong-password"

    def __init__(self, signer: str, path: Path) -> None:
        """Name the signer and the file."""
        super().__init__(
            f"The password does not open the keystore of signer {signer}, {path}.",
            hint="Type it again; if it comes from a variable or file, check for a missing or surplus character.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Keystore:
    """The content of a keystore file, still encrypted."""

    address: ChecksumAddress | None
    """What the file says of its account; nothing proves it before decryption."""
    document: dict[str, Any] = field(repr=False)


def load_keystore(path: Path, *, signer: str) -> Keystore:
    """Return the keystore in the file at `path`; raises UnreadableKeystoreError."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES)
    except OSError as error:
        raise UnreadableKeystoreError(signer, path, (error.strerror or "it cannot be read").lower()) from error
    try:
        document = None if nests_too_deep(content) else json.loads(content)
    except (ValueError, RecursionError):
        # Not chained: the message would quote the file, and somebody may have put a bare key in it.
        raise UnreadableKeystoreError(signer, path, "it is not JSON") from None
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        raise UnreadableKeystoreError(signer, path, f"it is not a keystore of version {_VERSION}")
    return Keystore(address=_address_in(document), document=document)


def decrypt_keystore(keystore: Keystore, password: str, *, path: Path, signer: str) -> bytes:
    """Return the private key; raises WrongPasswordError or UnreadableKeystoreError. Takes about a second."""
    from eth_keyfile.keyfile import decode_keyfile_json

    try:
        return bytes(decode_keyfile_json(keystore.document, password.encode()))
    except (ValueError, KeyError, TypeError, AttributeError, NotImplementedError, MemoryError) as error:
        # Not chained: nothing of what the library saw belongs in a traceback.
        if str(error) == "MAC mismatch":
            raise WrongPasswordError(signer, path) from None
        raise UnreadableKeystoreError(signer, path, "its encryption is damaged or of an unknown kind") from None


def _address_in(document: dict[str, Any]) -> ChecksumAddress | None:
    text = document.get("address")
    return to_checksum_address(text) if isinstance(text, str) and is_hex_address(text) else None

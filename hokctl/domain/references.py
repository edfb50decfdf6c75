"""The 32 bytes that stand for something beside the chain: an invoice, a claim."""

import re
from typing import Final

from eth_utils.crypto import keccak

from hokctl.domain.units import ZERO_HASH, Bytes32
from hokctl.errors import UsageError, shown

MAX_REFERENCE_CHARACTERS: Final = 120
_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)


class InvalidReferenceError(UsageError):
    """A text that cannot stand for an invoice or a claim."""

    code = "invalid-reference"

    def __init__(self, text: str, reason: str) -> None:
        """Name the text and what is wrong with it."""
        super().__init__(
            f"{shown(text)!r} is not a reference: {reason}.",
            hint="Give 1 to 120 printable characters, or a hash as 0x and 64 hex digits.",
        )


def parse_reference(text: str) -> Bytes32:
    """Return the 32 bytes that `text` stands for: a hash as it is, of anything else the keccak hash of its UTF-8 bytes.

    Raises InvalidReferenceError for invisible characters, with which one reference could be used twice under one look,
    and for the zero hash.
    """
    if is_hash(text):
        return parse_hash(text)
    if not text or len(text) > MAX_REFERENCE_CHARACTERS or not text.isprintable() or text != text.strip():
        raise InvalidReferenceError(text, "it is empty or too long, cannot be printed, or has spaces around it")
    return Bytes32("0x" + keccak(text=text).hex())


def is_hash(text: str) -> bool:
    """Tell whether `text` is a hash: 0x and 64 hex digits."""
    return _HASH.fullmatch(text) is not None


def parse_hash(text: str) -> Bytes32:
    """Return the hash in `text`, in lower case; InvalidReferenceError for anything else and for the zero hash."""
    if not is_hash(text):
        raise InvalidReferenceError(text, "a hash has 0x and 64 hex digits")
    if text == ZERO_HASH:
        raise InvalidReferenceError(text, "the zero hash stands for nothing")
    return Bytes32(text.lower())

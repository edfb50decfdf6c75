"""How JSON-RPC writes numbers, bytes, hashes and addresses, and the error for an answer that does not keep to it."""

import re
from functools import lru_cache
from typing import Any, Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.domain.units import TxHash
from hokctl.errors import UnavailableError

_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)
_ADDRESS_CHARACTERS: Final = 42
_HASH_CHARACTERS: Final = 66
_SHOWN_CHARACTERS: Final = 300


Json = Any
"""A decoded JSON value of whatever shape the node chose; whoever reads it checks it."""


class BadAnswerError(UnavailableError):
    """A node's answer that is not what Ethereum's JSON-RPC specification promises."""

    code = "bad-node-answer"

    def __init__(self, what: str, *, endpoint: str | None = None) -> None:
        """Say what is wrong with the answer, and whose it is when known."""
        who = f"The node at {endpoint}" if endpoint else "The node"
        super().__init__(
            f"{who} gave an answer that cannot be trusted: {what}.",
            hint="Try again; if it stays, use another node (rpc_url of the network).",
        )


def to_quantity(number: int) -> str:
    """Write a number without leading zeros."""
    return hex(number)


def to_data(data: bytes) -> str:
    """Write bytes, two digits each."""
    return "0x" + data.hex()


def parse_quantity(value: object, what: str) -> int:
    """Return the number that the node gave for `what`; raises BadAnswerError."""
    if isinstance(value, str) and _QUANTITY.fullmatch(value):
        return int(value, 16)
    raise BadAnswerError(f"{what} is not a number")


def parse_data(value: object, what: str) -> bytes:
    """Return the bytes that the node gave for `what`; raises BadAnswerError."""
    if isinstance(value, str) and _DATA.fullmatch(value):
        return bytes.fromhex(value[2:])
    raise BadAnswerError(f"{what} is not hex data")


def parse_hash(value: object, what: str) -> TxHash:
    """Return the 32-byte hash that the node gave for `what`, in lower case; raises BadAnswerError."""
    if isinstance(value, str) and len(value) == _HASH_CHARACTERS and _DATA.fullmatch(value):
        return TxHash(value.lower())
    raise BadAnswerError(f"{what} is not a hash")


def parse_address(value: object, what: str) -> ChecksumAddress:
    """Return the address that the node gave for `what`, checksummed; raises BadAnswerError."""
    if isinstance(value, str) and len(value) == _ADDRESS_CHARACTERS and _DATA.fullmatch(value):
        return _checksummed(value)
    raise BadAnswerError(f"{what} is not an address")


@lru_cache(maxsize=4_096)
def _checksummed(text: str) -> ChecksumAddress:
    """Return the same address each time at the price of one: a scan of logs reads a few over and over."""
    return to_checksum_address(text)


def parse_object(value: object, what: str) -> dict[str, Json]:
    """Return the JSON object that the node gave for `what`; raises BadAnswerError."""
    if isinstance(value, dict):
        return value
    raise BadAnswerError(f"{what} is not an object")


def parse_list(value: object, what: str) -> list[Json]:
    """Return the JSON array that the node gave for `what`; raises BadAnswerError."""
    if isinstance(value, list):
        return value
    raise BadAnswerError(f"{what} is not a list")


def plain_text(text: str) -> str:
    """Return a foreign text on one line, without control characters, and not longer than a few lines.

    Nodes and contracts choose these texts; none may move the cursor of the terminal that shows them.
    """
    printable = "".join(character if character.isprintable() else " " for character in text)
    shown = " ".join(printable.split())
    return shown if len(shown) <= _SHOWN_CHARACTERS else shown[: _SHOWN_CHARACTERS - 1] + "…"

"""The words of JSON-RPC: its errors, and the hex in which Ethereum writes numbers and bytes (execution-apis)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SERVER_ERROR = -32000
REVERTED = 3

_ADDRESS_BYTES = 20
_WORD_BYTES = 32
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")
_BYTES = re.compile(r"(0x)?([0-9a-fA-F]{2})*")


_MAX_DEPTH = 100
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]')


class RpcError(Exception):
    """An answer that is a JSON-RPC error object: code, message and perhaps data."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        """Keep the three members of the error object."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def to_json(self) -> dict[str, object]:
        """Return the error object."""
        answer: dict[str, object] = {"code": self.code, "message": self.message}
        return answer if self.data is None else {**answer, "data": self.data}


def invalid_params(message: str) -> RpcError:
    """Return the error for an argument that cannot be read."""
    return RpcError(INVALID_PARAMS, message)


def parse_json(body: bytes) -> object:
    """Read JSON that is nested no deeper than anything sensible; raise ValueError.

    py-evm raises Python's recursion limit so far that deep JSON would overflow the stack and end the process.
    """
    depth = 0
    for token in _BRACKETS.finditer(body) if body.count(b"[") + body.count(b"{") > _MAX_DEPTH else ():
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token[0], 0)
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deeply")
    return json.loads(body)


def to_quantity(number: int) -> str:
    """Write a number without leading zeros."""
    return hex(number)


def to_data(data: bytes) -> str:
    """Write bytes, two digits each."""
    return "0x" + data.hex()


def to_word(number: int) -> str:
    """Write a number as 32 bytes."""
    return f"0x{number:064x}"


def to_bloom(bloom: int) -> str:
    """Write a bloom filter as 256 bytes."""
    return f"0x{bloom:0512x}"


def parse_quantity(value: object) -> int:
    """Read a number: hex with 0x as the specification wants it, or a plain JSON number as some clients send it."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and _QUANTITY.fullmatch(value):
        return int(value, 16)
    raise invalid_params(f"invalid quantity: {value!r}")


def parse_data(value: object) -> bytes:
    """Read bytes from hex with an even number of digits."""
    if isinstance(value, str) and _BYTES.fullmatch(value):
        return bytes.fromhex(value.removeprefix("0x"))
    raise invalid_params(f"invalid hex data: {_shortened(value)}")


def parse_address(value: object) -> bytes:
    """Read a 20-byte address; its checksum is not looked at, as by every node."""
    data = parse_data(value)
    if len(data) != _ADDRESS_BYTES:
        raise invalid_params(f"invalid address: {_shortened(value)}")
    return data


def parse_hash(value: object) -> bytes:
    """Read a 32-byte hash."""
    data = parse_data(value)
    if len(data) != _WORD_BYTES:
        raise invalid_params(f"invalid hash: {_shortened(value)}")
    return data


def parse_slot(value: object) -> int:
    """Read a storage slot: a quantity, or up to 32 bytes with any leading zeros."""
    return parse_quantity(value)


def parse_object(value: object) -> dict[str, object]:
    """Read a JSON object."""
    if isinstance(value, dict):
        return value
    raise invalid_params(f"expected an object, got {_shortened(value)}")


def parse_list(value: object) -> Sequence[object]:
    """Read a JSON array."""
    if isinstance(value, list | tuple):
        return value
    raise invalid_params(f"expected an array, got {_shortened(value)}")


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004 - one line of a terminal

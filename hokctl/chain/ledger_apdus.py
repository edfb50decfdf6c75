"""The messages of the Ledger Ethereum app, as bytes (doc/ethapp.adoc of LedgerHQ/app-ethereum, version 1.9.19).

Nothing here talks to a device. An APDU is class E0, instruction, two parameters, a length and at most 255 bytes.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

_CLASS: Final = 0xE0
_MAX_DATA: Final = 255
_HARDENED: Final = 2**31
_GET_ADDRESS: Final = 0x02
_SIGN_TRANSACTION: Final = 0x04
_GET_CONFIGURATION: Final = 0x06
_SIGN_TYPED_DATA: Final = 0x0C
_STRUCT_DEFINITION: Final = 0x1A
_STRUCT_VALUE: Final = 0x1C
_FIRST, _MORE = 0x00, 0x80
_HASHES, _FULL = 0x00, 0x01
_COMPLETE, _PARTIAL = 0x00, 0x01
_NAME, _ARRAY, _FIELD = 0x00, 0x0F, 0xFF
_IS_ARRAY, _HAS_SIZE = 0x80, 0x40
_CUSTOM: Final = 0
_FIXED_BYTES: Final = 6
_KINDS: Final = {"int": 1, "uint": 2, "address": 3, "bool": 4, "string": 5, "bytes": 7}
_TYPE: Final = re.compile(r"(?P<base>[A-Za-z_]\w*?)(?P<size>[0-9]+)?(?P<levels>(?:\[[0-9]*\])*)", re.ASCII)
_LEVEL: Final = re.compile(r"\[([0-9]*)\]", re.ASCII)
_MAX_VALUE: Final = 0xFFFF
_MAX_ELEMENTS: Final = 0xFF
DOMAIN_TYPE: Final = "EIP712Domain"


class UnsendableError(ValueError):
    """Typed data that the full form has no room for; it can still be signed by its hashes."""


def get_configuration() -> bytes:
    """Return the request for the app's flags and version."""
    return bytes([_CLASS, _GET_CONFIGURATION, 0, 0, 0])


def get_address(path: str) -> bytes:
    """Return the request for the public key and address at a derivation path, without asking the person."""
    return _apdu(_GET_ADDRESS, 0, 0, encode_path(path))


def sign_transaction(path: str, payload: bytes) -> list[bytes]:
    """Return the requests that have an unsigned transaction signed; the last one's answer is the signature."""
    chunks = _chunks(encode_path(path) + payload)
    return [_apdu(_SIGN_TRANSACTION, _MORE if position else _FIRST, 0, chunk) for position, chunk in enumerate(chunks)]


def sign_hashes(path: str, domain_hash: bytes, message_hash: bytes) -> bytes:
    """Return the request to sign typed data by its two hashes, which are all that the device can show."""
    return _apdu(_SIGN_TYPED_DATA, 0, _HASHES, encode_path(path) + domain_hash + message_hash)


def sign_typed_data(path: str, typed_data: dict[str, Any]) -> list[bytes]:
    """Return the requests that have typed data signed in full; the last one's answer is the signature.

    The device hashes it by itself and shows each field. Raises UnsendableError for what the form has no room for.
    """
    types: dict[str, list[dict[str, str]]] = typed_data["types"]
    if DOMAIN_TYPE not in types:
        raise UnsendableError("the domain has no type")
    requests = [request for name in types for request in _definition(name, types[name])]
    for root, value in ((DOMAIN_TYPE, typed_data["domain"]), (typed_data["primaryType"], typed_data["message"])):
        requests.append(_apdu(_STRUCT_VALUE, _COMPLETE, _NAME, root.encode()))
        requests.extend(_struct(root, value, types))
    return [*requests, _apdu(_SIGN_TYPED_DATA, 0, _FULL, encode_path(path))]


def encode_path(path: str) -> bytes:
    """Return a derivation path such as m/44'/60'/0'/0/0: a count, then four bytes a part."""
    parts = path.split("/")[1:]
    numbers = [int(part.removesuffix("'")) + (_HARDENED if part.endswith("'") else 0) for part in parts]
    return bytes([len(numbers)]) + b"".join(number.to_bytes(4, "big") for number in numbers)


def _apdu(instruction: int, first: int, second: int, data: bytes) -> bytes:
    if len(data) > _MAX_DATA:
        raise UnsendableError("a name is too long")
    return bytes([_CLASS, instruction, first, second, len(data)]) + data


def _chunks(data: bytes) -> list[bytes]:
    return [data[start : start + _MAX_DATA] for start in range(0, len(data), _MAX_DATA)]


def _definition(name: str, fields: Sequence[dict[str, str]]) -> Iterator[bytes]:
    yield _apdu(_STRUCT_DEFINITION, _COMPLETE, _NAME, name.encode())
    for field in fields:
        yield _apdu(_STRUCT_DEFINITION, _COMPLETE, _FIELD, _field(field["type"], field["name"]))


def _field(type_name: str, key: str) -> bytes:
    """Return the description of a field: its type, size, array levels and key."""
    base, size, levels = _parse_type(type_name)
    kind = _kind_of(base, size)
    description = kind | (_IS_ARRAY if levels else 0) | (_HAS_SIZE if size is not None else 0)
    data = bytes([description])
    if kind == _CUSTOM:
        data += bytes([len(base)]) + base.encode()
    if size is not None:
        data += bytes([size])
    if levels:
        data += bytes([len(levels)])
        data += b"".join(b"\x00" if level is None else bytes([1, level]) for level in levels)
    return data + bytes([len(key)]) + key.encode()


def _parse_type(type_name: str) -> tuple[str, int | None, list[int | None]]:
    """Return a type's base, its size in bytes if it says one, and its array levels, None being dynamic."""
    match = _TYPE.fullmatch(type_name)
    if match is None:
        raise UnsendableError("a type's name is not understood")
    base, digits = match["base"], match["size"]
    if digits is not None and base not in {"int", "uint", "bytes"}:
        base, digits = base + digits, None
    levels = [int(level) if level else None for level in _LEVEL.findall(match["levels"])]
    if any(level is not None and level > _MAX_ELEMENTS for level in levels):
        raise UnsendableError("an array is too long")
    if digits is None:
        return base, 32 if base in {"int", "uint"} else None, levels
    return base, int(digits) if base == "bytes" else int(digits) // 8, levels


def _kind_of(base: str, size: int | None) -> int:
    return _FIXED_BYTES if base == "bytes" and size is not None else _KINDS.get(base, _CUSTOM)


def _struct(name: str, value: dict[str, Any], types: dict[str, list[dict[str, str]]]) -> Iterator[bytes]:
    for field in types[name]:
        yield from _value(field["type"], value[field["name"]], types)


def _value(type_name: str, value: Any, types: dict[str, list[dict[str, str]]]) -> Iterator[bytes]:  # noqa: ANN401
    # Any: whatever JSON may hold, as the type says.
    if type_name.endswith("]"):
        if len(value) > _MAX_ELEMENTS:
            raise UnsendableError("an array is too long")
        yield _apdu(_STRUCT_VALUE, _COMPLETE, _ARRAY, bytes([len(value)]))
        inner = type_name[: type_name.rindex("[")]
        for element in value:
            yield from _value(inner, element, types)
    elif type_name in types:
        yield from _struct(type_name, value, types)
    else:
        yield from _atom(_encode_atom(type_name, value))


def _atom(data: bytes) -> Iterator[bytes]:
    if len(data) > _MAX_VALUE:
        raise UnsendableError("a value is too long")
    chunks = _chunks(len(data).to_bytes(2, "big") + data)
    for chunk in chunks[:-1]:
        yield _apdu(_STRUCT_VALUE, _PARTIAL, _FIELD, chunk)
    yield _apdu(_STRUCT_VALUE, _COMPLETE, _FIELD, chunks[-1])


def _encode_atom(type_name: str, value: Any) -> bytes:  # noqa: ANN401 - as the type says
    base, size, _ = _parse_type(type_name)
    if base in {"int", "uint"}:
        number = int(value, 0) if isinstance(value, str) else int(value)
        bits = 8 * (size or 32)
        number %= 2**bits
        return bytes(number.to_bytes(max(1, -(-number.bit_length() // 8)), "big"))
    if base == "bool":
        return bytes([bool(value)])
    if base == "string":
        return str(value).encode()
    return bytes.fromhex(str(value).removeprefix("0x")) if isinstance(value, str) else bytes(value)

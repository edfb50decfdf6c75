"""Calldata out of the method and the values that a Transaction Builder file names, as the application encodes it."""

import re
from collections.abc import Sequence
from typing import Final

from eth_abi.exceptions import EncodingError, ParseError
from eth_abi.grammar import normalize, parse

from hokctl.clients.codec import encode_call
from hokctl.domain.calls import AbiValue
from hokctl.domain.documents import (
    DocumentError,
    Fields,
    JsonObject,
    JsonValue,
    parse_document,
    parse_foreign_address,
    parse_foreign_hex,
)

_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,255}", re.ASCII)
_TYPE: Final = re.compile(
    r"(?:tuple|address|bool|string|bytes[0-9]{0,2}|u?int[0-9]{0,3})(?:\[[0-9]{0,6}\]){0,8}", re.ASCII
)
_INTEGER: Final = re.compile(r"-?[0-9]{1,80}|0[xX][0-9a-fA-F]{1,64}", re.ASCII)
_EXACT_IN_JAVASCRIPT: Final = 2**53 - 1
_MAX_DEPTH: Final = 8
_TRUE: Final = frozenset({"true", "1"})
_FALSE: Final = frozenset({"false", "0"})


def encode_method(method: JsonObject, texts: JsonValue) -> bytes:
    """Return the calldata that the method makes of its values; DocumentError for what cannot be encoded.

    `texts` are the values by the names of the inputs (by position where an input has no name), as a person typed them.
    """
    signature = method_signature(method)
    values = texts if isinstance(texts, dict) else {}
    parsed = tuple(_input_value(item, index, values) for index, item in enumerate(Fields(method).objects("inputs")))
    try:
        return encode_call(signature, parsed)
    except (EncodingError, ParseError, ValueError, TypeError, OverflowError) as error:
        raise DocumentError(f"the values do not fit {signature}") from error


def method_signature(method: JsonObject) -> str:
    """Return the canonical signature of a method; DocumentError for what is none."""
    fields = Fields(method)
    name = fields.line("name")
    if not _NAME.fullmatch(name):
        raise DocumentError(f"{name[:40]!r} is no name of a function")
    return f"{name}({','.join(_canonical_type(item) for item in fields.objects('inputs'))})"


def _canonical_type(item: Fields, depth: int = 0) -> str:
    written = item.line("type")
    if not _TYPE.fullmatch(written) or depth > _MAX_DEPTH:
        raise DocumentError(f"{written[:40]!r} is no type")
    if written.startswith("tuple"):
        members = ",".join(_canonical_type(member, depth + 1) for member in item.objects("components"))
        return f"({members}){written.removeprefix('tuple')}"
    canonical = str(normalize(written))  # type: ignore[no-untyped-call]  # eth_abi has no types there
    try:
        parse(canonical).validate()
    except (ParseError, ValueError) as error:
        raise DocumentError(f"{written[:40]!r} is no type") from error
    return canonical


def _input_value(item: Fields, index: int, values: JsonObject) -> AbiValue:
    name = item.content.get("name") or str(index)
    if not isinstance(name, str) or name not in values:
        raise DocumentError(f"contractInputsValues has no {name}")
    value = values[name]
    if not isinstance(value, str):
        # Some tools write the values themselves instead of texts.
        return _from_json(value, item)
    written = item.line("type")
    if written.startswith(("tuple", "string[")):
        return _from_json(_parse_json(value, name), item)
    if written.endswith("]"):
        return _from_json(_parse_list(value.strip(), name), item)
    return _scalar(value, written, name)


def _from_json(value: JsonValue, item: Fields) -> AbiValue:
    return _member(value, item, item.line("type"))


def _member(value: JsonValue, item: Fields, written: str) -> AbiValue:
    if written.endswith("]"):
        inner, _, length = written[:-1].rpartition("[")
        if not isinstance(value, list) or length not in {"", str(len(value))}:
            raise DocumentError(f"a value of type {written} is not a list of that many items")
        return tuple(_member(one, item, inner) for one in value)
    if written == "tuple":
        return _struct(value, item.objects("components"))
    if isinstance(value, bool):
        return _scalar(str(value).lower(), written, written)
    if isinstance(value, int):
        if abs(value) > _EXACT_IN_JAVASCRIPT:
            raise DocumentError(f"the number {value} must stand in quotes: the application would round it")
        return _scalar(str(value), written, written)
    if not isinstance(value, str):
        raise DocumentError(f"a value of type {written} is missing")
    return _scalar(value, written, written)


def _struct(value: JsonValue, members: Sequence[Fields]) -> AbiValue:
    if isinstance(value, dict):
        value = [Fields(value).value(member.line("name")) for member in members]
    if not isinstance(value, list) or len(value) != len(members):
        raise DocumentError("a struct has another number of members than its type")
    return tuple(_from_json(one, member) for one, member in zip(value, members, strict=True))


def _scalar(text: str, written: str, name: str) -> AbiValue:
    bare = text.strip()
    if written == "string":
        return text
    if written == "bool":
        if bare.lower() not in _TRUE | _FALSE:
            raise DocumentError(f"{name} is neither true nor false")
        return bare.lower() in _TRUE
    if written.startswith(("uint", "int")):
        bare = bare.strip("\"'")
        if not _INTEGER.fullmatch(bare):
            raise DocumentError(f"{name} is not a whole number")
        return int(bare, 0) if bare[:2].lower() == "0x" else int(bare)
    if written == "address":
        return parse_foreign_address(bare, name)
    return _bytes(bare, written, name)


def _bytes(text: str, written: str, name: str) -> bytes:
    if not text.startswith(("0x", "0X")):
        raise DocumentError(f"{name} is not hex with 0x")
    value, size = parse_foreign_hex(text, name), written.removeprefix("bytes")
    if size and len(value) != int(size):
        # The application would fill it up with zeros on one side, and nobody sees on which.
        raise DocumentError(f"{name} does not have {size} bytes")
    return value


def _parse_json(text: str, name: str) -> JsonValue:
    document = parse_document('{"value":' + text + "}")
    if set(document) != {"value"}:
        raise DocumentError(f"{name} is not one JSON value")
    return document["value"]


def _parse_list(text: str, name: str, depth: int = 0) -> list[JsonValue]:
    """Return the items of `[a,b,[c]]`, which are texts or lists again; quotes around an item are dropped."""
    if not (text.startswith("[") and text.endswith("]")) or depth > _MAX_DEPTH:
        raise DocumentError(f"{name} is not a list in brackets")
    items: list[JsonValue] = []
    for part in _split(text[1:-1]):
        bare = part.strip()
        items.append(_parse_list(bare, name, depth + 1) if bare.startswith("[") else re.sub("[\"']", "", bare))
    return items


def _split(text: str) -> list[str]:
    if not text.strip():
        return []
    parts, level, start = [], 0, 0
    for position, character in enumerate(text):
        level += (character == "[") - (character == "]")
        if character == "," and level == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]

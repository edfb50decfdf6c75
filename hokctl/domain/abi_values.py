"""ABI values as JSON and back, and the types that they have."""

from hokctl.domain.calls import AbiValue
from hokctl.domain.documents import DocumentError, Fields, JsonValue, parse_decimal, parse_hex


def value_to_json(value: AbiValue) -> JsonValue:
    """Return an ABI value as JSON: booleans and strings as they are, integers as decimal strings, bytes as hex."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return [value_to_json(item) for item in value]


def value_from_json(value: JsonValue, abi_type: str) -> AbiValue:
    """Return the ABI value that `value_to_json` wrote for the canonical type `abi_type`; else DocumentError."""
    if abi_type.endswith(("]", ")")):
        return _sequence_from_json(value, abi_type)
    if abi_type.startswith(("uint", "int")):
        return parse_decimal(value, f"a value of type {abi_type}")
    if abi_type.startswith("bytes"):
        return parse_hex(value, f"a value of type {abi_type}")
    if abi_type == "address":
        return Fields({"an address": value}).address("an address")
    if not isinstance(value, bool if abi_type == "bool" else str):
        raise DocumentError(f"{value!r} is not a value of type {abi_type}")
    return value


def split_types(text: str) -> tuple[str, ...]:
    """Return the top-level types in a comma-separated list such as `string,(address,uint256)[]`."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return (*parts, text[start:]) if text else ()


def _sequence_from_json(value: JsonValue, abi_type: str) -> AbiValue:
    if not isinstance(value, list):
        raise DocumentError(f"a value of type {abi_type} is not a list")
    if abi_type.endswith("]"):
        inner, _, length = abi_type[:-1].rpartition("[")
        fits, types = length in {"", str(len(value))}, (inner,) * len(value)
    else:
        types = split_types(abi_type[1:-1])
        fits = len(types) == len(value)
    if not fits:
        raise DocumentError(f"a value of type {abi_type} has {len(value)} items")
    return tuple(value_from_json(item, inner) for item, inner in zip(value, types, strict=True))

"""ABI-encoded answers as hokctl's values: addresses checksummed, arrays and structs as tuples."""

from collections.abc import Sequence
from typing import cast

from eth_utils.address import to_checksum_address

from hokctl.domain.abi_values import split_types
from hokctl.domain.calls import AbiValue


class AbiMismatchError(ValueError):
    """Bytes that do not decode as the types in question. Callers turn it into an error for the user."""


def decode_values(types: Sequence[str], data: bytes) -> tuple[AbiValue, ...]:
    """Return the values of canonical ABI `types` in `data`; raises AbiMismatchError."""
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    try:
        values = decode(list(types), data)
    except (DecodingError, UnicodeDecodeError, OverflowError) as error:
        raise AbiMismatchError(f"{len(data)} bytes do not decode as ({','.join(types)})") from error
    return tuple(_normalize(value, abi_type) for value, abi_type in zip(values, types, strict=True))


def _normalize(value: AbiValue, abi_type: str) -> AbiValue:
    """Checksum every address within a decoded value; eth_abi has made tuples of arrays and structs already."""
    if "address" not in abi_type and "(" not in abi_type and "[" not in abi_type:
        return value
    if not isinstance(value, tuple):
        return to_checksum_address(cast("str", value))
    if abi_type.endswith("]"):
        inner_types: tuple[str, ...] = (abi_type[: abi_type.rindex("[")],) * len(value)
    else:
        inner_types = split_types(abi_type[1:-1])
    return tuple(_normalize(item, inner) for item, inner in zip(value, inner_types, strict=True))

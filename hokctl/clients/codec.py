"""The ABI codec of the clients: canonical types, checksummed addresses, and nothing taken on trust."""

from typing import Any, Final, cast

from eth_abi.codec import ABICodec
from eth_abi.decoding import AddressDecoder
from eth_abi.encoding import AddressEncoder
from eth_abi.registry import BaseEquals
from eth_abi.registry import registry as default_registry
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from hokctl.domain.calls import AbiValue
from hokctl.domain.plans import split_types

SELECTOR_BYTES: Final = 4
WORD_BYTES: Final = 32


class _ChecksumAddressDecoder(AddressDecoder):
    decoder_fn = staticmethod(to_checksum_address)


def _build_codec() -> ABICodec:
    # eth_abi's registry is only partly typed.
    registry: Any = cast("Any", default_registry).copy()
    registry.unregister_decoder("address")
    registry.unregister_encoder("address")
    registry.register(cast("Any", BaseEquals)("address"), AddressEncoder, _ChecksumAddressDecoder, label="address")
    return ABICodec(registry)


_CODEC: Final = _build_codec()


def argument_types(signature: str) -> tuple[str, ...]:
    """Return the canonical argument types in a signature such as `deposit(string,uint256)`."""
    return split_types(signature[signature.index("(") + 1 : -1])


def function_selector(signature: str) -> bytes:
    """Return the four bytes that choose the function with this canonical signature, or the error."""
    return keccak(text=signature)[:SELECTOR_BYTES]


def encode_values(types: tuple[str, ...], values: tuple[AbiValue, ...]) -> bytes:
    """Return the ABI encoding of `values`; a value that is not of its type raises ValueError or TypeError."""
    return _CODEC.encode(types, values)


def decode_values(types: tuple[str, ...], data: bytes) -> tuple[AbiValue, ...]:
    """Return the values in `data`: addresses checksummed, arrays and structs as tuples.

    Data that does not hold the types raises eth_abi's DecodingError.
    """
    return cast("tuple[AbiValue, ...]", _CODEC.decode(types, data)) if types else ()


def encode_call(signature: str, values: tuple[AbiValue, ...]) -> bytes:
    """Return the calldata of a call: the selector and the encoded arguments."""
    return function_selector(signature) + encode_values(argument_types(signature), values)


def word_from_hex(text: str) -> bytes:
    """Return the 32 bytes of a role id or hash, written as 0x and 64 hex digits."""
    word = bytes.fromhex(text.removeprefix("0x"))
    if len(word) != WORD_BYTES:
        msg = f"{text} is not a 32-byte hash"
        raise ValueError(msg)
    return word

"""ABI encoding from canonical signatures. A value that is not of its type is a programming error, and raises."""

from typing import Final

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from hokctl.chain.abi_values import decode_values
from hokctl.domain.abi_values import split_types
from hokctl.domain.calls import AbiValue

SELECTOR_BYTES: Final = 4
WORD_BYTES: Final = 32


def argument_types(signature: str) -> tuple[str, ...]:
    """Return the canonical argument types in a signature such as `deposit(string,uint256)`."""
    return split_types(signature[signature.index("(") + 1 : -1])


def function_selector(signature: str) -> bytes:
    """Return the four bytes that choose the function with this canonical signature, or mark the error."""
    return keccak(text=signature)[:SELECTOR_BYTES]


def encode_values(types: tuple[str, ...], values: tuple[AbiValue, ...]) -> bytes:
    """Return the ABI encoding of `values`; a value that is not of its type raises."""
    return encode(types, values)


def encode_exactly(types: tuple[str, ...], values: tuple[AbiValue, ...]) -> bytes:
    """Return the encoding of `values`, after making sure that they come back from it just as given.

    A short bytes32 or an address without its checksum raises ValueError: what a plan shows is what its bytes say.
    """
    encoded = encode_values(types, values)
    if decode_values(types, encoded) != values:
        msg = f"({','.join(types)}) does not carry {values!r} unchanged"
        raise ValueError(msg)
    return encoded


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

"""ERC-1271: an owner that is a contract says whether a signature is its own; in the two forms that Safes ask for.

Source: ISignatureValidator of Safe 1.3.0 and 1.4.1 (bytes, magic value 0x20c13b0b) and of Safe 1.5.0 (bytes32, the
magic value 0x1626ba7e of the standard). Each Safe asks in one form alone and takes that form's value alone.
"""

from typing import Final

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, Values
from hokctl.clients.codec import word_from_hex

LEGACY_MAGIC_VALUE: Final = bytes.fromhex("20c13b0b")
MAGIC_VALUE: Final = bytes.fromhex("1626ba7e")


class Erc1271(Client):
    """A contract that may sign."""

    contract_name = "ERC-1271 owner"

    def is_valid_signature(self, digest: str, signature: bytes) -> Read[bool]:
        """Whether the contract stands by `signature` over the hash `digest`."""
        args = (word_from_hex(digest), signature)
        return self._read("isValidSignature(bytes32,bytes)", ("bytes4",), args, lambda values: _is(values, MAGIC_VALUE))

    def is_valid_signature_of_bytes(self, data: bytes, signature: bytes) -> Read[bool]:
        """Whether the contract stands by `signature` over the bytes `data`: the form before the standard's last."""
        return self._read(
            "isValidSignature(bytes,bytes)",
            ("bytes4",),
            (data, signature),
            lambda values: _is(values, LEGACY_MAGIC_VALUE),
        )


def _is(values: Values, expected: bytes) -> bool:
    return values[0] == expected

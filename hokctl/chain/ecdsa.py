"""ECDSA on secp256k1 as other systems write it: DER in, r and s of the lower half and an Ethereum address out."""

from typing import Final, NamedTuple

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_SIGN_BIT: Final = 0x80
_KEY_BYTES: Final = 64
_SPKI_PREFIX: Final = bytes.fromhex("3056301006072a8648ce3d020106052b8104000a03420004")
"""SubjectPublicKeyInfo (RFC 5480) of an uncompressed point on secp256k1, up to the point."""
_V_OFFSET: Final = 27


class MalformedError(ValueError):
    """Bytes that are not what they should be; the text says what is wrong and nothing of the bytes."""


class Rs(NamedTuple):
    """A signature without its recovery id, s in the lower half of the curve."""

    r: int
    s: int


def parse_der_signature(der: bytes) -> Rs:
    """Return r and s of an ECDSA-Sig-Value (RFC 3279), s brought to the lower half as EIP-2 wants it.

    Strict: any other encoding of the same numbers raises MalformedError.
    """
    if len(der) < 2 or der[0] != _SEQUENCE:  # noqa: PLR2004 - tag and length
        raise MalformedError("it is no DER sequence")
    if der[1] >= _SIGN_BIT or der[1] != len(der) - 2:
        raise MalformedError("its length is wrong")
    r, rest = _parse_integer(der[2:])
    s, rest = _parse_integer(rest)
    if rest:
        raise MalformedError("something follows its two numbers")
    return low_s(r, s)


def low_s(r: int, s: int) -> Rs:
    """Return the signature with the lower of the two s that are valid for it; raise MalformedError off the curve."""
    if not (0 < r < CURVE_ORDER and 0 < s < CURVE_ORDER):
        raise MalformedError("its numbers are not on the curve")
    return Rs(r, min(s, CURVE_ORDER - s))


def parse_public_key(der: bytes) -> ChecksumAddress:
    """Return the account of a secp256k1 key in SubjectPublicKeyInfo form; raise MalformedError for any other."""
    point = der[len(_SPKI_PREFIX) :]
    if not der.startswith(_SPKI_PREFIX) or len(point) != _KEY_BYTES:
        raise MalformedError("it is no public key on the curve secp256k1")
    return to_checksum_address(keccak(point)[-20:])


def recovery_id(digest: bytes, signature: Rs, expected: ChecksumAddress) -> int | None:
    """Return 0 or 1, whichever recovers `expected` from the signature over `digest`; None when neither does."""
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError

    for parity in (0, 1):
        try:
            key = Signature(vrs=(parity, signature.r, signature.s)).recover_public_key_from_msg_hash(digest)
        except (BadSignature, ValidationError):
            continue
        if key.to_checksum_address() == expected:
            return parity
    return None


def pack_signature(signature: Rs, parity: int) -> bytes:
    """Return r, s and v in 65 bytes, v being 27 or 28."""
    return signature.r.to_bytes(32, "big") + signature.s.to_bytes(32, "big") + bytes([_V_OFFSET + parity])


def _parse_integer(data: bytes) -> tuple[int, bytes]:
    if len(data) < 3 or data[0] != _INTEGER:  # noqa: PLR2004 - tag, length, and a byte at least
        raise MalformedError("a number is missing")
    length = data[1]
    body, rest = data[2 : 2 + length], data[2 + length :]
    if length == 0 or len(body) != length:
        raise MalformedError("a number is cut off")
    if body[0] & _SIGN_BIT:
        raise MalformedError("a number is negative")
    if length > 1 and body[0] == 0 and not body[1] & _SIGN_BIT:
        raise MalformedError("a number has a surplus zero in front")
    return int.from_bytes(body, "big"), rest

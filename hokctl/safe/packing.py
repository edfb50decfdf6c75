"""Confirmations as one string of bytes: what execTransaction takes, and what other tools pass around.

First 65 bytes for each owner, by ascending address; behind them, for each contract's signature, its length in 32 bytes
and its bytes, where s of its 65 bytes points to. Source: checkNSignatures of Safe 1.3.0 to 1.5.0.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.domain.units import ZERO_ADDRESS, SafeTxHash
from hokctl.errors import RefusedError
from hokctl.safe.signatures import (
    CONTRACT_V,
    KIND_OF_V,
    SIGNATURE_BYTES,
    Confirmation,
    DuplicateSignatureError,
    SignatureKind,
    approved_hash,
    head_of,
    recover_signer,
)

_WORD: Final = 32


class InvalidSignaturesError(RefusedError):
    """Bytes that no Safe would take for its owners' signatures."""

    code = "invalid-signatures"

    def __init__(self, reason: str) -> None:
        """Say what is wrong with them."""
        super().__init__(
            f"The signatures cannot be read: {reason}.",
            hint="Ask for them again from where they come, or have the owners sign with hokctl safe sign.",
        )


def by_owner(confirmations: Iterable[Confirmation]) -> tuple[Confirmation, ...]:
    """Return the confirmations by ascending owner; DuplicateSignatureError for two of one owner."""
    ordered = sorted(confirmations, key=lambda confirmation: int(confirmation.owner, 16))
    for first, second in pairwise(ordered):
        if first.owner == second.owner:
            raise DuplicateSignatureError(first.owner)
    return tuple(ordered)


def pack_signatures(confirmations: Iterable[Confirmation]) -> bytes:
    """Return the signatures as execTransaction wants them; DuplicateSignatureError, InvalidSignatureError."""
    ordered = by_owner(confirmations)
    heads, tail, end = b"", b"", SIGNATURE_BYTES * len(ordered)
    for confirmation in ordered:
        if confirmation.kind is SignatureKind.CONTRACT:
            content = confirmation.contract_signature or b""
            heads += head_of(confirmation.owner, v=CONTRACT_V, s=end + len(tail))
            tail += len(content).to_bytes(_WORD, "big") + content
        else:
            heads += confirmation.signature
    return heads + tail


def unpack_signatures(packed: bytes, safe_tx_hash: SafeTxHash) -> tuple[Confirmation, ...]:
    """Return the confirmations in `packed`, by owner: the way back from `pack_signatures`.

    Owners of keys' signatures are recovered over `safe_tx_hash`: a signature over something else comes out as that of
    a stranger. Stricter than the contract: unknown kinds, what is cut off, overlaps or is left over (zeros as padding
    apart), and two of one owner raise InvalidSignaturesError, InvalidSignatureError or DuplicateSignatureError.
    """
    count = _count(packed)
    found, reached = [], count * SIGNATURE_BYTES
    for start in range(0, count * SIGNATURE_BYTES, SIGNATURE_BYTES):
        signature = packed[start : start + SIGNATURE_BYTES]
        if KIND_OF_V.get(signature[-1]) is SignatureKind.CONTRACT:
            content, reached = _contract_part(packed, signature, reached)
            found.append(Confirmation(owner=_named_owner(signature), contract_signature=content))
        elif KIND_OF_V.get(signature[-1]) is SignatureKind.APPROVED_HASH:
            found.append(approved_hash(_named_owner(signature)))
        else:
            nameless = Confirmation(owner=ZERO_ADDRESS, signature=signature)
            found.append(Confirmation(owner=recover_signer(nameless, safe_tx_hash), signature=signature))
    if any(packed[reached:]):
        raise InvalidSignaturesError(f"{len(packed) - reached} bytes are left over behind them")
    return by_owner(found)


def _count(packed: bytes) -> int:
    """Return how many owners are packed: the parts of contracts' signatures begin behind the last one's 65 bytes."""
    end, count = len(packed), 0
    while count * SIGNATURE_BYTES < end:
        signature = packed[count * SIGNATURE_BYTES : (count + 1) * SIGNATURE_BYTES]
        if signature[-1] == CONTRACT_V and len(signature) == SIGNATURE_BYTES:
            end = min(end, _offset(signature))
        count += 1
    if end != count * SIGNATURE_BYTES:
        raise InvalidSignaturesError(f"{len(packed)} bytes are no sequence of {SIGNATURE_BYTES}-byte signatures")
    return count


def _contract_part(packed: bytes, signature: bytes, reached: int) -> tuple[bytes, int]:
    """Return a contract's own part, and where it ends; each must begin where the one before it has ended."""
    start = _offset(signature)
    # Older tools pad each part with zeros to whole words.
    if start < reached or start - reached >= _WORD or any(packed[reached:start]):
        raise InvalidSignaturesError(f"a contract's part begins at byte {start}, not at byte {reached}")
    length = int.from_bytes(packed[start : start + _WORD], "big")
    content = packed[start + _WORD : start + _WORD + length]
    if len(packed) < start + _WORD or len(content) != length:
        raise InvalidSignaturesError("a contract's part is cut off")
    return content, start + _WORD + length


def _offset(signature: bytes) -> int:
    return int.from_bytes(signature[32:64], "big")


def _named_owner(signature: bytes) -> ChecksumAddress:
    if any(signature[:12]):
        raise InvalidSignaturesError("what should name an owner is no address")
    return to_checksum_address(signature[12:32])

"""Confirmations: an owner's signature over a Safe transaction, recovered before it is believed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.domain.units import SafeTxHash
from hokctl.errors import RefusedError

SIGNATURE_BYTES: Final = 65
_ETH_SIGN_OFFSET: Final = 4
_ETH_SIGN_PREFIX: Final = b"\x19Ethereum Signed Message:\n32"


class SignatureKind(StrEnum):
    """How an owner signed (Safe contracts, checkNSignatures)."""

    EIP712 = "eip712"
    """v 27 or 28: over the safe_tx_hash itself."""
    ETH_SIGN = "eth_sign"
    """v 31 or 32: over the safe_tx_hash as a personal message."""


_KIND_OF_V: Final = {
    27: SignatureKind.EIP712,
    28: SignatureKind.EIP712,
    31: SignatureKind.ETH_SIGN,
    32: SignatureKind.ETH_SIGN,
}


class InvalidSignatureError(RefusedError):
    """A signature that the Safe would not accept, or that is not from whom it says."""

    code = "invalid-signature"

    def __init__(self, owner: str, reason: str) -> None:
        """Name the owner it is said to be from, and what is wrong with it."""
        super().__init__(
            f"The signature of {owner} is not valid: {reason}.",
            hint="Have that owner sign this very Safe transaction again: hokctl safe sign.",
        )


class NotAnOwnerError(RefusedError):
    """A signature of an account that does not own the Safe."""

    code = "not-an-owner"

    def __init__(self, account: str, safe: str) -> None:
        """Name the account and the Safe."""
        super().__init__(
            f"{account} is not an owner of the Safe {safe}.",
            hint="hokctl safe info shows the owners; choose one of them with --signer.",
        )


class DuplicateSignatureError(RefusedError):
    """Two signatures of one owner, which the Safe would reject."""

    code = "duplicate-signature"

    def __init__(self, owner: str) -> None:
        """Name the owner."""
        super().__init__(f"There are two signatures of {owner}.", hint="Keep one of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """An owner's signature over a Safe transaction: r, s and v, 65 bytes."""

    owner: ChecksumAddress
    signature: bytes

    @property
    def kind(self) -> SignatureKind:
        """How the owner signed; InvalidSignatureError for lengths and kinds that are not understood."""
        if len(self.signature) != SIGNATURE_BYTES:
            raise InvalidSignatureError(self.owner, f"it has {len(self.signature)} bytes, not {SIGNATURE_BYTES}")
        kind = _KIND_OF_V.get(self.signature[-1])
        if kind is None:
            raise InvalidSignatureError(self.owner, f"its v is {self.signature[-1]}, which is not a known kind")
        return kind


def recover_signer(confirmation: Confirmation, safe_tx_hash: SafeTxHash) -> ChecksumAddress:
    """Return the account whose key made the signature over `safe_tx_hash`.

    The upper half of the curve's s values is accepted, as the Safe accepts it: each owner counts once anyway.
    """
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError

    v, digest = confirmation.signature[-1:], bytes.fromhex(safe_tx_hash[2:])
    recovery_id = v[0] - 27 if confirmation.kind is SignatureKind.EIP712 else v[0] - 27 - _ETH_SIGN_OFFSET
    if confirmation.kind is SignatureKind.ETH_SIGN:
        digest = keccak(_ETH_SIGN_PREFIX + digest)
    try:
        signature = Signature(signature_bytes=confirmation.signature[:-1] + bytes([recovery_id]))
        public_key = signature.recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError) as error:
        raise InvalidSignatureError(confirmation.owner, "its numbers are no point on the curve") from error
    return public_key.to_checksum_address()


def verify_confirmation(confirmation: Confirmation, safe_tx_hash: SafeTxHash) -> None:
    """Raise InvalidSignatureError unless the named owner's key made the signature over `safe_tx_hash`."""
    signer = recover_signer(confirmation, safe_tx_hash)
    if signer != confirmation.owner:
        raise InvalidSignatureError(confirmation.owner, f"over {safe_tx_hash} it recovers to {signer}")


def verify_confirmations(
    confirmations: Iterable[Confirmation],
    safe_tx_hash: SafeTxHash,
    *,
    safe: ChecksumAddress,
    owners: Collection[ChecksumAddress],
) -> None:
    """Raise unless every signature is valid, from an owner of the Safe, and the only one of that owner."""
    seen: set[ChecksumAddress] = set()
    for confirmation in confirmations:
        verify_confirmation(confirmation, safe_tx_hash)
        if confirmation.owner not in owners:
            raise NotAnOwnerError(confirmation.owner, safe)
        if confirmation.owner in seen:
            raise DuplicateSignatureError(confirmation.owner)
        seen.add(confirmation.owner)


def confirmations_of(
    owners: Collection[ChecksumAddress], confirmations: Iterable[Confirmation]
) -> tuple[Confirmation, ...]:
    """Return the confirmations of today's owners: one who left the Safe after signing counts no longer."""
    return tuple(confirmation for confirmation in confirmations if confirmation.owner in owners)


def pack_signatures(confirmations: Iterable[Confirmation]) -> bytes:
    """Return the signatures as execTransaction wants them: by ascending owner, one each; DuplicateSignatureError."""
    ordered = sorted(confirmations, key=lambda confirmation: int(confirmation.owner, 16))
    for first, second in pairwise(ordered):
        if first.owner == second.owner:
            raise DuplicateSignatureError(first.owner)
    return b"".join(confirmation.signature for confirmation in ordered)

"""Confirmations: an owner's word for a Safe transaction, in the four kinds that Safe 1.3.0 to 1.5.0 accept.

Two kinds prove themselves: a key's signature recovers to its owner. The other two only the chain can confirm, an
approved hash and a contract's signature: `hokctl.safe.tally` asks it. Kinds that are not known are refused, also
v = 2 (secp256r1) of Safes that are not released. Source: checkNSignatures of the three versions.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
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
    APPROVED_HASH = "approved_hash"
    """v 1: none at all, the owner has called approveHash on the chain; r is the owner."""
    CONTRACT = "contract"
    """v 0: the owner is a contract that says yes to bytes of its own choice (ERC-1271); r is the owner."""


CONTRACT_V: Final = 0
APPROVED_V: Final = 1
KIND_OF_V: Final = {
    CONTRACT_V: SignatureKind.CONTRACT,
    APPROVED_V: SignatureKind.APPROVED_HASH,
    27: SignatureKind.EIP712,
    28: SignatureKind.EIP712,
    31: SignatureKind.ETH_SIGN,
    32: SignatureKind.ETH_SIGN,
}
KEY_KINDS: Final = frozenset({SignatureKind.EIP712, SignatureKind.ETH_SIGN})
"""The kinds that prove themselves: a key has signed."""
MAX_CONTRACT_SIGNATURE_BYTES: Final = 24_576
"""No more of a contract's signature is taken: it all becomes calldata of the execution."""


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
    """An owner's confirmation: 65 bytes r, s and v, or else what a contract wants to be shown."""

    owner: ChecksumAddress
    signature: bytes = b""
    """r, s and v; empty for a contract's signature, whose 65 bytes depend on the others it is packed with."""
    contract_signature: bytes | None = None
    """The bytes for the owner's isValidSignature, for the kind CONTRACT alone."""

    @property
    def kind(self) -> SignatureKind:
        """How the owner confirmed; InvalidSignatureError for lengths, kinds and forms that are not understood."""
        if self.contract_signature is not None:
            return self._contract_kind(self.contract_signature)
        if len(self.signature) != SIGNATURE_BYTES:
            raise InvalidSignatureError(self.owner, f"it has {len(self.signature)} bytes, not {SIGNATURE_BYTES}")
        kind = KIND_OF_V.get(self.signature[-1])
        if kind is None:
            raise InvalidSignatureError(self.owner, f"its v is {self.signature[-1]}, which is not a known kind")
        if kind is SignatureKind.CONTRACT:
            raise InvalidSignatureError(self.owner, "its v is 0, but the contract's own part is missing")
        if kind is SignatureKind.APPROVED_HASH and self.signature != head_of(self.owner, v=APPROVED_V):
            raise InvalidSignatureError(self.owner, "its v is 1, but it is not the owner's address that stands in it")
        return kind

    def _contract_kind(self, contract_signature: bytes) -> SignatureKind:
        if self.signature:
            raise InvalidSignatureError(self.owner, "it is both of a key and of a contract")
        if len(contract_signature) > MAX_CONTRACT_SIGNATURE_BYTES:
            raise InvalidSignatureError(
                self.owner, f"it has {len(contract_signature)} bytes, more than {MAX_CONTRACT_SIGNATURE_BYTES}"
            )
        return SignatureKind.CONTRACT


def approved_hash(owner: ChecksumAddress) -> Confirmation:
    """Return the confirmation of an owner who has called approveHash, or who sends the execution."""
    return Confirmation(owner=owner, signature=head_of(owner, v=APPROVED_V))


def head_of(owner: ChecksumAddress, *, v: int, s: int = 0) -> bytes:
    """Return the 65 bytes that name an owner in r: v 1 with s 0, or v 0 with s where the contract's part begins."""
    return bytes.fromhex(owner[2:]).rjust(32, b"\0") + s.to_bytes(32, "big") + bytes([v])


def recover_signer(confirmation: Confirmation, safe_tx_hash: SafeTxHash) -> ChecksumAddress:
    """Return the account whose key made the signature over `safe_tx_hash`; only for KEY_KINDS.

    The upper half of the curve's s values is accepted, as the Safe accepts it: each owner counts once anyway.
    """
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError

    kind = confirmation.kind
    if kind not in KEY_KINDS:
        raise InvalidSignatureError(confirmation.owner, f"no key has made it: its kind is {kind}")
    v, digest = confirmation.signature[-1], bytes.fromhex(safe_tx_hash[2:])
    recovery_id = v - 27 if kind is SignatureKind.EIP712 else v - 27 - _ETH_SIGN_OFFSET
    if kind is SignatureKind.ETH_SIGN:
        digest = keccak(_ETH_SIGN_PREFIX + digest)
    try:
        signature = Signature(signature_bytes=confirmation.signature[:-1] + bytes([recovery_id]))
        public_key = signature.recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError) as error:
        raise InvalidSignatureError(confirmation.owner, "its numbers are no point on the curve") from error
    return public_key.to_checksum_address()


def verify_confirmation(confirmation: Confirmation, safe_tx_hash: SafeTxHash) -> None:
    """Raise InvalidSignatureError unless the confirmation is what it says, as far as it can be told without the chain.

    A key's signature over `safe_tx_hash` must recover to the owner. The other two kinds must have their right form;
    whether they count, `hokctl.safe.tally` finds out.
    """
    if confirmation.kind not in KEY_KINDS:
        return
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

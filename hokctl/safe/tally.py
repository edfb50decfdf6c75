"""Which confirmations count by now: keys' signatures by themselves, approved hashes and contracts' by the chain.

Approvals on the chain are read for every owner, so that they count without a file. The reads go into a batch among
others: counting costs no round trip of its own.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.chain.batch import Batch, Slot
from hokctl.chain.reads import Read
from hokctl.chain.session import Snapshot
from hokctl.clients.erc1271 import Erc1271
from hokctl.clients.safe import Safe
from hokctl.domain.authority import SafeAuthority
from hokctl.safe.packing import by_owner, pack_signatures
from hokctl.safe.signatures import Confirmation, SignatureKind, approved_hash, verify_confirmation
from hokctl.safe.transactions import SafeTx
from hokctl.safe.versions import asks_owners_by_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncounted:
    """A confirmation that somebody handed in and that does not count."""

    confirmation: Confirmation
    reason: str
    """Why, in words that follow `it does not count:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The confirmations of one Safe transaction at one block."""

    counted: tuple[Confirmation, ...]
    """Valid at the block, from today's owners, one each, by ascending owner."""
    approved: tuple[ChecksumAddress, ...]
    """The owners who approved on the chain, whatever else they handed in."""
    uncounted: tuple[Uncounted, ...]

    @property
    def owners(self) -> tuple[ChecksumAddress, ...]:
        """Who has confirmed, by ascending address."""
        return tuple(confirmation.owner for confirmation in self.counted)

    def enough(self, count: int) -> tuple[Confirmation, ...]:
        """Return `count` of the confirmations, those first that the Safe checks with the least gas and trust."""
        cheapest = sorted(self.counted, key=lambda item: (_COST[item.kind], int(item.owner, 16)))
        return by_owner(cheapest[:count])

    def restricted(self, owners: Collection[ChecksumAddress]) -> "Tally":
        """Return the tally with only `owners` counted: it may have been taken before they were known."""
        strangers = tuple(
            Uncounted(confirmation=one, reason="the account does not own the Safe")
            for one in self.counted
            if one.owner not in owners and one.owner not in self.approved
        )
        return Tally(
            counted=tuple(one for one in self.counted if one.owner in owners),
            approved=tuple(owner for owner in self.approved if owner in owners),
            uncounted=(*self.uncounted, *strangers),
        )


_COST = {
    SignatureKind.APPROVED_HASH: 0,
    SignatureKind.EIP712: 1,
    SignatureKind.ETH_SIGN: 1,
    SignatureKind.CONTRACT: 2,
}


class TallyReads:
    """The reads that tell which confirmations of a Safe transaction count, placed in a batch among others."""

    def __init__(
        self, batch: Batch, safe_tx: SafeTx, authority: SafeAuthority, handed_in: Sequence[Confirmation]
    ) -> None:
        """Add the reads to `batch`; ask for the `tally` once it ran. `handed_in` may hold anything from anybody."""
        self._safe_tx = safe_tx
        self._owners = authority.owners
        self._handed_in = tuple(handed_in)
        safe = Safe(safe_tx.safe)
        self._approved: dict[ChecksumAddress, Slot[bool]] = {
            owner: batch.add(safe.approved_hashes(owner, safe_tx.safe_tx_hash)) for owner in authority.owners
        }
        self._answers: dict[Confirmation, tuple[Slot[bool], Slot[bool]]] = {
            confirmation: (
                batch.add(owner_is_asked(safe_tx, confirmation, version=authority.version)),
                batch.add(safe_is_asked(safe_tx, confirmation)),
            )
            for confirmation in self._handed_in
            if confirmation.contract_signature is not None and confirmation.owner in authority.owners
        }

    @property
    def tally(self) -> Tally:
        """What counts; a key's signature that is not valid raises InvalidSignatureError, as no store holds one."""
        approved = tuple(owner for owner, slot in self._approved.items() if slot.value)
        counted, uncounted = {owner: approved_hash(owner) for owner in approved}, []
        for confirmation in self._handed_in:
            verify_confirmation(confirmation, self._safe_tx.safe_tx_hash)
            reason = self._objection(confirmation)
            if reason is not None:
                uncounted.append(Uncounted(confirmation=confirmation, reason=reason))
            else:
                counted.setdefault(confirmation.owner, confirmation)
        return Tally(counted=by_owner(counted.values()), approved=approved, uncounted=tuple(uncounted))

    def _objection(self, confirmation: Confirmation) -> str | None:
        if confirmation.owner not in self._owners:
            return "the account does not own the Safe"
        if confirmation.kind is SignatureKind.APPROVED_HASH and not self._approved[confirmation.owner].value:
            return "the owner has not approved the hash on the chain"
        if confirmation.kind is SignatureKind.CONTRACT:
            by_contract, by_safe = self._answers[confirmation]
            if not by_contract.value_or(default=False):
                return "the owner's contract does not stand by it"
            if not by_safe.value_or(default=False):
                return "the Safe's own contract does not accept it"
        return None


def read_tally(
    snapshot: Snapshot, safe_tx: SafeTx, authority: SafeAuthority, handed_in: Sequence[Confirmation]
) -> Tally:
    """Return which confirmations count in the snapshot's block, in one round trip."""
    batch = snapshot.batch()
    reads = TallyReads(batch, safe_tx, authority, handed_in)
    batch.run()
    return reads.tally


def owner_is_asked(safe_tx: SafeTx, confirmation: Confirmation, *, version: str) -> Read[bool]:
    """Return the question that a Safe of `version` asks the owner's contract."""
    owner, shown = Erc1271(confirmation.owner), confirmation.contract_signature or b""
    if asks_owners_by_hash(version, safe_tx.safe):
        return owner.is_valid_signature(safe_tx.safe_tx_hash, shown)
    return owner.is_valid_signature_of_bytes(safe_tx.pre_image, shown)


def safe_is_asked(safe_tx: SafeTx, confirmation: Confirmation) -> Read[bool]:
    """Return the question to the Safe's own contract whether the one confirmation would count."""
    packed = pack_signatures([confirmation])
    return Safe(safe_tx.safe).check_n_signatures(safe_tx.safe_tx_hash, safe_tx.pre_image, packed, 1)

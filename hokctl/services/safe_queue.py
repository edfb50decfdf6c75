"""The queue of a Safe: what was proposed, who confirmed, what comes next, and where it is stuck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.nonces import describe_gaps
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import SafeTxHash, TxHash
from hokctl.errors import ConfigError
from hokctl.safe.account import get_safe
from hokctl.safe.proposals import Proposal, ProposalStore
from hokctl.safe.signatures import SignatureKind
from hokctl.safe.tally import Tally, TallyReads

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


class NoSafeError(ConfigError):
    """A command about a Safe, and no Safe is named."""

    code = "no-safe"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"No Safe is named for the network {network!r}.",
            hint=f"Name one with --safe, or as `safe` in [networks.{network}] of the configuration.",
        )


class ProposalStanding(StrEnum):
    """Where a proposal stands."""

    EXECUTABLE = "executable"
    NEEDS_CONFIRMATIONS = "needs-confirmations"
    WAITS_FOR_ITS_TURN = "waits-for-its-turn"
    PAST = "past"
    """Its nonce is used: it was executed, or replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """One proposal in the queue."""

    proposal: Proposal
    confirmations: tuple[ChecksumAddress, ...]
    """Today's owners who have confirmed, in the folder or on the chain."""
    kinds: Mapping[ChecksumAddress, SignatureKind]
    """How each of them did."""
    standing: ProposalStanding
    executed_by: TxHash | None
    """What the folder says executed it."""
    sources: tuple[str, ...] = ()
    """Which stores hold it: `folder`, `service`, or both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeQueue:
    """The waiting proposals of a Safe, by nonce, and what is wrong with the queue."""

    safe: SafeAuthority
    entries: tuple[QueueEntry, ...]
    findings: tuple[Finding, ...]


def read_queue(snapshot: "Snapshot", store: ProposalStore, safe: ChecksumAddress) -> SafeQueue:
    """Return the proposals that wait with the Safe; findings name gaps, conflicts, dead and false ones.

    Raises NotASafeError.
    """
    authority = get_safe(snapshot, safe)
    scan = store.scan(snapshot.chain.chain_id, safe)
    tallies = _read_tallies(snapshot, store, authority, scan.proposals)
    entries = [read_entry(store, authority, proposal, tallies[proposal.safe_tx_hash]) for proposal in scan.proposals]
    waiting = [entry for entry in entries if entry.standing is not ProposalStanding.PAST]
    dead = [entry for entry in entries if entry.standing is ProposalStanding.PAST and entry.executed_by is None]
    findings = [
        *_gaps(authority, waiting),
        *_conflicts(waiting),
        *(_dead(entry, authority) for entry in dead),
        *(_untrusted(error.message, error.hint) for error in scan.errors),
    ]
    return SafeQueue(safe=authority, entries=tuple(waiting), findings=tuple(findings))


def read_entry(store: ProposalStore, authority: SafeAuthority, proposal: Proposal, tally: Tally) -> QueueEntry:
    """Return where one proposal stands with the Safe as it is now."""
    return QueueEntry(
        proposal=proposal,
        confirmations=tally.owners,
        kinds={one.owner: one.kind for one in tally.counted},
        standing=_standing(proposal.safe_tx.nonce, len(tally.counted), authority),
        executed_by=store.executed_by(proposal.safe_tx_hash),
        sources=tuple(store.sources_of(proposal.safe_tx_hash)),
    )


def choose_safe(store: ProposalStore, named: ChecksumAddress | None, *, network: str, chain_id: int) -> ChecksumAddress:
    """Return the Safe that is meant: the one named, else the only one with proposals. Raises NoSafeError."""
    if named is not None:
        return named
    safes = {proposal.safe_tx.safe for proposal in store.scan(chain_id).proposals}
    if len(safes) != 1:
        raise NoSafeError(network)
    return safes.pop()


def _read_tallies(
    snapshot: "Snapshot", store: ProposalStore, authority: SafeAuthority, proposals: Sequence[Proposal]
) -> dict[SafeTxHash, Tally]:
    """Return which confirmations count for each proposal, in one round trip for all of them."""
    batch = snapshot.batch()
    reads = {
        proposal.safe_tx_hash: TallyReads(
            batch, proposal.safe_tx, authority, store.confirmations(proposal.safe_tx_hash)
        )
        for proposal in proposals
    }
    batch.run()
    return {safe_tx_hash: read.tally for safe_tx_hash, read in reads.items()}


def _standing(nonce: int, confirmed: int, authority: SafeAuthority) -> ProposalStanding:
    if nonce < authority.nonce:
        return ProposalStanding.PAST
    if confirmed < authority.threshold:
        return ProposalStanding.NEEDS_CONFIRMATIONS
    return ProposalStanding.EXECUTABLE if nonce == authority.nonce else ProposalStanding.WAITS_FOR_ITS_TURN


def _gaps(authority: SafeAuthority, waiting: Sequence[QueueEntry]) -> list[Finding]:
    nonces = {entry.proposal.safe_tx.nonce for entry in waiting}
    missing = describe_gaps(nonces, current=authority.nonce)
    if not missing:
        return []
    return [
        Finding(
            code="nonce-gap",
            severity=Severity.WARNING,
            subject=authority.address,
            message=f"No proposal has nonce {missing}, so the ones after it cannot be executed.",
            evidence={"next nonce": str(authority.nonce)},
            remedy="Propose something with that nonce: --nonce; or find the proposal that is missing in the folder.",
        )
    ]


def _conflicts(waiting: Sequence[QueueEntry]) -> list[Finding]:
    by_nonce: dict[int, list[str]] = {}
    for entry in waiting:
        by_nonce.setdefault(entry.proposal.safe_tx.nonce, []).append(entry.proposal.safe_tx_hash)
    return [
        Finding(
            code="nonce-conflict",
            severity=Severity.WARNING,
            subject=str(nonce),
            message=f"{len(hashes)} proposals have nonce {nonce}: only one of them can be executed.",
            evidence={"proposals": ", ".join(hashes)},
            remedy="Agree with the other owners on one of them, and sign no other.",
        )
        for nonce, hashes in by_nonce.items()
        if len(hashes) > 1
    ]


def _dead(entry: QueueEntry, authority: SafeAuthority) -> Finding:
    safe_tx = entry.proposal.safe_tx
    return Finding(
        code="stale-proposal",
        severity=Severity.INFO,
        subject=safe_tx.safe_tx_hash,
        message=f"Nonce {safe_tx.nonce} is used; the folder does not say what became of {entry.proposal.plan.title!r}.",
        evidence={"nonce": str(safe_tx.nonce), "next nonce": str(authority.nonce)},
        remedy=f"hokctl safe execute {safe_tx.safe_tx_hash[:10]} finds out, and notes it.",
    )


def _untrusted(message: str, hint: str) -> Finding:
    return Finding(
        code="proposal-untrusted", severity=Severity.ERROR, subject="proposals", message=message, remedy=hint
    )

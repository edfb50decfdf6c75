"""Shared folder and Transaction Service side by side: where they differ, and what each can take from the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import SafeTxHash, TxHash
from hokctl.errors import ConfigError, HokctlError
from hokctl.safe.account import get_safe
from hokctl.safe.proposals import Proposal
from hokctl.safe.service_store import Entry, ServiceStore
from hokctl.safe.signatures import Confirmation, SignatureKind
from hokctl.safe.store import FolderStore
from hokctl.safe.tally import Tally, TallyReads

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


class NoServiceError(ConfigError):
    """A command about the Transaction Service, and the network names none."""

    code = "no-transaction-service"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"The network {network!r} names no Transaction Service.",
            hint=f"Set transaction_service in [networks.{network}] of the configuration.",
        )


class DifferenceKind(StrEnum):
    """In what folder and service differ."""

    ONLY_IN_FOLDER = "only-in-folder"
    ONLY_AT_SERVICE = "only-at-service"
    CONFIRMATION_ONLY_IN_FOLDER = "confirmation-only-in-folder"
    CONFIRMATION_ONLY_AT_SERVICE = "confirmation-only-at-service"
    EXECUTED = "executed"
    """The chain has executed it, and the folder does not say so."""


class Progress(StrEnum):
    """What becomes of a difference."""

    CAN_SYNC = "can-sync"
    SYNCED = "synced"
    LEFT = "left"
    """Sync does nothing about it; the difference says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that one of the two has and the other has not."""

    kind: DifferenceKind
    proposal: Proposal
    owner: ChecksumAddress | None = None
    """Whose confirmation it is; None when it is the whole proposal."""
    tx_hash: TxHash | None = None
    progress: Progress = Progress.CAN_SYNC
    reason: str = ""
    """Why it is left, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Folder and service of one Safe at one block."""

    safe: SafeAuthority
    endpoint: str
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]

    @property
    def open(self) -> tuple[Difference, ...]:
        """The differences that a sync would remove."""
        return tuple(one for one in self.differences if one.progress is Progress.CAN_SYNC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """One waiting Safe transaction as each of the two has it, with the confirmations that count."""

    proposal: Proposal
    mine: tuple[Confirmation, ...] | None
    """The folder's; None when it does not have the proposal."""
    theirs: Entry | None
    tally: Tally

    def counted(self, confirmations: Sequence[Confirmation]) -> dict[ChecksumAddress, Confirmation]:
        """Return those that count and can travel; approvals are on the chain, where everybody sees them."""
        good = set(self.tally.owners)
        return {
            one.owner: one
            for one in confirmations
            if one.owner in good and one.kind is not SignatureKind.APPROVED_HASH
        }


def compare_stores(
    snapshot: "Snapshot", folder: FolderStore, service: ServiceStore, safe: ChecksumAddress
) -> Comparison:
    """Return in what the two differ about what waits with the Safe, and what in either cannot be trusted.

    Raises NotASafeError, and what asking the service raises.
    """
    authority = get_safe(snapshot, safe)
    scan = folder.scan(snapshot.chain.chain_id, safe)
    waiting = [one for one in scan.proposals if one.safe_tx.nonce >= authority.nonce]
    listed = {entry.transaction.safe_tx_hash: entry for entry in service.entries(safe)}
    asked = {one.safe_tx_hash: service.entry(one.safe_tx_hash) for one in waiting if one.safe_tx_hash not in listed}
    entries = listed | {safe_tx_hash: entry for safe_tx_hash, entry in asked.items() if entry is not None}
    pairs = _read_pairs(snapshot, authority, folder, service, waiting=waiting, entries=entries)
    differences = [difference for pair in pairs for difference in _differences(pair)]
    findings = [
        *(_untrusted("proposal-untrusted", "proposals", error) for error in scan.errors),
        *(_untrusted("service-untrusted", service.service.endpoint, error) for error in service.errors(safe)),
        *(finding for pair in pairs for finding in _suspicions(pair, authority, service.service.endpoint)),
    ]
    return Comparison(
        safe=authority,
        endpoint=service.service.endpoint,
        differences=tuple(differences),
        findings=tuple(findings),
    )


def sync_stores(comparison: Comparison, folder: FolderStore, service: ServiceStore) -> Comparison:
    """Copy what can be copied, both ways, and return the comparison with what became of each difference.

    Folder first; doing it again does nothing more. A refusal of the service leaves that one difference.
    """
    done = [_copy(difference, folder, service) for difference in comparison.differences]
    return replace(comparison, differences=tuple(done))


def _read_pairs(
    snapshot: "Snapshot",
    authority: SafeAuthority,
    folder: FolderStore,
    service: ServiceStore,
    *,
    waiting: Sequence[Proposal],
    entries: Mapping[SafeTxHash, Entry],
) -> list[_Pair]:
    """Return every waiting Safe transaction with the confirmations of both, counted in one round trip for all."""
    mine = {one.safe_tx_hash: tuple(folder.confirmations(one.safe_tx_hash)) for one in waiting}
    proposals = {safe_tx_hash: service.proposal_of(entry) for safe_tx_hash, entry in entries.items()}
    proposals |= {one.safe_tx_hash: one for one in waiting}
    batch, reads = snapshot.batch(), {}
    for safe_tx_hash, proposal in proposals.items():
        theirs = entries[safe_tx_hash].confirmations if safe_tx_hash in entries else ()
        together = {one.owner: one for one in (*theirs, *mine.get(safe_tx_hash, ()))}
        reads[safe_tx_hash] = TallyReads(batch, proposal.safe_tx, authority, tuple(together.values()))
    batch.run()
    pairs = [
        _Pair(
            proposal=proposal,
            mine=mine.get(safe_tx_hash),
            theirs=entries.get(safe_tx_hash),
            tally=reads[safe_tx_hash].tally,
        )
        for safe_tx_hash, proposal in proposals.items()
    ]
    return sorted(pairs, key=lambda pair: (pair.proposal.safe_tx.nonce, pair.proposal.safe_tx_hash))


def _differences(pair: _Pair) -> list[Difference]:
    mine, theirs = pair.counted(pair.mine or ()), pair.counted(pair.theirs.confirmations if pair.theirs else ())
    if pair.theirs is None:
        return [_whole(DifferenceKind.ONLY_IN_FOLDER, pair, mine)]
    if pair.mine is None:
        return [_whole(DifferenceKind.ONLY_AT_SERVICE, pair, theirs)]
    return [
        *(
            Difference(kind=DifferenceKind.CONFIRMATION_ONLY_IN_FOLDER, proposal=pair.proposal, owner=owner)
            for owner in mine
            if owner not in theirs
        ),
        *(
            Difference(kind=DifferenceKind.CONFIRMATION_ONLY_AT_SERVICE, proposal=pair.proposal, owner=owner)
            for owner in theirs
            if owner not in mine
        ),
    ]


def _whole(kind: DifferenceKind, pair: _Pair, confirmed: Mapping[ChecksumAddress, Confirmation]) -> Difference:
    """Return a proposal that one of them lacks; without an owner's signature it stays where it is."""
    if confirmed:
        return Difference(kind=kind, proposal=pair.proposal)
    return Difference(
        kind=kind, proposal=pair.proposal, progress=Progress.LEFT, reason="no owner has signed it: hokctl safe sign"
    )


def _suspicions(pair: _Pair, authority: SafeAuthority, endpoint: str) -> list[Finding]:
    if pair.theirs is None:
        return []
    safe_tx_hash, found = pair.proposal.safe_tx_hash, []
    if pair.theirs.transaction.executed:
        found.append(
            Finding(
                code="service-untrusted",
                severity=Severity.ERROR,
                subject=safe_tx_hash,
                message=f"The Transaction Service at {endpoint} calls it executed, and the chain has not executed it.",
                evidence={"nonce": str(pair.proposal.safe_tx.nonce), "next nonce": str(authority.nonce)},
                remedy="Believe the chain; ask the service's operator.",
            )
        )
    strangers = [one.owner for one in pair.theirs.confirmations if one.owner not in authority.owners]
    if strangers:
        found.append(
            Finding(
                code="confirmation-of-stranger",
                severity=Severity.WARNING,
                subject=safe_tx_hash,
                message=f"The Transaction Service at {endpoint} counts confirmations of accounts that own nothing here.",
                evidence={"accounts": ", ".join(strangers)},
                remedy="They do not count; hokctl safe info shows the owners.",
            )
        )
    return found


def _copy(difference: Difference, folder: FolderStore, service: ServiceStore) -> Difference:
    if difference.progress is not Progress.CAN_SYNC:
        return difference
    proposal = difference.proposal
    if difference.kind in {DifferenceKind.ONLY_AT_SERVICE, DifferenceKind.CONFIRMATION_ONLY_AT_SERVICE}:
        folder.add(proposal)
        for confirmation in service.confirmations(proposal.safe_tx_hash):
            if confirmation.kind is not SignatureKind.APPROVED_HASH:
                folder.add_confirmation(proposal.safe_tx_hash, confirmation)
        return replace(difference, progress=Progress.SYNCED)
    try:
        service.push(proposal, folder.confirmations(proposal.safe_tx_hash))
    except HokctlError as error:
        return replace(difference, progress=Progress.LEFT, reason=error.message)
    return replace(difference, progress=Progress.SYNCED)


def _untrusted(code: str, subject: str, error: HokctlError) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, subject=subject, message=error.message, remedy=error.hint)

"""Shared folder and Transaction Service side by side: where they differ, and what each can take from the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import SafeTxHash
from hokctl.errors import ConfigError, HokctlError, UnavailableError
from hokctl.safe.account import get_safe
from hokctl.safe.combined_store import CombinedStore
from hokctl.safe.proposals import Proposal, ProposalStore
from hokctl.safe.service_errors import NotAtServiceError, ServiceRefusedError, ServiceUntrustedError
from hokctl.safe.service_store import Entry, ServiceStore
from hokctl.safe.signatures import Confirmation, SignatureKind
from hokctl.safe.store import FolderStore
from hokctl.safe.tally import Tally, TallyReads
from hokctl.services.executions import find_execution
from hokctl.services.store_differences import Comparison, Difference, DifferenceKind, Progress

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
            one.owner: one for one in confirmations if one.owner in good and one.kind is not SignatureKind.APPROVED_HASH
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
    unlisted = [one.safe_tx_hash for one in waiting if one.safe_tx_hash not in listed]
    asked, lies = _ask_for(service, unlisted)
    entries = listed | asked
    waiting = [one for one in waiting if one.safe_tx_hash not in lies]
    pairs = _read_pairs(snapshot, authority, folder, service, waiting=waiting, entries=entries)
    differences = [difference for pair in pairs for difference in _differences(pair)]
    past = [one for one in scan.proposals if one.safe_tx.nonce < authority.nonce]
    differences += _executed(snapshot, folder, past)
    findings = [
        *(_untrusted("proposal-untrusted", "proposals", error) for error in scan.errors),
        *(_untrusted("service-untrusted", service.service.endpoint, error) for error in service.errors(safe)),
        *(_untrusted("service-untrusted", safe_tx_hash, error) for safe_tx_hash, error in lies.items()),
        *(finding for pair in pairs for finding in _suspicions(pair, authority, service.service.endpoint)),
    ]
    return Comparison(
        safe=authority,
        endpoint=service.service.endpoint,
        differences=tuple(differences),
        findings=tuple(findings),
    )


def compare_if_both(snapshot: "Snapshot", store: ProposalStore, safe: ChecksumAddress) -> Comparison | None:
    """Return the comparison when `store` is folder and service together, and the service can be reached; else None."""
    if not isinstance(store, CombinedStore) or store.is_down:
        return None
    try:
        return compare_stores(snapshot, store.folder, store.service, safe)
    except UnavailableError:
        return None


def sync_stores(comparison: Comparison, folder: FolderStore, service: ServiceStore) -> Comparison:
    """Copy what can be copied, both ways, and return the comparison with what became of each difference.

    Doing it again does nothing more. What the service refuses stays a difference; when it cannot be reached any more,
    its error is raised.
    """
    done = [_copy(difference, folder, service) for difference in comparison.differences]
    return replace(comparison, differences=tuple(done))


def _ask_for(
    service: ServiceStore, hashes: Sequence[SafeTxHash]
) -> tuple[dict[SafeTxHash, Entry], dict[SafeTxHash, HokctlError]]:
    """Return what the service has of the Safe transactions that its list lacks, and where its answer is a lie."""
    found: dict[SafeTxHash, Entry] = {}
    lies: dict[SafeTxHash, HokctlError] = {}
    for safe_tx_hash in hashes:
        try:
            entry = service.entry(safe_tx_hash)
        except ServiceUntrustedError as error:
            lies[safe_tx_hash] = error
            continue
        if entry is not None:
            found[safe_tx_hash] = entry
    return found, lies


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
            _single(DifferenceKind.CONFIRMATION_ONLY_IN_FOLDER, pair, confirmation)
            for owner, confirmation in mine.items()
            if owner not in theirs
        ),
        *(
            _single(DifferenceKind.CONFIRMATION_ONLY_AT_SERVICE, pair, confirmation)
            for owner, confirmation in theirs.items()
            if owner not in mine
        ),
    ]


def _single(kind: DifferenceKind, pair: _Pair, confirmation: Confirmation) -> Difference:
    return Difference(kind=kind, proposal=pair.proposal, owner=confirmation.owner, confirmations=(confirmation,))


def _whole(kind: DifferenceKind, pair: _Pair, confirmed: Mapping[ChecksumAddress, Confirmation]) -> Difference:
    """Return a proposal that one of them lacks; without an owner's signature it stays where it is."""
    if confirmed:
        return Difference(kind=kind, proposal=pair.proposal, confirmations=tuple(confirmed.values()))
    return Difference(
        kind=kind, proposal=pair.proposal, progress=Progress.LEFT, reason="no owner has signed it: hokctl safe sign"
    )


def _executed(snapshot: "Snapshot", folder: FolderStore, past: Sequence[Proposal]) -> list[Difference]:
    """Return what the chain has executed and the folder does not note, by the Safe's own events."""
    found = []
    for proposal in past:
        if folder.executed_by(proposal.safe_tx_hash) is not None:
            continue
        execution = find_execution(
            snapshot.chain,
            proposal.safe_tx.safe,
            proposal.safe_tx_hash,
            from_block=min(proposal.plan.block.number, snapshot.block.number),
            to_block=snapshot.block.number,
        )
        if execution is not None:
            found.append(
                Difference(
                    kind=DifferenceKind.EXECUTED,
                    proposal=proposal,
                    tx_hash=execution.tx_hash,
                    progress=Progress.LEFT,
                    reason=f"hokctl safe execute {proposal.safe_tx_hash[:10]} notes it, in folder and book",
                )
            )
    return found


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
                message=f"The Transaction Service at {endpoint} counts accounts that do not own the Safe.",
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
        for confirmation in difference.confirmations:
            folder.add_confirmation(proposal.safe_tx_hash, confirmation)
        return replace(difference, progress=Progress.SYNCED)
    try:
        service.push(proposal, difference.confirmations)
    except (ServiceRefusedError, NotAtServiceError) as error:
        return replace(difference, progress=Progress.LEFT, reason=error.message)
    return replace(difference, progress=Progress.SYNCED)


def _untrusted(code: str, subject: str, error: HokctlError) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, subject=subject, message=error.message, remedy=error.hint)

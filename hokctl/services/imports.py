"""Taking in what others hand over: Safe transactions, signatures and batches, proven before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from eth_typing import ChecksumAddress

from hokctl.clients.safe import Safe
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import SafeTxHash
from hokctl.errors import UsageError
from hokctl.safe.exchange import Offer
from hokctl.safe.proposals import Proposal, verify_plan
from hokctl.safe.signatures import KEY_KINDS, Confirmation, InvalidSignatureError, NotAnOwnerError, SignatureKind
from hokctl.safe.tally import read_tally
from hokctl.safe.transactions import HashMismatchError, verify_hashes
from hokctl.services.exchange_files import read_exchange_file
from hokctl.services.foreign_plans import plan_from_safe_tx
from hokctl.services.import_batches import draft_batch
from hokctl.services.import_desk import Draft, ImportDesk, refuse_other_safe
from hokctl.services.import_signatures import assign_signatures
from hokctl.services.safe_reviews import ProposalChainError


class ImportState(StrEnum):
    """What became of a Safe transaction in a file."""

    ADDED = "added"
    KNOWN = "known"
    """It was proposed already."""
    PAST = "past"
    """Its nonce is used: there is nothing to take in."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """One Safe transaction, and what the files brought for it."""

    proposal: Proposal
    kind: str
    state: ImportState
    new: tuple[ChecksumAddress, ...]
    """Owners whose confirmation was not there before."""
    known: tuple[ChecksumAddress, ...]
    """Owners whose confirmation was there."""


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What became of all files."""

    items: tuple[Imported, ...]
    findings: tuple[Finding, ...]


class NotOneToSignError(UsageError):
    """Several Safe transactions where --signer asks to sign the one."""

    code = "not-one-to-sign"

    def __init__(self, count: int) -> None:
        """Say how many there are."""
        super().__init__(
            f"{count} Safe transactions wait in these files, and --signer signs one.",
            hint="They are taken in; sign each with hokctl safe sign.",
        )


def one_to_sign(report: ImportReport) -> SafeTxHash:
    """Return the one Safe transaction that waits; NotOneToSignError for another number of them."""
    waiting = [item.proposal.safe_tx_hash for item in report.items if item.state is not ImportState.PAST]
    if len(waiting) != 1:
        raise NotOneToSignError(len(waiting))
    return waiting[0]


def import_files(desk: ImportDesk, sources: Sequence[str]) -> ImportReport:
    """Take in what the files hold: all of it, or nothing where one of them is refused.

    Everything is proven first: chain id, Safe, hashes (also by the Safe's own contract), checksums, and that each
    signature is of one of today's owners. Raises what reading a file raises, UnsuitableFileError, ProposalChainError,
    HashMismatchError, InvalidSignatureError and NotAnOwnerError.
    """
    chain_id = desk.snapshot.chain.chain_id
    contents = [(source, read_exchange_file(source, chain_id=chain_id)) for source in sources]
    drafts: dict[SafeTxHash, Draft] = {}
    findings: list[Finding] = []
    for source, content in contents:
        for offer in content.offers:
            _collect(drafts, _draft_offer(desk, source, offer), offer.confirmations)
        if content.batch is not None:
            draft, found = draft_batch(desk, source, content.batch, drafts.values())
            _collect(drafts, draft, ())
            findings.extend(found)
    assign_signatures(desk, drafts, [(source, content.signatures) for source, content in contents])
    items = [_settle(desk, draft) for draft in drafts.values()]
    if not desk.dry_run:
        for item in items:
            _write(desk, item, drafts[item.proposal.safe_tx_hash])
    findings.extend(_past(item) for item in items if item.state is ImportState.PAST)
    return ImportReport(items=tuple(items), findings=tuple(findings))


def _collect(drafts: dict[SafeTxHash, Draft], draft: Draft, confirmations: Sequence[Confirmation]) -> None:
    kept = drafts.setdefault(draft.proposal.safe_tx_hash, draft)
    if not kept.proposal.plan.declared and draft.proposal.plan.declared:
        kept.proposal, kept.kind = draft.proposal, draft.kind
    for confirmation in confirmations:
        kept.confirmations.setdefault(confirmation.owner, confirmation)


def _draft_offer(desk: ImportDesk, source: str, offer: Offer) -> Draft:
    safe_tx, chain = offer.safe_tx, desk.snapshot.chain
    if safe_tx.chain_id != chain.chain_id:
        raise ProposalChainError(safe_tx, network=chain.network, chain_id=chain.chain_id)
    refuse_other_safe(desk, source, safe_tx.safe)
    authority = desk.authority(safe_tx.safe)
    if offer.proposal is not None:
        proposal = offer.proposal
    else:
        safe_tx = replace(safe_tx, version=authority.version)
        plan = plan_from_safe_tx(
            safe_tx,
            network=chain.network,
            block=desk.snapshot.block,
            labels=desk.knowledge.labels(),
            title=offer.title,
        )
        proposal = Proposal(safe_tx=safe_tx, plan=plan, created_at=desk.now)
    verify_plan(proposal.plan, safe_tx)
    verify_hashes(safe_tx)
    return Draft(proposal=proposal, kind=offer.kind, source=source)


def _settle(desk: ImportDesk, draft: Draft) -> Imported:
    """Return what is to be done with a draft, once the chain has confirmed its hash and its confirmations."""
    safe_tx = draft.proposal.safe_tx
    authority = desk.authority(safe_tx.safe)
    stored = {item.safe_tx_hash for item in desk.store.scan(safe_tx.chain_id, safe_tx.safe).proposals}
    known = safe_tx.safe_tx_hash in stored
    if safe_tx.nonce < authority.nonce:
        return Imported(proposal=draft.proposal, kind=draft.kind, state=ImportState.PAST, new=(), known=())
    theirs = desk.snapshot.get(Safe(safe_tx.safe).get_transaction_hash(safe_tx.fields, safe_tx.nonce))
    if theirs != safe_tx.safe_tx_hash:
        raise HashMismatchError(
            "safe_tx_hash", ours=safe_tx.safe_tx_hash, theirs=theirs, source="the Safe's own contract"
        )
    _verify(desk, draft, authority)
    # Approvals on the chain count without a file.
    owners = [item.owner for item in draft.confirmations.values() if item.kind is not SignatureKind.APPROVED_HASH]
    there = [item.owner for item in desk.store.confirmations(safe_tx.safe_tx_hash)] if known else []
    return Imported(
        proposal=draft.proposal,
        kind=draft.kind,
        state=ImportState.KNOWN if known else ImportState.ADDED,
        new=tuple(owner for owner in owners if owner not in there),
        known=tuple(owner for owner in owners if owner in there),
    )


def _verify(desk: ImportDesk, draft: Draft, authority: SafeAuthority) -> None:
    handed_in, safe_tx = tuple(draft.confirmations.values()), draft.proposal.safe_tx
    for confirmation in handed_in:
        if confirmation.owner not in authority.owners:
            raise NotAnOwnerError(confirmation.owner, safe_tx.safe)
    if all(confirmation.kind in KEY_KINDS for confirmation in handed_in):
        # Recovered when they were read: nothing is left to ask.
        return
    for uncounted in read_tally(desk.snapshot, safe_tx, authority, handed_in).uncounted:
        raise InvalidSignatureError(uncounted.confirmation.owner, uncounted.reason)


def _write(desk: ImportDesk, item: Imported, draft: Draft) -> None:
    if item.state is ImportState.PAST:
        return
    desk.store.add(draft.proposal)
    for owner in item.new:
        desk.store.add_confirmation(draft.proposal.safe_tx_hash, draft.confirmations[owner])


def _past(item: Imported) -> Finding:
    safe_tx = item.proposal.safe_tx
    return Finding(
        code="stale-proposal",
        severity=Severity.WARNING,
        subject=safe_tx.safe_tx_hash,
        message=f"Nonce {safe_tx.nonce} of the Safe is used, so there is nothing to take in.",
        remedy="hokctl safe queue shows what waits.",
    )

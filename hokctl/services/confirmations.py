"""Confirming a Safe transaction as one of its owners, after looking at it again from the start."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.outcomes import Outcome
from hokctl.domain.reviews import Review
from hokctl.errors import UsageError, shown
from hokctl.routes.base import MissingSignerError
from hokctl.routes.safe import confirm, record_of
from hokctl.safe.account import get_safe
from hokctl.safe.messages import add_to_contract_signature, message_for
from hokctl.safe.signatures import Confirmation, NotAnOwnerError
from hokctl.safe.tally import read_tally
from hokctl.services.examining import examine
from hokctl.services.proposals import Carried, CarryState
from hokctl.services.safe_checks import Knowledge
from hokctl.services.safe_reviews import ProposalState, build_review, read_proposal, read_wanted
from hokctl.services.second_confirmation import confirm_twice

if TYPE_CHECKING:
    from hokctl.domain.ports import Signer
    from hokctl.services.proposals import Carrier

_APPROVE_HASH: Final = "approveHash(bytes32)"


class NeedsOfflineError(UsageError):
    """A file or a QR code where only a proposal of the queue can be signed."""

    code = "needs-offline"

    def __init__(self, what: str) -> None:
        """Say what was given."""
        super().__init__(
            f"{what} goes with --offline only.",
            hint="Add --offline to sign a file without a node, or take it in first: hokctl safe import FILE.",
        )


def refuse_file(reference: str, *, qr: bool) -> None:
    """Raise NeedsOfflineError where a file is named instead of a proposal, or a QR code is wanted of one."""
    if qr:
        raise NeedsOfflineError("A QR code of the signature")
    if not reference.startswith("0x") and Path(reference).is_file():
        raise NeedsOfflineError(f"The file {shown(reference)}")


def sign_proposal(
    carrier: "Carrier", reference: str, knowledge: Knowledge, *, owner: ChecksumAddress | None = None
) -> Carried:
    """Review the proposal, ask, and add the signer's confirmation to the folder; a second one changes nothing.

    `owner` names the owner that is a Safe of the signer's, for which the signer confirms then. Raises
    NotAnOwnerError, MissingSignerError, and what `read_wanted` raises.
    """
    state = read_wanted(carrier, reference, knowledge)
    plan, signer = state.proposal.plan, carrier.signer
    _verify_signer(carrier, state, owner)
    if signer is None and not carrier.dry_run:
        raise MissingSignerError("confirm the Safe transaction")
    inside = look_inside(carrier, state, knowledge)
    review = review_proposal(carrier, state, knowledge)
    review = replace(review, findings=(*review.findings, *inside))
    if any(finding.blocks(carrier.allow) for finding in review.findings):
        return Carried(state=CarryState.REFUSED, plan=plan, review=review, findings=review.findings)
    if signer is None or carrier.dry_run:
        return Carried(state=CarryState.SHOWN, plan=plan, review=review, findings=review.findings)
    if not confirm_twice(carrier, review):
        return Carried(state=CarryState.DECLINED, plan=plan, review=review, findings=review.findings)
    confirmed = _confirm(carrier, state, signer, owner)
    return Carried(
        state=CarryState.CONFIRMED,
        plan=plan,
        review=review,
        outcome=Outcome(proposal=record_of(state.proposal, state.authority, carrier.store, confirmed)),
        findings=review.findings,
    )


def _verify_signer(carrier: "Carrier", state: ProposalState, owner: ChecksumAddress | None) -> None:
    signer, safe = carrier.signer, state.authority
    if owner is not None and owner not in safe.owners:
        raise NotAnOwnerError(owner, safe.address)
    if signer is None:
        return
    owned = safe if owner is None else get_safe(carrier.snapshot, owner)
    if signer.address not in owned.owners:
        raise NotAnOwnerError(signer.address, owned.address)


def _confirm(
    carrier: "Carrier", state: ProposalState, signer: "Signer", owner: ChecksumAddress | None
) -> tuple[ChecksumAddress, ...]:
    """Keep the signer's confirmation, and return whose confirmations count then."""
    safe_tx, store = state.proposal.safe_tx, carrier.store
    if owner is None:
        store.add_confirmation(safe_tx.safe_tx_hash, confirm(safe_tx, signer))
        return (*state.tally.owners, signer.address)
    message = message_for(safe_tx, owner, version=state.authority.version)
    own = Confirmation(owner=signer.address, signature=signer.sign_typed_data(message.typed_data()))
    whole = add_to_contract_signature(message, own, store.confirmations(safe_tx.safe_tx_hash))
    store.add_confirmation(safe_tx.safe_tx_hash, whole)
    # It counts once enough of that Safe's own owners stand in it: only the chain can tell.
    tally = read_tally(carrier.snapshot, safe_tx, state.authority, store.confirmations(safe_tx.safe_tx_hash))
    return tally.owners


def review_proposal(carrier: "Carrier", state: ProposalState, knowledge: Knowledge) -> Review:
    """Return what an owner reviews before confirming: every check, and the simulation if none of them stops."""
    examined = examine(carrier.snapshot, state, allow=carrier.allow)
    signer = carrier.signer
    already = {confirmation.owner for confirmation in state.confirmations}
    new = 1 if signer is not None and signer.address not in already else 0
    verb = "confirm it as owner" if new else "nothing: already confirmed by owner"
    steps = [] if signer is None else [f"{verb} {signer.address}"]
    left = state.missing - new
    if left > 0:
        steps.append(f"{left} more owner{'s confirm' if left > 1 else ' confirms'}: hokctl safe sign")
    steps.append("anyone executes: hokctl safe execute")
    return build_review(
        state,
        knowledge,
        checks=examined.checks,
        simulation=examined.simulation,
        steps=tuple(steps),
        action="confirm this Safe transaction",
    )


def look_inside(carrier: "Carrier", state: ProposalState, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return what speaks against the Safe transactions that the proposal's calls approve, after showing each.

    A signer who approves a hash confirms what is behind it: a hash that no proposal explains is an error.
    """
    found: list[Finding] = []
    for review in _reviews_inside(carrier, state, knowledge):
        if isinstance(review, Finding):
            found.append(review)
        else:
            carrier.ui.review(review)
            found.extend(review.findings)
    return tuple(found)


def _reviews_inside(carrier: "Carrier", state: ProposalState, knowledge: Knowledge) -> list[Review | Finding]:
    reviews: list[Review | Finding] = []
    for call in state.proposal.plan.calls:
        if call.signature != _APPROVE_HASH or call.to is None:
            continue
        reference = "0x" + call.data[4:36].hex()
        try:
            inner = read_proposal(carrier.snapshot, carrier.store, reference, knowledge)
        except UsageError as error:
            reviews.append(_unexplained(call.to, reference, error.message))
            continue
        if inner.proposal.safe_tx.safe != call.to:
            reviews.append(_unexplained(call.to, reference, "the hash is of another Safe's transaction"))
        else:
            reviews.append(review_proposal(replace(carrier, signer=None), inner, knowledge))
    return reviews


def _unexplained(safe: ChecksumAddress, safe_tx_hash: str, reason: str) -> Finding:
    return Finding(
        code="approval-unexplained",
        severity=Severity.ERROR,
        subject=safe,
        message=f"It approves the hash {safe_tx_hash} for the Safe {safe}, and nobody can say what that does.",
        evidence={"reason": reason},
        remedy="Have the proposal behind the hash put into the folder: hokctl safe import or sync.",
    )

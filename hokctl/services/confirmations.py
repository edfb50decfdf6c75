"""Confirming a Safe transaction as one of its owners, after looking at it again from the start."""

from pathlib import Path
from typing import TYPE_CHECKING

from hokctl.domain.outcomes import Outcome
from hokctl.domain.reviews import Review
from hokctl.errors import UsageError, shown
from hokctl.routes.base import MissingSignerError
from hokctl.routes.safe import confirm, record_of
from hokctl.safe.signatures import NotAnOwnerError
from hokctl.services.examining import examine
from hokctl.services.proposals import Carried, CarryState
from hokctl.services.safe_checks import Knowledge
from hokctl.services.safe_reviews import ProposalState, build_review, read_wanted
from hokctl.services.second_confirmation import confirm_twice

if TYPE_CHECKING:
    from hokctl.services.proposals import Carrier


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


def sign_proposal(carrier: "Carrier", reference: str, knowledge: Knowledge) -> Carried:
    """Review the proposal, ask, and add the signer's confirmation to the folder; a second one changes nothing.

    Raises NotAnOwnerError, MissingSignerError, and what `read_wanted` raises.
    """
    state = read_wanted(carrier, reference, knowledge)
    safe_tx, plan, signer = state.proposal.safe_tx, state.proposal.plan, carrier.signer
    if signer is not None and signer.address not in state.authority.owners:
        raise NotAnOwnerError(signer.address, safe_tx.safe)
    if signer is None and not carrier.dry_run:
        raise MissingSignerError("confirm the Safe transaction")
    review = _review(carrier, state, knowledge)
    if any(finding.blocks(carrier.allow) for finding in review.findings):
        return Carried(state=CarryState.REFUSED, plan=plan, review=review, findings=review.findings)
    if signer is None or carrier.dry_run:
        return Carried(state=CarryState.SHOWN, plan=plan, review=review, findings=review.findings)
    if not confirm_twice(carrier, review):
        return Carried(state=CarryState.DECLINED, plan=plan, review=review, findings=review.findings)
    carrier.store.add_confirmation(safe_tx.safe_tx_hash, confirm(safe_tx, signer))
    return Carried(
        state=CarryState.CONFIRMED,
        plan=plan,
        review=review,
        outcome=Outcome(
            proposal=record_of(state.proposal, state.authority, carrier.store, {*state.tally.owners, signer.address})
        ),
        findings=review.findings,
    )


def _review(carrier: "Carrier", state: ProposalState, knowledge: Knowledge) -> Review:
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

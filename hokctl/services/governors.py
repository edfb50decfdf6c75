"""Bringing a governor's proposal that has passed to its end: queueing and executing it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from hokctl.clients.governor import ProposalState
from hokctl.clients.timelock_controller import TimelockController
from hokctl.errors import PendingError, RefusedError
from hokctl.routes.governor_proposals import execute_proposal_plan, queue_plan
from hokctl.routes.operations import format_time
from hokctl.services.governance import decoder_of
from hokctl.services.governor_records import FoundProposal
from hokctl.services.proposals import Carried, carry

if TYPE_CHECKING:
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.proposals import Carrier
    from hokctl.services.safe_checks import Knowledge


class ProposalStateError(RefusedError):
    """A proposal that can never come to the step that was asked for."""

    code = "proposal-over"

    def __init__(self, proposal_id: int, state: ProposalState, step: str) -> None:
        """Name the proposal, where it stands, and the step."""
        super().__init__(
            f"Proposal {proposal_id} is {state.name.lower()} and cannot be {step}.",
            hint="hokctl governor show tells what became of it.",
        )


class ProposalPendingError(PendingError):
    """A proposal whose time has not come."""

    code = "proposal-not-ready"

    def __init__(self, proposal_id: int, why: str, hint: str) -> None:
        """Name the proposal, what it waits for, and what to do."""
        super().__init__(f"Proposal {proposal_id} {why}.", hint=hint)


class ForeignProposalIdError(RefusedError):
    """A proposal whose content does not hash to its id."""

    code = "foreign-proposal-id"

    def __init__(self, proposal_id: int, computed: int) -> None:
        """Name both ids."""
        super().__init__(
            f"Proposal {proposal_id} hashes to {computed}: this governor numbers proposals in its own way.",
            hint="Queue and execute it with the governor's own application.",
        )


def queue_proposal(carrier: "Carrier", found: FoundProposal, knowledge: "Knowledge") -> Carried:
    """Walk the one way with what hands a proposal that has passed to the timelock.

    Raises ProposalPendingError while it is voted on, ProposalStateError when it can never be queued.
    """
    _refuse_foreign_id(found)
    if found.state in {ProposalState.PENDING, ProposalState.ACTIVE}:
        raise ProposalPendingError(found.proposal_id, f"is still voted on: {found.next}", "Run the command again then.")
    if found.state is not ProposalState.SUCCEEDED or found.authority.timelock is None:
        raise ProposalStateError(found.proposal_id, found.state, "queued")
    delay_s = carrier.snapshot.get(TimelockController(found.authority.timelock).get_min_delay())
    plan = queue_plan(found.plan, found.proposal, delay_s=delay_s, block=carrier.snapshot.block)
    return carry(plan, replace(carrier, decoder=decoder_of(plan, knowledge)))


def execute_proposal(
    carrier: "Carrier", found: FoundProposal, knowledge: "Knowledge", book: "InvoiceBook | None"
) -> Carried:
    """Walk the one way with what executes a proposal, and note in the book what it paid; a dry run takes no book.

    Raises ProposalPendingError when its time has not come, ProposalStateError when it never will.
    """
    from hokctl.services.bookkeeping import record_payments

    _refuse_foreign_id(found)
    _refuse_early(found, carrier.snapshot.block.timestamp)
    plan = execute_proposal_plan(found.plan, found.proposal, block=carrier.snapshot.block)
    carried = carry(plan, replace(carrier, decoder=decoder_of(plan, knowledge)))
    if book is not None and carried.outcome is not None:
        record_payments(book, carried.outcome.transactions, chain=carrier.chain)
    return carried


def _refuse_early(found: FoundProposal, now: int) -> None:
    queued, again = found.authority.timelock is not None, "Run the command again then."
    if found.state in {ProposalState.PENDING, ProposalState.ACTIVE}:
        raise ProposalPendingError(found.proposal_id, f"is still voted on: {found.next}", again)
    if found.state is ProposalState.SUCCEEDED and queued:
        raise ProposalPendingError(found.proposal_id, "has passed and is not queued", f"Queue it first: {found.next}")
    if found.state is ProposalState.QUEUED and (found.eta or 0) > now:
        raise ProposalPendingError(
            found.proposal_id, f"still waits in the timelock until {format_time(found.eta or 0)}", again
        )
    if found.state not in {ProposalState.SUCCEEDED, ProposalState.QUEUED}:
        raise ProposalStateError(found.proposal_id, found.state, "executed")


def _refuse_foreign_id(found: FoundProposal) -> None:
    if found.proposal.proposal_id != found.proposal_id:
        raise ForeignProposalIdError(found.proposal_id, found.proposal.proposal_id)

"""Operations of timelocks and proposals of governors as scripts and people read them."""

from collections.abc import Sequence

from hokctl.chain.wire import plain_text
from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.domain.durations import format_duration
from hokctl.domain.reviews import GovernorProposalSummary, OperationSummary, Review
from hokctl.result.values import Block, Facts, Heading, Table
from hokctl.routes.operations import OperationState, format_time
from hokctl.services.governance import describe_calls
from hokctl.services.governor_records import FoundProposal
from hokctl.services.safe_checks import Knowledge
from hokctl.services.timelocks import FoundOperation


def operation_to_json(operation: OperationSummary) -> JsonObject:
    """Return an operation; times are seconds since the epoch."""
    return {
        "id": operation.operation_id,
        "timelock": operation.timelock,
        "salt": operation.salt,
        "delay_s": operation.delay_s,
        "state": operation.state,
        "earliest_at": operation.earliest_at,
        "path": operation.path,
    }


def governor_proposal_to_json(proposal: GovernorProposalSummary) -> JsonObject:
    """Return a governor's proposal; snapshot and deadline are in the governor's clock."""
    return {
        "id": str(proposal.proposal_id),
        "governor": proposal.governor,
        "timelock": proposal.timelock,
        "proposer": proposal.proposer,
        "description_hash": proposal.description_hash,
        "state": proposal.state,
        "clock": "timestamp" if proposal.counts_seconds else "blocknumber",
        "snapshot": proposal.snapshot,
        "deadline": proposal.deadline,
        "eta": proposal.eta,
        "path": proposal.path,
    }


def governance_blocks(review: Review | None) -> tuple[Block, ...]:
    """Return the operation and the governor's proposal behind a plan for people, each as far as there is one."""
    if review is None:
        return ()
    blocks: list[Block] = []
    if review.operation is not None:
        blocks.append(Heading(f"Operation of timelock {review.operation.timelock}"))
        blocks.append(_with_next(operation_facts(review.operation), _after_scheduling(review.operation)))
    if review.governor_proposal is not None:
        proposal = review.governor_proposal
        blocks.append(Heading(f"Proposal of governor {proposal.governor}"))
        blocks.append(_with_next(governor_proposal_facts(proposal), _after_proposing(proposal)))
    return tuple(blocks)


def _with_next(facts: Facts, following: str | None) -> Facts:
    return facts if following is None else Facts((*facts.pairs, ("next", following)))


def _after_scheduling(operation: OperationSummary) -> str | None:
    """Return what comes once the delay is over; None for what is not scheduled yet."""
    if operation.state != OperationState.WAITING.value or operation.earliest_at is None:
        return None
    return f"hokctl timelock execute {operation.operation_id[:10]}, from {format_time(operation.earliest_at)}"


def _after_proposing(proposal: GovernorProposalSummary) -> str | None:
    """Return what comes once the vote is over; None for what is not proposed yet."""
    if proposal.deadline is None:
        return None
    step = "execute" if proposal.timelock is None else "queue"
    return f"hokctl governor {step} {str(proposal.proposal_id)[:10]}, once the vote has passed"


def operation_facts(operation: OperationSummary) -> Facts:
    """Return an operation for people."""
    earliest = "unknown" if operation.earliest_at is None else format_time(operation.earliest_at)
    return Facts(
        (
            ("operation", operation.operation_id),
            ("state", operation.state),
            ("delay", format_duration(operation.delay_s)),
            ("not before", earliest),
            ("salt", operation.salt),
            ("file", operation.path),
        )
    )


def governor_proposal_facts(proposal: GovernorProposalSummary) -> Facts:
    """Return a governor's proposal for people."""
    vote = [
        (name, format_time(point) if proposal.counts_seconds else f"block {point}")
        for name, point in (("vote begins after", proposal.snapshot), ("vote ends after", proposal.deadline))
        if point is not None
    ]
    eta = () if proposal.eta is None else (("not before", format_time(proposal.eta)),)
    return Facts(
        (
            ("proposal", str(proposal.proposal_id)),
            ("state", proposal.state),
            ("proposer", proposal.proposer or "unknown"),
            ("description hash", proposal.description_hash),
            *vote,
            *eta,
            ("file", proposal.path),
        )
    )


def operations_to_json(operations: Sequence[FoundOperation], knowledge: Knowledge) -> list[JsonValue]:
    """Return operations with a sentence per call."""
    return [found_operation_to_json(one, describe_calls(one.calls, knowledge)) for one in operations]


def found_operation_to_json(found: FoundOperation, effects: Sequence[str]) -> JsonObject:
    """Return an operation as the chain has it; times are seconds since the epoch."""
    return {
        "id": found.operation_id,
        "timelock": found.timelock,
        "title": found.plan.title,
        "state": found.standing,
        "earliest_at": found.ready_at,
        "delay_s": found.delay_s,
        "salt": None if found.operation is None else found.operation.salt,
        "predecessor": None if found.operation is None else found.operation.predecessor,
        "effects": list(effects),
        "scheduled_in": found.scheduled_in,
        "ended_in": found.ended_in,
        "path": found.path,
        "next": _next(found),
    }


def operations_table(operations: Sequence[FoundOperation]) -> Table:
    """Return operations for people."""
    rows = tuple(
        (one.operation_id[:10], one.plan.title, one.standing, _earliest(one.ready_at), _next(one)) for one in operations
    )
    return Table(("operation", "title", "state", "not before", "next"), rows, empty="Nothing waits.")


def found_operation_blocks(found: FoundOperation, effects: Sequence[str]) -> tuple[Block, ...]:
    """Return an operation for people."""
    facts = (
        ("operation", found.operation_id),
        ("timelock", found.timelock),
        ("state", found.standing),
        ("delay", format_duration(found.delay_s)),
        ("not before", _earliest(found.ready_at)),
        *(("it will", effect) for effect in effects),
        ("scheduled in", found.scheduled_in),
        *((("ended in", found.ended_in),) if found.ended_in else ()),
        ("file", found.path or "none: only the chain knows it"),
        ("next", _next(found)),
    )
    return (Heading(found.plan.title), Facts(facts))


def proposals_to_json(proposals: Sequence[FoundProposal], knowledge: Knowledge) -> list[JsonValue]:
    """Return governors' proposals with a sentence per call."""
    return [found_proposal_to_json(one, describe_calls(one.proposal.calls, knowledge)) for one in proposals]


def found_proposal_to_json(found: FoundProposal, effects: Sequence[str]) -> JsonObject:
    """Return a governor's proposal as the chain has it."""
    return {
        **governor_proposal_to_json(found.summary),
        "title": found.plan.title,
        "description": found.proposal.description,
        "effects": list(effects),
        "created_in": found.created_in,
        "path": found.path,
        "next": found.next,
    }


def proposals_table(proposals: Sequence[FoundProposal]) -> Table:
    """Return governors' proposals for people."""
    rows = tuple((str(one.proposal_id)[:10], one.plan.title, one.state.name.lower(), one.next) for one in proposals)
    return Table(("proposal", "title", "state", "next"), rows, empty="Nothing is before the voters.")


def found_proposal_blocks(found: FoundProposal, effects: Sequence[str]) -> tuple[Block, ...]:
    """Return a governor's proposal for people."""
    lines = (line for line in found.proposal.description.splitlines() if line.strip())
    facts = (
        *(("description", plain_text(line)) for line in lines),
        *(("it will", effect) for effect in effects),
        ("proposed in", found.created_in),
        ("next", found.next),
    )
    return (Heading(found.plan.title), governor_proposal_facts(found.summary), Facts(facts))


def _earliest(ready_at: int | None) -> str:
    return "-" if ready_at is None else format_time(ready_at)


def _next(found: FoundOperation) -> str:
    match found.state:
        case OperationState.READY:
            return f"hokctl timelock execute {found.operation_id[:10]}"
        case OperationState.WAITING:
            return f"wait until {_earliest(found.ready_at)}"
        case _:
            return "nothing"

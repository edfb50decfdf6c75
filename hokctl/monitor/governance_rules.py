"""Rules about what waits: a Safe's proposals, timelocks' operations, governors' proposals."""

from collections.abc import Iterator

from hokctl.domain.alerts import Alert
from hokctl.domain.durations import format_duration
from hokctl.monitor.facts import HOUR_S, Facts, state_alert
from hokctl.routes.governor_proposals import OPEN_STATES
from hokctl.routes.operations import OperationState
from hokctl.services.governor_records import FoundProposal
from hokctl.services.safe_queue import ProposalStanding, QueueEntry
from hokctl.services.timelocks import FoundOperation

_STALE = "stale-proposal"
_SHORT = 10


def judge_governance(facts: Facts) -> Iterator[Alert]:
    """Yield what waits for somebody, and what nobody here scheduled."""
    if facts.queue is not None:
        for entry in facts.queue.entries:
            yield from _waiting(facts, entry)
        for finding in facts.queue.findings:
            rule = "proposal-stale" if finding.code == _STALE else "proposal-trouble"
            yield state_alert(
                rule,
                f"{finding.code}/{finding.subject}",
                subject=finding.subject,
                message=finding.message,
                evidence=finding.evidence,
            )
    for operation in facts.operations:
        yield from _operation(facts, operation)
    for proposal in facts.proposals:
        if proposal.state in OPEN_STATES:
            yield _governor(facts, proposal)


def _waiting(facts: Facts, entry: QueueEntry) -> Iterator[Alert]:
    age = facts.now - entry.proposal.created_at
    if age <= facts.settings.proposal_hours * HOUR_S or entry.standing is ProposalStanding.PAST:
        return
    proposal, waits = entry.proposal, format_duration(age // HOUR_S * HOUR_S)
    yield state_alert(
        "proposal-waiting",
        proposal.safe_tx_hash,
        subject=proposal.safe_tx_hash,
        message=f"{proposal.plan.title!r} waits with the Safe for {waits}: {entry.standing.value.replace('-', ' ')}.",
        evidence={"nonce": str(proposal.safe_tx.nonce), "confirmations": str(len(entry.confirmations))},
    )


def _operation(facts: Facts, one: FoundOperation) -> Iterator[Alert]:
    evidence = {"timelock": facts.named(one.timelock), "scheduled in": one.scheduled_in}
    if one.path is None and one.ready_at is not None:
        yield state_alert(
            "operation-unknown",
            f"{one.timelock}/{one.operation_id}",
            subject=one.operation_id,
            message=f"A timelock's operation waits that the shared folder knows nothing of: {one.plan.title}.",
            evidence=evidence,
        )
    if one.state is not OperationState.READY or one.ready_at is None:
        return
    late = facts.now - one.ready_at
    overdue = late > facts.settings.operation_hours * HOUR_S
    since = f" for {format_duration(late // HOUR_S * HOUR_S)}" if overdue else ""
    yield state_alert(
        "operation-overdue" if overdue else "operation-ready",
        f"{one.timelock}/{one.operation_id}",
        subject=one.operation_id,
        message=f"{one.plan.title!r} can be executed{since}: hokctl timelock execute {one.operation_id[:_SHORT]}",
        evidence=evidence,
        family="operation",
    )


def _governor(facts: Facts, one: FoundProposal) -> Alert:
    state = one.state.name.lower()
    return state_alert(
        "governor-proposal",
        f"{one.proposal_id}/{state}",
        subject=str(one.proposal_id),
        message=f"{one.plan.title!r} is {state} before the governor. Next: {one.next}",
        evidence={"governor": facts.named(one.authority.address), "proposer": facts.named(one.proposer)},
    )

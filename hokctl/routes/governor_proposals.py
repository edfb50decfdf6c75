"""Proposals of a governor: a plan compiled into the calls that propose, queue and execute it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.governor import (
    Governor,
    ProposalState,
    compute_proposal_id,
    description_hash_of,
    timelock_salt,
)
from hokctl.clients.timelock_controller import TimelockCall
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.units import BlockRef, Bytes32
from hokctl.errors import RefusedError
from hokctl.routes.conditions import event_condition, view_condition
from hokctl.routes.operation_plans import executed_events, scheduled_events
from hokctl.routes.operations import Operation, carried_calls

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot

LABEL: Final = Governor.contract_name
_AT_ONCE: Final = 4
OPEN_STATES: Final = frozenset(
    {ProposalState.PENDING, ProposalState.ACTIVE, ProposalState.SUCCEEDED, ProposalState.QUEUED}
)


class AlreadyProposedError(RefusedError):
    """A plan that a governor has before it already."""

    code = "proposal-open"

    def __init__(self, proposal_id: int, governor: ChecksumAddress, state: ProposalState) -> None:
        """Name the proposal and where it stands."""
        super().__init__(
            f"This very plan is proposed already: proposal {proposal_id} of governor {governor}, {state.name.lower()}.",
            hint=f"hokctl governor show {str(proposal_id)[:10]} tells what comes next.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernorProposal:
    """What a governor's voters are asked to let happen."""

    governor: ChecksumAddress
    timelock: ChecksumAddress | None
    """The timelock that makes the calls; None when the governor makes them itself."""
    calls: tuple[TimelockCall, ...]
    description: str

    @property
    def description_hash(self) -> Bytes32:
        """The hash that stands for the description in queueing and execution."""
        return description_hash_of(self.description)

    @property
    def proposal_id(self) -> int:
        """The id, computed from the content."""
        return compute_proposal_id(self.calls, self.description_hash)

    @property
    def executor(self) -> ChecksumAddress:
        """The account that makes the calls in the end."""
        return self.timelock or self.governor

    def operation(self, *, delay_s: int = 0) -> Operation | None:
        """Return the operation that the proposal becomes in its timelock; None without one."""
        if self.timelock is None:
            return None
        return Operation(
            timelock=self.timelock,
            calls=self.calls,
            salt=timelock_salt(self.governor, self.description_hash),
            batch=True,
            delay_s=delay_s,
        )


def compile_proposal(
    plan: Plan,
    governor: ChecksumAddress,
    *,
    timelock: ChecksumAddress | None,
    proposer: ChecksumAddress,
    counter: int = 0,
) -> GovernorProposal:
    """Return the proposal that asks for the plan's calls; `counter` tells repetitions of the same plan apart.

    The description says what each call is for. Its end lets nobody but `proposer` propose it, so that nobody can
    propose it first and withdraw it (OpenZeppelin Governor since 4.9).
    """
    return GovernorProposal(
        governor=governor,
        timelock=timelock,
        calls=carried_calls(plan, timelock or governor),
        description=describe(plan, proposer=proposer, counter=counter),
    )


def describe(plan: Plan, *, proposer: ChecksumAddress, counter: int = 0) -> str:
    """Return the description of the plan's proposal; its last 52 bytes name the proposer."""
    again = [f"Proposed again, {counter + 1} times by now."] if counter else []
    purposes = "\n".join(f"- {call.purpose}" for call in plan.calls)
    return "\n\n".join((plan.title, purposes, *again, f"#proposer={proposer}"))


def choose_proposal(
    snapshot: "Snapshot",
    plan: Plan,
    governor: ChecksumAddress,
    *,
    timelock: ChecksumAddress | None,
    proposer: ChecksumAddress,
) -> GovernorProposal:
    """Return the first proposal of the plan that was not decided before; AlreadyProposedError when one is open."""
    client, first = Governor(governor), 0
    while True:
        found = [
            compile_proposal(plan, governor, timelock=timelock, proposer=proposer, counter=counter)
            for counter in range(first, first + _AT_ONCE)
        ]
        with snapshot.batch() as batch:
            known = [batch.add(client.proposal_snapshot(proposal.proposal_id)) for proposal in found]
            states = [batch.add(client.state(proposal.proposal_id)) for proposal in found]
        for proposal, since, state in zip(found, known, states, strict=True):
            if not since.value:
                return proposal
            if state.value in OPEN_STATES:
                raise AlreadyProposedError(proposal.proposal_id, governor, ProposalState(state.value))
        first += _AT_ONCE


def check_proposal_id(snapshot: "Snapshot", proposal: GovernorProposal) -> list[Finding]:
    """Return an error when the governor computes another proposal id than hokctl does."""
    client, hash_ = Governor(proposal.governor), proposal.description_hash
    with snapshot.batch() as batch:
        current = batch.add(client.get_proposal_id(proposal.calls, hash_))
        hashed = batch.add(client.hash_proposal(proposal.calls, hash_))
    theirs = hashed.value if current.failed else current.value
    if theirs == proposal.proposal_id:
        return []
    return [
        Finding(
            code="proposal-id-differs",
            severity=Severity.ERROR,
            subject=proposal.governor,
            message="The governor computes another proposal id than hokctl.",
            evidence={"computed here": str(proposal.proposal_id), "by the contract": str(theirs)},
            remedy="Propose it with the governor's own application: it numbers proposals in a way of its own.",
            allowable=False,
        )
    ]


def check_votes(snapshot: "Snapshot", governor: ChecksumAddress, proposer: ChecksumAddress) -> list[Finding]:
    """Return an error when the proposer had too few votes one tick of the governor's clock ago."""
    client = Governor(governor)
    with snapshot.batch() as batch:
        clock, threshold = batch.add(client.clock()), batch.add(client.proposal_threshold())
    if not threshold.value:
        return []
    then = clock.value_or(snapshot.block.number) - 1
    votes = snapshot.get(client.get_votes(proposer, then))
    if votes >= threshold.value:
        return []
    return [
        Finding(
            code="votes-below-threshold",
            severity=Severity.ERROR,
            subject=proposer,
            message=f"{proposer} has {votes} votes, and proposing takes {threshold.value}.",
            evidence={"governor": governor, "counted at": str(then)},
            remedy="Have it proposed by somebody with enough votes, or have votes delegated and wait for one block.",
            allowable=False,
        )
    ]


def propose_plan(plan: Plan, proposal: GovernorProposal, proposer: ChecksumAddress) -> Plan:
    """Return the plan that puts `plan` to the vote."""
    client = Governor(proposal.governor)
    created = event_condition(
        proposal.governor,
        LABEL,
        "ProposalCreated",
        (
            ("proposalId", "uint256", proposal.proposal_id),
            ("proposer", "address", proposer),
            ("targets", "address[]", tuple(call.target for call in proposal.calls)),
            ("values", "uint256[]", tuple(call.value for call in proposal.calls)),
            ("signatures", "string[]", ("",) * len(proposal.calls)),
            ("calldatas", "bytes[]", tuple(call.data for call in proposal.calls)),
            ("description", "string", proposal.description),
        ),
        "the proposal is logged with its calls and its description",
    )
    purpose = f"Put to the vote: {plan.title}"
    return replace(
        plan,
        title=f"Propose: {plan.title}",
        calls=(client.propose(proposal.calls, proposal.description, purpose=purpose),),
        after=(created, _stands_as(proposal, ProposalState.PENDING)),
        touches=(),
        creates=(),
        declared=True,
        # Voters decide, and everybody sees it coming.
        moves_funds=False,
    )


def queue_plan(plan: Plan, proposal: GovernorProposal, *, delay_s: int, block: BlockRef) -> Plan:
    """Return the plan that hands what has passed to the timelock, whose least delay is `delay_s`."""
    client, operation = Governor(proposal.governor), proposal.operation(delay_s=delay_s)
    logs: tuple[Condition, ...] = () if operation is None else scheduled_events(operation)
    call = client.queue(proposal.calls, proposal.description_hash, purpose=f"Queue what has passed: {plan.title}")
    return replace(
        plan,
        title=f"Queue: {plan.title}",
        block=block,
        calls=(call,),
        after=(*logs, _logged(proposal, "ProposalQueued"), _stands_as(proposal, ProposalState.QUEUED)),
        touches=(),
        creates=(),
        declared=True,
        moves_funds=False,
    )


def execute_proposal_plan(plan: Plan, proposal: GovernorProposal, *, block: BlockRef) -> Plan:
    """Return the plan that executes what has passed; its effect is that of `plan`."""
    client, operation = Governor(proposal.governor), proposal.operation()
    logs: tuple[Condition, ...] = () if operation is None else executed_events(operation)
    call = client.execute(proposal.calls, proposal.description_hash, purpose=f"Execute what has passed: {plan.title}")
    return replace(
        plan,
        title=f"Execute: {plan.title}",
        block=block,
        calls=(call,),
        after=(
            *plan.after,
            *logs,
            _logged(proposal, "ProposalExecuted"),
            _stands_as(proposal, ProposalState.EXECUTED),
        ),
        moves_funds=False,
    )


def _logged(proposal: GovernorProposal, event: str) -> Condition:
    id_ = (("proposalId", "uint256", proposal.proposal_id),)
    return event_condition(proposal.governor, LABEL, event, id_, f"{event} is logged")


def _stands_as(proposal: GovernorProposal, state: ProposalState) -> Condition:
    read = Governor(proposal.governor).state(proposal.proposal_id)
    return view_condition(read, (int(state),), f"the proposal is {state.name.lower()}")

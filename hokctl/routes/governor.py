"""The governor route: the plan's calls are put to the vote; what passes is queued and executed later."""

from typing import TYPE_CHECKING, Final

from hokctl.clients.governor import Governor, ProposalState
from hokctl.domain.authority import GovernorAuthority
from hokctl.domain.durations import format_duration
from hokctl.domain.effects import Simulation
from hokctl.domain.outcomes import Outcome
from hokctl.domain.plans import Plan
from hokctl.domain.reviews import GovernorProposalSummary, RouteSummary
from hokctl.routes.base import CompiledRoute, Route
from hokctl.routes.governance_store import GovernanceStore, StoredProposal
from hokctl.routes.governor_proposals import GovernorProposal, check_proposal_id, check_votes
from hokctl.routes.simulation import simulate_plan

if TYPE_CHECKING:
    from hokctl.chain.session import Chain, Snapshot

UNSET: Final = "unset"
"""The state of a proposal that was not made yet."""


class GovernorRoute(CompiledRoute):
    """Has a plan proposed by a Safe or a key with enough votes; `hokctl governor` brings it to its end."""

    def __init__(
        self,
        plan: Plan,
        authority: GovernorAuthority,
        proposal: GovernorProposal,
        *,
        inner: Route,
        store: GovernanceStore,
        chain: "Chain",
        now: int,
    ) -> None:
        """Carry `plan` as `proposal`; `inner` is the way of the plan that proposes it."""
        self._plan = plan
        self._authority = authority
        self._proposal = proposal
        self._inner = inner
        self._store = store
        self._chain = chain
        self._now = now
        self._vote: tuple[int, int] | None = None

    @property
    def summary(self) -> RouteSummary:
        """The steps of who proposes, the vote, and what follows it."""
        authority, short = self._authority, str(self._proposal.proposal_id)[:10]
        queue = () if authority.timelock is None else (f"anyone queues what has passed: hokctl governor queue {short}",)
        delay, period = self._span(authority.voting_delay), self._span(authority.voting_period)
        steps = (
            *self._inner.summary.steps,
            f"the vote begins after {delay} and is open for {period}",
            *queue,
            f"anyone executes proposal {self._proposal.proposal_id}: hokctl governor execute {short}",
        )
        return RouteSummary(kind="governor", authority=authority, steps=steps)

    @property
    def governor_proposal(self) -> GovernorProposalSummary | None:
        """The proposal: before it is made, and after `carry` has seen it made."""
        proposal = self._proposal
        path = self._store.proposal_path(self._plan.chain_id, proposal.governor, proposal.proposal_id)
        return GovernorProposalSummary(
            governor=proposal.governor,
            proposal_id=proposal.proposal_id,
            description_hash=proposal.description_hash,
            state=UNSET if self._vote is None else ProposalState.PENDING.name.lower(),
            proposer=self._inner.actor.address,
            timelock=proposal.timelock,
            counts_seconds=self._authority.clock_is_time,
            snapshot=None if self._vote is None else self._vote[0],
            deadline=None if self._vote is None else self._vote[1],
            eta=None,
            path=str(path),
        )

    def simulate(self, snapshot: "Snapshot") -> Simulation:
        """Run the proposing as its sender, once the governor computes the same id and the votes suffice."""
        found = [
            *check_proposal_id(snapshot, self._proposal),
            *check_votes(snapshot, self._proposal.governor, self._inner.actor.address),
        ]
        return Simulation(findings=tuple(found)) if found else self._inner.simulate(snapshot)

    def foresee(self, snapshot: "Snapshot") -> Simulation | None:
        """Run the plan's calls as the timelock, or as the governor where there is none."""
        return simulate_plan(snapshot, self._plan, self._proposal.executor)

    def carry(self, plan: Plan) -> Outcome:
        """Keep the proposal with its plan, and have it made."""
        self.keep(plan)
        outcome = self._inner.carry(self._inner.carried_plan)
        if outcome.transactions and outcome.transactions[-1].succeeded:
            client, id_ = Governor(self._proposal.governor), self._proposal.proposal_id
            with self._chain.at(outcome.transactions[-1].block_number).batch() as batch:
                begin, end = batch.add(client.proposal_snapshot(id_)), batch.add(client.proposal_deadline(id_))
            self._vote = (begin.value, end.value)
        return outcome

    def _span(self, ticks: int) -> str:
        if self._authority.clock_is_time:
            return format_duration(ticks)
        return f"{ticks} block{'' if ticks == 1 else 's'}"

    def keep(self, plan: Plan) -> None:
        """Keep the proposal with `plan`, which it carries out, in the shared folder."""
        self._store.add_proposal(StoredProposal(proposal=self._proposal, plan=plan, created_at=self._now))

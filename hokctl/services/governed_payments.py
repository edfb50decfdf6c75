"""Timelocks' operations and governors' proposals in the shared folder that wait for their time and would pay."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hokctl.checks.call_facts import GovernedPayment
from hokctl.checks.payments import PendingPayment
from hokctl.clients.governor import Governor
from hokctl.clients.timelock_controller import DONE_AT, TimelockController
from hokctl.domain.plans import Plan
from hokctl.routes.governance_store import GovernanceStore
from hokctl.routes.governor_proposals import OPEN_STATES
from hokctl.services.payment_facts import payments_in

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch
    from hokctl.services.deployments import Deployment


class GovernedReads:
    """The question which of them can still be executed, placed in a batch among other reads."""

    def __init__(
        self, batch: "Batch", store: GovernanceStore, chain_id: int, *, wanted: Callable[[Plan], bool]
    ) -> None:
        """Ask about those whose plan is `wanted`; ask for `waiting` once the batch ran."""
        self._operations = [
            (one, batch.add(TimelockController(one.operation.timelock).get_timestamp(one.operation.operation_id)))
            for one in store.operations(chain_id)
            if wanted(one.plan)
        ]
        self._proposals = [
            (one, batch.add(Governor(one.proposal.governor).state(one.proposal.proposal_id)))
            for one in store.proposals(chain_id)
            if wanted(one.plan)
        ]

    @property
    def waiting(self) -> tuple[tuple[PendingPayment, Plan], ...]:
        """What is scheduled or being voted on, with its plan: neither executed nor cancelled nor decided."""
        scheduled = (
            _waiting(one.plan, one.operation.operation_id, "operation", "hokctl timelock show")
            for one, stamp in self._operations
            if stamp.value_or(0) not in {0, DONE_AT}
        )
        voted_on = (
            _waiting(one.plan, str(one.proposal.proposal_id), "governor's proposal", "hokctl governor show")
            for one, state in self._proposals
            if not state.failed and state.value in OPEN_STATES
        )
        return (*scheduled, *voted_on)


def ask_governed(batch: "Batch", store: GovernanceStore | None, deployment: "Deployment") -> GovernedReads | None:
    """Return the question about everything that would pay from the reserve; None where no folder is known."""
    reserve = deployment.suite.reserve.address

    def wanted(plan: Plan) -> bool:
        return bool(payments_in(plan.calls, reserve))

    return GovernedReads(batch, store, deployment.chain_id, wanted=wanted) if store else None


def governed_payments(reads: GovernedReads | None, deployment: "Deployment") -> tuple[GovernedPayment, ...]:
    """Return what waits, with what it would pay."""
    reserve, waiting = deployment.suite.reserve.address, reads.waiting if reads else ()
    return tuple(GovernedPayment(pending=one, payments=payments_in(plan.calls, reserve)) for one, plan in waiting)


def _waiting(plan: Plan, id_: str, kind: str, follow: str) -> tuple[PendingPayment, Plan]:
    return PendingPayment(safe_tx_hash=id_, nonce=None, title=plan.title, kind=kind, follow=follow), plan

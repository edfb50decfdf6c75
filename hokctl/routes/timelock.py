"""The timelock route: one of its proposers schedules the plan's calls, and once the delay is over they are executed."""

from typing import TYPE_CHECKING

from hokctl.clients.timelock_controller import TimelockController
from hokctl.domain.authority import TimelockAuthority
from hokctl.domain.durations import format_duration
from hokctl.domain.effects import Simulation
from hokctl.domain.outcomes import Outcome
from hokctl.domain.plans import Plan
from hokctl.domain.reviews import OperationSummary, RouteSummary
from hokctl.routes.base import CompiledRoute, Route
from hokctl.routes.governance_store import GovernanceStore, StoredOperation
from hokctl.routes.operations import Operation, OperationState, check_operation_id, format_time
from hokctl.routes.simulation import simulate_plan

if TYPE_CHECKING:
    from hokctl.chain.session import Chain, Snapshot


class TimelockRoute(CompiledRoute):
    """Has a plan scheduled by a Safe or a key; executing it later is `hokctl timelock execute`."""

    def __init__(
        self,
        plan: Plan,
        authority: TimelockAuthority,
        operation: Operation,
        *,
        inner: Route,
        store: GovernanceStore,
        chain: "Chain",
        now: int,
    ) -> None:
        """Carry `plan` as `operation`; `inner` is the way of the plan that schedules it."""
        self._plan = plan
        self._authority = authority
        self._operation = operation
        self._inner = inner
        self._store = store
        self._chain = chain
        self._now = now
        self._ready_at: int | None = None

    @property
    def compiled(self) -> Operation:
        """The operation itself."""
        return self._operation

    @property
    def anyone_executes(self) -> bool:
        """Whether no role is needed to execute."""
        return self._authority.open_execution

    @property
    def summary(self) -> RouteSummary:
        """The steps of who schedules, the delay, and the execution."""
        id_, executors = self._operation.operation_id, self._authority.executors
        who = "anyone" if self._authority.open_execution else " or ".join(map(str, executors)) or "nobody"
        steps = (
            *self._inner.summary.steps,
            f"wait {format_duration(self._operation.delay_s)}: not before {format_time(self._earliest)}",
            f"{who} executes operation {id_}: hokctl timelock execute {id_[:10]}",
        )
        return RouteSummary(kind="timelock", authority=self._authority, steps=steps)

    @property
    def operation(self) -> OperationSummary | None:
        """The operation: before it is scheduled, and after `carry` has seen it scheduled."""
        operation = self._operation
        path = self._store.operation_path(self._plan.chain_id, operation.timelock, operation.operation_id)
        return OperationSummary(
            timelock=operation.timelock,
            operation_id=operation.operation_id,
            salt=operation.salt,
            delay_s=operation.delay_s,
            state=(OperationState.UNSET if self._ready_at is None else OperationState.WAITING).value,
            earliest_at=self._earliest if self._ready_at is None else self._ready_at,
            path=str(path),
        )

    def simulate(self, snapshot: "Snapshot") -> Simulation:
        """Run what schedules as its sender, once the timelock computes the same operation id."""
        mismatch = check_operation_id(snapshot, self._operation)
        return Simulation(findings=tuple(mismatch)) if mismatch else self._inner.simulate(snapshot)

    def foresee(self, snapshot: "Snapshot") -> Simulation | None:
        """Run the plan's calls as the timelock."""
        return simulate_plan(snapshot, self._plan, self._authority.address)

    def carry(self, plan: Plan) -> Outcome:
        """Keep the operation with its plan, and have it scheduled."""
        self.keep(plan)
        outcome = self._inner.carry(self._inner.carried_plan)
        if outcome.transactions and outcome.transactions[-1].succeeded:
            read = TimelockController(self._operation.timelock).get_timestamp(self._operation.operation_id)
            self._ready_at = self._chain.at(outcome.transactions[-1].block_number).get(read)
        return outcome

    def keep(self, plan: Plan) -> None:
        """Keep the operation with `plan`, which it carries out, in the shared folder."""
        self._store.add_operation(StoredOperation(operation=self._operation, plan=plan, created_at=self._now))

    @property
    def _earliest(self) -> int:
        return self._plan.block.timestamp + self._operation.delay_s

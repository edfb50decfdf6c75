"""Plans on the cost oracle: queueing a cost, applying it, the margin and the epoch."""

from typing import TYPE_CHECKING, Final

from hokctl.clients.infrastructure_cost_oracle import InfrastructureCostOracle
from hokctl.clients.wording import time_text
from hokctl.domain.amounts import TokenAmount
from hokctl.domain.calls import AbiValue
from hokctl.domain.durations import format_duration
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.splits import FULL_BPS, format_bps
from hokctl.domain.units import ModelId
from hokctl.errors import PendingError, RefusedError, UsageError
from hokctl.services.cost_oracle import ModelCost, OracleState, check_limits, read_oracle
from hokctl.services.planning import build_plan, event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

DAY_S: Final = 86_400

Planned = tuple[Plan, tuple[Finding, ...]]


class OutOfBoundsError(UsageError):
    """A value that the contract does not accept."""

    code = "out-of-bounds"

    def __init__(self, what: str, value: str, bounds: str) -> None:
        """Name the value and the bounds that the contract sets."""
        super().__init__(f"{value} cannot be {what}: the contract allows {bounds}.", hint="Choose a value within them.")


class NoQueuedCostError(RefusedError):
    """Nothing waits to be applied."""

    code = "no-queued-cost"

    def __init__(self, model_id: ModelId) -> None:
        """Name the model."""
        super().__init__(
            f"No cost of model {model_id} waits to be applied.",
            hint=f"Queue one first: `hokctl oracle queue {model_id} COST`.",
        )


class CostNotDueError(PendingError):
    """A queued cost whose time has not come."""

    code = "cost-not-due"

    def __init__(self, model_id: ModelId, effective_after: int, now: int) -> None:
        """Name the model and when its cost can be applied."""
        super().__init__(
            f"The queued cost of model {model_id} can be applied from {time_text(effective_after)} on.",
            hint=f"Come back in {format_duration(effective_after - now)}.",
        )


def plan_queue(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId, cost_text: str) -> Planned:
    """Return the plan that queues a cost per thousand calls; without calls where it is in effect or queued already.

    Raises UnknownModelError, InvalidAmountError, OutOfBoundsError, MissingContractError.
    """
    state, model = _model(snapshot, deployment, model_id)
    cost = TokenAmount.parse(cost_text, state.token)
    if state.max_cost < cost:
        raise OutOfBoundsError("a cost per thousand calls", str(cost), f"up to {state.max_cost}")
    standing = model.cost if model.queued is None else model.queued.cost
    is_set = standing == cost and (model.queued is not None or model.updated_at is not None)
    effective = 0 if model.updated_at is None else model.updated_at + state.epoch_s
    when = "at once" if effective <= state.now else f"from {time_text(effective)} on"
    oracle = state.oracle
    purpose = f"Queue a cost of {cost} per thousand calls of model {model_id}, now {model.cost}, effective {when}"
    plan = build_plan(
        snapshot,
        deployment,
        f"Queue a cost of {cost} per thousand calls of model {model_id}",
        () if is_set else (oracle.set_estimated_cost(model_id, cost.units, effective, purpose=purpose),),
        after=_queued(oracle, model, cost),
        moves_funds=False,
    )
    if is_set:
        return plan, ()
    return plan, (*_replaced(model), *(check_limits(state, Severity.ERROR) if cost else ()))


def plan_apply(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId) -> Planned:
    """Return the plan that lets the queued cost take effect.

    Raises NoQueuedCostError, CostNotDueError, UnknownModelError, MissingContractError.
    """
    state, model = _model(snapshot, deployment, model_id)
    queued, oracle = model.queued, state.oracle
    if queued is None:
        raise NoQueuedCostError(model_id)
    if queued.effective_after > state.now:
        raise CostNotDueError(model_id, queued.effective_after, state.now)
    purpose = f"Let the cost of model {model_id} change from {model.cost} to {queued.cost} per thousand calls"
    plan = build_plan(
        snapshot,
        deployment,
        f"Apply the queued cost of model {model_id}",
        (oracle.apply_pending_update(model_id, purpose=purpose),),
        after=(
            view_is(
                oracle.get_estimated_cost(model_id),
                queued.cost.units,
                f"a thousand calls of model {model_id} cost {queued.cost}",
            ),
            event_emitted(
                oracle.address,
                oracle.label,
                "CostUpdateApplied",
                {
                    "modelId": ("string", model_id),
                    "oldCost": ("uint256", model.cost.units),
                    "newCost": ("uint256", queued.cost.units),
                },
                f"the change from {model.cost} to {queued.cost} is logged",
            ),
        ),
        moves_funds=False,
    )
    return plan, tuple(check_limits(state, Severity.ERROR) if queued.cost else ())


def plan_margin(snapshot: "Snapshot", deployment: "Deployment", bps: int) -> Plan:
    """Return the plan that sets the margin of the price for users, in basis points; OutOfBoundsError."""
    state = read_oracle(snapshot, deployment)
    oracle, old = state.oracle, state.gross_margin_bps
    if bps > state.max_gross_margin_bps:
        bounds = f"0 to {state.max_gross_margin_bps} bps"
        raise OutOfBoundsError("the gross margin", f"{bps} bps" if bps > FULL_BPS else format_bps(bps), bounds)
    change = f"from {format_bps(old)} to {format_bps(bps)}"
    return build_plan(
        snapshot,
        deployment,
        f"Change the gross margin {change}",
        () if bps == old else (oracle.set_gross_margin_bps(bps, purpose=f"Set the gross margin {change}"),),
        after=(
            view_is(oracle.gross_margin_bps(), bps, f"the gross margin is {format_bps(bps)}"),
            event_emitted(
                oracle.address,
                oracle.label,
                "GrossMarginBpsSet",
                {"oldMarginBps": ("uint16", old), "newMarginBps": ("uint16", bps)},
                f"the change {change} is logged",
            ),
        ),
        moves_funds=False,
    )


def plan_epoch(snapshot: "Snapshot", deployment: "Deployment", days: int) -> Plan:
    """Return the plan that sets the least time between two changes of a cost; OutOfBoundsError."""
    state = read_oracle(snapshot, deployment)
    oracle, old, new = state.oracle, state.epoch_s, days * DAY_S
    if not state.min_epoch_s <= new <= state.max_epoch_s:
        bounds = f"{format_duration(state.min_epoch_s)} to {format_duration(state.max_epoch_s)}"
        raise OutOfBoundsError("the epoch", f"{days} days", bounds)
    change = f"from {format_duration(old)} to {format_duration(new)}"
    return build_plan(
        snapshot,
        deployment,
        f"Change the epoch of costs {change}",
        () if new == old else (oracle.set_epoch_duration(new, purpose=f"Set the epoch of costs {change}"),),
        after=(
            view_is(oracle.epoch_duration(), new, f"the epoch is {format_duration(new)}"),
            event_emitted(
                oracle.address,
                oracle.label,
                "EpochDurationSet",
                {"oldDuration": ("uint256", old), "newDuration": ("uint256", new)},
                f"the change {change} is logged",
            ),
        ),
        moves_funds=False,
    )


def _model(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId) -> tuple[OracleState, ModelCost]:
    state = read_oracle(snapshot, deployment, (model_id,))
    (model,) = state.models
    return state, model


def _queued(oracle: InfrastructureCostOracle, model: ModelCost, cost: TokenAmount) -> tuple[Condition, ...]:
    """Return what queueing a cost does: the one in effect stays until somebody applies the new one."""
    model_id = model.model_id
    args: dict[str, tuple[str, AbiValue]] = {
        "modelId": ("string", model_id),
        "currentCost": ("uint256", model.cost.units),
        "newCost": ("uint256", cost.units),
    }
    stays = f"the cost of model {model_id} stays {model.cost} until somebody applies the new one"
    logged = f"the cost of {cost} is logged as queued"
    return (
        view_is(oracle.get_estimated_cost(model_id), model.cost.units, stays),
        event_emitted(oracle.address, oracle.label, "CostUpdateQueued", args, logged),
    )


def _replaced(model: ModelCost) -> tuple[Finding, ...]:
    if model.queued is None:
        return ()
    return (
        Finding(
            code="oracle-update-replaced",
            severity=Severity.WARNING,
            subject=f"model {model.model_id}",
            message=f"A cost of {model.queued.cost} that waits to be applied is dropped for the new one.",
            evidence={"queued": str(model.queued.cost), "effective": time_text(model.queued.effective_after)},
            remedy=f"Let it be applied first with `hokctl oracle apply {model.model_id}`, if both are meant.",
        ),
    )

"""The split of a model's revenue: reading it, and planning a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hokctl.domain.authority import Authority
from hokctl.domain.findings import Finding
from hokctl.domain.plans import Plan
from hokctl.domain.roles import GOV_ROLE
from hokctl.domain.splits import check_bounds, format_bps
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.errors import RefusedError
from hokctl.routes.resolve import find_role_holders
from hokctl.services.models import ModelState, read_reserve
from hokctl.services.planning import build_plan, event_emitted, view_is
from hokctl.services.queued_parameters import QueueSlots, QueueState, check_queue, read_updates

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


class LegacyModelError(RefusedError):
    """A model of the old system, whose params have no infrastructure accrual."""

    code = "legacy-model"

    def __init__(self, model_id: ModelId) -> None:
        """Name the model."""
        super().__init__(
            f"Model {model_id} has no infrastructure split: its params are of the old system and have no "
            "infrastructureAccrualBps(), without which the fee router reverts.",
            hint="It stays as it is, with the old router; to take part, its token is deployed again "
            "(docs/runbooks/migration.md).",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitState:
    """The split of one model, and the bounds that its params contract sets, in basis points."""

    model: ModelState
    min_bps: int | None
    max_bps: int | None
    governors: tuple[Authority, ...]
    """Who holds GOV_ROLE on the params contract, as the chain says."""
    queue: QueueState
    """What is queued for the model without any effect."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """That a queued split has no effect."""
        return check_queue(self.queue, self.model.infrastructure_accrual_bps)


def read_splits(
    snapshot: "Snapshot", deployment: "Deployment", model_ids: Sequence[ModelId] = ()
) -> tuple[SplitState, ...]:
    """Return the splits of the models named, of all when none is, at the snapshot's block."""
    models = read_reserve(snapshot, deployment, model_ids).models
    with snapshot.batch() as batch:
        params = [deployment.suite.params_at(model.params) for model in models]
        bounds = [
            (batch.add(one.min_infrastructure_accrual_bps()), batch.add(one.max_infrastructure_accrual_bps()))
            for one in params
        ]
        queues = [QueueSlots(batch, deployment.suite.live_params_at(model.params), model.model_id) for model in models]
    governors = find_role_holders(
        snapshot,
        GOV_ROLE,
        [model.params for model in models if model.params != ZERO_ADDRESS],
        from_block=deployment.deployed_at_block,
    )
    states = read_updates(snapshot, [queue.state for queue in queues], deployment.deployed_at_block)
    return tuple(
        SplitState(
            model=model,
            queue=queue,
            governors=governors.get(model.params, ()),
            min_bps=None if low.failed else low.value,
            max_bps=None if high.failed else high.value,
        )
        for model, (low, high), queue in zip(models, bounds, states, strict=True)
    )


def plan_split(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId, bps: int) -> Plan:
    """Return the plan that sets the model's infrastructure accrual to `bps`; without calls when it is so already.

    Raises UnknownModelError, LegacyModelError, SplitOutOfBoundsError.
    """
    (split,) = read_splits(snapshot, deployment, (model_id,))
    old_bps = split.model.infrastructure_accrual_bps
    if old_bps is None or split.min_bps is None or split.max_bps is None:
        raise LegacyModelError(model_id)
    check_bounds(bps, min_bps=split.min_bps, max_bps=split.max_bps)
    params = deployment.suite.params_at(split.model.params)
    change = f"from {format_bps(old_bps)} to {format_bps(bps)}"
    call = params.set_infrastructure_accrual_bps(
        bps, purpose=f"Set the infrastructure share of model {model_id} {change}"
    )
    return build_plan(
        snapshot,
        deployment,
        f"Change the split of model {model_id} {change} for infrastructure",
        () if bps == old_bps else (call,),
        after=(
            view_is(
                params.infrastructure_accrual_bps(),
                bps,
                f"{format_bps(bps)} of each fee of model {model_id} is set aside",
            ),
            event_emitted(
                params.address,
                params.label,
                "InfrastructureAccrualBpsSet",
                {"oldBps": ("uint16", old_bps), "newBps": ("uint16", bps)},
                f"the change {change} is logged",
            ),
        ),
        moves_funds=False,
    )

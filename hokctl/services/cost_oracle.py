"""The live protocol's cost oracle as it stands: costs, what waits to be applied, and the router's limits on its use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.infrastructure_cost_oracle import InfrastructureCostOracle
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.durations import format_duration
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.splits import FULL_BPS
from hokctl.domain.units import ModelId
from hokctl.services.models import read_reserve

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.clients.infrastructure_cost_oracle import PendingCost
    from hokctl.services.deployments import Deployment

CONTRACT: Final = "InfrastructureCostOracle"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCost:
    """A cost that waits to be applied."""

    cost: TokenAmount
    """Per thousand calls."""
    queued_at: int
    effective_after: int
    """Unix seconds, both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCost:
    """What the oracle says of one model."""

    model_id: ModelId
    cost: TokenAmount
    """Per thousand calls; zero where none is in effect."""
    end_user_price: TokenAmount
    has_cost: bool
    updated_at: int | None
    """When the cost was applied, in Unix seconds; None where none ever was."""
    queued: QueuedCost | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleState:
    """The oracle at one block."""

    oracle: InfrastructureCostOracle
    token: Token
    now: int
    """The block's time, in Unix seconds."""
    gross_margin_bps: int
    max_gross_margin_bps: int
    max_cost: TokenAmount
    epoch_s: int
    min_epoch_s: int
    max_epoch_s: int
    asked_by_router: ChecksumAddress | None
    """The oracle that the fee router asks; None where it asks none, as before the live version."""
    max_cost_age_s: int | None
    max_infra_share_bps: int | None
    """The router's limits; None where it has none to set."""
    models: tuple[ModelCost, ...]

    @property
    def age_is_limited(self) -> bool:
        """Whether the router leaves costs aside that are too old."""
        return bool(self.max_cost_age_s)

    @property
    def share_is_limited(self) -> bool:
        """Whether the router keeps a cost from taking the whole fee."""
        return self.max_infra_share_bps is not None and self.max_infra_share_bps < FULL_BPS


def read_oracle(snapshot: "Snapshot", deployment: "Deployment", model_ids: Sequence[ModelId] = ()) -> OracleState:
    """Return the oracle and the models named, all of them when none is; MissingContractError, UnknownModelError."""
    oracle = InfrastructureCostOracle(deployment.contract(CONTRACT))
    reserve = read_reserve(snapshot, deployment, tuple(dict.fromkeys(model_ids)))
    router, token = deployment.suite.live_router, reserve.token
    with snapshot.batch() as batch:
        margin, most = batch.add(oracle.gross_margin_bps()), batch.add(oracle.max_gross_margin_bps())
        epoch, highest = batch.add(oracle.epoch_duration()), batch.add(oracle.max_cost_per_thousand_calls())
        shortest, longest = batch.add(oracle.min_epoch_duration()), batch.add(oracle.max_epoch_duration())
        asked, age = batch.add(router.cost_oracle()), batch.add(router.max_cost_age_seconds())
        share = batch.add(router.max_infra_share_bps())
        models = [_Queued(batch, oracle, model.model_id) for model in reserve.models]
    return OracleState(
        oracle=oracle,
        token=token,
        now=snapshot.block.timestamp,
        gross_margin_bps=margin.value,
        max_gross_margin_bps=most.value,
        max_cost=token.amount(highest.value),
        epoch_s=epoch.value,
        min_epoch_s=shortest.value,
        max_epoch_s=longest.value,
        asked_by_router=None if asked.failed else asked.value,
        max_cost_age_s=None if age.failed else age.value,
        max_infra_share_bps=None if share.failed else share.value,
        models=tuple(model.state(token) for model in models),
    )


def check_oracle(state: OracleState) -> Iterator[Finding]:
    """Yield what there is to say about the oracle: limits that are off, costs that are old or wait, another oracle."""
    address = state.oracle.address
    if state.asked_by_router != address:
        asked = "no oracle" if state.asked_by_router is None else f"another oracle, {state.asked_by_router}"
        yield Finding(
            code="oracle-not-asked",
            severity=Severity.WARNING,
            subject=address,
            message=f"The fee router asks {asked}: costs set here split no fee.",
            evidence={"manifest": address, "router": state.asked_by_router or "none"},
            remedy="Correct the manifest, or find out who set the router up so.",
        )
    if any(model.has_cost or model.queued for model in state.models):
        yield from check_limits(state, Severity.WARNING)
    for model in state.models:
        yield from _check_model(state, model)


def check_limits(state: OracleState, severity: Severity) -> Iterator[Finding]:
    """Yield which of the router's limits is off: without both, one wrong or stale cost takes whole fees (audit H-4).

    A router that asks no oracle has none to set.
    """
    off = [
        text
        for text, limited in (
            ("maxCostAgeSeconds is 0, so that a cost of any age counts", state.age_is_limited),
            ("maxInfraShareBps is 10000, so that a cost may take the whole fee", state.share_is_limited),
        )
        if not limited
    ]
    if off and state.max_cost_age_s is not None:
        yield Finding(
            code="oracle-limits-off",
            severity=severity,
            subject="UsageFeeRouter",
            message=f"The fee router does not limit what the oracle's costs do: {'; '.join(off)}.",
            evidence={
                "maxCostAgeSeconds": str(state.max_cost_age_s),
                "maxInfraShareBps": str(state.max_infra_share_bps),
            },
            remedy="Set both before a cost takes effect: `hokctl oracle limit --max-age DAYS --max-share SHARE`.",
        )


def _check_model(state: OracleState, model: ModelCost) -> Iterator[Finding]:
    if model.has_cost and state.max_cost_age_s and model.updated_at is not None:
        age = state.now - model.updated_at
        if age > state.max_cost_age_s:
            yield Finding(
                code="oracle-cost-stale",
                severity=Severity.WARNING,
                subject=f"model {model.model_id}",
                message=f"The cost of model {model.model_id} is older than the fee router lets count.",
                evidence={"age": format_duration(age), "limit": format_duration(state.max_cost_age_s)},
                remedy=f"Have it confirmed or changed: `hokctl oracle queue {model.model_id} COST`.",
            )
    if model.queued is not None and model.queued.effective_after <= state.now:
        yield Finding(
            code="oracle-update-ready",
            severity=Severity.INFO,
            subject=f"model {model.model_id}",
            message=f"A cost of {model.queued.cost} waits only for somebody to apply it; until then it does not count.",
            remedy=f"Anyone may run `hokctl oracle apply {model.model_id}`.",
        )


class _Queued:
    """The reads of one model, placed in a batch."""

    def __init__(self, batch: "Batch", oracle: InfrastructureCostOracle, model_id: ModelId) -> None:
        self._model_id = model_id
        self._cost, self._price = (
            batch.add(oracle.get_estimated_cost(model_id)),
            batch.add(oracle.get_end_user_price(model_id)),
        )
        self._has, self._updated = batch.add(oracle.has_cost(model_id)), batch.add(oracle.get_last_updated(model_id))
        self._pending: Slot[PendingCost] = batch.add(oracle.get_pending_update(model_id))

    def state(self, token: Token) -> ModelCost:
        """Return the answers, once the batch has run."""
        pending = self._pending.value
        queued = QueuedCost(
            cost=token.amount(pending.cost_units),
            queued_at=pending.queued_at,
            effective_after=pending.effective_after,
        )
        return ModelCost(
            model_id=self._model_id,
            cost=token.amount(self._cost.value),
            end_user_price=token.amount(self._price.value),
            has_cost=self._has.value,
            updated_at=self._updated.value or None,
            queued=queued if pending.exists else None,
        )

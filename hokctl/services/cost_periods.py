"""Estimated against actual costs on the live reserve, period by period."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hokctl.clients.cost_reconciliation import CostReconciliation, PastPeriod, Suggestion
from hokctl.clients.wording import time_text
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.durations import format_duration
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ModelId
from hokctl.errors import RefusedError
from hokctl.services.models import read_reserve

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


class NoReconciliationError(RefusedError):
    """A reserve that compares no costs."""

    code = "no-reconciliation"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"The reserve on {network} compares no costs: only the live protocol's has reconciliation periods.",
            hint="`hokctl runway` and `hokctl model show` tell what was accrued and paid.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPeriod:
    """The period that runs for one model, and those that are over."""

    model_id: ModelId
    period: int
    started_at: int | None
    """In Unix seconds; None where nothing happened in it yet."""
    ends_at: int | None
    """From when it can be ended; it ends only when told."""
    estimated: TokenAmount
    actual: TokenAmount
    variance_bps: int | None
    """How far beyond the estimate the costs are; None without an estimate."""
    history: tuple[PastPeriod, ...]
    suggestion: Suggestion | None
    """What the contract would suggest as the next estimate; None before three periods are over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostsState:
    """The costs of models at one block."""

    reserve: CostReconciliation
    token: Token
    now: int
    """The block's time, in Unix seconds."""
    period_s: int
    """How long a period is at least."""
    models: tuple[CostPeriod, ...]


def read_costs(
    snapshot: "Snapshot", deployment: "Deployment", model_ids: Sequence[ModelId] = (), *, periods: int = 0
) -> CostsState:
    """Return the costs of the models named, of all when none is, with up to `periods` of those that are over.

    Raises NoReconciliationError, UnknownModelError.
    """
    client = CostReconciliation(deployment.suite.reserve_address)
    with snapshot.batch() as batch:
        length = batch.add(client.reconciliation_period())
    if length.failed:
        raise NoReconciliationError(deployment.network)
    reserve = read_reserve(snapshot, deployment, tuple(dict.fromkeys(model_ids)))
    names = [model.model_id for model in reserve.models]
    with snapshot.batch() as batch:
        numbers = [batch.add(client.current_period(model_id)) for model_id in names]
    with snapshot.batch() as batch:
        asked = [
            _Asked(batch, client, model_id, number.value, periods)
            for model_id, number in zip(names, numbers, strict=True)
        ]
    return CostsState(
        reserve=client,
        token=reserve.token,
        now=snapshot.block.timestamp,
        period_s=length.value,
        models=tuple(one.period(reserve.token, length.value) for one in asked),
    )


def check_costs(state: CostsState) -> Iterator[Finding]:
    """Yield the periods that could be ended and run on: what is paid from now on counts into them."""
    for model in state.models:
        if model.ends_at is not None and model.ends_at <= state.now:
            yield Finding(
                code="period-over",
                severity=Severity.WARNING,
                subject=f"model {model.model_id}",
                message=f"Period {model.period} of model {model.model_id} could end since {time_text(model.ends_at)}, "
                "and payments still count into it.",
                evidence={"over for": format_duration(state.now - model.ends_at)},
                remedy=f"End it: `hokctl costs advance {model.model_id}`.",
            )


class _Asked:
    """The reads of one model, placed in a batch."""

    def __init__(
        self, batch: "Batch", client: CostReconciliation, model_id: ModelId, number: int, periods: int
    ) -> None:
        self._model_id, self._number = model_id, number
        self._start = batch.add(client.period_start_time(model_id, number))
        self._variance = batch.add(client.get_variance(model_id, number))
        self._history = batch.add(client.get_variance_history(model_id, min(periods, number))) if periods else None
        self._suggestion = batch.add(client.suggest_cost_adjustment(model_id)) if periods else None

    def period(self, token: Token, period_s: int) -> CostPeriod:
        """Return the answers, once the batch has run."""
        start, variance = self._start.value or None, self._variance.value
        suggestion = self._suggestion
        return CostPeriod(
            model_id=self._model_id,
            period=self._number,
            started_at=start,
            ends_at=None if start is None else start + period_s,
            estimated=token.amount(variance.estimated_units),
            actual=token.amount(variance.actual_units),
            variance_bps=variance.variance_bps if variance.estimated_units else None,
            history=() if self._history is None else self._history.value,
            suggestion=None if suggestion is None or suggestion.failed else suggestion.value,
        )

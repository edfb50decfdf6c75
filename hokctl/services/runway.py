"""How long the reserve of each model lasts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.burn import Rate
from hokctl.domain.day_spans import DaySpan
from hokctl.domain.runway import (
    TARGET_DAYS,
    BurnChoice,
    BurnSource,
    NetRunway,
    Runway,
    compute_net_runway,
    compute_runway,
    missing_units,
)
from hokctl.domain.units import ModelId
from hokctl.services.burns import DEFAULT_WINDOW_DAYS, Burn, BurnFinder, BurnSources
from hokctl.services.models import ModelState, read_reserve

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.domain.invoices import Invoice
    from hokctl.services.deployments import Deployment
    from hokctl.services.flows import FlowReader


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRunway:
    """The runway of one model, and where its burn comes from."""

    model: ModelState
    daily_burn: TokenAmount | None
    burn_source: BurnSource
    runway: Runway
    """At the burn alone, as the contract has it."""
    burn: Burn
    """The same burn with what it was measured on."""
    net: NetRunway | None = None
    """At burn less accrual; None without a burn, or where deposits were not read."""
    contract_days: int | None = None
    """What getAccrualRunway says at this burn; None where it was not asked or does not answer."""
    missing: TokenAmount | None = None
    """What must be added to reach the target; None without a burn."""

    @property
    def accrual(self) -> Rate | None:
        """What comes in a day; None where deposits were not read."""
        return self.burn.accrual


@dataclass(frozen=True, slots=True, kw_only=True)
class RunwayReport:
    """The runway of the models asked for, at one block."""

    models: tuple[ModelRunway, ...]
    total_accrued: TokenAmount
    """What the models of this report have set aside and not paid out."""
    reserve_balance: TokenAmount
    window: DaySpan
    """The days that burns and accruals are measured over."""
    target_days: int = TARGET_DAYS


def measure_runway(
    snapshot: "Snapshot",
    deployment: "Deployment",
    model_ids: Sequence[ModelId],
    *,
    declared: Callable[[ModelId], str | None],
    given: Mapping[ModelId, str],
    flows: "FlowReader | None" = None,
    invoices: "Callable[[], Iterable[Invoice]] | None" = None,
    choice: BurnChoice = BurnChoice.AUTO,
    window_days: int = DEFAULT_WINDOW_DAYS,
    net: bool = False,
) -> RunwayReport:
    """Return the runway of the models named, of all when none is.

    The burn per day is what `given` says on the command line (token units), else, as far as `choice` lets, what
    `declared` finds in the configuration, what `flows` (services.flows.log_flows) show was paid over the
    `window_days` days that end with the block's, or what `invoices` charge for those days. Without any the runway is
    unknown, never unlimited. Logs are read only where a burn needs them, or for the `net` runway; whatever was read
    tells the net runway too. The contract's own figure is asked for in the batch that reads the models.
    """
    sources = BurnSources(
        given=given,
        declared=declared,
        flows=flows,
        invoices=invoices,
        choice=choice,
        window_days=window_days,
        net=net,
    )
    return measure_by(sources, snapshot, deployment, model_ids)


def measure_by(
    sources: BurnSources, snapshot: "Snapshot", deployment: "Deployment", model_ids: Sequence[ModelId]
) -> RunwayReport:
    """Return the same by `sources`."""
    finder = BurnFinder(sources, at=snapshot.block.timestamp)
    asked = _Asked(deployment, finder)
    state = read_reserve(snapshot, deployment, model_ids, ride_all=asked.ask)
    total = state.token.amount(sum(model.accrued.units for model in state.models))
    return RunwayReport(
        models=tuple(asked.runway(model, at=snapshot.block.timestamp) for model in state.models),
        total_accrued=total,
        reserve_balance=state.balance,
        window=finder.window,
    )


class _Asked:
    """The burn of each model, and the contract's own word on it, riding in the batch that reads the models."""

    def __init__(self, deployment: "Deployment", finder: BurnFinder) -> None:
        self._reserve, self._finder = deployment.suite.reserve, finder
        self._burns: dict[ModelId, Burn] = {}
        self._days: dict[ModelId, Slot[int]] = {}

    def ask(self, batch: "Batch", model_ids: Sequence[ModelId], token: Token) -> None:
        """Find the burns of models, and ask what the contract makes of them."""
        self._burns = self._finder.find(model_ids, token)
        self._days = {
            model_id: batch.add(self._reserve.get_accrual_runway(model_id, burn.daily.units))
            for model_id, burn in self._burns.items()
            if burn.daily is not None
        }

    def runway(self, model: ModelState, *, at: int) -> ModelRunway:
        """Return the runway of a model, once the batch has run."""
        burn, slot = self._burns[model.model_id], self._days.get(model.model_id)
        units = None if burn.daily is None else burn.daily.units
        return ModelRunway(
            model=model,
            daily_burn=burn.daily,
            burn_source=burn.source,
            runway=compute_runway(model.accrued.units, units, at=at),
            burn=burn,
            net=_net(model, burn, at),
            contract_days=None if slot is None or slot.failed else slot.value,
            missing=None
            if units is None
            else model.accrued.token.amount(missing_units(model.accrued.units, units, TARGET_DAYS)),
        )


def _net(model: ModelState, burn: Burn, at: int) -> NetRunway | None:
    if burn.daily is None or burn.accrual is None:
        return None
    return compute_net_runway(
        model.accrued.units,
        burn.daily.units,
        burn.accrual.daily_units,
        burn_is_measured=burn.source is BurnSource.MEASURED,
        at=at,
    )

"""How long the reserve of each model lasts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hokctl.domain.amounts import TokenAmount
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.runway import BurnSource, Runway, RunwayState, compute_runway
from hokctl.domain.units import ModelId
from hokctl.services.models import ModelState, read_reserve

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRunway:
    """The runway of one model, and where its burn comes from."""

    model: ModelState
    daily_burn: TokenAmount | None
    burn_source: BurnSource
    runway: Runway


@dataclass(frozen=True, slots=True, kw_only=True)
class RunwayReport:
    """The runway of the models asked for, at one block."""

    models: tuple[ModelRunway, ...]
    total_accrued: TokenAmount
    """What the models of this report have set aside and not paid out."""
    reserve_balance: TokenAmount


def measure_runway(
    snapshot: "Snapshot",
    deployment: "Deployment",
    model_ids: Sequence[ModelId],
    *,
    declared: Callable[[ModelId], str | None],
    given: Mapping[ModelId, str],
) -> RunwayReport:
    """Return the runway of the models named, of all when none is.

    The burn per day in token units is what `given` says on the command line, else what `declared` finds in the
    configuration; without either the runway is unknown, never unlimited.
    """
    state = read_reserve(snapshot, deployment, model_ids)
    models = []
    for model in state.models:
        text, source = _burn(model.model_id, declared, given)
        burn = None if text is None else TokenAmount.parse(text, state.token)
        runway = compute_runway(model.accrued.units, None if burn is None else burn.units, at=snapshot.block.timestamp)
        models.append(ModelRunway(model=model, daily_burn=burn, burn_source=source, runway=runway))
    total = state.token.amount(sum(model.accrued.units for model in state.models))
    return RunwayReport(models=tuple(models), total_accrued=total, reserve_balance=state.balance)


def check_runway(report: RunwayReport, fail_under_days: int) -> tuple[Finding, ...]:
    """Return a finding for every model whose runway is below `fail_under_days`, or unknown."""
    findings = []
    for item in report.models:
        days = item.runway.days
        if item.runway.state is RunwayState.UNKNOWN:
            findings.append(_finding(item, "runway-unknown", "has no known burn, so its runway cannot be told"))
        elif days is not None and days < fail_under_days:
            findings.append(_finding(item, "short-runway", f"lasts {days} days, less than {fail_under_days}"))
    return tuple(findings)


def _burn(
    model_id: ModelId, declared: Callable[[ModelId], str | None], given: Mapping[ModelId, str]
) -> tuple[str | None, BurnSource]:
    if model_id in given:
        return given[model_id], BurnSource.GIVEN
    text = declared(model_id)
    return text, BurnSource.NONE if text is None else BurnSource.DECLARED


def _finding(item: ModelRunway, code: str, what: str) -> Finding:
    burn = "unknown" if item.daily_burn is None else f"{item.daily_burn} a day ({item.burn_source.value})"
    return Finding(
        code=code,
        severity=Severity.WARNING,
        subject=item.model.model_id,
        message=f"The reserve of model {item.model.model_id} {what}.",
        evidence={"accrued": str(item.model.accrued), "burn": burn},
        remedy=f'Raise the split, lower the costs, or declare the burn under [models."{item.model.model_id}"].',
    )

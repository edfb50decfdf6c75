"""Rules about the reserve and its models as they stand."""

from collections.abc import Iterator

from hokctl.domain.alerts import Alert
from hokctl.domain.durations import format_duration
from hokctl.domain.runway import RunwayState
from hokctl.domain.splits import format_bps
from hokctl.monitor.facts import HOUR_S, Facts, state_alert
from hokctl.services.observation import ObservedModel

_RUNWAY = "runway"
_BURN = "burn a day"
_LAST_BURN = "last known burn a day"


def judge_reserve(facts: Facts) -> Iterator[Alert]:
    """Yield what is wrong with the reserve as a whole."""
    seen = facts.seen
    if seen.shortfall:
        yield state_alert(
            "insolvency",
            "reserve",
            subject="reserve",
            message=f"The reserve lacks {seen.shortfall} to pay what its models have accrued.",
            evidence={"balance": str(seen.balance), "owed": str(seen.owed)},
        )
    if seen.paused:
        yield from _paused_too_long(facts, None)


def judge_models(facts: Facts) -> Iterator[Alert]:
    """Yield what is wrong with single models. Those of the old system have no accrual and are left out."""
    for model in facts.seen.models:
        if model.pool_paused:
            yield from _paused_too_long(facts, model)
        if model.state.is_legacy:
            continue
        yield from _runway(facts, model)
        yield from _split(facts, model)
        if model.state.provider is None:
            yield state_alert(
                "no-provider",
                model.model_id,
                subject=model.model_id,
                message=f"Model {model.model_id} has no provider: nobody can be paid for it.",
                evidence={"accrued": str(model.state.accrued)},
            )


def _runway(facts: Facts, model: ObservedModel) -> Iterator[Alert]:
    settings, runway = facts.settings, model.runway
    days = runway.runway.days
    if runway.runway.state is RunwayState.UNKNOWN and model.state.accrued:
        yield state_alert(
            "runway-unknown",
            model.model_id,
            subject=model.model_id,
            message=f"Nobody knows for how long the {model.state.accrued} of model {model.model_id} last: its burn is "
            "neither declared nor measured.",
            evidence={"accrued": str(model.state.accrued)},
        )
    if runway.runway.state is RunwayState.UNKNOWN:
        yield from _still_short(facts, model)
    if days is None or days >= max(settings.low_runway_days, settings.critical_runway_days):
        return
    rule = "critical-runway" if days < settings.critical_runway_days else "low-runway"
    limit = settings.critical_runway_days if rule == "critical-runway" else settings.low_runway_days
    until = runway.runway.depleted_on
    lasts = "less than a day" if days == 0 else f"{days} day{'' if days == 1 else 's'}"
    rate = runway.burn.measured
    few = "" if rate is None or not rate.is_too_short else f"{rate.days} day{'' if rate.days == 1 else 's'}"
    yield state_alert(
        rule,
        model.model_id,
        subject=model.model_id,
        message=f"The reserve of model {model.model_id} lasts {lasts}; the limit is {limit} days."
        + (f" Its burn was measured over {few} only, too few to rely on." if few else ""),
        evidence={
            "accrued": str(model.state.accrued),
            _BURN: f"{runway.daily_burn} ({runway.burn_source.value})",
            "until": "-" if until is None else until.isoformat(),
            **({"burn measured over": f"{few} (too few to rely on)"} if few else {}),
        },
        family=_RUNWAY,
    )


def _still_short(facts: Facts, model: ObservedModel) -> Iterator[Alert]:
    """Yield again that a runway is short, when it was and its burn is not known any more: that is no recovery."""
    key = f"{_RUNWAY}/{model.model_id}"
    for last in facts.standing:
        if last.key == key:
            burn = last.evidence.get(_BURN, last.evidence.get(_LAST_BURN, "-"))
            yield state_alert(
                last.rule,
                model.model_id,
                subject=model.model_id,
                message=f"The reserve of model {model.model_id} was short when its burn was last known. Now nobody "
                "knows what it burns, so this stands until its burn is declared or measured.",
                evidence={"accrued": str(model.state.accrued), _LAST_BURN: burn},
                family=_RUNWAY,
            )


def _split(facts: Facts, model: ObservedModel) -> Iterator[Alert]:
    bps, settings = model.state.infrastructure_accrual_bps, facts.settings
    lowest = settings.split_min_bps if settings.split_min_bps is not None else model.min_bps
    highest = settings.split_max_bps if settings.split_max_bps is not None else model.max_bps
    if bps is None or ((lowest is None or bps >= lowest) and (highest is None or bps <= highest)):
        return
    bounds = f"{'-' if lowest is None else format_bps(lowest)} to {'-' if highest is None else format_bps(highest)}"
    yield state_alert(
        "split-out-of-bounds",
        model.model_id,
        subject=model.model_id,
        message=f"{format_bps(bps)} of each fee of model {model.model_id} is set aside; agreed on is {bounds}.",
        evidence={"split": f"{bps} bps", "bounds": bounds},
    )


def _paused_too_long(facts: Facts, model: ObservedModel | None) -> Iterator[Alert]:
    """Yield that the reserve, or a model's pool, is paused for too long; also where nobody knows since when."""
    model_id = None if model is None else model.model_id
    since = facts.paused_since.get(model_id)
    if since is not None and facts.now - since <= facts.settings.paused_hours * HOUR_S:
        return
    what = "reserve" if model_id is None else f"pool of model {model_id}"
    spell = "nobody knows how long" if since is None else format_duration((facts.now - since) // 60 * 60)
    yield state_alert(
        "paused-too-long",
        "reserve" if model_id is None else f"pool/{model_id}",
        subject="reserve" if model_id is None else model_id,
        message=f"The {what} is paused, for {spell}.",
        evidence={"limit": format_duration(facts.settings.paused_hours * HOUR_S)},
    )

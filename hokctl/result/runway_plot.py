"""A model's reserve over the days that were measured, and what comes of it."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from hokctl.domain.amounts import format_units
from hokctl.domain.reserve_path import future_path, past_path
from hokctl.result.values import Plot, Series, amount_to_json

if TYPE_CHECKING:
    from hokctl.domain.amounts import Token
    from hokctl.domain.day_spans import DaySpan
    from hokctl.domain.documents import JsonValue
    from hokctl.services.runway import ModelRunway, RunwayReport

AHEAD: Final = 2
"""How many times as far ahead as back a plot goes at most."""
_STEPS: Final = (1, 2, 5, 10)
_TICKS: Final = 4
_TICK_SHARE: Final = 6
"""Dates below the plot are at least this part of its width apart."""


def runway_plot(report: "RunwayReport", item: "ModelRunway") -> Plot | None:
    """Return the plot of one model's reserve; None where deposits and payments were not read."""
    if item.burn.flows is None:
        return None
    today, token = report.window.last, item.model.accrued.token
    past = past_path(item.model.accrued.units, item.burn.flows, report.window)
    points = tuple(((day - today).days, units) for day, units in past.items())
    series = [Series(marker="•", label="accrued, at the end of each day", points=points)]
    series += _projections(item, report.window)
    xs = [x for one in series for x, _ in one.points] or [0]
    highest = max((y for one in series for _, y in one.points), default=0)
    first, last = min((*xs, 1 - report.window.days)), max(*xs, 0)
    return Plot(
        title=f"Reserve of model {item.model.model_id}",
        x_label="day (UTC)",
        y_label=token.symbol,
        series=tuple(series),
        x_ticks=_days((first, 0, last, first // 2, last // 2), first, last, today),
        y_ticks=_amounts(highest, token),
    )


def path_to_json(report: "RunwayReport", item: "ModelRunway") -> "list[JsonValue] | None":
    """Return what the model had accrued at the end of each day of the window; None where that was not read."""
    if item.burn.flows is None:
        return None
    accrued = item.model.accrued
    path = past_path(accrued.units, item.burn.flows, report.window)
    return [
        {"date": day.isoformat(), "accrued": amount_to_json(accrued.token.amount(units))} for day, units in path.items()
    ]


def _projections(item: "ModelRunway", window: "DaySpan") -> list[Series]:
    burn, net = item.daily_burn, item.net
    if burn is None:
        return []
    accrued, ahead = item.model.accrued.units, window.days * AHEAD
    days = item.runway.days
    end = "lasts as long as nothing is spent" if days is None else f"{days} days{_until(item, ahead)}"
    found = [_projection(".", f"at the burn of {burn} a day: {end}", accrued, burn.units, ahead)]
    if net is not None and item.accrual is not None and item.accrual.daily_units:
        income = burn.token.amount(item.accrual.daily_units)
        left = "deposits cover the burn" if net.covered else f"{net.runway.days} days"
        label = f"with deposits of {income} a day as measured: {left}"
        found.append(_projection("+", label, accrued, net.daily_units, ahead))
    return found


def _until(item: "ModelRunway", ahead: int) -> str:
    days, until = item.runway.days, item.runway.depleted_on
    beyond = ", beyond this plot" if days is not None and days > ahead else ""
    return beyond if until is None else f", until {until}{beyond}"


def _projection(marker: str, label: str, accrued: int, daily: int, ahead: int) -> Series:
    return Series(marker=marker, label=label, points=tuple(enumerate(future_path(accrued, daily, ahead))))


def _days(wanted: tuple[int, ...], first: int, last: int, today: date) -> tuple[tuple[int, str], ...]:
    """Return those days of `wanted` as dates that leave room for each other, the first ones rather."""
    apart, kept = max(1, (last - first) // _TICK_SHARE), list[int]()
    for day in wanted:
        if all(abs(day - other) >= apart for other in kept):
            kept.append(day)
    return tuple((day, (today + timedelta(days=day)).isoformat()) for day in sorted(kept))


def _amounts(highest: int, token: "Token") -> tuple[tuple[int, str], ...]:
    """Return round amounts from 0 to at least `highest`, in equal steps."""
    least = max(1, -(-highest // _TICKS))
    power = 10 ** (len(str(least)) - 1)
    step = next(number * power for number in _STEPS if number * power >= least)
    count = max(1, -(-highest // step))
    return tuple((number * step, format_units(number * step, token.decimals)) for number in range(count + 1))

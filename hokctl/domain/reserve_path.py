"""What a model's reserve was day by day, and what it comes to at a rate: exact base units at the end of each day."""

from collections.abc import Mapping
from datetime import date

from hokctl.domain.burn import ModelFlows
from hokctl.domain.day_spans import DaySpan


def past_path(accrued_units: int, flows: ModelFlows, window: DaySpan) -> Mapping[date, int]:
    """Return the accrual at the end of each day of `window`, whose last day ends with `accrued_units`.

    Days before the model's first deposit or payment are left out. It is counted back: a day began with what it ended
    with, less its deposits, plus its payments.
    """
    change: dict[date, int] = {}
    for one in flows.deposits:
        change[one.day] = change.get(one.day, 0) + one.units
    for one in flows.payments:
        change[one.day] = change.get(one.day, 0) - one.units
    lived, units, path = window.since(flows.since), accrued_units, dict[date, int]()
    for day in reversed(() if lived is None else lived.each()):
        path[day] = units
        units -= change.get(day, 0)
    return dict(reversed(path.items()))


def future_path(accrued_units: int, daily_units: int, days: int) -> tuple[int, ...]:
    """Return the accrual today and at the end of each of up to `days` days to come, at `daily_units` spent a day.

    It ends with the last day that is paid for in full.
    """
    if daily_units > 0:
        days = min(days, accrued_units // daily_units)
    return tuple(accrued_units - number * daily_units for number in range(days + 1))

"""What a model spends and takes in a day, measured: exact sums over distinct days. All units are base units.

Days are UTC calendar days and a union: a day counts once, however many providers were paid for it. A burn is rounded
up and an accrual down, so that the runway that follows from them is never too long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Final

from hokctl.domain.day_spans import DaySpan, count_days

FEW_DAYS: Final = 7
"""A rate over fewer days is marked: one monthly invoice, or one deposit for a month, would be most of it."""


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount that went in or out of a model's reserve."""

    day: date
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFlows:
    """What went in and out for one model on the days that were looked at."""

    since: date | None = None
    """The day of its first deposit or payment ever; None when that was before the days looked at, or never."""
    deposits: tuple[Movement, ...] = ()
    payments: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class BilledPeriod:
    """What a provider charged a model for a span of days."""

    span: DaySpan
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """An amount a day, and what it was measured on."""

    daily_units: int
    window: DaySpan
    """The days that were looked at."""
    days: int
    """How many of them count: the divisor."""
    count: int
    """How many payments, deposits or invoice lines count."""
    units: int
    """What they come to on these days; of invoices rounded up."""
    first: date | None
    """The day of the first payment or deposit, or the first day that an invoice is for; None without any."""
    last: date | None
    """The same of the last."""

    @property
    def is_too_short(self) -> bool:
        """Whether it stands on too few days to rely on."""
        return self.days < FEW_DAYS


def burn_of_payments(payments: Sequence[Movement], window: DaySpan, since: date | None) -> Rate | None:
    """Return the burn by the payments within `window`, rounded up; None without any, since that says nothing.

    The days that count are those of the window from `since`, the model's first deposit or payment ever (None: before
    the window), to the window's last.
    """
    rate = _rate(payments, window, since, burns=True)
    return None if rate is None or rate.count == 0 else rate


def accrual_of_deposits(deposits: Sequence[Movement], window: DaySpan, since: date | None) -> Rate | None:
    """Return the accrual by the deposits within `window`, rounded down: 0 without any, since the chain has them all.

    The days that count are as for burn_of_payments; None when the model is younger than the window's last day.
    """
    return _rate(deposits, window, since, burns=False)


def burn_of_invoices(billed: Iterable[BilledPeriod], window: DaySpan) -> Rate | None:
    """Return the burn by what was charged for the days of `window`, rounded up; None when no period reaches into it.

    An amount counts with as many of its period's days as lie in the window (exact fractions); the sum is divided by
    the days that at least one period covers.
    """
    parts = [(one, common) for one in billed if (common := one.span.common(window)) is not None]
    if not parts:
        return None
    spans = [common for _, common in parts]
    total = sum((Fraction(one.units * common.days, one.span.days) for one, common in parts), Fraction())
    days = count_days(spans)
    return Rate(
        daily_units=ceil(total / days),
        window=window,
        days=days,
        count=len(parts),
        units=ceil(total),
        first=min(span.first for span in spans),
        last=max(span.last for span in spans),
    )


def _rate(movements: Sequence[Movement], window: DaySpan, since: date | None, *, burns: bool) -> Rate | None:
    sampled = window.since(since)
    if sampled is None:
        return None
    counted = [one for one in movements if one.day in sampled]
    units = sum(one.units for one in counted)
    exact = Fraction(units, sampled.days)
    return Rate(
        daily_units=ceil(exact) if burns else floor(exact),
        window=window,
        days=sampled.days,
        count=len(counted),
        units=units,
        first=min((one.day for one in counted), default=None),
        last=max((one.day for one in counted), default=None),
    )

"""Rates: exact sums over distinct days, against a slow model that walks day by day."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.burn import BilledPeriod, Movement, accrual_of_deposits, burn_of_invoices, burn_of_payments
from hokctl.domain.day_spans import DaySpan, count_days, day_of, midnight

pytestmark = pytest.mark.unit

EPOCH = date(2026, 1, 1)
USDC = 10**6
units = st.integers(0, 10**15)
days = st.integers(-80, 80).map(lambda number: EPOCH + timedelta(days=number))
spans = st.tuples(days, days).map(lambda pair: DaySpan(min(pair), max(pair)))
movements = st.lists(st.builds(Movement, days, units), max_size=12)
billed = st.lists(st.builds(BilledPeriod, spans, units), max_size=8)


def january(first: int = 1, last: int = 31) -> DaySpan:
    return DaySpan(date(2026, 1, first), date(2026, 1, last))


@given(st.lists(spans, max_size=8))
def test_days_are_counted_as_one_would_on_a_calendar(some: list[DaySpan]) -> None:
    assert count_days(some) == len({day for span in some for day in span.each()})


@given(spans, spans)
def test_common_days_and_days_before_are_those_of_a_calendar(one: DaySpan, other: DaySpan) -> None:
    common = one.common(other)
    assert (set() if common is None else set(common.each())) == set(one.each()) & set(other.each())
    assert one.before.days == one.days
    assert one.before.last + timedelta(days=1) == one.first
    since = one.since(other.first)
    assert (set() if since is None else set(since.each())) == {day for day in one.each() if day >= other.first}


@given(billed, spans)
def test_invoices_burn_what_a_walk_day_by_day_finds(some: list[BilledPeriod], window: DaySpan) -> None:
    by_day: dict[date, Fraction] = {}
    for one in some:
        for day in one.span.each():
            if day in window:
                by_day[day] = by_day.get(day, Fraction()) + Fraction(one.units, one.span.days)
    rate = burn_of_invoices(some, window)
    if not by_day:
        assert rate is None
        return
    assert rate is not None
    exact = sum(by_day.values(), Fraction()) / len(by_day)
    assert exact <= rate.daily_units < exact + 1
    assert (rate.days, rate.first, rate.last) == (len(by_day), min(by_day), max(by_day))


@given(movements, spans, st.none() | days)
def test_payments_burn_and_deposits_accrue_what_a_walk_day_by_day_finds(
    some: list[Movement], window: DaySpan, since: date | None
) -> None:
    counted = [day for day in window.each() if since is None or day >= since]
    sums = [sum(one.units for one in some if one.day == day) for day in counted]
    burn, accrual = burn_of_payments(some, window, since), accrual_of_deposits(some, window, since)
    if not counted:
        assert (burn, accrual) == (None, None)
        return
    assert accrual is not None
    exact = Fraction(sum(sums), len(counted))
    assert accrual.daily_units <= exact < accrual.daily_units + 1
    assert accrual.days == len(counted)
    if not any(one.day in set(counted) for one in some):
        assert burn is None
        assert accrual.daily_units == 0
        return
    assert burn is not None
    assert exact <= burn.daily_units < exact + 1
    assert burn.count == accrual.count == sum(one.day in set(counted) for one in some)


def test_two_providers_over_one_month_add_up_and_do_not_halve() -> None:
    month = january()
    rate = burn_of_invoices([BilledPeriod(month, 310 * USDC), BilledPeriod(month, 620 * USDC)], month)
    assert rate is not None
    assert (rate.daily_units, rate.days, rate.count) == (30 * USDC, 31, 2)


def test_a_gap_between_two_periods_counts_for_nothing() -> None:
    rate = burn_of_invoices(
        [BilledPeriod(january(1, 10), 100 * USDC), BilledPeriod(january(22, 31), 100 * USDC)], january()
    )
    assert rate is not None
    assert (rate.daily_units, rate.days) == (10 * USDC, 20)


def test_a_period_counts_with_the_part_of_it_that_lies_in_the_window() -> None:
    quarter = DaySpan(date(2025, 11, 1), date(2026, 1, 31))
    rate = burn_of_invoices([BilledPeriod(quarter, 92 * USDC)], january(22, 31))
    assert rate is not None
    assert (rate.daily_units, rate.units, rate.days) == (USDC, 10 * USDC, 10)


def test_a_burn_is_rounded_up_and_an_accrual_down() -> None:
    moves = [Movement(date(2026, 1, 5), 100)]
    burn, accrual = burn_of_payments(moves, january(1, 3), None), accrual_of_deposits(moves, january(5, 7), None)
    assert burn is None
    assert accrual is not None
    assert accrual.daily_units == 33
    burn = burn_of_payments(moves, january(5, 7), None)
    assert burn is not None
    assert burn.daily_units == 34


def test_a_young_model_counts_only_the_days_it_has_lived() -> None:
    rate = burn_of_payments([Movement(date(2026, 1, 30), 20 * USDC)], january(), since=date(2026, 1, 28))
    assert rate is not None
    assert (rate.daily_units, rate.days) == (5 * USDC, 4)
    assert burn_of_payments([], january(), since=date(2026, 2, 1)) is None


def test_a_span_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        DaySpan(date(2026, 1, 2), date(2026, 1, 1))


@given(st.integers(0, 4 * 10**9))
def test_a_time_lies_in_the_day_that_its_midnight_begins(at: int) -> None:
    day = day_of(at)
    assert midnight(day) <= at < midnight(day + timedelta(days=1))

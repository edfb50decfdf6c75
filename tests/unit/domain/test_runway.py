"""Runway rounds down, and what is unknown is never shown as unlimited."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.runway import Runway, RunwayState, compute_runway

pytestmark = pytest.mark.unit

AT = 1_750_000_000
DAY = date(2025, 6, 15)
UNITS = st.integers(min_value=0, max_value=2**256 - 1)


def test_an_unknown_burn_is_an_unknown_runway() -> None:
    assert compute_runway(100, None, at=AT) == Runway(state=RunwayState.UNKNOWN, days=None, depleted_on=None)


def test_no_burn_at_all_is_an_unlimited_runway() -> None:
    assert compute_runway(0, 0, at=AT) == Runway(state=RunwayState.UNLIMITED, days=None, depleted_on=None)


@pytest.mark.parametrize(("accrued", "burn", "days"), [(100, 10, 10), (109, 10, 10), (9, 10, 0), (0, 10, 0)])
def test_days_are_whole_days_rounded_down(accrued: int, burn: int, days: int) -> None:
    runway = compute_runway(accrued, burn, at=AT)
    assert runway == Runway(state=RunwayState.LIMITED, days=days, depleted_on=DAY + timedelta(days=days))


@given(accrued=UNITS, burn=st.integers(min_value=1, max_value=2**256 - 1))
def test_the_reserve_pays_for_every_day_of_the_runway_and_not_for_one_more(accrued: int, burn: int) -> None:
    days = compute_runway(accrued, burn, at=AT).days
    assert days is not None
    assert days * burn <= accrued < (days + 1) * burn


def test_a_day_beyond_the_calendar_has_no_date() -> None:
    last = (date.max - DAY).days
    assert compute_runway(last, 1, at=AT).depleted_on == date.max
    assert compute_runway(last + 1, 1, at=AT).depleted_on is None

"""Which share a model needs: the least that does, found by trying them all."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hokctl.domain.split_advice import SplitGoal, Verdict, need_split, profile_of

pytestmark = pytest.mark.unit

USDC = 10**6
BOUNDS = (5_000, 10_000)
units = st.integers(0, 10**12)
periods = st.integers(1, 90)


def enough(accrued: int, burn: int, revenue: int, goal: SplitGoal, bps: int) -> bool:
    """Tell whether a share sustains the burn and reaches the goal, in ten-thousandths of a unit."""
    after = accrued * 10_000 + goal.over_days * (revenue * bps - burn * 10_000)
    return revenue * bps >= burn * 10_000 and after >= goal.target_days * burn * 10_000


@given(units, units, units, periods, periods)
def test_the_recommended_share_is_the_least_that_does(
    accrued: int, burn: int, revenue: int, target: int, over: int
) -> None:
    goal = SplitGoal(target_days=target, over_days=over)
    need = need_split(accrued, burn, revenue, goal, BOUNDS)
    if need.recommended_bps is None:
        assert need.verdict is Verdict.NOT_ENOUGH
        assert not enough(accrued, burn, revenue, goal, BOUNDS[1])
        return
    assert enough(accrued, burn, revenue, goal, need.recommended_bps)
    assert (need.verdict is Verdict.MINIMUM) == enough(accrued, burn, revenue, goal, BOUNDS[0])
    if need.verdict is Verdict.WITHIN:
        assert not enough(accrued, burn, revenue, goal, need.recommended_bps - 1)
    assert (need.missing_daily_units, need.missing_revenue_units) == (0, 0)


@given(units, units, units, periods, periods)
def test_the_missing_revenue_is_the_least_that_would_do(
    accrued: int, burn: int, revenue: int, target: int, over: int
) -> None:
    goal = SplitGoal(target_days=target, over_days=over)
    need = need_split(accrued, burn, revenue, goal, BOUNDS)
    assume(need.verdict is Verdict.NOT_ENOUGH)
    more = revenue + need.missing_revenue_units
    assert need_split(accrued, burn, more, goal, BOUNDS).verdict is not Verdict.NOT_ENOUGH
    # The need of a day is rounded up to a whole unit, which over many days may be one unit of revenue.
    assert need_split(accrued, burn, max(0, more - 2), goal, BOUNDS).verdict is Verdict.NOT_ENOUGH


def test_a_burn_of_40_of_100_a_day_needs_40_percent_and_the_contract_takes_no_less_than_half() -> None:
    need = need_split(1_200 * USDC, 40 * USDC, 100 * USDC, SplitGoal(target_days=30, over_days=30), BOUNDS)
    assert (need.sustain_bps, need.target_bps, need.target_units) == (4_000, 4_000, 1_200 * USDC)
    assert (need.recommended_bps, need.verdict, need.profile) == (5_000, Verdict.MINIMUM, None)


def test_a_thin_reserve_needs_more_than_sustains_it() -> None:
    need = need_split(300 * USDC, 40 * USDC, 100 * USDC, SplitGoal(target_days=30, over_days=30), BOUNDS)
    assert (need.sustain_bps, need.target_bps, need.recommended_bps) == (4_000, 7_000, 7_000)
    assert need.profile is not None
    assert need.profile.name == "lightweight"


def test_a_reserve_beyond_the_target_is_not_run_down() -> None:
    need = need_split(9_000 * USDC, 80 * USDC, 100 * USDC, SplitGoal(target_days=30, over_days=30), BOUNDS)
    assert (need.target_units, need.target_bps, need.recommended_bps) == (0, 0, 8_000)


def test_without_revenue_no_share_is_enough() -> None:
    need = need_split(0, 40 * USDC, 0, SplitGoal(target_days=30, over_days=30), BOUNDS)
    assert (need.sustain_bps, need.target_bps, need.verdict) == (None, None, Verdict.NOT_ENOUGH)
    assert (need.missing_daily_units, need.missing_revenue_units) == (80 * USDC, 80 * USDC)


def test_profiles_are_named_by_their_ranges() -> None:
    names = {bps: one.name for bps in (6_000, 7_500, 9_000, 10_000) if (one := profile_of(bps)) is not None}
    assert names == {6_000: "lightweight", 7_500: "standard", 9_000: "compute-heavy", 10_000: "critical"}
    assert profile_of(8_200) is profile_of(None) is None

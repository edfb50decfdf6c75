"""Which infrastructure share a model needs: exact integers, in base units a day and basis points.

With an accrual A, a burn B a day and revenue R a day, a share of s basis points adds R * s / 10,000 a day. It sustains
the burn when that is at least B; after D days the reserve lasts T days when A + D * (R * s / 10,000 - B) >= T * B.
"""

from dataclasses import dataclass
from enum import StrEnum

from hokctl.domain.splits import FULL_BPS, PROFILES, SplitProfile


class Verdict(StrEnum):
    """What there is to say about a model's split."""

    UNKNOWN = "unknown"
    """Without a burn or without revenue no share can be told."""
    MINIMUM = "minimum"
    """The smallest share that the contract accepts is enough."""
    WITHIN = "within"
    """A share within the contract's bounds is enough."""
    NOT_ENOUGH = "not-enough"
    """Even the largest share that the contract accepts is too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitNeed:
    """What a model needs, and what its fees can give."""

    sustain_bps: int | None
    """The share that pays for the burn, rounded up; above 10,000 where the fees are too small, None without fees."""
    target_units: int
    """What must come in over the whole time to reach the target runway at its end; 0 where the accrual does."""
    target_bps: int | None
    """The share that brings it in, rounded up; as for `sustain_bps`."""
    recommended_bps: int | None
    """The larger of both within the contract's bounds; None where even the largest is not enough."""
    verdict: Verdict
    missing_daily_units: int
    """What the largest share falls short of a day, rounded up; 0 where it does not."""
    missing_revenue_units: int
    """By how much the revenue a day would have to be larger for it, rounded up."""

    @property
    def profile(self) -> SplitProfile | None:
        """The first named range that the recommended share is in; None where it is in none."""
        return profile_of(self.recommended_bps)


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitGoal:
    """What a split is to reach: a runway of `target_days` after `over_days`."""

    target_days: int
    over_days: int


def profile_of(bps: int | None) -> SplitProfile | None:
    """Return the first named range that `bps` is in, or None."""
    return next((one for one in PROFILES if bps is not None and one.min_bps <= bps <= one.max_bps), None)


def need_split(
    accrued_units: int, daily_burn_units: int, daily_revenue_units: int, goal: SplitGoal, bounds: tuple[int, int]
) -> SplitNeed:
    """Return the share that sustains the burn and reaches the goal, within the contract's `bounds` in basis points.

    A reserve that is larger than the goal is not run down to it: what sustains the burn is the least.
    """
    low, high = bounds
    burn, revenue = daily_burn_units, daily_revenue_units
    target = max(0, (goal.target_days + goal.over_days) * burn - accrued_units)
    sustain, reach = _share(burn, revenue), _share(target, revenue * goal.over_days)
    daily = max(burn, up(target, goal.over_days))
    given = revenue * high // FULL_BPS
    short = sustain is None or reach is None or max(sustain, reach) > high
    if short:
        verdict, recommended = Verdict.NOT_ENOUGH, None
    else:
        wanted = max(sustain or 0, reach or 0)
        verdict, recommended = (Verdict.MINIMUM if wanted <= low else Verdict.WITHIN), max(wanted, low)
    return SplitNeed(
        sustain_bps=sustain,
        target_units=target,
        target_bps=reach,
        recommended_bps=recommended,
        verdict=verdict,
        missing_daily_units=max(0, daily - given) if short else 0,
        missing_revenue_units=max(0, up(daily * FULL_BPS, high) - revenue) if short else 0,
    )


def up(units: int, divisor: int) -> int:
    """Return the quotient, rounded up."""
    return -(-units // divisor)


def _share(needed_units: int, revenue_units: int) -> int | None:
    """Return the basis points of the revenue that are needed, rounded up; None when there is no revenue to take."""
    if needed_units == 0:
        return 0
    return None if revenue_units == 0 else up(needed_units * FULL_BPS, revenue_units)

"""Runway: for how many whole days the accrued reserve of a model pays for its burn."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

TARGET_DAYS: Final = 30
LOW_DAYS: Final = 7
CRITICAL_DAYS: Final = 3
_FURTHEST: Final = date.max


class RunwayState(StrEnum):
    """What is known about the runway. Unknown is never shown as unlimited."""

    LIMITED = "limited"
    UNLIMITED = "unlimited"
    UNKNOWN = "unknown"


class BurnSource(StrEnum):
    """Where the daily burn comes from."""

    GIVEN = "given"
    """On the command line."""
    DECLARED = "declared"
    """In the configuration."""
    MEASURED = "measured"
    """From the payments on the chain."""
    NONE = "none"
    """Nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runway:
    """The runway of one model. `days` is None unless the state is limited."""

    state: RunwayState
    days: int | None
    depleted_on: date | None
    """The day on which the reserve no longer covers a full day; None when it lies beyond the calendar."""


def compute_runway(accrued_units: int, daily_burn_units: int | None, *, at: int) -> Runway:
    """Return the runway at the block time `at` (seconds since the epoch).

    Days are whole days, rounded down as the contract's getAccrualRunway does. A burn of 0 is unlimited, an
    unknown burn unknown.
    """
    if daily_burn_units is None:
        return Runway(state=RunwayState.UNKNOWN, days=None, depleted_on=None)
    if daily_burn_units == 0:
        return Runway(state=RunwayState.UNLIMITED, days=None, depleted_on=None)
    days = accrued_units // daily_burn_units
    today = datetime.fromtimestamp(at, tz=UTC).date()
    depleted_on = today + timedelta(days=days) if days <= (_FURTHEST - today).days else None
    return Runway(state=RunwayState.LIMITED, days=days, depleted_on=depleted_on)

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
    INVOICES = "invoices"
    """From the invoices in the book."""
    NONE = "none"
    """Nobody said."""


class BurnChoice(StrEnum):
    """Where the daily burn is to be taken from."""

    AUTO = "auto"
    """Declared, else measured, else from invoices."""
    DECLARED = "declared"
    MEASURED = "measured"
    INVOICES = "invoices"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NetRunway:
    """How long the reserve lasts when deposits go on as measured."""

    daily_units: int
    """Burn less accrual; 0 or less when deposits cover the burn."""
    covered: bool
    """Whether deposits cover the burn."""
    runway: Runway
    """Unlimited only where the burn is measured too: what somebody only said does not make money last for ever."""


def compute_net_runway(
    accrued_units: int, daily_burn_units: int, daily_accrual_units: int, *, burn_is_measured: bool, at: int
) -> NetRunway:
    """Return the runway at burn less accrual, both base units a day, at the block time `at`.

    Where accrual covers the burn it is unlimited at the measured rates; unknown when the burn was not measured.
    """
    net = daily_burn_units - daily_accrual_units
    if net > 0:
        runway = compute_runway(accrued_units, net, at=at)
    else:
        known = burn_is_measured or daily_burn_units == 0
        runway = compute_runway(accrued_units, 0 if known else None, at=at)
    return NetRunway(daily_units=net, covered=net <= 0, runway=runway)


def missing_units(accrued_units: int, daily_burn_units: int, target_days: int) -> int:
    """Return what must be added for a runway of `target_days`; 0 where it is reached."""
    return max(0, daily_burn_units * target_days - accrued_units)

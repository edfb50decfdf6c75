"""The split of API revenue into infrastructure and profit, in basis points."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from hokctl.errors import UsageError

FULL_BPS: Final = 10_000
_BPS = re.compile(r"[0-9]{1,9}", re.ASCII)
_PERCENT = re.compile(r"(?P<whole>[0-9]{1,7})(?:\.(?P<fraction>[0-9]{1,2}))?%", re.ASCII)


class InvalidSplitError(UsageError):
    """A text that is neither basis points nor a percentage."""

    code = "invalid-split"

    def __init__(self, text: str) -> None:
        """Name the text."""
        super().__init__(
            f"{text!r} is not a split: give whole basis points or a percentage of at most two fraction digits.",
            hint="7000 and 70% mean the same; a percentage needs its % sign.",
        )


class SplitOutOfBoundsError(UsageError):
    """A split outside the bounds that the model's params contract accepts."""

    code = "split-out-of-bounds"

    def __init__(self, bps: int, *, min_bps: int, max_bps: int) -> None:
        """Name the split and the bounds, in basis points."""
        super().__init__(
            f"{bps} bps ({format_bps(bps)}) is outside what the contract allows: {min_bps} to {max_bps} bps.",
            hint=f"Choose from {format_bps(min_bps)} to {format_bps(max_bps)}.",
        )


class CostBasis(IntEnum):
    """What a fee is split by; the numbers are the live router's."""

    ORACLE = 0
    """What the calls cost, as the cost oracle has it."""
    PERCENTAGE = 1
    """The share that the model's params set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitProfile:
    """A named range of splits that the specification recommends for a kind of model, in basis points."""

    name: str
    min_bps: int
    max_bps: int
    description: str


PROFILES: Final = (
    SplitProfile(name="lightweight", min_bps=6000, max_bps=7000, description="fast inference"),
    SplitProfile(name="standard", min_bps=7000, max_bps=8000, description="standard models"),
    SplitProfile(
        name="compute-heavy",
        min_bps=8500,
        max_bps=9500,
        description="large language models",
    ),
    SplitProfile(
        name="critical",
        min_bps=10000,
        max_bps=10000,
        description="no profit until stable",
    ),
)


def parse_bps(text: str) -> int:
    """Return the basis points in `text`: a bare number is bps, a percentage ends in %."""
    if _BPS.fullmatch(text):
        return int(text)
    match = _PERCENT.fullmatch(text)
    if match is None:
        raise InvalidSplitError(text)
    return int(match["whole"]) * 100 + int((match["fraction"] or "").ljust(2, "0"))


def check_bounds(bps: int, *, min_bps: int, max_bps: int) -> None:
    """Raise SplitOutOfBoundsError unless min_bps <= bps <= max_bps."""
    if not min_bps <= bps <= max_bps:
        raise SplitOutOfBoundsError(bps, min_bps=min_bps, max_bps=max_bps)


def split_units(amount_units: int, infrastructure_bps: int) -> tuple[int, int]:
    """Return (infrastructure, profit) base units; infrastructure rounds down, profit is the residual."""
    infrastructure_units = amount_units * infrastructure_bps // FULL_BPS
    return infrastructure_units, amount_units - infrastructure_units


def format_bps(bps: int) -> str:
    """Return basis points as an exact percentage, such as `80%` or `72.5%`."""
    whole, fraction = divmod(bps, 100)
    return f"{whole}.{fraction:02d}".rstrip("0").rstrip(".") + "%" if fraction else f"{whole}%"

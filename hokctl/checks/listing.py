"""How a check is listed: its id and point, what it reads, its codes and what a code does."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hokctl.checks.facts import SafeTxFacts
from hokctl.checks.outcomes import Looked


class Effect(StrEnum):
    """What a code does to signing and executing."""

    STOP = "stop"
    """Refused; some may be accepted by name with --allow."""
    WARN = "warn"
    NOTE = "note"
    """Good to know."""
    STOP_OR_WARN = "stop or warn"
    """Depends on the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of the list."""

    id: str
    point: int
    """The point of the pre-flight list that it is part of."""
    title: str
    reads: str
    """What it looks at."""
    codes: tuple[tuple[str, Effect], ...]
    run: Callable[[SafeTxFacts], Looked] | None
    """How it is done from facts; None for what the routes simulate."""


STOP, WARN, NOTE, EITHER = Effect.STOP, Effect.WARN, Effect.NOTE, Effect.STOP_OR_WARN

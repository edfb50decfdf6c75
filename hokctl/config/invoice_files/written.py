"""An invoice as a file says it: texts that only the address book and the token can judge, and where each stands."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from hokctl.domain.invoices import HashMethod
from hokctl.domain.units import ModelId

MAX_FILE_BYTES: Final = 5 * 2**20
MAX_LINES: Final = 10_000
"""Lines of all invoices of one file together: one for each payment."""
MAX_CHARACTERS: Final = 1_000
"""Of one cell, one value, one key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaim:
    """What a file says about the token that its amounts are in."""

    address: str
    decimals: str
    """A number as text; empty where the file says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLine:
    """What one model owes."""

    model: ModelId
    amount: str
    """In token units."""
    place: str = ""
    """The file, and the line or key in it; empty for what was not in a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenInvoice:
    """One invoice."""

    number: str
    provider: str | None
    """An address or a name from the address book; None stands for the provider that the chain has."""
    lines: tuple[WrittenLine, ...]
    place: str
    """The file, and the lines or the key in it."""
    currency: str | None = None
    """None stands for the token's own symbol."""
    memo: str = ""
    period_start: date | None = None
    period_end: date | None = None
    due: date | None = None
    document: Path | None = None
    hash_method: HashMethod = HashMethod.NUMBER
    token: TokenClaim | None = None

"""Money: integer base units of a known token, parsed and printed exactly."""

import re
from dataclasses import dataclass
from typing import Self

from eth_typing import ChecksumAddress

from hokctl.errors import UsageError, shown

_DECIMAL = re.compile(r"(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?", re.ASCII)
MAX_UNITS = 2**256 - 1
MIN_DISPLAY_DIGITS = 2
_MAX_CHARACTERS = 400
"""Longer texts are refused unread: Python itself refuses to read numbers of absurd length."""
_SHOWN_CHARACTERS = 80


class InvalidAmountError(UsageError):
    """A text that is not a plain decimal amount of its token."""

    code = "invalid-amount"

    def __init__(self, text: str, reason: str) -> None:
        """Name the text and what is wrong with it."""
        super().__init__(
            f"{shown(text, _SHOWN_CHARACTERS)!r} is not an amount: {reason}.",
            hint="Write a plain decimal number in token units, such as 50 or 1250.75.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An ERC-20 token as the chain describes it."""

    chain_id: int
    address: ChecksumAddress
    decimals: int
    symbol: str

    def amount(self, units: int) -> "TokenAmount":
        """Return `units` base units of this token."""
        return TokenAmount(units=units, token=self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAmount:
    """An exact amount: base units of one token. Arithmetic across tokens is an error."""

    units: int
    token: Token

    @classmethod
    def parse(cls, text: str, token: Token) -> Self:
        """Return the amount that `text` states in whole tokens.

        Signs, exponents, separators and more fraction digits than the token has raise InvalidAmountError:
        nothing is rounded.
        """
        units = parse_units(text, token.decimals, token.symbol)
        return cls(units=units, token=token)

    def __add__(self, other: "TokenAmount") -> "TokenAmount":
        """Return the sum of two amounts of one token."""
        return self._with(self.units + self._same(other))

    def __sub__(self, other: "TokenAmount") -> "TokenAmount":
        """Return the difference of two amounts of one token; it may be negative."""
        return self._with(self.units - self._same(other))

    def __lt__(self, other: "TokenAmount") -> bool:
        """Tell whether this is less than `other`, of the same token."""
        return self.units < self._same(other)

    def __le__(self, other: "TokenAmount") -> bool:
        """Tell whether this is at most `other`, of the same token."""
        return self.units <= self._same(other)

    def __bool__(self) -> bool:
        """Tell whether the amount is not zero."""
        return self.units != 0

    def __str__(self) -> str:
        """Return the amount with its symbol, such as `1250.75 USDC`."""
        return f"{self.display} {self.token.symbol}"

    @property
    def display(self) -> str:
        """The exact decimal value: every significant digit, and at least two after the point."""
        return format_units(self.units, self.token.decimals)

    def _with(self, units: int) -> "TokenAmount":
        return TokenAmount(units=units, token=self.token)

    def _same(self, other: "TokenAmount") -> int:
        if other.token != self.token:
            msg = f"amounts of {self.token.symbol} and {other.token.symbol} cannot be combined"
            raise ValueError(msg)
        return other.units


def parse_units(text: str, decimals: int, symbol: str) -> int:
    """Return the base units that `text` states in whole tokens of `decimals` digits, exactly."""
    if len(text) > _MAX_CHARACTERS:
        raise InvalidAmountError(text, "it is too long")
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise InvalidAmountError(text, _why_not_decimal(text))
    fraction = match["fraction"] or ""
    if len(fraction) > decimals:
        raise InvalidAmountError(text, f"{symbol} has {decimals} fraction digits, not {len(fraction)}")
    units = int(match["whole"] + fraction.ljust(decimals, "0"))
    if units > MAX_UNITS:
        raise InvalidAmountError(text, "it is larger than a contract can hold")
    return units


def format_units(units: int, decimals: int) -> str:
    """Return `units` base units in whole tokens: exact, with at least two fraction digits where the token has them."""
    sign, digits = ("-" if units < 0 else ""), str(abs(units)).rjust(decimals + 1, "0")
    if decimals == 0:
        return sign + digits
    whole, fraction = digits[:-decimals], digits[-decimals:]
    return f"{sign}{whole}.{fraction.rstrip('0').ljust(min(MIN_DISPLAY_DIGITS, decimals), '0')}"


def _why_not_decimal(text: str) -> str:
    if text.startswith(("-", "+")):
        return "a sign is not allowed"
    if "," in text or "_" in text or "'" in text:
        return "thousands separators are not allowed"
    if re.fullmatch(r"[0-9.]+[eE][0-9+-]+", text):
        return "an exponent is not allowed"
    return "it is not a plain decimal number"

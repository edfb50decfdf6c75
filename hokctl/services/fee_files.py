"""Fees as texts: one on the command line, or a CSV file of them."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hokctl.config.file_errors import UnreadableFileError
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.units import ModelId, parse_model_id
from hokctl.errors import UsageError

_COLUMNS: Final = ("model", "amount")
_CALLS: Final = "calls"
_MOST_CALLS: Final = 2**256 - 1


class FeeFileError(UsageError):
    """A file of fees that cannot be read as a whole."""

    code = "invalid-fee-file"

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(
            f"{path} is not a file of fees: {reason}.",
            hint="It needs the header `model,amount`, or `model,amount,calls` on the live protocol, and one fee a "
            "line, such as `21,100.50`.",
        )


class ZeroAmountError(UsageError):
    """An amount of nothing."""

    code = "zero-amount"

    def __init__(self, what: str) -> None:
        """Say what was to be moved."""
        super().__init__(f"The amount of {what} is zero.", hint="Give an amount above zero.")


class InvalidCallsError(UsageError):
    """A text that is no number of calls."""

    code = "invalid-calls"

    def __init__(self, text: str) -> None:
        """Name the text."""
        super().__init__(f"{text!r} is not a number of calls.", hint="Give a whole number without sign, such as 1500.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A fee for one model."""

    model_id: ModelId
    amount: TokenAmount
    calls: int | None = None
    """The calls that it is for, which the live protocol asks about; None where nobody said."""


def parse_fee(model: str, amount: str, token: Token, calls: str | None = None) -> Fee:
    """Return the fee that the texts state.

    Raises InvalidModelIdError, InvalidAmountError, ZeroAmountError, InvalidCallsError.
    """
    return Fee(
        model_id=parse_model_id(model),
        amount=positive(TokenAmount.parse(amount, token), "the fee"),
        calls=None if calls is None else parse_calls(calls),
    )


def parse_calls(text: str) -> int:
    """Return the number of calls in `text`; InvalidCallsError."""
    if not (text.isascii() and text.isdigit() and int(text) <= _MOST_CALLS):
        raise InvalidCallsError(text)
    return int(text)


def positive(amount: TokenAmount, what: str) -> TokenAmount:
    """Return the amount; ZeroAmountError where it is none."""
    if not amount:
        raise ZeroAmountError(what)
    return amount


def read_fee_file(path: Path, token: Token) -> tuple[Fee, ...]:
    """Return the fees in a CSV file with the header `model,amount` or `model,amount,calls`.

    Raises UnreadableFileError, and FeeFileError if any line is wrong. A model may stand in one line only, since its
    event would otherwise not tell which line it proves.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except OSError as error:
        raise UnreadableFileError(path, error, what="file of fees") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FeeFileError(path, "it is not a CSV file in UTF-8") from error
    if not rows or tuple(rows[0]) not in {_COLUMNS, (*_COLUMNS, _CALLS)}:
        raise FeeFileError(path, "its header is neither `model,amount` nor `model,amount,calls`")
    columns = len(rows[0])
    fees = [_read_row(path, number, row, columns, token) for number, row in enumerate(rows[1:], start=2) if row]
    if not fees:
        raise FeeFileError(path, "it has no fees")
    models = [fee.model_id for fee in fees]
    for model_id in models:
        if models.count(model_id) > 1:
            raise FeeFileError(path, f"model {model_id} stands in more than one line")
    return tuple(fees)


def _read_row(path: Path, number: int, row: list[str], columns: int, token: Token) -> Fee:
    if len(row) != columns:
        raise FeeFileError(path, f"line {number} has {len(row)} fields, not {columns}")
    try:
        return parse_fee(row[0], row[1], token, row[2] if columns > len(_COLUMNS) else None)
    except UsageError as error:
        raise FeeFileError(path, f"line {number}: {error.message.rstrip('.')}") from error

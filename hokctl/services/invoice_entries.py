"""From what a person wrote, in a file or as options, to the entry of an invoice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eth_typing import ChecksumAddress

from hokctl.config.invoice_file import InvoiceFile, read_invoice_file
from hokctl.domain.invoices import HashMethod, InvalidInvoiceError, InvoiceState
from hokctl.domain.units import ModelId, parse_model_id
from hokctl.errors import UsageError, shown
from hokctl.services.invoices import InvoiceEntry


class InvalidStateError(UsageError):
    """A text that is no state of an invoice."""

    code = "invalid-state"

    def __init__(self, text: str) -> None:
        """Name the text."""
        states = ", ".join(state.value for state in InvoiceState)
        super().__init__(f"{shown(text, 40)!r} is no state of an invoice.", hint=f"The states are {states}.")


class InvoiceFileConflictError(UsageError):
    """A file with the invoice's lines, and an option that names a line besides."""

    code = "invoice-file-conflict"

    def __init__(self) -> None:
        """Say so."""
        super().__init__(
            "--model and --amount do not go together with --file, which has the lines.",
            hint="Write the models and amounts in the file, or leave it out.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceText:
    """The options of `hokctl invoice add` as they were typed; None stands for what was left out."""

    number: str | None = None
    provider: str | None = None
    model: str | None = None
    amount: str | None = None
    memo: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    due: str | None = None
    document: Path | None = None
    hash_method: str | None = None


def build_entry(text: InvoiceText, *, file: Path | None, resolve: Callable[[str], ChecksumAddress]) -> InvoiceEntry:
    """Return the entry that the options and the file describe; an option goes before what the file says.

    `resolve` turns an address or a name into an address. Raises InvalidInvoiceError, InvalidDateError,
    InvalidHashMethodError, InvoiceFileConflictError, and what is wrong with the file.
    """
    written = None if file is None else read_invoice_file(file)
    provider = text.provider or (written and written.provider)
    number = text.number or (written and written.number)
    if not number:
        raise InvalidInvoiceError("The invoice has no number.", hint="Give its number, or --file with all of it.")
    return InvoiceEntry(
        number=number,
        payee=resolve(provider) if provider else None,
        lines=_lines(text, written),
        memo=text.memo if text.memo is not None else (written.memo if written else ""),
        period_start=parse_day(text.period_start) or (written.period_start if written else None),
        period_end=parse_day(text.period_end) or (written.period_end if written else None),
        due=parse_day(text.due) or (written.due if written else None),
        document=text.document or (written.document if written else None),
        hash_method=parse_hash_method(text.hash_method or (written.hash if written else "number")),
    )


def parse_state(text: str) -> InvoiceState:
    """Return the state that an invoice can be in; raises InvalidStateError."""
    try:
        return InvoiceState(text)
    except ValueError as error:
        raise InvalidStateError(text) from error


def _lines(text: InvoiceText, written: InvoiceFile | None) -> tuple[tuple[ModelId, str], ...]:
    if written is not None:
        if text.model is not None or text.amount is not None:
            raise InvoiceFileConflictError
        return tuple((line.model, line.amount) for line in written.lines)
    if text.model is None or text.amount is None:
        raise InvalidInvoiceError(
            "It is not clear what is owed: a model and an amount are needed.",
            hint="Give --model and --amount, or --file with one line per model.",
        )
    return ((parse_model_id(text.model), text.amount),)

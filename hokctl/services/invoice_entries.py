"""From what a person wrote, in a file or as options, to the entry of an invoice."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eth_typing import ChecksumAddress

from hokctl.config.invoice_files.reading import parse_invoice_format, read_one_invoice
from hokctl.config.invoice_files.written import WrittenInvoice, WrittenLine
from hokctl.domain.invoices import InvalidInvoiceError, InvoiceState, parse_day, parse_hash_method
from hokctl.domain.units import parse_model_id
from hokctl.errors import UsageError, located, shown
from hokctl.services.invoices import InvoiceEntry

Resolve = Callable[[str], ChecksumAddress]
"""Turns an address or a name from the address book into an address."""


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
    currency: str | None = None
    memo: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    due: str | None = None
    document: Path | None = None
    hash_method: str | None = None


def build_entry(text: InvoiceText, *, file: Path | None, resolve: Resolve, format_: str | None = None) -> InvoiceEntry:
    """Return the entry that the options and the file describe; an option goes before what the file says.

    Raises InvalidInvoiceError, InvalidDateError, InvalidHashMethodError, InvoiceFileConflictError, and what is wrong
    with the file.
    """
    written = None if file is None else read_one_invoice(file, parse_invoice_format(format_))
    provider = text.provider or (written and written.provider)
    number = text.number or (written and written.number)
    if not number:
        raise InvalidInvoiceError("The invoice has no number.", hint="Give its number, or --file with all of it.")
    method = text.hash_method or (written.hash_method.value if written else "number")
    return InvoiceEntry(
        number=number,
        payee=resolve(provider) if provider else None,
        lines=_lines(text, written),
        currency=text.currency or (written.currency if written else None),
        memo=text.memo if text.memo is not None else (written.memo if written else ""),
        period_start=parse_day(text.period_start) or (written.period_start if written else None),
        period_end=parse_day(text.period_end) or (written.period_end if written else None),
        due=parse_day(text.due) or (written.due if written else None),
        document=text.document or (written.document if written else None),
        hash_method=parse_hash_method(method),
        place=written.place if written else "",
        token=written.token if written else None,
    )


def entry_of(written: WrittenInvoice, resolve: Resolve) -> InvoiceEntry:
    """Return the entry of an invoice in a file; raises what `resolve` raises, with the place in the file."""
    with located(written.place):
        payee = None if written.provider is None else resolve(written.provider)
    return InvoiceEntry(
        number=written.number,
        payee=payee,
        lines=written.lines,
        currency=written.currency,
        memo=written.memo,
        period_start=written.period_start,
        period_end=written.period_end,
        due=written.due,
        document=written.document,
        hash_method=written.hash_method,
        place=written.place,
        token=written.token,
    )


def parse_state(text: str) -> InvoiceState:
    """Return the state that an invoice can be in; raises InvalidStateError."""
    try:
        return InvoiceState(text)
    except ValueError as error:
        raise InvalidStateError(text) from error


def _lines(text: InvoiceText, written: WrittenInvoice | None) -> tuple[WrittenLine, ...]:
    if written is not None:
        if text.model is not None or text.amount is not None:
            raise InvoiceFileConflictError
        return written.lines
    if text.model is None or text.amount is None:
        raise InvalidInvoiceError(
            "It is not clear what is owed: a model and an amount are needed.",
            hint="Give --model and --amount, or --file with one line per model.",
        )
    return (WrittenLine(model=parse_model_id(text.model), amount=text.amount, place=""),)

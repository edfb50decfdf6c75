"""Which invoices of the book are to be paid: by number, by a file that names them, or all that are due."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hokctl.config.file_errors import UnreadableFileError
from hokctl.domain.amounts import InvalidAmountError, TokenAmount
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.errors import HokctlError, RefusedError, UsageError, shown
from hokctl.ledger.errors import AmbiguousInvoiceError, UnknownInvoiceError

if TYPE_CHECKING:
    from hokctl.ledger.invoices import InvoiceBook

_MOST_BYTES: Final = 8_000_000
_NUMBER, _PROVIDER, _MODEL, _AMOUNT = "number", "provider", "model", "amount"


class PaymentChoiceError(UsageError):
    """Options of `hokctl invoice pay` that do not say what to pay, or say it twice."""

    code = "payment-choice"

    def __init__(self, reason: str) -> None:
        """Say what is wrong."""
        super().__init__(
            f"It is not clear which invoices to pay: {reason}.",
            hint="Name their numbers, or --due for all that are due, or --file with a list of them.",
        )


class PaymentFileError(UsageError):
    """A file that does not name invoices."""

    code = "invalid-payment-file"

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        """Name the file, the line, and what is wrong with it."""
        where = "" if line is None else f", line {line}"
        super().__init__(
            f"{path}{where}: {reason}.",
            hint="Write one invoice a line, NUMBER or PROVIDER,NUMBER; or give an invoice CSV with its header.",
        )


class PaymentFileDiffersError(RefusedError):
    """An invoice CSV that states another amount than the book."""

    code = "payment-file-differs"

    def __init__(self, path: Path, line: int, invoice: Invoice, *, stated: str, known: str) -> None:
        """Name the line, the invoice and both amounts."""
        super().__init__(
            f"{path}, line {line}: invoice {invoice.number} is {stated} there, and {known} in the book.",
            hint="Clear up which is right before anything is paid.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One invoice as a line of a file names it."""

    line: int
    number: str
    provider: str | None = None
    model: str | None = None
    amount: str | None = None
    """As a CSV states it, for the line of that model."""


def choose_by_number(book: "InvoiceBook", numbers: Sequence[str], provider: str | None) -> tuple[Invoice, ...]:
    """Return the invoices with these numbers, in their order; PaymentChoiceError for one that is named twice.

    Raises UnknownInvoiceError, and AmbiguousInvoiceError where several providers use a number.
    """
    found = [book.get(number, provider) for number in numbers]
    for invoice in found:
        if found.count(invoice) > 1:
            raise PaymentChoiceError(f"{shown(invoice.number)} is named twice")
    return tuple(found)


def choose_due(book: "InvoiceBook", day: date, provider: str | None, *, chain_id: int) -> tuple[Invoice, ...]:
    """Return all open invoices of a chain due up to `day`, the most urgent first.

    Those without a due date are left out.
    """
    listed = book.list({InvoiceState.OPEN}, provider=provider)
    open_ = [invoice for invoice in listed if invoice.total.token.chain_id == chain_id]
    due = [(invoice.due, invoice) for invoice in open_ if invoice.due is not None and invoice.due <= day]
    return tuple(invoice for _, invoice in sorted(due, key=lambda pair: pair[0]))


def choose_by_file(
    book: "InvoiceBook", path: Path, provider: str | None, *, key_of: Callable[[str], str]
) -> tuple[Invoice, ...]:
    """Return the invoices that a file names, in its order; an invoice CSV must agree with the book in its amounts.

    `provider` is meant where the file names none; `key_of` turns a provider as somebody writes it into the book's key.
    Raises PaymentFileError, PaymentFileDiffersError, UnreadableFileError, UnknownInvoiceError, AmbiguousInvoiceError.
    """
    named, by_header = read_payment_file(path)
    index: dict[str, list[Invoice]] = {}
    for invoice in book.list():
        index.setdefault(invoice.number, []).append(invoice)
    chosen: dict[tuple[str, str], Invoice] = {}
    rows: dict[tuple[str, str], list[Named]] = {}
    for one in named:
        invoice = _find(path, one, index, provider, key_of)
        key = (invoice.provider, invoice.number)
        if key in chosen and not by_header:
            raise PaymentFileError(path, one.line, f"invoice {shown(one.number)} is named twice")
        _compare(path, one, invoice)
        chosen[key] = invoice
        rows.setdefault(key, []).append(one)
    for key, invoice in chosen.items():
        _check_whole(path, rows[key], invoice)
    return tuple(chosen.values())


def read_payment_file(path: Path) -> tuple[tuple[Named, ...], bool]:
    """Return what a file names, and whether it is an invoice CSV, in which an invoice has a line per model."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(path, error, what="list of invoices") from error
    if len(content) > _MOST_BYTES:
        raise PaymentFileError(path, None, "it is too large")
    try:
        lines = content.decode("utf-8-sig").splitlines()
        rows = list(_rows(lines))
    except (UnicodeDecodeError, csv.Error) as error:
        raise PaymentFileError(path, None, "it is not a list or a CSV in UTF-8") from error
    start = next((place for place, (_, row) in enumerate(rows) if not _is_remark(row)), None)
    if start is None:
        raise PaymentFileError(path, None, "it names no invoice")
    header = [cell.strip().lower() for cell in rows[start][1]]
    if _NUMBER in header:
        # A number may begin as a remark does: a row of the header's length is an invoice.
        below = [(n, row) for n, row in rows[start + 1 :] if len(row) == len(header) or not _is_remark(row)]
        return tuple(_by_header(path, header, n, row) for n, row in below), True
    return tuple(_plain(path, n, row) for n, row in rows if not _is_remark(row)), False


def _is_remark(row: Sequence[str]) -> bool:
    return row[0].lstrip().startswith("#")


def _rows(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, strict=True)
    for row in reader:
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def _by_header(path: Path, header: Sequence[str], line: int, row: Sequence[str]) -> Named:
    if len(row) != len(header):
        raise PaymentFileError(path, line, f"it has {len(row)} fields, not {len(header)}")
    fields = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    if not fields[_NUMBER]:
        raise PaymentFileError(path, line, "it has no number")
    return Named(
        line=line,
        number=fields[_NUMBER],
        provider=fields.get(_PROVIDER) or None,
        model=fields.get(_MODEL) or None,
        amount=fields.get(_AMOUNT) or None,
    )


def _plain(path: Path, line: int, row: Sequence[str]) -> Named:
    match [cell.strip() for cell in row]:
        case [number] if number:
            return Named(line=line, number=number)
        case [provider, number] if provider and number:
            return Named(line=line, number=number, provider=provider)
    raise PaymentFileError(path, line, "it is neither NUMBER nor PROVIDER,NUMBER")


def _find(
    path: Path, one: Named, index: dict[str, list[Invoice]], provider: str | None, key_of: Callable[[str], str]
) -> Invoice:
    try:
        wanted = provider if one.provider is None else key_of(one.provider)
    except HokctlError as error:
        raise PaymentFileError(path, one.line, error.message.rstrip(".")) from error
    found = [invoice for invoice in index.get(one.number, ()) if wanted in {None, invoice.provider}]
    if not found:
        raise UnknownInvoiceError(one.number, provider=wanted)
    if len(found) > 1:
        raise AmbiguousInvoiceError(one.number, providers=tuple(sorted(invoice.provider for invoice in found)))
    return found[0]


def _check_whole(path: Path, rows: Sequence[Named], invoice: Invoice) -> None:
    """Raise PaymentFileDiffersError where the CSV names some models of an invoice, and the book owes for more."""
    models = {one.model for one in rows}
    for line in invoice.lines:
        if None not in models and line.payment is None and line.model_id not in models:
            stated = f"nothing for model {line.model_id}"
            raise PaymentFileDiffersError(path, rows[0].line, invoice, stated=stated, known=str(line.amount))


def _compare(path: Path, one: Named, invoice: Invoice) -> None:
    """Raise PaymentFileDiffersError where the CSV states another amount for a model than the book has."""
    if one.model is None or one.amount is None:
        return
    token = invoice.total.token
    try:
        stated = TokenAmount.parse(one.amount, token)
    except InvalidAmountError as error:
        raise PaymentFileError(path, one.line, error.message.rstrip(".")) from error
    known = next((line.amount for line in invoice.lines if line.model_id == one.model), None)
    if known != stated:
        what = f"nothing for model {one.model}" if known is None else str(known)
        raise PaymentFileDiffersError(path, one.line, invoice, stated=f"{stated} for model {one.model}", known=what)

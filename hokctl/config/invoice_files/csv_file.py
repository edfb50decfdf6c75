"""A CSV file of invoices: one row per line of an invoice, and rows of one provider and number are one invoice."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from hokctl.config.invoice_files.csv_table import Row, parse_csv
from hokctl.config.invoice_files.errors import InvoiceFileError
from hokctl.config.invoice_files.written import WrittenInvoice, WrittenLine
from hokctl.domain.invoices import HashMethod, parse_day, parse_hash_method
from hokctl.domain.units import parse_model_id
from hokctl.errors import located

NEEDED: Final = ("number", "provider", "model", "amount")
COMMON: Final = ("currency", "period_start", "period_end", "due", "document", "hash", "memo")
"""What all rows of one invoice say alike."""
COLUMNS: Final = (*NEEDED, *COMMON)


def parse_invoice_csv(path: Path, text: str) -> tuple[WrittenInvoice, ...]:
    """Return the invoices in `text`, in the order of their first rows; documents lie beside the file `path`.

    Raises InvoiceFileError, and what is wrong with a model, a day or a way to make the hash, with its place.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in parse_csv(path, text, needed=NEEDED, known=COLUMNS):
        for column in NEEDED:
            if not row.cells[column]:
                place = f"line {row.line}, column {column}"
                raise InvoiceFileError(path, "it is empty", place=place, hint="Every row needs it; repeat it there.")
        groups.setdefault((row.cells["provider"], row.cells["number"]), []).append(row)
    return tuple(_invoice(path, rows) for rows in groups.values())


def _invoice(path: Path, rows: Sequence[Row]) -> WrittenInvoice:
    first = rows[0]
    _check_agreement(path, first, rows[1:])

    def cell(column: str) -> str | None:
        return first.cells.get(column) or None

    document = cell("document")
    return WrittenInvoice(
        number=first.cells["number"],
        provider=first.cells["provider"],
        currency=cell("currency"),
        memo=cell("memo") or "",
        period_start=_day(path, first, "period_start"),
        period_end=_day(path, first, "period_end"),
        due=_day(path, first, "due"),
        document=None if document is None else path.parent / document,
        hash_method=_hash_method(path, first, has_document=document is not None),
        lines=tuple(_line(path, row) for row in rows),
        place=f"{path}, {lines_text(rows)}",
    )


def _check_agreement(path: Path, first: Row, others: Sequence[Row]) -> None:
    for row in others:
        for column in COMMON:
            if row.cells.get(column, "") != first.cells.get(column, ""):
                number = first.cells["number"]
                reason = f"it differs from line {first.line}, which is of the same invoice {number!r}"
                hint = "Rows of one provider and number are one invoice: only model and amount differ."
                raise InvoiceFileError(path, reason, place=f"line {row.line}, column {column}", hint=hint)


def _day(path: Path, row: Row, column: str) -> date | None:
    with located(f"{path}, line {row.line}, column {column}"):
        return parse_day(row.cells.get(column) or None)


def _hash_method(path: Path, row: Row, *, has_document: bool) -> HashMethod:
    place = f"line {row.line}, column hash"
    with located(f"{path}, {place}"):
        method = parse_hash_method(row.cells.get("hash") or HashMethod.NUMBER.value)
    if method is HashMethod.DOCUMENT and not has_document:
        raise InvoiceFileError(path, "it is `document`, but no document is named", place=place)
    return method


def _line(path: Path, row: Row) -> WrittenLine:
    with located(f"{path}, line {row.line}, column model"):
        model = parse_model_id(row.cells["model"])
    return WrittenLine(model=model, amount=row.cells["amount"], place=f"{path}, line {row.line}, column amount")


def lines_text(rows: Sequence[Row]) -> str:
    """Return the rows by their lines in words, such as `line 2` or `lines 2, 3 and 7`."""
    numbers = [str(row.line) for row in rows]
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return f"lines {', '.join(numbers[:-1])} and {numbers[-1]}"

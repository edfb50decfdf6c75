"""Reading a file of invoices, of whatever format."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from hokctl.config.invoice_files.airdrop_file import NEEDED as AIRDROP_COLUMNS
from hokctl.config.invoice_files.airdrop_file import AirdropMeaning, parse_airdrop
from hokctl.config.invoice_files.csv_file import parse_invoice_csv
from hokctl.config.invoice_files.csv_table import read_header
from hokctl.config.invoice_files.errors import InvoiceFileError
from hokctl.config.invoice_files.json_file import parse_invoice_json
from hokctl.config.invoice_files.sources import read_text
from hokctl.config.invoice_files.tables import read_invoice_tables
from hokctl.config.invoice_files.toml_file import parse_invoice_toml
from hokctl.config.invoice_files.written import WrittenInvoice
from hokctl.errors import UsageError, shown


class InvoiceFormat(StrEnum):
    """What a file of invoices is written in."""

    TOML = "toml"
    JSON = "json"
    CSV = "csv"
    AIRDROP = "airdrop"
    """The CSV of the Safe app CSV Airdrop."""


_BY_EXTENSION: Final = {".toml": InvoiceFormat.TOML, ".json": InvoiceFormat.JSON, ".csv": InvoiceFormat.CSV}


class InvoiceFormatError(UsageError):
    """A format that invoices are not written in, or a file whose name tells none."""

    code = "invalid-invoice-format"

    def __init__(self, text: str, *, is_file: bool) -> None:
        """Name the file or the format."""
        formats = ", ".join(one.value for one in InvoiceFormat)
        message = f"{text} does not end in .toml, .json or .csv" if is_file else f"{shown(text, 40)!r} is no format"
        super().__init__(f"{message}.", hint=f"Name the format with --format: {formats}.")


def parse_invoice_format(text: str | None) -> InvoiceFormat | None:
    """Return the format that `text` names, None for None; raises InvoiceFormatError."""
    try:
        return None if text is None else InvoiceFormat(text)
    except ValueError as error:
        raise InvoiceFormatError(text or "", is_file=False) from error


def read_invoices(
    path: Path, format_: InvoiceFormat | None = None, *, airdrop: AirdropMeaning | None = None
) -> tuple[WrittenInvoice, ...]:
    """Return the invoices in the file `path`: all of them, or an error that names the first fault and its place.

    Without `format_` the file's extension tells it, and a CSV file's header whether it is one of CSV Airdrop, which
    needs `airdrop`. Raises InvoiceFormatError, UnreadableFileError, InvoiceFileError, and what is wrong with a model
    id, a day or a way to make the hash.
    """
    chosen = format_ or _BY_EXTENSION.get(path.suffix.lower())
    if chosen is None:
        raise InvoiceFormatError(str(path), is_file=True)
    text = read_text(path)
    match chosen:
        case InvoiceFormat.TOML:
            return read_invoice_tables(path, parse_invoice_toml(path, text))
        case InvoiceFormat.JSON:
            return read_invoice_tables(path, parse_invoice_json(path, text))
        case InvoiceFormat.AIRDROP:
            return parse_airdrop(path, text, airdrop)
        case InvoiceFormat.CSV:
            told = format_ is InvoiceFormat.CSV
            if not told and set(AIRDROP_COLUMNS) <= set(read_header(path, text)):
                return parse_airdrop(path, text, airdrop)
            return parse_invoice_csv(path, text)


def read_one_invoice(path: Path, format_: InvoiceFormat | None = None) -> WrittenInvoice:
    """Return the one invoice in the file; InvoiceFileError where there are several."""
    found: Sequence[WrittenInvoice] = read_invoices(path, format_)
    if len(found) > 1:
        reason = f"it has {len(found)} invoices, and one is wanted"
        raise InvoiceFileError(path, reason, hint=f"hokctl invoice import {path} enters all of them.")
    return found[0]

"""CSV files with a header (RFC 4180): rows by column name, each with the line where it begins."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hokctl.config.invoice_files.errors import HINT, InvoiceFileError
from hokctl.config.invoice_files.written import MAX_CHARACTERS, MAX_LINES
from hokctl.config.suggestions import suggest
from hokctl.errors import shown

_OTHER_SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}
_CELL_CHARACTERS_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One row."""

    line: int
    """Where it begins; the header is in line 1."""
    cells: Mapping[str, str]
    """By column; a column that the file does not have is an empty text."""


def parse_csv(path: Path, text: str, *, needed: Sequence[str], known: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows in `text`, without those that are empty; cells are kept byte for byte.

    Raises InvoiceFileError for a header without the columns `needed` or with others than those in `known`, for rows
    of another length, and for a file without rows.
    """
    records = _records(path, text)
    line, header = next(records, (1, []))
    if not header:
        raise InvoiceFileError(path, "it is empty")
    _check_header(path, header, line, needed=needed, known=known)
    rows = tuple(_row(path, header, line, cells) for line, cells in records)
    if not rows:
        raise InvoiceFileError(path, "it has a header and nothing else")
    if len(rows) > MAX_LINES:
        raise InvoiceFileError(path, f"it has more than {MAX_LINES:,} rows", hint="Divide it into several files.")
    return rows


def read_header(path: Path, text: str) -> tuple[str, ...]:
    """Return the column names in the first row of `text`; InvoiceFileError where it is not CSV."""
    return tuple(next(_records(path, text), (1, []))[1])


def _records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line where each record begins, and its cells; records without any content are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InvoiceFileError(path, _explain(error), place=f"line {line}") from error
        if cells is None:
            return
        if any(cells):
            yield line, cells


def _explain(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text:
        return "a quoted cell that begins here never ends"
    if "field larger" in text:
        return f"a cell is longer than {MAX_CHARACTERS} characters"
    return "after a quoted cell stands something else than a comma"


def _check_header(path: Path, header: list[str], line: int, *, needed: Sequence[str], known: Sequence[str]) -> None:
    place = f"line {line}"
    for separator, name in _OTHER_SEPARATORS.items():
        if any(separator in cell for cell in header):
            hint = "Save it with commas between the cells."
            raise InvoiceFileError(path, f"its cells are separated by {name}", place=place, hint=hint)
    for column in header:
        if column not in known:
            hint = f"{suggest(column, known)}The columns are: {', '.join(known)}."
            name = shown(column, _CELL_CHARACTERS_SHOWN)
            raise InvoiceFileError(path, f"{name!r} is no column that hokctl knows", place=place, hint=hint)
        if header.count(column) > 1:
            raise InvoiceFileError(path, f"the column `{column}` stands twice", place=place)
    missing = [column for column in needed if column not in header]
    if missing:
        names = ", ".join(f"`{column}`" for column in missing)
        reason = f"the column{'s' if len(missing) > 1 else ''} {names} {'are' if len(missing) > 1 else 'is'} missing"
        raise InvoiceFileError(path, reason, place=place, hint=f"The first row names the columns. {HINT}")


def _row(path: Path, header: Collection[str], line: int, cells: list[str]) -> Row:
    if len(cells) != len(header):
        hint = "A cell with a comma in it stands in double quotes."
        raise InvoiceFileError(path, f"it has {len(cells)} cells, not {len(header)}", place=f"line {line}", hint=hint)
    for column, cell in zip(header, cells, strict=True):
        place = f"line {line}, column {column}"
        if len(cell) > MAX_CHARACTERS:
            raise InvoiceFileError(path, f"it is longer than {MAX_CHARACTERS} characters", place=place)
        if not cell.isprintable():
            raise InvoiceFileError(path, "it has characters that cannot be printed", place=place)
    return Row(line, dict(zip(header, cells, strict=True)))

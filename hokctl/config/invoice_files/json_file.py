"""A JSON file of invoices: amounts are texts, so that no float ever touches money."""

import json
from pathlib import Path
from typing import Any

from hokctl.config.invoice_files.errors import HINT, InvoiceFileError
from hokctl.config.tables import Table
from hokctl.domain.nesting import nests_too_deep


class _Unquoted:
    """Stands for a number: nothing in an invoice file is one, and of what length it is nobody needs to know."""

    def __init__(self, _: str) -> None:
        """Forget the digits."""


class _RepeatedKeyError(ValueError):
    """A key that stands twice in one object."""


def parse_invoice_json(path: Path, text: str) -> Table:
    """Return the object in `text`, with a placeholder for each number; InvoiceFileError where it is none."""
    if nests_too_deep(text.encode(errors="replace")):
        raise InvoiceFileError(path, "it nests far deeper than an invoice does")
    try:
        table = json.loads(
            text,
            object_pairs_hook=_without_repeats,
            parse_int=_Unquoted,
            parse_float=_Unquoted,
            parse_constant=_Unquoted,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        reason = f"it is not valid JSON ({error.msg.lower().removesuffix(':')})"
        raise InvoiceFileError(path, reason, place=place, hint="Mend it there.") from error
    except _RepeatedKeyError as error:
        raise InvoiceFileError(path, str(error), hint="Leave one of the two.") from error
    if not isinstance(table, dict):
        raise InvoiceFileError(path, "it is no JSON object", hint='Write one invoice, or {"invoices": [...]}. ' + HINT)
    return table


def _without_repeats(pairs: list[tuple[str, Any]]) -> Table:
    table: Table = {}
    for key, value in pairs:
        if key in table:
            number = table.get("number")
            of = f" of invoice {number[:40]!r}" if isinstance(number, str) else ""
            raise _RepeatedKeyError(f"the key {key[:40]!r}{of} stands twice in one object")
        table[key] = value
    return table

"""An export in one of its formats, to a new file or to stdout."""

import json
from dataclasses import dataclass
from pathlib import Path

from hokctl.domain.bookkeeping import ExportFormat
from hokctl.domain.documents import JsonObject
from hokctl.services.ledger_export import Export
from hokctl.services.ledger_export_journals import beancount_journal, hledger_journal
from hokctl.services.ledger_export_tables import csv_table, json_document
from hokctl.services.outputs import write_outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An export as it was written."""

    format: ExportFormat
    text: str
    path: Path | None
    """The file; None where the text is the output itself."""


def write_export(export: Export, format_: ExportFormat, out: Path | None) -> Written:
    """Return the export in a format, written to `out` where that is given; OutTakenError for another file there."""
    text = render_export(export, format_)
    if out is not None:
        write_outputs({out: text.encode()})
    return Written(format=format_, text=text, path=out)


def render_export(export: Export, format_: ExportFormat) -> str:
    """Return the text of an export."""
    match format_:
        case ExportFormat.CSV:
            return csv_table(export)
        case ExportFormat.BEANCOUNT:
            return beancount_journal(export)
        case ExportFormat.HLEDGER:
            return hledger_journal(export)
        case ExportFormat.JSON:
            return json.dumps({**describe(export), **json_document(export)}, indent=2, ensure_ascii=False) + "\n"


def describe(export: Export) -> JsonObject:
    """Return what an export is limited to, and the block that it stands at."""
    scope, coverage = export.scope, export.coverage
    return {
        "from": None if scope.first is None else scope.first.isoformat(),
        "to": None if scope.last is None else scope.last.isoformat(),
        "model": scope.model_id,
        "provider": scope.provider,
        "chain_id": export.token.chain_id,
        "token": export.token.address,
        "block": {"number": coverage.last_block, "hash": coverage.last_hash},
    }

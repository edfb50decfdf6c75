"""Exported documents and signatures as scripts and people read them."""

from collections.abc import Sequence
from pathlib import Path

from hokctl.domain.documents import JsonObject, JsonValue, dump_document
from hokctl.result.values import Block, CommandResult, Facts, Heading, Line, Raw
from hokctl.services.export_formats import ExportFormat
from hokctl.services.exporting import Exported


def exported_result(
    exported: Exported, format_: ExportFormat, *, paths: Sequence[Path], qr_parts: Sequence[str], drawn: str | None
) -> CommandResult:
    """Return what was exported: without a file, the document itself or its QR codes are the output."""
    shown: list[JsonValue] = [str(path) for path in paths]
    parts: list[JsonValue] = list(qr_parts)
    data: JsonObject = {
        "format": format_.value,
        "safe_tx_hash": exported.proposal.safe_tx_hash,
        "document": exported.document,
        "paths": shown,
        "qr_parts": parts,
    }
    blocks: tuple[Block, ...]
    if drawn is not None:
        blocks = (Raw(drawn),)
    elif not paths:
        blocks = (Raw(dump_document(exported.document)),)
    else:
        blocks = (
            Heading(f"Safe transaction {exported.proposal.safe_tx_hash}"),
            Facts(tuple(("written", str(path)) for path in paths)),
            Line(_FOLLOWING[format_]),
        )
    return CommandResult(data=data, blocks=blocks, block=exported.block, findings=exported.findings)


_FOLLOWING = {
    ExportFormat.BUNDLE: "Sign it where there is no node: hokctl safe sign --offline FILE; then hokctl safe import.",
    ExportFormat.TYPED_DATA: "Compare the hashes in the wallet; the signature comes back with hokctl safe import.",
    ExportFormat.TRANSACTION_BUILDER: "Load it in the Transaction Builder of this Safe.",
    ExportFormat.SERVICE: "It is read as an answer of the Transaction Service.",
    ExportFormat.JARVIS: "jarvis signs it; it comes back with hokctl safe import.",
}

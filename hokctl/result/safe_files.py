"""Exported documents and signatures as scripts and people read them."""

from hokctl.domain.documents import JsonObject, JsonValue, dump_document
from hokctl.result.values import Block, CommandResult, Facts, Heading, Line, Raw
from hokctl.services.export_formats import ExportFormat
from hokctl.services.exporting import Exported
from hokctl.services.outputs import HandedOut


def exported_result(exported: Exported, handed: HandedOut) -> CommandResult:
    """Return what was exported: without a file, the document itself or its QR codes are the output."""
    paths: list[JsonValue] = [str(path) for path in handed.paths]
    parts: list[JsonValue] = list(handed.qr_parts)
    data: JsonObject = {
        "format": exported.format_.value,
        "safe_tx_hash": exported.proposal.safe_tx_hash,
        "document": exported.document,
        "paths": paths,
        "qr_parts": parts,
    }
    blocks: tuple[Block, ...]
    if handed.drawn is not None:
        blocks = (Raw(handed.drawn),)
    elif not paths:
        blocks = (Raw(dump_document(exported.document)),)
    else:
        blocks = (
            Heading(f"Safe transaction {exported.proposal.safe_tx_hash}"),
            Facts(tuple(("written", str(path)) for path in handed.paths)),
            Line(_FOLLOWING[exported.format_]),
        )
    return CommandResult(data=data, blocks=blocks, block=exported.block, findings=exported.findings)


_FOLLOWING = {
    ExportFormat.BUNDLE: "Sign it where there is no node: hokctl safe sign --offline FILE; then hokctl safe import.",
    ExportFormat.TYPED_DATA: "Compare the hashes in the wallet; the signature comes back with hokctl safe import.",
    ExportFormat.TRANSACTION_BUILDER: "Load it in the Transaction Builder of this Safe.",
    ExportFormat.SERVICE: "It is read as an answer of the Transaction Service.",
    ExportFormat.JARVIS: "jarvis signs it; it comes back with hokctl safe import.",
}

"""Safe transactions as files: for signers without a node, for wallets, for other tools, and back."""

from pathlib import Path
from typing import Annotated

import typer

from hokctl.commands.safe.common import knowledge_of
from hokctl.context import AppContext
from hokctl.options import SafeTxArgument, command
from hokctl.result import CommandResult
from hokctl.services.export_formats import ExportFormat

app = typer.Typer()

QrOption = Annotated[bool, typer.Option("--qr", help="As QR codes: drawn here, or with --out as PNG or SVG files.")]


@command(app, "export")
def export(
    context: AppContext,
    safe_tx_hash: SafeTxArgument,
    format_: Annotated[
        ExportFormat, typer.Option("--format", help="What to write; the bundle is what `safe sign --offline` reads.")
    ] = ExportFormat.BUNDLE,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", help="A new file, or a directory for it; without it stdout.")
    ] = None,
    qr: QrOption = False,
) -> CommandResult:
    """Write a proposed Safe transaction for a signer without a node, for a wallet, or for another tool.

    Anyone with the shared folder may run it. Only the bundle asks the node, for its evidence. QR codes hold up to 24 kB
    of packed text: a larger document is refused, and goes as a file.

    Example: hokctl safe export 0x1a2b3c4d --out bundle.json
    """
    from hokctl.result.safe_files import exported_result
    from hokctl.services.exporting import export_proposal
    from hokctl.services.outputs import hand_out

    exported = export_proposal(
        lambda: context.snapshot,
        context.proposals,
        safe_tx_hash,
        knowledge=knowledge_of(context),
        format_=format_,
    )
    handed = hand_out(exported.document, name=exported.name, out=out, qr=qr)
    for finding in exported.findings:
        context.ui.note(f"{finding.severity}: {finding.message} [{finding.code}]")
    return exported_result(exported, handed)

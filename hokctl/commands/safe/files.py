"""Safe transactions as files: for signers without a node, for wallets, for other tools, and back."""

from pathlib import Path
from typing import Annotated

import typer

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
        knowledge=context.knowledge(),
        format_=format_,
    )
    handed = hand_out(exported.document, name=exported.name, out=out, qr=qr)
    for finding in exported.findings:
        context.ui.note(f"{finding.severity}: {finding.message} [{finding.code}]")
    return exported_result(exported, handed)


@command(app, "import", carries=True)
def import_(
    context: AppContext,
    file: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Files, - for stdin, or a signature in hex.", show_default=False),
    ],
) -> CommandResult:
    """Take in bundles, signatures, and the files of the Transaction Builder, the Transaction Service and jarvis.

    Anyone with the shared folder may run it. All of it is proven first: chain, Safe, hashes, checksum, and that each
    signature is of one of today's owners; one fault, and nothing is taken in. A Transaction Builder file becomes a
    proposal with the next free nonce, or --nonce. Nothing is signed, unless --signer says who then signs.

    Example: hokctl safe import bundle.json 0x70997970C51812dc3A010C7d01b50e0d17dc79C8.signature.json
    """
    from hokctl.result.safe_imports import imported_result, signed_import_result
    from hokctl.services.confirmations import sign_proposal
    from hokctl.services.import_desk import ImportDesk
    from hokctl.services.imports import import_files, one_to_sign
    from hokctl.services.routing import refuse_out

    carrier, knowledge = context.bare_carrier({}), context.knowledge()
    refuse_out(carrier, "it takes proposals in")
    desk = ImportDesk(
        snapshot=context.snapshot,
        store=context.proposals,
        knowledge=knowledge,
        safe=context.safe_address,
        nonce=context.carry.nonce,
        now=context.now(),
        dry_run=context.carry.dry_run,
    )
    report = import_files(desk, file)
    if context.carry.signer is None or desk.dry_run:
        return imported_result(report, desk)
    return signed_import_result(report, desk, sign_proposal(carrier, one_to_sign(report), knowledge))

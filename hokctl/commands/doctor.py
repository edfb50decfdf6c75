"""Check the node, the contracts, the Safe, the signer and the ledger."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.exit_codes import ExitCode
from hokctl.options import command
from hokctl.result import CommandResult, Heading, Line, Status, Table

if TYPE_CHECKING:
    from hokctl.config.signers import SignerSettings
    from hokctl.services.diagnosis import Subject

app = typer.Typer(
    help="Check node, contracts, Safe, signer and ledger.",
    rich_markup_mode=None,
    add_completion=False,
)


@command(app)
def doctor(
    context: AppContext,
    signer: Annotated[
        str | None, typer.Option("--signer", metavar="NAME", help="A signer from the configuration.")
    ] = None,
    safe: Annotated[str | None, typer.Option("--safe", metavar="ADDRESS|NAME", help="The Safe to look at.")] = None,
) -> CommandResult:
    """Look at all hokctl works with: node, contracts, protocol, Safe, Transaction Service, signer, ledger, proposals.

    Anyone may run it; nothing is sent, no keystore is unlocked and no hardware wallet asked; a KMS is
    asked for its public key. One line per part, and exit 5 when one is wrong.

    Example: hokctl doctor --network devnet
    """
    from hokctl.services.diagnosis import diagnose

    context.carry = replace(context.carry, signer=signer, safe=safe)
    diagnosis = diagnose(_subject(context))
    lines, findings = diagnosis.lines, diagnosis.findings
    return CommandResult(
        data={
            "checks": [{"name": line.name, "health": line.health.value, "detail": line.detail} for line in lines],
            "healthy": not findings,
        },
        blocks=(
            Heading(f"hokctl on {context.network.name}"),
            Table(("check", "health", "detail"), tuple((line.name, line.health.value, line.detail) for line in lines)),
            Line(f"{len(findings)} findings." if findings else "Everything is as it should be."),
        ),
        status=Status.FINDINGS if findings else Status.OK,
        exit_code=ExitCode.FINDINGS if findings else ExitCode.OK,
        block=diagnosis.block,
        findings=findings,
    )


def _subject(context: AppContext) -> "Subject":
    from hokctl.services.diagnosis import Subject

    return Subject(
        network=context.network.name,
        chain_id=context.network.chain_id,
        settings=context.network,
        snapshot=lambda: context.snapshot,
        deployment=lambda: context.deployment,
        safe=lambda: context.safe_address,
        signer_settings=lambda: _signer_settings(context),
        signer=lambda: context.signer,
        ledger=lambda: context.ledger,
        proposals=context.folder,
        service=lambda: context.service,
    )


def _signer_settings(context: AppContext) -> "SignerSettings | None":
    if context.carry.signer is None and context.network.signer is None:
        return None
    return context.settings.signer(context.carry.signer, context.network)

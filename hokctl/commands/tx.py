"""Decode calldata and Safe transactions."""

from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult, Status

app = typer.Typer(help="Decode calldata and Safe transactions.", rich_markup_mode=None, add_completion=False)


@app.callback()
def group() -> None:
    """Decode calldata and Safe transactions."""


@command(app, "decode")
def decode(
    context: AppContext,
    source: Annotated[
        str, typer.Argument(metavar="DATA|FILE|-", help="Calldata in hex, a file, or - for stdin.", show_default=False)
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="ADDRESS|NAME", help="Where bare calldata is sent to.")
    ] = None,
) -> CommandResult:
    """Say what calldata, a Transaction Builder file, a proposal or a Safe transaction does; batches are unpacked.

    Anyone may run it; it asks no node. Exit code 5 when a stated checksum or hash does not match.

    Example: hokctl tx decode batch.json
    """
    from hokctl.domain.findings import Severity
    from hokctl.exit_codes import ExitCode
    from hokctl.result.decoded import reading_blocks, reading_to_json
    from hokctl.services.reading import read_transaction
    from hokctl.services.transaction_sources import read_source

    deployment = context.deployment_if_known
    target = None if to is None else context.address(to)
    reading = read_transaction(read_source(source), to=target, labels={} if deployment is None else deployment.labels)
    book = context.settings.addresses.get(context.network.name, {})
    names = {address: name for name, address in book.items()}
    wrong = any(finding.severity is Severity.ERROR for finding in reading.findings)
    return CommandResult(
        data=reading_to_json(reading, names),
        blocks=reading_blocks(reading, names),
        status=Status.FINDINGS if wrong else Status.OK,
        exit_code=ExitCode.FINDINGS if wrong else ExitCode.OK,
        findings=reading.findings,
    )

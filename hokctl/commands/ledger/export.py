"""Hand the book and the indexed events to a bookkeeping program."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.domain.bookkeeping import ExportFormat
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.services.ledger_export import Scope

app = typer.Typer()


@command(app, "export")
def export(
    context: AppContext,
    *,
    format_: Annotated[
        ExportFormat, typer.Option("--format", help="What the export is written for.")
    ] = ExportFormat.CSV,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first day, in UTC.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day, in UTC.")] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="MODEL", help="Of this model alone.")] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", metavar="NAME|ADDRESS", help="Of this provider alone.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="PATH", help="A new file; without it stdout.")] = None,
) -> CommandResult:
    """Write fees, payments, withdrawals, invoices and gas of a period as CSV, JSON, or a beancount or hledger journal.

    The journals keep double entry, open with the balances before the period, and assert those after it. Everything is
    told as of the last block of the index: run `hokctl ledger sync` before. Exit code 5 when the index ends before the
    period does. Anyone may run it; it needs no key.

    Example: hokctl ledger export --format beancount --from 2026-01-01 --to 2026-01-31 --out january.beancount
    """
    from hokctl.result.ledger_export import export_result
    from hokctl.services.ledger_export import export_book
    from hokctl.services.ledger_export_formats import write_export

    deployment = context.deployment
    exported = export_book(
        context.ledger,
        deployment,
        deployment.token(context.snapshot),
        _scope(context, first, last, model, provider),
        head=context.snapshot.block,
        name_of=lambda address: context.settings.name_of(address, context.network),
    )
    for finding in exported.findings:
        context.ui.note(f"{finding.message} {finding.remedy}")
    return export_result(exported, write_export(exported, format_, out))


def _scope(
    context: AppContext, first: str | None, last: str | None, model: str | None, provider: str | None
) -> "Scope":
    from hokctl.domain.invoices import parse_day
    from hokctl.domain.units import parse_model_id
    from hokctl.services.ledger_export import Scope

    if provider is not None and not context.ledger.invoices.list(provider=provider):
        address = context.address(provider)
        provider = context.settings.name_of(address, context.network) or address
    return Scope(
        first=parse_day(first),
        last=parse_day(last),
        model_id=None if model is None else parse_model_id(model),
        provider=provider,
    )

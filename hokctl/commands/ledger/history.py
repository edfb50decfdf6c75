"""Tell what happened to the deployment, and what hokctl sent."""

from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.errors import UsageError
from hokctl.options import command
from hokctl.result import CommandResult

app = typer.Typer()


@command(app, "history")
def history(
    context: AppContext,
    *,
    model: Annotated[
        str | None, typer.Option("--model", metavar="ID", help="Only of this model.", show_default=False)
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", metavar="NAME|ADDRESS", help="Only payments to it.", show_default=False)
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help="Only of this kind; repeatable.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first day, in UTC.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day, in UTC.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many lines, the newest.")] = 50,
) -> CommandResult:
    """Tell what happened, from the index of events and the journal: when, what, how much, for which invoice, by whom.

    The kinds are payment, deposit, fee, withdrawal, transfer, provider, split, params, role, owner, pause, model, pool,
    other, and sent: what hokctl sent and no event of the protocol tells of. Anyone may run it; run `hokctl ledger
    sync` before, since it tells what the index holds.

    Example: hokctl ledger history --kind payment --from 2026-01-01
    """
    from hokctl.domain.history import KINDS
    from hokctl.domain.invoices import parse_day
    from hokctl.domain.units import parse_model_id
    from hokctl.result.ledger_history import history_result
    from hokctl.services.ledger_history import HistoryFilter, days_to_seconds, read_history

    unknown = sorted(set(kind or ()) - set(KINDS))
    if unknown:
        raise UsageError(f"{unknown[0]!r} is no kind of event.", hint=f"The kinds are {', '.join(KINDS)}.")
    deployment = context.deployment
    index = context.ledger.index(context.network.chain_id, deployment.suite.reserve_address, deployment.model_ids)
    since, until = days_to_seconds(parse_day(first), parse_day(last))
    wanted = HistoryFilter(
        kinds=frozenset(kind or ()),
        model_id=None if model is None else parse_model_id(model),
        payee=None if provider is None else context.address(provider),
        since=since,
        until=until,
    )
    token = deployment.token(context.snapshot)
    lines = read_history(context.ledger, index, token, wanted, limit=limit)
    return history_result(lines, index.coverage, limit=limit)

"""Tell what happened to the deployment, and what hokctl sent."""

from collections.abc import Callable, Iterable
from typing import Annotated

import typer
from eth_typing import ChecksumAddress

from hokctl.context import AppContext
from hokctl.errors import UsageError
from hokctl.options import command
from hokctl.result import CommandResult

app = typer.Typer()

ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="ID", help="Only of this model.", show_default=False)
]
ProviderOption = Annotated[
    str | None, typer.Option("--provider", metavar="NAME|ADDRESS", help="Only payments to it.", show_default=False)
]
KindOption = Annotated[list[str] | None, typer.Option("--kind", metavar="KIND", help="Only of this kind; repeatable.")]


@command(app, "history")
def history(
    context: AppContext,
    *,
    model: ModelOption = None,
    provider: ProviderOption = None,
    kind: KindOption = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first day, in UTC.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day, in UTC.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many lines, the newest.")] = 50,
) -> CommandResult:
    """Tell what happened, from the index of events and the journal: when, what, how much, for which invoice.

    The kinds are payment, deposit, fee, withdrawal, transfer, provider, split, params, role, owner, pause, model, pool,
    other, and sent: what hokctl sent and no event tells of. Transfers of the token that are
    a part of a payment, deposit or withdrawal are told with --kind transfer or --verbose only. Anyone may run it; run
    `hokctl ledger sync` before.

    Example: hokctl ledger history --kind payment --from 2026-01-01
    """
    from hokctl.domain.invoices import parse_day
    from hokctl.domain.units import parse_model_id
    from hokctl.result.ledger_history import history_result
    from hokctl.services.ledger_history import HistoryFilter, check_model, days_to_seconds, open_index, read_history

    _check_kinds(kind or ())
    wanted_model = None if model is None else parse_model_id(model)
    index = open_index(context.ledger, context.deployment)
    since, until = days_to_seconds(parse_day(first), parse_day(last))
    if wanted_model is not None:
        check_model(index, wanted_model, context.deployment.network)
    wanted = HistoryFilter(
        kinds=frozenset(kind or ()),
        model_id=wanted_model,
        payee=None if provider is None else context.address(provider),
        since=since,
        until=until,
        every_transfer=context.options.verbose,
    )
    lines = read_history(context.ledger, index, context.deployment.token(context.snapshot), wanted, limit=limit)
    return history_result(lines, index.coverage, limit=limit, name_of=_names(context))


def _names(context: AppContext) -> Callable[[ChecksumAddress], str | None]:
    return lambda address: context.settings.name_of(address, context.network)


def _check_kinds(kinds: Iterable[str]) -> None:
    from hokctl.domain.history import KINDS

    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise UsageError(f"{unknown[0]!r} is no kind of event.", hint=f"The kinds are {', '.join(KINDS)}.")

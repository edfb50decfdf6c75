"""Show, recommend, preview and set the split between infrastructure and profit."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.domain.runway import BurnChoice
from hokctl.options import (
    BurnOption,
    DailyBurnOption,
    ModelArgument,
    NoCacheOption,
    OptionalModels,
    WindowOption,
    command,
)
from hokctl.result import CommandResult, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hokctl.domain.documents import JsonValue
    from hokctl.services.split_advice import SplitFacts

app = typer.Typer(
    help="Show and set the split between infrastructure and profit.", rich_markup_mode=None, add_completion=False
)

SplitArgument = Annotated[
    str, typer.Argument(metavar="SPLIT", help="Basis points (7000) or a percentage (70%).", show_default=False)
]
RevenueOption = Annotated[
    str | None,
    typer.Option("--daily-revenue", metavar="AMOUNT", help="The API fees a day in token units, for exactly one model."),
]


@command(app, "show")
def show(context: AppContext, models: OptionalModels = None) -> CommandResult:
    """Show how the fees of each model are split, within which bounds, and by whom it can be changed.

    A split that is queued on the live protocol is pointed out: nothing reads it. Anyone may run it.

    Example: hokctl split show 21
    """
    from hokctl.domain.splits import format_bps
    from hokctl.domain.units import parse_model_id
    from hokctl.result.authorities import authority_to_json
    from hokctl.services.splits import read_splits

    deployment, snapshot = context.deployment, context.snapshot
    splits = read_splits(snapshot, deployment, tuple(parse_model_id(model) for model in models or ()))
    rows: list[tuple[str, ...]] = []
    data: list[JsonValue] = []
    for split in splits:
        bps, profit = split.model.infrastructure_accrual_bps, split.model.profit_share_bps
        data.append(
            {
                "model_id": split.model.model_id,
                "infrastructure_accrual_bps": bps,
                "profit_share_bps": profit,
                "min_bps": split.min_bps,
                "max_bps": split.max_bps,
                "params": split.model.params,
                "authority": [authority_to_json(governor) for governor in split.governors],
            }
        )
        shares = ("legacy", "-") if bps is None or profit is None else (format_bps(bps), format_bps(profit))
        bounds = "-" if split.min_bps is None or split.max_bps is None else f"{split.min_bps} to {split.max_bps} bps"
        who = ", ".join(str(governor) for governor in split.governors) or "nobody found"
        rows.append((split.model.model_id, *shares, bounds, who))
    columns = ("model", "infrastructure", "profit", "bounds", "governed by")
    return CommandResult(
        data={"models": data},
        blocks=(Table(columns, tuple(rows), right=frozenset({"infrastructure", "profit"})),),
        block=snapshot.block,
        findings=tuple(finding for split in splits for finding in split.findings),
    )


@command(app, "set", carries=True)
def set_split(
    context: AppContext,
    model: ModelArgument,
    split: SplitArgument,
) -> CommandResult:
    """Set the share of a model's fees that goes to infrastructure; the rest is profit for token holders.

    Needs GOV_ROLE on the model's params; hokctl finds out who holds it.

    Example: hokctl split set 21 70% --dry-run
    """
    from hokctl.domain.splits import parse_bps
    from hokctl.domain.units import parse_model_id
    from hokctl.result.carried import carried_result
    from hokctl.services.proposals import carry
    from hokctl.services.splits import plan_split

    model_id, bps = parse_model_id(model), parse_bps(split)
    plan = plan_split(context.snapshot, context.deployment, model_id, bps)
    return carried_result(carry(plan, context.carrier()))


@command(app, "recommend")
def recommend(
    context: AppContext,
    models: OptionalModels = None,
    *,
    daily_burn: DailyBurnOption = None,
    burn: BurnOption = BurnChoice.AUTO,
    daily_revenue: RevenueOption = None,
    window_days: WindowOption = 30,
    target_days: Annotated[
        int, typer.Option("--target-days", min=0, max=3650, metavar="DAYS", help="The runway to reach.")
    ] = 30,
    over_days: Annotated[
        int, typer.Option("--over-days", min=1, max=3650, metavar="DAYS", help="In how many days to reach it.")
    ] = 30,
    no_cache: NoCacheOption = False,
) -> CommandResult:
    """Say which share for infrastructure pays for what each model burns, and reaches the target runway.

    From the API fees of the last days, or what --daily-revenue gives; the working is shown, and nothing is changed.
    Anyone may run it.

    Example: hokctl split recommend 21 --daily-burn 40 --daily-revenue 100
    """
    from hokctl.domain.split_advice import SplitGoal
    from hokctl.result.splits import advice_blocks, advice_to_json
    from hokctl.services.split_advice import advise

    goal = SplitGoal(target_days=target_days, over_days=over_days)
    stated = (daily_burn, daily_revenue)
    found = _facts(context, models or (), stated, burn=burn, window_days=window_days, cached=not no_cache)
    advices = [advise(facts, goal) for facts in found]
    return CommandResult(
        data={"models": [advice_to_json(one, goal) for one in advices]},
        blocks=advice_blocks(advices, goal),
        block=context.snapshot.block,
        findings=tuple(finding for one in advices for finding in one.findings),
    )


@command(app, "preview")
def preview_split(
    context: AppContext,
    model: ModelArgument,
    split: SplitArgument,
    *,
    daily_burn: DailyBurnOption = None,
    burn: BurnOption = BurnChoice.AUTO,
    daily_revenue: RevenueOption = None,
    window_days: WindowOption = 30,
    no_cache: NoCacheOption = False,
) -> CommandResult:
    """Show what another split of a model would do: to its revenue, to its pool, and to its runway.

    Changes that wait for signatures in the shared folder are listed. Anyone may run it.

    Example: hokctl split preview 21 70%
    """
    from hokctl.domain.splits import parse_bps
    from hokctl.result.splits import preview_blocks, preview_to_json
    from hokctl.services.split_advice import preview
    from hokctl.services.split_history import find_pending

    bps, stated = parse_bps(split), (daily_burn, daily_revenue)
    (facts,) = _facts(context, (model,), stated, burn=burn, window_days=window_days, cached=not no_cache)
    found = preview(facts, bps, at=context.snapshot.block.timestamp)
    pending = find_pending(context.snapshot, context.folder, (facts.runway.model.params,))
    return CommandResult(
        data=preview_to_json(found, pending),
        blocks=preview_blocks(found, pending),
        block=context.snapshot.block,
        findings=facts.findings,
    )


@command(app, "history")
def history_of(context: AppContext, models: OptionalModels = None, *, no_cache: NoCacheOption = False) -> CommandResult:
    """Show every change of the splits that the chain has logged: when, by whom, from what to what.

    Anyone may run it.

    Example: hokctl split history 21
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.splits import history_blocks, history_to_json
    from hokctl.services.burn_opening import open_reading
    from hokctl.services.models import read_reserve
    from hokctl.services.split_history import read_history

    snapshot, model_ids = context.snapshot, tuple(parse_model_id(model) for model in models or ())
    states = read_reserve(snapshot, context.deployment, model_ids).models
    histories = read_history(snapshot, open_reading(context, cached=not no_cache), states)
    return CommandResult(
        data={"models": [history_to_json(one) for one in histories]},
        blocks=history_blocks(histories),
        block=snapshot.block,
    )


def _facts(
    context: AppContext,
    models: "Sequence[str]",
    stated: tuple[str | None, str | None],
    *,
    burn: BurnChoice,
    window_days: int,
    cached: bool,
) -> "tuple[SplitFacts, ...]":
    """Return what decides over the splits; `stated` are the burn and the revenue a day of the command line."""
    from hokctl.domain.units import parse_model_id
    from hokctl.services.burn_opening import given_burn, given_revenue, open_burns, open_reading
    from hokctl.services.split_advice import read_facts

    model_ids = tuple(parse_model_id(model) for model in models)
    given, revenue = given_burn(model_ids, stated[0], burn), given_revenue(model_ids, stated[1])
    history = open_reading(context, cached=cached)
    sources = open_burns(context, history, given=given, choice=burn, window_days=window_days)
    _, facts = read_facts(
        context.snapshot, context.deployment, history, model_ids, sources=sources, daily_revenue=revenue
    )
    return facts

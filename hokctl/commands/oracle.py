"""Show the live protocol's cost oracle, queue and apply costs."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import ModelArgument, OptionalModels, command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.services.oracle_plans import Planned

app = typer.Typer(
    help="Show the live protocol's cost oracle, queue and apply costs.", rich_markup_mode=None, add_completion=False
)


@command(app, "show")
def show(context: AppContext, models: OptionalModels = None) -> CommandResult:
    """Show what a thousand calls of each model cost, what waits to be applied, and what limits the fee router sets.

    Anyone may run it.

    Example: hokctl oracle show 21
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.oracle import oracle_result
    from hokctl.services.cost_oracle import check_oracle, read_oracle

    model_ids = tuple(parse_model_id(model) for model in models or ())
    state = read_oracle(context.snapshot, context.deployment, model_ids)
    return oracle_result(state, tuple(check_oracle(state)), context.snapshot.block)


@command(app, "queue", carries=True)
def queue(
    context: AppContext,
    model: ModelArgument,
    cost: Annotated[
        str,
        typer.Argument(metavar="COST", help="What a thousand calls cost, in token units.", show_default=False),
    ],
) -> CommandResult:
    """Queue what a thousand calls of a model cost. It takes effect once its time has come and somebody applies it.

    Needs GOV_ROLE on the oracle.

    Example: hokctl oracle queue 21 2.50 --dry-run
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.services.oracle_plans import plan_queue

    model_id = parse_model_id(model)
    return _carried(context, plan_queue(context.snapshot, context.deployment, model_id, cost), model_id)


@command(app, "apply", carries=True)
def apply(context: AppContext, model: ModelArgument) -> CommandResult:
    """Let the queued cost of a model take effect; too early, it exits 8 with the time.

    Anyone may run it, with a signer that pays the gas.

    Example: hokctl oracle apply 21 --dry-run
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.services.oracle_plans import plan_apply

    model_id = parse_model_id(model)
    return _carried(context, plan_apply(context.snapshot, context.deployment, model_id), model_id)


@command(app, "margin", carries=True)
def margin(
    context: AppContext,
    value: Annotated[
        str, typer.Argument(metavar="MARGIN", help="Basis points (1500) or a percentage (15%).", show_default=False)
    ],
) -> CommandResult:
    """Set the gross margin of the price for users over the cost.

    Needs GOV_ROLE on the oracle.

    Example: hokctl oracle margin 15% --dry-run
    """
    from hokctl.domain.splits import parse_bps
    from hokctl.services.oracle_plans import plan_margin

    return _carried(context, (plan_margin(context.snapshot, context.deployment, parse_bps(value)), ()))


@command(app, "epoch", carries=True)
def epoch(
    context: AppContext,
    days: Annotated[int, typer.Argument(metavar="DAYS", min=1, help="Whole days.", show_default=False)],
) -> CommandResult:
    """Set the least time between two changes of a cost.

    Needs DEFAULT_ADMIN_ROLE on the oracle.

    Example: hokctl oracle epoch 30 --dry-run
    """
    from hokctl.services.oracle_plans import plan_epoch

    return _carried(context, (plan_epoch(context.snapshot, context.deployment, days), ()))


@command(app, "limit", carries=True)
def limit(
    context: AppContext,
    max_age: Annotated[
        int | None,
        typer.Option(
            "--max-age", min=0, max=3650, metavar="DAYS", help="Costs older than this count no more; 0: any age."
        ),
    ] = None,
    max_share: Annotated[
        str | None,
        typer.Option(
            "--max-share", metavar="SHARE", help="The most of a fee that a cost may take, such as 90% or 9000."
        ),
    ] = None,
) -> CommandResult:
    """Limit what the oracle's costs do to a fee, in the fee router. Set both before the first cost takes effect.

    Needs DEFAULT_ADMIN_ROLE on the fee router.

    Example: hokctl oracle limit --max-age 45 --max-share 90% --dry-run
    """
    from hokctl.domain.splits import parse_bps
    from hokctl.services.router_limits import plan_limits

    share = None if max_share is None else parse_bps(max_share)
    plan = plan_limits(context.snapshot, context.deployment, max_age_days=max_age, max_share_bps=share)
    return _carried(context, (plan, ()))


def _carried(context: AppContext, planned: "Planned", *model_ids: str) -> CommandResult:
    from hokctl.domain.units import ModelId
    from hokctl.result.carried import carried_result
    from hokctl.services.proposals import carry

    plan, findings = planned
    carrier = context.carrier(*(ModelId(model_id) for model_id in model_ids))
    return carried_result(carry(plan, carrier, findings=findings))

"""Show and set the split between infrastructure and profit."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import ModelArgument, OptionalModels, command
from hokctl.result import CommandResult, Table

if TYPE_CHECKING:
    from hokctl.domain.documents import JsonValue

app = typer.Typer(
    help="Show and set the split between infrastructure and profit.", rich_markup_mode=None, add_completion=False
)


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
    split: Annotated[
        str, typer.Argument(metavar="SPLIT", help="Basis points (7000) or a percentage (70%).", show_default=False)
    ],
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

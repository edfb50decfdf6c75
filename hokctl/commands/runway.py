"""Show for how long the reserve of each model lasts."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.errors import UsageError
from hokctl.exit_codes import ExitCode
from hokctl.options import OptionalModels, command
from hokctl.result import CommandResult, Facts, Status, Table, amount_to_json

if TYPE_CHECKING:
    from hokctl.domain.documents import JsonObject
    from hokctl.domain.units import ModelId
    from hokctl.services.runway import ModelRunway, RunwayReport

app = typer.Typer(
    help="Show for how long the reserve of each model lasts.", rich_markup_mode=None, add_completion=False
)


@command(app)
def runway(
    context: AppContext,
    models: OptionalModels = None,
    daily_burn: Annotated[
        str | None,
        typer.Option("--daily-burn", metavar="AMOUNT", help="The burn a day in token units, for exactly one model."),
    ] = None,
    fail_under: Annotated[
        int | None,
        typer.Option("--fail-under", min=0, metavar="DAYS", help="Exit 5 when a runway is shorter, or unknown."),
    ] = None,
) -> CommandResult:
    """Show what each model has accrued, what it burns a day, and for how many whole days that lasts.

    The burn is what --daily-burn gives or the configuration declares; without one the runway is unknown.
    Anyone may run it.

    Example: hokctl runway 21 --daily-burn 100
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.services.runway import check_runway, measure_runway

    model_ids = tuple(parse_model_id(model) for model in models or ())
    report = measure_runway(
        context.snapshot,
        context.deployment,
        model_ids,
        declared=context.settings.declared_burn,
        given=_given(model_ids, daily_burn),
    )
    findings = () if fail_under is None else check_runway(report, fail_under)
    totals = (("accrued by these", str(report.total_accrued)), ("reserve balance", str(report.reserve_balance)))
    return CommandResult(
        data=_report_to_json(report),
        blocks=(_table(context, report.models), Facts(totals)),
        status=Status.FINDINGS if findings else Status.OK,
        exit_code=ExitCode.FINDINGS if findings else ExitCode.OK,
        block=context.snapshot.block,
        findings=findings,
    )


def _given(model_ids: "tuple[ModelId, ...]", daily_burn: str | None) -> "dict[ModelId, str]":
    if daily_burn is None:
        return {}
    if len(model_ids) != 1:
        raise UsageError(
            "--daily-burn takes exactly one model.",
            hint='Name the model, or declare the burn of each under [models."ID"] in the configuration.',
        )
    return {model_ids[0]: daily_burn}


def _report_to_json(report: "RunwayReport") -> "JsonObject":
    return {
        "models": [_to_json(item) for item in report.models],
        "total_accrued": amount_to_json(report.total_accrued),
        "reserve_balance": amount_to_json(report.reserve_balance),
    }


def _table(context: AppContext, models: "tuple[ModelRunway, ...]") -> Table:
    rows = []
    for item in models:
        model, provider = item.model, item.model.provider
        name = "none" if provider is None else context.settings.name_of(provider, context.network) or provider
        days = item.runway.state.value if item.runway.days is None else f"{item.runway.days} days"
        burn = "-" if item.daily_burn is None else f"{item.daily_burn} ({item.burn_source.value})"
        until = "-" if item.runway.depleted_on is None else item.runway.depleted_on.isoformat()
        rows.append((model.model_id, str(model.accrued), str(model.paid), burn, days, until, name))
    columns = ("model", "accrued", "paid", "burn a day", "runway", "until", "provider")
    return Table(columns, tuple(rows), right=frozenset(columns[1:5]), empty="There are no models.")


def _to_json(item: "ModelRunway") -> "JsonObject":
    model, depleted_on = item.model, item.runway.depleted_on
    return {
        "model_id": model.model_id,
        "accrued": amount_to_json(model.accrued),
        "paid": amount_to_json(model.paid),
        "daily_burn": None if item.daily_burn is None else amount_to_json(item.daily_burn),
        "burn_source": item.burn_source.value,
        "runway_days": item.runway.days,
        "runway_state": item.runway.state.value,
        "depleted_at": None if depleted_on is None else depleted_on.isoformat(),
        "provider": model.provider,
        "infrastructure_accrual_bps": model.infrastructure_accrual_bps,
        "profit_share_bps": model.profit_share_bps,
    }

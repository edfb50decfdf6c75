"""Show for how long the reserve of each model lasts."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.domain.runway import BurnChoice
from hokctl.exit_codes import ExitCode
from hokctl.options import BurnOption, DailyBurnOption, NoCacheOption, OptionalModels, WindowOption, command
from hokctl.result import CommandResult, Status

if TYPE_CHECKING:
    from hokctl.domain.findings import Finding
    from hokctl.services.runway import RunwayReport

app = typer.Typer(
    help="Show for how long the reserve of each model lasts.", rich_markup_mode=None, add_completion=False
)


@command(app)
def runway(
    context: AppContext,
    models: OptionalModels = None,
    *,
    daily_burn: DailyBurnOption = None,
    burn: BurnOption = BurnChoice.AUTO,
    window_days: WindowOption = 30,
    net: Annotated[
        bool, typer.Option("--net", help="Read the deposits also where the burn is given or declared.")
    ] = False,
    plot: Annotated[bool, typer.Option("--plot", help="Draw the reserve of each model, and what comes of it.")] = False,
    fail_under: Annotated[
        int | None,
        typer.Option("--fail-under", min=0, metavar="DAYS", help="Exit 5 when a runway is shorter, or unknown."),
    ] = None,
    no_cache: NoCacheOption = False,
) -> CommandResult:
    """Show what each model has accrued, what it burns a day, and for how many whole days that lasts.

    The burn is what --daily-burn gives or the configuration declares; else what was paid on the chain over the last
    days, else what invoices in the book charge for them; without any the runway is unknown. Anyone may run it.

    Example: hokctl runway 21 --daily-burn 100
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.services.burn_opening import given_burn, open_burns, open_reading
    from hokctl.services.runway import measure_by

    model_ids = tuple(parse_model_id(model) for model in models or ())
    given = given_burn(model_ids, daily_burn, burn)
    history = open_reading(context, cached=not no_cache)
    sources = open_burns(context, history, given=given, choice=burn, window_days=window_days, net=net or plot)
    report = measure_by(sources, context.snapshot, context.deployment, model_ids)
    return _result(context, report, fail_under, plot=plot)


def _result(context: AppContext, report: "RunwayReport", fail_under: int | None, *, plot: bool) -> CommandResult:
    from hokctl.result.runway import report_blocks, report_to_json

    findings, failed = _judge(report, fail_under)
    return CommandResult(
        data=report_to_json(report, paths=plot),
        blocks=report_blocks(report, lambda address: context.settings.name_of(address, context.network), plots=plot),
        status=Status.FINDINGS if failed else Status.OK,
        exit_code=ExitCode.FINDINGS if failed else ExitCode.OK,
        block=context.snapshot.block,
        findings=findings,
    )


def _judge(report: "RunwayReport", fail_under: int | None) -> "tuple[tuple[Finding, ...], bool]":
    """Return what to warn of, and whether the runway is shorter than allowed; a model is told of once."""
    from hokctl.services.runway_findings import check_runway, warn_runway

    failing = () if fail_under is None else check_runway(report, fail_under)
    short = {finding.subject for finding in failing}
    warned = tuple(one for one in warn_runway(report) if one.code == "runway-differs" or one.subject not in short)
    return (*failing, *warned), bool(failing)

"""Deploy, list and show models."""

from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import ModelArgument, command
from hokctl.result import CommandResult, Table

app = typer.Typer(help="Deploy, list and show models.", rich_markup_mode=None, add_completion=False)

LICENSE_URI = "https://hokusai.ai/licenses/default"


@command(app, "add", carries=True)
def add(
    context: AppContext,
    model: ModelArgument,
    *,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="The token's name.", show_default=False)],
    symbol: Annotated[str, typer.Option("--symbol", metavar="TEXT", help="The token's symbol.", show_default=False)],
    supply: Annotated[str, typer.Option("--supply", metavar="AMOUNT", help="The initial supply in tokens.")] = "1000",
    split: Annotated[
        str, typer.Option("--split", metavar="SPLIT", help="The share of fees for infrastructure: 8000 or 80%.")
    ] = "80%",
    metric: Annotated[
        str, typer.Option("--metric", metavar="TEXT", help="What the model is measured by.")
    ] = "accuracy",
    governor: Annotated[
        str | None,
        typer.Option("--governor", metavar="ADDRESS", help="Who governs the parameters; else TokenManager's owner."),
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", metavar="ADDRESS", help="Who is paid for its infrastructure.")
    ] = None,
    tokens_per_delta_one: Annotated[
        int, typer.Option("--tokens-per-delta-one", min=100, max=100_000, help="The reward rate.")
    ] = 1_000,
    license_uri: Annotated[str, typer.Option("--license-uri", metavar="URI", help="Its licence.")] = LICENSE_URI,
) -> CommandResult:
    """Deploy a model's token and parameters, register it, and create and authorise its pool, all in one plan.

    A model that was begun and not finished is completed. Needs DEPLOYER_ROLE and ownership of TokenManager, and
    ownership of registry and factory; the reserve's administrator sets the provider. The pool gets the protocol's
    default curve.

    Example: hokctl model add 24 --name "Hokusai Vision" --symbol HVIS --split 75% --provider together
    """
    from dataclasses import replace

    from hokctl.result.carried import carried_result
    from hokctl.services.deploy_progress import follow_model
    from hokctl.services.deploy_state import open_manifest
    from hokctl.services.model_adding import ModelTexts, build_model, plan_model, read_default_governor, with_model
    from hokctl.services.proposals import carry

    texts = ModelTexts(
        model_id=model, name=name, symbol=symbol, supply=supply, split=split, metric=metric, license_uri=license_uri
    )
    wanted = build_model(
        texts,
        tokens_per_delta_one=tokens_per_delta_one,
        governor=read_default_governor(context.snapshot, context.deployment)
        if governor is None
        else context.address(governor),
        provider=None if provider is None else context.address(provider),
    )
    planned = plan_model(context.snapshot, context.deployment, wanted)
    path, manifest = open_manifest(context.network)
    progress = follow_model(path, manifest, planned.steps)
    known = with_model(context.deployment, planned.entry)
    carrier = replace(context.carrier(wanted.model_id, deployment=known), progress=progress)
    carried = carry(planned.plan, carrier, findings=planned.findings)
    entry = planned.entry
    contracts = {"token": entry.token, "params": entry.params, "pool": entry.pool}
    return carried_result(carried, data={"model": {"model_id": wanted.model_id, **contracts}})


@command(app, "list")
def list_models(context: AppContext) -> CommandResult:
    """List the models with split, accrual, provider and pricing phase.

    Anyone may run it.

    Example: hokctl model list
    """
    from hokctl.result.models import COLUMNS, model_row, summary_to_json
    from hokctl.services.models import read_reserve

    models = read_reserve(context.snapshot, context.deployment).models
    return CommandResult(
        data={"models": [summary_to_json(model) for model in models]},
        blocks=(
            Table(
                COLUMNS,
                tuple(model_row(model) for model in models),
                right=frozenset(COLUMNS[1:5]),
                empty="There are no models; `hokctl model add` makes one.",
            ),
        ),
        block=context.snapshot.block,
    )


@command(app, "show")
def show(context: AppContext, model: ModelArgument) -> CommandResult:
    """Show all of one model: accrual, split and who governs it, token, pool with price and phase, registration.

    Anyone may run it. A price means something only within its phase: the two phases have different scales.

    Example: hokctl model show 21
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.models import details_blocks, details_to_json
    from hokctl.services.model_details import read_model

    details = read_model(context.snapshot, context.deployment, parse_model_id(model))
    return CommandResult(data=details_to_json(details), blocks=details_blocks(details), block=context.snapshot.block)

"""Show and set infrastructure providers."""

from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import ModelArgument, command
from hokctl.result import CommandResult, Table

app = typer.Typer(help="Show and set infrastructure providers.", rich_markup_mode=None, add_completion=False)


@command(app, "list")
def list_providers(context: AppContext) -> CommandResult:
    """Show which provider is registered to be paid for each model.

    Anyone may run it.

    Example: hokctl provider list
    """
    from hokctl.services.models import read_reserve

    models = read_reserve(context.snapshot, context.deployment).models
    named = [
        (model, None if model.provider is None else context.settings.name_of(model.provider, context.network))
        for model in models
    ]
    rows = tuple((model.model_id, name or "-", model.provider or "none") for model, name in named)
    return CommandResult(
        data={
            "models": [{"model_id": model.model_id, "provider": model.provider, "name": name} for model, name in named]
        },
        blocks=(Table(("model", "name", "provider"), rows, empty="There are no models."),),
        block=context.snapshot.block,
    )


@command(app, "set", carries=True)
def set_provider(
    context: AppContext,
    model: ModelArgument,
    provider: Annotated[
        str, typer.Argument(metavar="PROVIDER", help="An address, or a name in the address book.", show_default=False)
    ],
) -> CommandResult:
    """Register the provider that is paid for a model.

    Needs DEFAULT_ADMIN_ROLE on the reserve.

    Example: hokctl provider set 21 together --dry-run
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.carried import carried_result
    from hokctl.services.proposals import carry
    from hokctl.services.providers import plan_provider

    model_id, address = parse_model_id(model), context.address(provider)
    name = context.settings.name_of(address, context.network)
    plan = plan_provider(context.snapshot, context.deployment, model_id, address, name=name)
    return carried_result(carry(plan, context.carrier(model_id)))

"""Show and set the other governed parameters."""

from pathlib import Path
from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.errors import UsageError
from hokctl.options import ModelArgument, command
from hokctl.result import CommandResult, Facts, Heading

app = typer.Typer(help="Show and set the other governed parameters.", rich_markup_mode=None, add_completion=False)


@command(app, "show")
def show(context: AppContext, model: ModelArgument) -> CommandResult:
    """Show the licence reference and the reward rate of a model, and the bounds that its contract sets.

    Anyone may run it.

    Example: hokctl params show 21
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.services.parameters import read_parameters

    state = read_parameters(context.snapshot, context.deployment, parse_model_id(model))
    low, high = state.min_tokens_per_delta_one, state.max_tokens_per_delta_one
    facts = (
        ("params", state.params),
        ("tokens-per-delta-one", f"{state.tokens_per_delta_one} (allowed: {low} to {high})"),
        ("license-uri", state.license.uri),
        ("license hash", state.license.hash),
    )
    return CommandResult(
        data={
            "model_id": state.model_id,
            "params": state.params,
            "tokens_per_delta_one": str(state.tokens_per_delta_one),
            "min_tokens_per_delta_one": str(low),
            "max_tokens_per_delta_one": str(high),
            "license_uri": state.license.uri,
            "license_hash": state.license.hash,
        },
        blocks=(Heading(f"Parameters of model {state.model_id}"), Facts(facts)),
        block=context.snapshot.block,
    )


@command(app, "set", carries=True)
def set_parameter(
    context: AppContext,
    model: ModelArgument,
    key: Annotated[str, typer.Argument(metavar="KEY", help="tokens-per-delta-one or license-uri.", show_default=False)],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The new value.", show_default=False)],
    license_file: Annotated[
        Path | None,
        typer.Option("--license-file", metavar="FILE", help="The licence's text, whose hash goes on the chain too."),
    ] = None,
) -> CommandResult:
    """Set a governed parameter of a model. A new license-uri keeps the hash of the text unless --license-file is given.

    Needs GOV_ROLE on the model's params.

    Example: hokctl params set 21 tokens-per-delta-one 2000 --dry-run
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.carried import carried_result
    from hokctl.services.parameters import plan_parameter
    from hokctl.services.proposals import carry

    model_id = parse_model_id(model)
    license_hash = None if license_file is None else _hash_file(license_file)
    plan = plan_parameter(context.snapshot, context.deployment, model_id, key, value, license_hash=license_hash)
    return carried_result(carry(plan, context.carrier(model_id)))


def _hash_file(path: Path) -> str:
    from hokctl.domain.invoices import hash_document

    try:
        return hash_document(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", hint="Name an existing file.") from error

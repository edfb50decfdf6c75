"""Show and set the other governed parameters."""

from pathlib import Path
from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.errors import UsageError
from hokctl.options import ModelArgument, command
from hokctl.result import CommandResult, Heading

app = typer.Typer(help="Show and set the other governed parameters.", rich_markup_mode=None, add_completion=False)


@command(app, "show")
def show(context: AppContext, model: ModelArgument) -> CommandResult:
    """Show the reward rate and the licence of a model, and the bounds that its contract sets.

    On the live protocol also vesting, the oracle price, and what is queued: nothing reads a queued value, so that
    it has no effect on the split. Anyone may run it.

    Example: hokctl params show 21
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.parameters import parameter_facts, parameters_to_json
    from hokctl.services.parameters import read_parameters

    state = read_parameters(context.snapshot, context.deployment, parse_model_id(model))
    return CommandResult(
        data=parameters_to_json(state),
        blocks=(Heading(f"Parameters of model {state.model_id}"), parameter_facts(state)),
        block=context.snapshot.block,
        findings=state.findings,
    )


@command(app, "set", carries=True)
def set_parameter(
    context: AppContext,
    model: ModelArgument,
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY",
            help="tokens-per-delta-one, license-uri; live also: oracle-price-per-thousand-usd, vesting-enabled, "
            "vesting-immediate-unlock, vesting-duration, vesting-cliff.",
            show_default=False,
        ),
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The new value.", show_default=False)],
    license_file: Annotated[
        Path | None,
        typer.Option("--license-file", metavar="FILE", help="The licence's text, whose hash goes on the chain too."),
    ] = None,
) -> CommandResult:
    """Set a governed parameter of a model. A new license-uri keeps the hash of the text unless --license-file is given.

    On the live protocol the reward rate is stored in 1e-18 of a token, and a value up to ten million means whole
    tokens. Needs GOV_ROLE on the model's params; it takes effect at once.

    Example: hokctl params set 21 tokens-per-delta-one 2000 --dry-run
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.carried import carried_result
    from hokctl.services.parameter_changes import plan_parameter
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

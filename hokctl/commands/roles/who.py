"""Say who may make a call."""

from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

app = typer.Typer()


@command(app, "who")
def who(
    context: AppContext,
    target: Annotated[
        str,
        typer.Argument(
            metavar="ROLE|CALL",
            help="Contract.function, a function, a signature, a role, or grantRole(ROLE).",
            show_default=False,
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="ID", help="Whose token, params or pool.", show_default=False),
    ] = None,
) -> CommandResult:
    """Say who may make a call, as the chain has it: the accounts, what they are, each step and how long it takes.

    Anyone may run it; exit 5 when nobody may, with the reason.

    Example: hokctl roles who InfrastructureReserve.emergencyWithdraw
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.authorities import who_result
    from hokctl.services.authorities import who_may

    model_id = None if model is None else parse_model_id(model)
    answer = who_may(context.snapshot, context.deployment, target, model_id)
    return who_result(answer, context.runtime.names, context.snapshot.block)

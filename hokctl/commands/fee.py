"""Quote and deposit API fees."""

from pathlib import Path
from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.errors import UsageError
from hokctl.options import AmountArgument, ModelArgument, command
from hokctl.result import CommandResult, Heading

CallsOption = Annotated[
    str | None,
    typer.Option("--calls", metavar="N", help="How many API calls the fee is for; the live protocol asks it."),
]

app = typer.Typer(help="Quote and deposit API fees.", rich_markup_mode=None, add_completion=False)


@command(app, "quote")
def quote(
    context: AppContext, model: ModelArgument, amount: AmountArgument, calls: CallsOption = None
) -> CommandResult:
    """Show what a fee would split into and by what, and what it would do to the price of the model's pool.

    On the live protocol a fee is for a number of calls, which decides over the split where the cost oracle has a
    cost for the model. Anyone may run it.

    Example: hokctl fee quote 21 100
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.fees import quote_facts, quote_to_json
    from hokctl.services.fee_files import parse_calls
    from hokctl.services.fees import quote_fee

    count = None if calls is None else parse_calls(calls)
    found = quote_fee(context.snapshot, context.deployment, parse_model_id(model), amount, count)
    return CommandResult(
        data=quote_to_json(found),
        blocks=(Heading(f"A fee of {found.amount} for model {found.model.model_id}"), quote_facts(found)),
        block=context.snapshot.block,
    )


@command(app, "deposit", carries=True)
def deposit(
    context: AppContext,
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="The id of the model.")] = None,
    amount: Annotated[str | None, typer.Argument(metavar="[AMOUNT]", help="A decimal amount in token units.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="CSV",
            readable=False,
            help="Deposit the fees in a file with the header model,amount[,calls].",
        ),
    ] = None,
    calls: CallsOption = None,
) -> CommandResult:
    """Deposit API fees: hokctl allows the router to take them where needed, then has it split them.

    On the live protocol each fee is for a number of calls (--calls, or the column `calls` of the file); where the
    cost oracle has a cost for the model, a fee without calls is refused: all of it would go to the pool.
    Needs FEE_DEPOSITOR_ROLE on the router, and the tokens.

    Example: hokctl fee deposit 21 100 --signer backend
    """
    from hokctl.result.carried import carried_result
    from hokctl.services.fee_files import parse_fee, read_fee_file
    from hokctl.services.fees import plan_deposit
    from hokctl.services.proposals import carry

    token = context.deployment.token(context.snapshot)
    if file is not None and model is None and calls is None:
        fees = read_fee_file(file, token)
    elif file is None and model is not None and amount is not None:
        fees = (parse_fee(model, amount, token, calls),)
    else:
        raise UsageError(
            "A deposit needs a model and an amount, or a file of fees.",
            hint="hokctl fee deposit 21 100, or hokctl fee deposit --file fees.csv",
        )
    plan = plan_deposit(context.snapshot, context.deployment, fees, context.actor("deposit fees"))
    return carried_result(carry(plan, context.carrier(*(fee.model_id for fee in fees))))

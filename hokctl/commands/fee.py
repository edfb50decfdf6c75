"""Quote and deposit API fees."""

from pathlib import Path
from typing import Annotated

import typer

from hokctl.context import AppContext
from hokctl.errors import UsageError
from hokctl.options import AmountArgument, ModelArgument, command
from hokctl.result import CommandResult, Facts, Heading, amount_to_json

app = typer.Typer(help="Quote and deposit API fees.", rich_markup_mode=None, add_completion=False)


@command(app, "quote")
def quote(context: AppContext, model: ModelArgument, amount: AmountArgument) -> CommandResult:
    """Show what a fee would split into, and what it would do to the price of the model's pool.

    Anyone may run it.

    Example: hokctl fee quote 21 100
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.models import describe_spot_price
    from hokctl.services.fees import quote_fee

    found = quote_fee(context.snapshot, context.deployment, parse_model_id(model), amount)
    after, token = found.spot_price_after, found.amount.token
    then = "the pool graduates" if after is None else describe_spot_price(after, found.phase, token)
    facts = (
        ("to infrastructure", str(found.infrastructure)),
        ("to the pool", str(found.profit)),
        ("pool phase", found.phase),
        ("pool reserve", str(found.reserve_before)),
        ("spot price now", describe_spot_price(found.spot_price_before, found.phase, token)),
        ("spot price then", then),
    )
    return CommandResult(
        data={
            "model_id": found.model.model_id,
            "amount": amount_to_json(found.amount),
            "infrastructure": amount_to_json(found.infrastructure),
            "profit": amount_to_json(found.profit),
            "infrastructure_accrual_bps": found.model.infrastructure_accrual_bps,
            "phase": found.phase,
            "pool_reserve": amount_to_json(found.reserve_before),
            "spot_price_before": str(found.spot_price_before),
            "spot_price_after": None if after is None else str(after),
        },
        blocks=(Heading(f"A fee of {found.amount} for model {found.model.model_id}"), Facts(facts)),
        block=context.snapshot.block,
    )


@command(app, "deposit", carries=True)
def deposit(
    context: AppContext,
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="The id of the model.")] = None,
    amount: Annotated[str | None, typer.Argument(metavar="[AMOUNT]", help="A decimal amount in token units.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="CSV", help="Deposit the fees in a file with the header model,amount."),
    ] = None,
) -> CommandResult:
    """Deposit API fees: hokctl allows the router to take them where needed, then has it split them.

    Needs FEE_DEPOSITOR_ROLE on the router, and the tokens.

    Example: hokctl fee deposit 21 100 --signer backend
    """
    from hokctl.result.carried import carried_result
    from hokctl.services.fees import parse_fee, plan_deposit, read_fee_file
    from hokctl.services.proposals import carry

    token = context.deployment.token(context.snapshot)
    if file is not None and model is None:
        fees = read_fee_file(file, token)
    elif file is None and model is not None and amount is not None:
        fees = (parse_fee(model, amount, token),)
    else:
        raise UsageError(
            "A deposit needs a model and an amount, or a file of fees.",
            hint="hokctl fee deposit 21 100, or hokctl fee deposit --file fees.csv",
        )
    plan = plan_deposit(context.snapshot, context.deployment, fees, context.actor("deposit fees"))
    return carried_result(carry(plan, context.carrier(*(fee.model_id for fee in fees))))

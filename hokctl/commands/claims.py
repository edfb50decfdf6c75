"""Show and release what the live protocol's escrow holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.errors import UsageError
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.domain.amounts import Token
    from hokctl.domain.findings import Finding
    from hokctl.domain.plans import Plan

app = typer.Typer(
    help="Show and release what the live protocol's escrow holds.", rich_markup_mode=None, add_completion=False
)

TokenArgument = Annotated[
    str,
    typer.Argument(metavar="TOKEN", help="A model's id for its token, usdc, or an address.", show_default=False),
]


@command(app, "show")
def show(context: AppContext) -> CommandResult:
    """Show what the escrow holds and has released of each token, what its admin took out, and what vests for it.

    Anyone may run it.

    Example: hokctl claims show
    """
    from hokctl.result.claims import claims_result
    from hokctl.services.escrows import check_escrow, read_escrow

    state = read_escrow(context.snapshot, context.deployment)
    return claims_result(state, tuple(check_escrow(state)), context.snapshot.block)


@command(app, "release", carries=True)
def release(
    context: AppContext,
    token: TokenArgument,
    claim: Annotated[
        list[str] | None, typer.Argument(metavar="TO AMOUNT", help="Who gets it, and how many tokens.")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option("--reference", metavar="TEXT|HASH", help="What the claim goes by; never released twice."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="CSV", help="Release the claims in a file with the header to,amount,reference."),
    ] = None,
) -> CommandResult:
    """Pay claims out of the escrow. A reference that was ever released is refused, whoever it went to.

    Needs RELEASER_ROLE on the escrow.

    Example: hokctl claims release 21 0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65 250 --reference CLAIM-7 --dry-run
    """
    from hokctl.services.claim_plans import parse_claim, plan_release, read_claim_file

    found = _token(context, token)
    if file is not None and not claim and reference is None:
        claims = read_claim_file(file, found, context.address)
    elif file is None and reference is not None and claim is not None and len(claim) == 2:  # noqa: PLR2004 - to, amount
        claims = (parse_claim(context.address(claim[0]), claim[1], reference, found),)
    else:
        raise UsageError(
            "A release needs who gets it, an amount and a --reference, or a file of claims.",
            hint="hokctl claims release TOKEN TO AMOUNT --reference TEXT, or TOKEN --file claims.csv",
        )
    return _carried(context, plan_release(context.snapshot, context.deployment, claims))


@command(app, "rescue", carries=True)
def rescue(
    context: AppContext,
    token: TokenArgument,
    to: Annotated[str, typer.Argument(metavar="TO", help="Who gets it: an address or a name.", show_default=False)],
    amount: Annotated[
        str, typer.Argument(metavar="AMOUNT|all", help="A decimal amount of the token, or all.", show_default=False)
    ],
) -> CommandResult:
    """Take any token out of the escrow, paused or not, WHATEVER CLAIMS IT IS FOR. People may go without.

    Needs DEFAULT_ADMIN_ROLE on the escrow.

    Example: hokctl claims rescue usdc treasury all --dry-run
    """
    from hokctl.services.claim_plans import plan_rescue

    found, taker = _token(context, token), context.address(to)
    plan, findings = plan_rescue(context.snapshot, context.deployment, found, taker, amount)
    return _carried(context, plan, findings)


@command(app, "claim-vested", carries=True)
def claim_vested(
    context: AppContext,
    schedules: Annotated[
        list[int] | None,
        typer.Argument(metavar="SCHEDULE", min=0, help="Schedules; all with something due when none is named."),
    ] = None,
) -> CommandResult:
    """Take what has become due in the vesting vault into the escrow.

    Needs what the escrow asks, which hokctl finds out by trying. Until a schedule is over its amount grows with each
    block and cannot be declared: --allow effect-undeclared.

    Example: hokctl claims claim-vested --dry-run
    """
    from hokctl.services.vesting_plans import plan_claim_vested

    plan, findings = plan_claim_vested(context.snapshot, context.deployment, tuple(schedules or ()))
    return _carried(context, plan, findings)


@command(app, "pause", carries=True)
def pause(context: AppContext) -> CommandResult:
    """Stop releases from the escrow; rescues by its admin go on.

    Needs PAUSER_ROLE on the escrow.

    Example: hokctl claims pause --dry-run
    """
    from hokctl.services.claim_plans import plan_pause

    return _carried(context, plan_pause(context.snapshot, context.deployment, pause=True))


@command(app, "unpause", carries=True)
def unpause(context: AppContext) -> CommandResult:
    """Let releases from the escrow go on.

    Needs DEFAULT_ADMIN_ROLE on the escrow.

    Example: hokctl claims unpause --dry-run
    """
    from hokctl.services.claim_plans import plan_pause

    return _carried(context, plan_pause(context.snapshot, context.deployment, pause=False))


def _token(context: AppContext, text: str) -> "Token":
    from hokctl.services.tokens import find_token

    return find_token(context.snapshot, context.deployment, text, context.address)


def _carried(context: AppContext, plan: "Plan", findings: "tuple[Finding, ...]" = ()) -> CommandResult:
    from hokctl.result.carried import carried_result
    from hokctl.services.proposals import carry

    return carried_result(carry(plan, context.carrier(), findings=findings))

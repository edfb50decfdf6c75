"""Brake the reserve, release it, withdraw from it."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult, Facts, Heading, Table, amount_to_json

if TYPE_CHECKING:
    from hokctl.domain.units import ModelId

app = typer.Typer(help="Brake the reserve, release it, withdraw from it.", rich_markup_mode=None, add_completion=False)

Pools = Annotated[
    list[str] | None,
    typer.Option("--pools", metavar="MODEL", help="The pools of these models (repeatable) or `all`, not the reserve."),
]


@command(app, "status")
def status(context: AppContext) -> CommandResult:
    """Show whether the brake is pulled; who can pull it, release it and withdraw, and how soon, as the chain says.

    Anyone may run it.

    Example: hokctl emergency status
    """
    from hokctl.result.authorities import who_rows, who_to_json
    from hokctl.services.emergencies import read_emergency

    state = read_emergency(context.snapshot, context.deployment)
    rows = tuple(row for action, answer in state.actions for row in who_rows(action, answer))
    paused_pools: list[str] = list(state.paused_pools)
    facts = (
        ("reserve", "PAUSED" if state.treasury.paused else "running"),
        ("paused pools", ", ".join(paused_pools) or "none"),
        ("reserve balance", str(state.treasury.balance)),
        ("treasury", state.treasury.treasury),
    )
    return CommandResult(
        data={
            "paused": state.treasury.paused,
            "paused_pools": [*paused_pools],
            "reserve_balance": amount_to_json(state.treasury.balance),
            "treasury": state.treasury.treasury,
            "actions": [{"action": action, **who_to_json(answer)} for action, answer in state.actions],
        },
        blocks=(Heading("Emergency brake"), Facts(facts), Table(("action", "earliest", "who, step by step"), rows)),
        block=context.snapshot.block,
    )


@command(app, "pause", carries=True)
def pause(context: AppContext, pools: Pools = None) -> CommandResult:
    """Stop deposits to and payments from the reserve, or trading in pools.

    Needs PAUSER_ROLE on the reserve (DEFAULT_ADMIN_ROLE on v2.0.0), or ownership of the pool factory; on the live
    protocol its pauser pauses pools at once. Pools of v2.0.0 cannot be paused.

    Example: hokctl emergency pause --dry-run
    """
    return _brake(context, pools, pause=True)


@command(app, "unpause", carries=True)
def unpause(context: AppContext, pools: Pools = None) -> CommandResult:
    """Let deposits and payments, or trading in pools, go on.

    Needs DEFAULT_ADMIN_ROLE on the reserve, or ownership of the pool factory.

    Example: hokctl emergency unpause --dry-run
    """
    return _brake(context, pools, pause=False)


@command(app, "withdraw", carries=True)
def withdraw(
    context: AppContext,
    amount: Annotated[
        str, typer.Argument(metavar="AMOUNT|all", help="A decimal amount in token units, or all.", show_default=False)
    ],
) -> CommandResult:
    """Withdraw from the reserve to its treasury, paused or not. What models have accrued is then not covered.

    Needs DEFAULT_ADMIN_ROLE on the reserve.

    Example: hokctl emergency withdraw all --dry-run
    """
    from hokctl.result.carried import carried_result
    from hokctl.services.emergencies import plan_withdrawal
    from hokctl.services.proposals import carry

    plan, findings = plan_withdrawal(context.snapshot, context.deployment, amount)
    return carried_result(carry(plan, context.carrier(), findings=findings))


def _brake(context: AppContext, pools: list[str] | None, *, pause: bool) -> CommandResult:
    from hokctl.result.carried import carried_result
    from hokctl.services.emergencies import plan_brake
    from hokctl.services.proposals import carry

    plan = plan_brake(context.snapshot, context.deployment, pause=pause, pools=_models(pools))
    return carried_result(carry(plan, context.carrier()))


def _models(pools: list[str] | None) -> "tuple[ModelId, ...] | None":
    from hokctl.domain.units import parse_model_id

    if not pools:
        return None
    return () if pools == ["all"] else tuple(parse_model_id(model) for model in pools)

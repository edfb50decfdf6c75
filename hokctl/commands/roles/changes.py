"""Give a power to an account, take it away, or move it to another."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from hokctl.services.role_changes import Action

app = typer.Typer()

RoleArgument = Annotated[
    str,
    typer.Argument(metavar="ROLE", help="A role, or owner, pauser, feeRecipient, deltaVerifier.", show_default=False),
]
AccountArgument = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="An address, or a name in the address book.", show_default=False)
]
ContractOption = Annotated[
    str | None, typer.Option("--contract", metavar="NAME|ADDRESS", help="On which contract.", show_default=False)
]
ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="ID", help="Whose token, params or pool.", show_default=False)
]


@command(app, "grant", carries=True)
def grant(
    context: AppContext,
    role: RoleArgument,
    account: AccountArgument,
    contract: ContractOption = None,
    model: ModelOption = None,
) -> CommandResult:
    """Give a power to an account: a role, or the ownership, which where it takes two steps is offered and accepted.

    Needs the role's admin role, or the ownership; accepting is for who was offered it, by the same command.

    Example: hokctl roles grant PAUSER_ROLE 0x158B985CC667b4E022AD05B99E89007790da66E2 --contract reserve --dry-run
    """
    from hokctl.services.role_changes import Action

    return _change(context, Action.GRANT, role, contract=contract, model=model, old=None, new=account)


@command(app, "revoke", carries=True)
def revoke(
    context: AppContext,
    role: RoleArgument,
    account: AccountArgument,
    contract: ContractOption = None,
    model: ModelOption = None,
) -> CommandResult:
    """Take a power from an account. The last one who can hand out roles is never removed.

    Needs the role's admin role.

    Example: hokctl roles revoke PAYER_ROLE treasury --contract reserve --dry-run
    """
    from hokctl.services.role_changes import Action

    return _change(context, Action.REVOKE, role, contract=contract, model=model, old=account, new=None)


@command(app, "move", carries=True)
def move(
    context: AppContext,
    role: RoleArgument,
    *,
    old: Annotated[str, typer.Option("--from", metavar="ACCOUNT", help="Who has it.", show_default=False)],
    new: Annotated[str, typer.Option("--to", metavar="ACCOUNT", help="Who is to have it.", show_default=False)],
    contract: ContractOption = None,
    model: ModelOption = None,
) -> CommandResult:
    """Move a power from one account to another: grant, prove, and only then revoke.

    Needs the role's admin role, or the ownership. By a key these are transactions of their own, and a run that was
    cut off goes on where it was; a Safe or a timelock makes one batch of them.

    Example: hokctl roles move PAYER_ROLE --from treasury --to alice --contract reserve --dry-run
    """
    from hokctl.services.role_changes import Action

    return _change(context, Action.MOVE, role, contract=contract, model=model, old=old, new=new)


def _change(
    context: AppContext,
    action: "Action",
    role: str,
    *,
    contract: str | None,
    model: str | None,
    old: str | None,
    new: str | None,
) -> CommandResult:
    from dataclasses import replace

    from hokctl.domain.units import parse_model_id
    from hokctl.result.role_changes import change_result
    from hokctl.services.power_progress import ProvingProgress
    from hokctl.services.power_targets import find_power
    from hokctl.services.proposals import carry
    from hokctl.services.role_changes import Surroundings, Wish, plan_change

    snapshot, deployment = context.snapshot, context.deployment
    model_id = None if model is None else parse_model_id(model)
    power = find_power(snapshot, deployment, role, contract=contract, model_id=model_id, resolve=context.address)
    wish = Wish(
        action=action,
        power=power,
        old=None if old is None else context.address(old),
        new=None if new is None else context.address(new),
    )
    knowledge = context.knowledge(deployment)
    around = Surroundings(
        known={**deployment.labels, **knowledge.book},
        policy=knowledge.policy,
        production=context.network.production,
    )
    change = plan_change(snapshot, deployment, wish, around)
    carrier = context.carrier()
    progress = ProvingProgress(carrier.chain, carrier.journal, change.plan, change.steps)
    carried = carry(change.plan, replace(carrier, progress=progress), findings=change.findings)
    return change_result(change, carried)

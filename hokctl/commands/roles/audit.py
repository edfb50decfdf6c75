"""List who holds what, and compare it with the policy."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eth_typing import ChecksumAddress

    from hokctl.config.policy import Policy
    from hokctl.domain.powers import Powers

app = typer.Typer()

NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Read all logs anew, and keep none of them for the next time.")
]


@command(app, "list")
def list_roles(
    context: AppContext,
    *,
    contract: Annotated[
        str | None,
        typer.Option("--contract", metavar="NAME", help="Over this contract: a name, or an address."),
    ] = None,
    holder: Annotated[
        str | None,
        typer.Option("--holder", metavar="ADDRESS|NAME", help="Of this account."),
    ] = None,
    no_cache: NoCache = False,
) -> CommandResult:
    """List every holder of every role, owner, treasury and the like, as logs and chain have it.

    Anyone may run it. What was read of final blocks is kept for the next time.

    Example: hokctl roles list --contract InfrastructureReserve
    """
    from hokctl.result.powers import powers_result
    from hokctl.services.role_lists import choose_holdings

    account = None if holder is None else context.address(holder)
    powers = _read(context, () if account is None else (account,), cached=not no_cache)
    return powers_result(powers, choose_holdings(powers, contract, account), context.runtime.names)


@command(app, "audit")
def audit(
    context: AppContext,
    *,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="Who shall hold what; without it, the network's policy."),
    ] = None,
    no_cache: NoCache = False,
) -> CommandResult:
    """Find who holds what they should not, and who lacks what they should hold.

    Anyone may run it; exit 5 when anything is found that the policy does not accept. Without a policy only general
    rules count: no power for the account that deployed, none over money with a single key, no role that cannot move.

    Example: hokctl roles audit --policy examples/policy.toml
    """
    from hokctl.config.policy import read_policy
    from hokctl.result.powers import audit_result
    from hokctl.services.role_audit import audit_roles, policy_accounts

    path = policy or context.network.policy
    agreed: Policy | None = None if path is None else read_policy(path, context.address)
    powers = _read(context, policy_accounts(agreed), cached=not no_cache)
    return audit_result(audit_roles(powers, agreed), path, context.runtime.names)


def _read(context: AppContext, candidates: "Iterable[ChecksumAddress]", *, cached: bool) -> "Powers":
    from hokctl.services.log_keeping import open_history, power_reader
    from hokctl.services.powers import read_powers

    deployment = context.deployment
    history = open_history(context.snapshot, deployment, cached=cached, note=context.ui.note, clock=context.now)
    return read_powers(context.snapshot, deployment, candidates=candidates, read_logs=power_reader(history))

"""Change a Safe itself: owners, threshold, modules and guard, each with a second confirmation."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.safe.common import choose
from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.services.safe_changes import SafeChange

app = typer.Typer()
owners = typer.Typer(help="List, add, remove and swap a Safe's owners, and set its threshold.", rich_markup_mode=None)
modules = typer.Typer(help="List, enable and disable what acts for a Safe unconfirmed.", rich_markup_mode=None)
guard = typer.Typer(help="Set what may refuse a Safe's transactions, or clear it.", rich_markup_mode=None)
app.add_typer(owners, name="owners")
app.add_typer(modules, name="modules")
app.add_typer(guard, name="guard")

OwnerArgument = Annotated[str, typer.Argument(metavar="OWNER", help="An address or a name.", show_default=False)]
ModuleArgument = Annotated[str, typer.Argument(metavar="MODULE", help="An address or a name.", show_default=False)]
ThresholdOption = Annotated[
    int | None, typer.Option("--threshold", min=1, metavar="N", help="How many must confirm then; default: as before.")
]


@command(owners, "list")
def list_owners(
    context: AppContext,
    safe: Annotated[str | None, typer.Option("--safe", metavar="ADDRESS|NAME", help="The Safe.")] = None,
) -> CommandResult:
    """List the owners of a Safe, what each of them is, and how many must confirm.

    Anyone may run it.

    Example: hokctl safe owners list
    """
    from hokctl.result.safe_members import members_blocks, members_to_json
    from hokctl.services.safe_changes import read_members

    members, _ = read_members(context.snapshot, choose(context, safe))
    names = {owner: context.settings.name_of(owner, context.network) for owner in members.safe.owners}
    return CommandResult(
        data=members_to_json(members, names), blocks=members_blocks(members, names), block=context.snapshot.block
    )


@command(owners, "add", carries=True)
def add_owner(context: AppContext, owner: OwnerArgument, threshold: ThresholdOption = None) -> CommandResult:
    """Propose that the Safe takes in one more owner.

    An owner of the Safe proposes it, and its owners sign; it asks twice, or takes --allow safe-changes-itself.

    Example: hokctl safe owners add dave --threshold 3 --signer alice
    """
    from hokctl.services.safe_changes import plan_owner_added

    newcomer = context.address(owner)
    return _change(context, lambda safe: plan_owner_added(context.snapshot, safe, newcomer, threshold))


@command(owners, "remove", carries=True)
def remove_owner(context: AppContext, owner: OwnerArgument, threshold: ThresholdOption = None) -> CommandResult:
    """Propose that an owner leaves the Safe.

    An owner of the Safe proposes it, and its owners sign; it asks twice, or takes --allow safe-changes-itself.

    Example: hokctl safe owners remove carol --threshold 2 --signer alice
    """
    from hokctl.services.safe_changes import plan_owner_removed

    leaving = context.address(owner)
    return _change(context, lambda safe: plan_owner_removed(context.snapshot, safe, leaving, threshold))


@command(owners, "swap", carries=True)
def swap_owner(
    context: AppContext,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The owner who leaves.", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Who takes the place.", show_default=False)],
) -> CommandResult:
    """Propose that another account takes the place of an owner; the threshold stays.

    An owner of the Safe proposes it, and its owners sign; it asks twice, or takes --allow safe-changes-itself.

    Example: hokctl safe owners swap carol dave --signer alice
    """
    from hokctl.services.safe_changes import plan_owner_swapped

    leaving, coming = context.address(old), context.address(new)
    return _change(context, lambda safe: plan_owner_swapped(context.snapshot, safe, leaving, coming))


@command(owners, "threshold", carries=True)
def set_threshold(
    context: AppContext,
    threshold: Annotated[int, typer.Argument(min=1, metavar="N", help="How many must confirm.", show_default=False)],
) -> CommandResult:
    """Propose how many of the owners must confirm from then on.

    An owner of the Safe proposes it, and its owners sign; it asks twice, or takes --allow safe-changes-itself.

    Example: hokctl safe owners threshold 3 --signer alice
    """
    from hokctl.services.safe_changes import plan_threshold

    return _change(context, lambda safe: plan_threshold(context.snapshot, safe, threshold))


@command(modules, "list")
def list_modules(
    context: AppContext,
    safe: Annotated[str | None, typer.Option("--safe", metavar="ADDRESS|NAME", help="The Safe.")] = None,
) -> CommandResult:
    """List the modules of a Safe: contracts that act for it without any confirmation.

    Anyone may run it.

    Example: hokctl safe modules list
    """
    from hokctl.result.safe_members import modules_blocks, modules_to_json
    from hokctl.safe.account import get_safe_details

    details = get_safe_details(context.snapshot, choose(context, safe))
    names = {module: context.settings.name_of(module, context.network) for module in details.modules}
    return CommandResult(
        data=modules_to_json(details, names), blocks=modules_blocks(details, names), block=context.snapshot.block
    )


@command(modules, "enable", carries=True)
def enable_module(context: AppContext, module: ModuleArgument) -> CommandResult:
    """Propose that a contract may act for the Safe without any confirmation.

    An owner of the Safe proposes it, and its owners sign; it asks twice, or takes --allow safe-changes-itself.

    Example: hokctl safe modules enable allowance-module --signer alice
    """
    from hokctl.services.safe_extensions import plan_module_enabled

    address = context.address(module)
    return _change(context, lambda safe: plan_module_enabled(context.snapshot, safe, address))


@command(modules, "disable", carries=True)
def disable_module(context: AppContext, module: ModuleArgument) -> CommandResult:
    """Propose that a module may no longer act for the Safe.

    An owner of the Safe proposes it, and its owners sign; it asks twice, or takes --allow safe-changes-itself.

    Example: hokctl safe modules disable allowance-module --signer alice
    """
    from hokctl.services.safe_extensions import plan_module_disabled

    address = context.address(module)
    return _change(context, lambda safe: plan_module_disabled(context.snapshot, safe, address))


@command(guard, "set", carries=True)
def set_guard(
    context: AppContext,
    address: Annotated[str, typer.Argument(metavar="GUARD", help="An address or a name.", show_default=False)],
) -> CommandResult:
    """Propose that a contract may refuse the Safe's transactions; one that refuses all locks the Safe for good.

    An owner of the Safe proposes it, and its owners sign; it asks twice, or takes --allow safe-changes-itself.

    Example: hokctl safe guard set delay-guard --signer alice
    """
    from hokctl.services.safe_extensions import plan_guard

    watching = context.address(address)
    return _change(context, lambda safe: plan_guard(context.snapshot, safe, watching))


@command(guard, "clear", carries=True)
def clear_guard(context: AppContext) -> CommandResult:
    """Propose that no guard watches the Safe any more.

    An owner of the Safe proposes it, and its owners sign; it asks twice, or takes --allow safe-changes-itself.

    Example: hokctl safe guard clear --signer alice
    """
    from hokctl.services.safe_extensions import plan_guard

    return _change(context, lambda safe: plan_guard(context.snapshot, safe, None))


def _change(context: AppContext, plan: "Callable[[ChecksumAddress], SafeChange]") -> CommandResult:
    """Carry the plan that `plan` builds for the Safe that is meant; only that Safe can make it."""
    from dataclasses import replace

    from hokctl.result.carried import carried_result
    from hokctl.services.proposals import carry

    safe = choose(context, None)
    change = plan(safe)
    carrier = replace(context.bare_carrier({safe: "Safe"}), changes_safe=True)
    built = replace(change.plan, config_source=context.config_source)
    return carried_result(carry(built, carrier, findings=change.findings), data={"safe": safe})

"""List, show, execute and cancel the operations of timelocks."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult, Heading

if TYPE_CHECKING:
    from hokctl.services.proposals import Carrier
    from hokctl.services.safe_checks import Knowledge
    from hokctl.services.timelocks import FoundOperation

app = typer.Typer(
    help="List, show, execute and cancel operations of timelocks.", rich_markup_mode=None, add_completion=False
)

TimelockOption = Annotated[
    str | None,
    typer.Option("--timelock", metavar="ADDRESS|NAME", help="The timelock; without it the deployment's own."),
]
OperationArgument = Annotated[
    str,
    typer.Argument(metavar="OPERATION", help="The operation id, or its first 8 digits or more.", show_default=False),
]


@command(app, "list")
def list_(
    context: AppContext,
    timelock: TimelockOption = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that were executed or cancelled.")] = False,
) -> CommandResult:
    """List the operations that wait in timelocks, decoded, with the time from which they can be executed.

    Anyone may run it. They are read from the timelocks' logs; the shared folder only adds their titles.

    Example: hokctl timelock list
    """
    from hokctl.result.governance import operations_table, operations_to_json
    from hokctl.services.governance import check_files

    knowledge = _knowledge(context)
    operations = _operations(context, timelock, knowledge)
    shown = tuple(one for one in operations if every or one.ready_at is not None)
    return CommandResult(
        data={"operations": operations_to_json(shown, knowledge)},
        blocks=(Heading("Timelock operations"), operations_table(shown)),
        block=context.snapshot.block,
        findings=check_files(one.untrusted for one in shown),
    )


@command(app, "show")
def show(context: AppContext, operation: OperationArgument, timelock: TimelockOption = None) -> CommandResult:
    """Show an operation: what its calls do, from when it can be executed, and its plan where the folder keeps it.

    Anyone may run it.

    Example: hokctl timelock show 0x1a2b3c4d
    """
    from hokctl.result.carried import plan_summary_to_json
    from hokctl.result.governance import found_operation_blocks, found_operation_to_json
    from hokctl.services.governance import check_files, describe_calls

    knowledge = _knowledge(context)
    found = _find(context, operation, timelock, knowledge)
    effects = describe_calls(found.calls, knowledge, context.snapshot)
    return CommandResult(
        data={"operation": found_operation_to_json(found, effects), "plan": plan_summary_to_json(found.plan)},
        blocks=found_operation_blocks(found, effects),
        block=context.snapshot.block,
        findings=check_files((found.untrusted,)),
    )


@command(app, "execute", carries=True)
def execute(context: AppContext, operation: OperationArgument, timelock: TimelockOption = None) -> CommandResult:
    """Execute an operation whose delay is over, and prove that it did what its plan says. Too early: exit 8.

    Needs EXECUTOR_ROLE on the timelock, where it is not anyone's; a Safe that holds it has it proposed.

    Example: hokctl timelock execute 0x1a2b3c4d --dry-run
    """
    from hokctl.result.carried import carried_result
    from hokctl.services.timelocks import execute_operation

    knowledge = _knowledge(context)
    found = _find(context, operation, timelock, knowledge)
    book = None if context.carry.dry_run else context.ledger.invoices
    return carried_result(execute_operation(_carrier(context), found, knowledge, book))


@command(app, "cancel", carries=True)
def cancel(context: AppContext, operation: OperationArgument, timelock: TimelockOption = None) -> CommandResult:
    """Cancel an operation that waits; it can be scheduled again.

    Needs CANCELLER_ROLE on the timelock (PROPOSER_ROLE before OpenZeppelin 4.8).

    Example: hokctl timelock cancel 0x1a2b3c4d --dry-run
    """
    from hokctl.result.carried import carried_result
    from hokctl.services.timelocks import cancel_operation

    knowledge = _knowledge(context)
    found = _find(context, operation, timelock, knowledge)
    return carried_result(cancel_operation(_carrier(context), found, knowledge))


def _find(context: AppContext, reference: str, timelock: str | None, knowledge: "Knowledge") -> "FoundOperation":
    from hokctl.services.timelocks import find_operation

    return find_operation(_operations(context, timelock, knowledge), reference)


def _operations(context: AppContext, timelock: str | None, knowledge: "Knowledge") -> "tuple[FoundOperation, ...]":
    """Return the operations of the timelock that is named, or of all of the deployment's."""
    from hokctl.routes.governance_store import GovernanceStore
    from hokctl.services.governance import choose_timelocks
    from hokctl.services.timelocks import read_operations

    named = None if timelock is None else context.address(timelock)
    deployment = context.deployment if named is None else context.deployment_if_known
    timelocks = choose_timelocks(context.snapshot, named, deployment)
    store = GovernanceStore(context.network.proposals)
    return read_operations(context.snapshot, timelocks, store, knowledge, from_block=_from_block(context))


def _carrier(context: AppContext) -> "Carrier":
    return context.bare_carrier({}) if context.deployment_if_known is None else context.carrier()


def _from_block(context: AppContext) -> int:
    known = context.deployment_if_known
    return context.network.deployment_block if known is None else known.deployed_at_block


def _knowledge(context: AppContext) -> "Knowledge":
    from hokctl.services.safe_checks import Knowledge

    settings, network = context.settings, context.network
    return Knowledge(deployment=context.deployment_if_known, name_of=lambda address: settings.name_of(address, network))

"""List, show, queue and execute the proposals of governors."""

from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult, Heading

if TYPE_CHECKING:
    from hokctl.services.governor_records import FoundProposal
    from hokctl.services.proposals import Carrier
    from hokctl.services.safe_checks import Knowledge

app = typer.Typer(
    help="List, show, queue and execute proposals of governors.", rich_markup_mode=None, add_completion=False
)

GovernorOption = Annotated[
    str | None,
    typer.Option("--governor", metavar="ADDRESS|NAME", help="The governor; without it the deployment's own."),
]
ProposalArgument = Annotated[
    str,
    typer.Argument(metavar="PROPOSAL", help="The proposal id, or its first 8 digits or more.", show_default=False),
]


@command(app, "list")
def list_(
    context: AppContext,
    governor: GovernorOption = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that were executed, defeated or cancelled.")] = False,
) -> CommandResult:
    """List the proposals that governors have before them, decoded, with what comes next.

    Anyone may run it. They are read from the governors' logs; the shared folder only adds their plans.

    Example: hokctl governor list
    """
    from hokctl.result.governance import proposals_table, proposals_to_json
    from hokctl.routes.governor_proposals import OPEN_STATES
    from hokctl.services.governance import check_files

    knowledge = _knowledge(context)
    proposals = _proposals(context, governor, knowledge)
    shown = tuple(one for one in proposals if every or one.state in OPEN_STATES)
    return CommandResult(
        data={"proposals": proposals_to_json(shown, knowledge)},
        blocks=(Heading("Governor proposals"), proposals_table(shown)),
        block=context.snapshot.block,
        findings=check_files(one.untrusted for one in shown),
    )


@command(app, "show")
def show(context: AppContext, proposal: ProposalArgument, governor: GovernorOption = None) -> CommandResult:
    """Show a proposal: its description, what its calls do, how the vote stands in time, and what comes next.

    Anyone may run it.

    Example: hokctl governor show 12345678
    """
    from hokctl.result.carried import plan_summary_to_json
    from hokctl.result.governance import found_proposal_blocks, found_proposal_to_json
    from hokctl.services.governance import check_files, describe_calls

    knowledge = _knowledge(context)
    found = _find(context, proposal, governor, knowledge)
    effects = describe_calls(found.proposal.calls, knowledge, context.snapshot)
    return CommandResult(
        data={"governor_proposal": found_proposal_to_json(found, effects), "plan": plan_summary_to_json(found.plan)},
        blocks=found_proposal_blocks(found, effects),
        block=context.snapshot.block,
        findings=check_files((found.untrusted,)),
    )


@command(app, "queue", carries=True)
def queue(context: AppContext, proposal: ProposalArgument, governor: GovernorOption = None) -> CommandResult:
    """Hand a proposal that has passed to the governor's timelock. While it is voted on: exit 8.

    Anyone may run it; the signer only pays the gas.

    Example: hokctl governor queue 12345678 --signer alice
    """
    from hokctl.result.carried import carried_result
    from hokctl.services.governors import queue_proposal

    knowledge = _knowledge(context)
    found = _find(context, proposal, governor, knowledge)
    return carried_result(queue_proposal(_carrier(context), found, knowledge))


@command(app, "execute", carries=True)
def execute(context: AppContext, proposal: ProposalArgument, governor: GovernorOption = None) -> CommandResult:
    """Execute a proposal that has passed, and has waited in the timelock where there is one. Too early: exit 8.

    Anyone may run it; the signer only pays the gas. Invoices that it pays are marked as paid in the book.

    Example: hokctl governor execute 12345678 --signer alice
    """
    from hokctl.result.carried import carried_result
    from hokctl.services.governors import execute_proposal

    knowledge = _knowledge(context)
    found = _find(context, proposal, governor, knowledge)
    book = None if context.carry.dry_run else context.ledger.invoices
    return carried_result(execute_proposal(_carrier(context), found, knowledge, book))


def _find(context: AppContext, reference: str, governor: str | None, knowledge: "Knowledge") -> "FoundProposal":
    from hokctl.services.governor_records import find_proposal

    return find_proposal(_proposals(context, governor, knowledge), reference)


def _proposals(context: AppContext, governor: str | None, knowledge: "Knowledge") -> "tuple[FoundProposal, ...]":
    """Return the proposals of the governor that is named, or of all of the deployment's."""
    from hokctl.routes.governance_store import GovernanceStore
    from hokctl.services.governance import choose_governors
    from hokctl.services.governor_records import read_proposals

    named = None if governor is None else context.address(governor)
    known = context.deployment if named is None else context.deployment_if_known
    governors = choose_governors(context.snapshot, named, known)
    store = GovernanceStore(context.network.proposals)
    from_block = context.network.deployment_block if known is None else known.deployed_at_block
    return read_proposals(context.snapshot, governors, store, knowledge, from_block=from_block)


def _carrier(context: AppContext) -> "Carrier":
    return context.bare_carrier({}) if context.deployment_if_known is None else context.carrier()


def _knowledge(context: AppContext) -> "Knowledge":
    from hokctl.services.safe_checks import Knowledge

    settings, network = context.settings, context.network
    return Knowledge(deployment=context.deployment_if_known, name_of=lambda address: settings.name_of(address, network))

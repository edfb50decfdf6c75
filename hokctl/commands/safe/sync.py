"""The Transaction Service: bring it in step with the shared folder, delete from it, and its delegates."""

from typing import Annotated

import typer

from hokctl.commands.safe.common import SafeOption, choose, service_of
from hokctl.context import AppContext
from hokctl.options import SafeTxArgument, command
from hokctl.result import CommandResult, Facts, Heading, Line, Status

app = typer.Typer()
delegates_app = typer.Typer(help="Who may propose at the Transaction Service for an owner.", rich_markup_mode=None)
app.add_typer(delegates_app, name="delegates")

DelegateArgument = Annotated[str, typer.Argument(metavar="ADDRESS|NAME", help="The delegate.", show_default=False)]


@command(app, "sync")
def sync(
    context: AppContext,
    safe: SafeOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show where they differ.")] = False,
) -> CommandResult:
    """Show where shared folder and Transaction Service differ, and copy both ways what the other lacks.

    Anyone with the folder may run it; it needs no key. Only confirmations of today's owners are copied, and proposals
    that have one. Exit code 5 when something in either cannot be trusted.

    Example: hokctl safe sync --dry-run
    """
    from hokctl.domain.findings import Severity
    from hokctl.exit_codes import ExitCode
    from hokctl.result.sync import comparison_to_json, differences_table
    from hokctl.services.safe_sync import compare_stores, sync_stores

    service = service_of(context)
    comparison = compare_stores(context.snapshot, context.folder, service, choose(context, safe))
    if not dry_run:
        comparison = sync_stores(comparison, context.folder, service)
    wrong = any(finding.severity is Severity.ERROR for finding in comparison.findings)
    return CommandResult(
        data=comparison_to_json(comparison),
        blocks=(Heading(f"Folder and {comparison.endpoint}: {comparison.safe}"), differences_table(comparison)),
        status=Status.FINDINGS if wrong else Status.OK,
        exit_code=ExitCode.FINDINGS if wrong else ExitCode.OK,
        block=context.snapshot.block,
        findings=comparison.findings,
    )


@command(app, "delete", carries=True)
def delete(context: AppContext, safe_tx_hash: SafeTxArgument) -> CommandResult:
    """Have the Transaction Service delete a proposal that is not executed; whoever has its signatures can still use it.

    Needs the key of who proposed it. The shared folder keeps it, and a sync would bring it back: remove it there too.
    To make sure that it is never executed, use its nonce up: hokctl safe reject.

    Example: hokctl safe delete 0x1a2b3c4d --signer alice
    """
    from hokctl.exit_codes import ExitCode
    from hokctl.services.service_requests import delete_proposal, plan_deletion

    service = service_of(context)
    deletion = plan_deletion(service, safe_tx_hash, signer=context.signer)
    proposal = deletion.proposal
    held = context.folder.sources_of(proposal.safe_tx_hash)
    path = context.folder.location_of(proposal) if held else None
    question = f"Do you want to delete {proposal.safe_tx_hash} from {service.service.endpoint}?"
    ending = "Dry run: nothing was deleted."
    status, exit_code, deleted = Status.OK, ExitCode.OK, False
    if not context.carry.dry_run:
        if context.carry.yes or context.ui.confirm(question):
            delete_proposal(service, deletion, signer=context.signer, now=context.now())
            ending, deleted = "Deleted.", True
        else:
            ending, status, exit_code = "Not confirmed: nothing was deleted.", Status.ERROR, ExitCode.FAILURE
    facts = [("title", proposal.plan.title), ("nonce", str(proposal.safe_tx.nonce))]
    facts += [("still in the folder", path)] if path else []
    return CommandResult(
        data={"safe_tx_hash": proposal.safe_tx_hash, "deleted": deleted, "path": path},
        blocks=(Heading(f"Safe transaction {proposal.safe_tx_hash}"), Facts(tuple(facts)), Line(ending)),
        status=status,
        exit_code=exit_code,
        findings=deletion.findings,
    )


@command(delegates_app, "list")
def list_delegates(context: AppContext, safe: SafeOption = None) -> CommandResult:
    """List who may propose at the Transaction Service in the name of the Safe's owners, by the service's own word.

    Anyone may run it. A delegate's proposal needs the owners' confirmations like any other.

    Example: hokctl safe delegates list
    """
    from hokctl.result.sync import delegates_table, delegates_to_json

    address = choose(context, safe)
    found = service_of(context).service.delegates(address)
    return CommandResult(
        data={"safe": address, "delegates": delegates_to_json(found)},
        blocks=(Heading(f"Delegates of the owners of {address}"), delegates_table(found)),
    )


@command(delegates_app, "add", carries=True)
def add_delegate(
    context: AppContext,
    delegate: DelegateArgument,
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="What it is called.")] = "hokctl",
) -> CommandResult:
    """Let an account propose at the Transaction Service in your name; it can neither confirm nor execute.

    Needs the key of an owner of the Safe.

    Example: hokctl safe delegates add 0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65 --label bot --signer alice
    """
    return _change_delegate(context, delegate, label)


@command(delegates_app, "remove", carries=True)
def remove_delegate(context: AppContext, delegate: DelegateArgument) -> CommandResult:
    """Take the right to propose in your name away from a delegate.

    Needs the key of the owner who gave it.

    Example: hokctl safe delegates remove 0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65 --signer alice
    """
    return _change_delegate(context, delegate, None)


def _change_delegate(context: AppContext, delegate: str, label: str | None) -> CommandResult:
    from hokctl.exit_codes import ExitCode
    from hokctl.result.sync import delegates_to_json
    from hokctl.safe.account import get_safe
    from hokctl.services.service_requests import change_delegate

    service, address = service_of(context), context.address(delegate)
    safe = get_safe(context.snapshot, choose(context, None))
    what = f"{'remove' if label is None else 'add'} the delegate {address} at {service.service.endpoint}"
    if context.carry.dry_run:
        return CommandResult(data={"delegate": None}, blocks=(Line(f"Dry run: it would {what}."),))
    if not context.carry.yes and not context.ui.confirm(f"Do you want to {what}?"):
        return CommandResult(
            data={"delegate": None},
            blocks=(Line("Not confirmed: nothing was changed."),),
            status=Status.ERROR,
            exit_code=ExitCode.FAILURE,
        )
    changed = change_delegate(
        service,
        safe,
        address,
        label=label,
        signer=context.signer,
        chain_id=context.network.chain_id,
        now=context.now(),
    )
    (document,) = delegates_to_json([changed])
    return CommandResult(data={"delegate": document}, blocks=(Line("Removed." if label is None else "Added."),))

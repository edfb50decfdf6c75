"""List and show the invoices of the book."""

from typing import Annotated

import typer

from hokctl.commands.invoice.common import ProviderOption, provider_key
from hokctl.context import AppContext
from hokctl.options import InvoiceArgument, OutputFormat, command
from hokctl.result import CommandResult, Heading

app = typer.Typer()


StateOption = Annotated[
    str | None, typer.Option("--state", metavar="STATE", help="Only those that are open, proposed, paid or void.")
]
ModelOption = Annotated[str | None, typer.Option("--model", metavar="MODEL", help="Only those of this model.")]
DueOption = Annotated[bool, typer.Option("--due", help="Only those that are owed and due today or before.")]
LimitOption = Annotated[
    int | None, typer.Option("--limit", min=1, metavar="N", help="Show at most N; 200 for people, all for scripts.")
]
OffsetOption = Annotated[int, typer.Option("--offset", min=0, metavar="N", help="Leave out the first N.")]
SHOWN_AT_ONCE = 200


@command(app, "list")
def list_(
    context: AppContext,
    *,
    state: StateOption = None,
    provider: ProviderOption = None,
    model: ModelOption = None,
    due: DueOption = False,
    limit: LimitOption = None,
    offset: OffsetOption = 0,
) -> CommandResult:
    """List the invoices of the book in the order they were entered, and what they come to.

    Anyone with the book may run it; it asks no node.

    Example: hokctl invoice list --state open
    """
    from hokctl.domain.units import parse_model_id
    from hokctl.result.invoice_lists import list_blocks, list_to_json
    from hokctl.services.invoice_entries import parse_state
    from hokctl.services.invoice_lists import Wanted, choose_invoices, due_by

    wanted = Wanted(
        state=None if state is None else parse_state(state),
        provider=provider_key(context, provider),
        model_id=None if model is None else parse_model_id(model),
        due_by=due_by(context.now()) if due else None,
    )
    found = choose_invoices(context.ledger.invoices, wanted)
    most = limit or (len(found) if context.options.output == OutputFormat.JSON else SHOWN_AT_ONCE)
    page = found[offset : offset + most]
    return CommandResult(
        data=list_to_json(found, page, offset=offset, model_id=wanted.model_id),
        blocks=list_blocks(
            found,
            page,
            offset=offset,
            model_id=wanted.model_id,
            empty_book=not found and not context.ledger.invoices.list(),
        ),
    )


@command(app, "show")
def show(context: AppContext, number: InvoiceArgument, provider: ProviderOption = None) -> CommandResult:
    """Show one invoice of the book, with its hash and what became of it.

    Anyone with the book may run it; it asks no node.

    Example: hokctl invoice show INV-2024-001
    """
    from hokctl.result.invoices import invoice_facts, invoice_to_json

    invoice = context.ledger.invoices.get(number, provider_key(context, provider))
    return CommandResult(
        data={"invoice": invoice_to_json(invoice)},
        blocks=(Heading(f"Invoice {invoice.number}"), invoice_facts(invoice, origin=True)),
    )

"""List and show the invoices of the book."""

from typing import Annotated

import typer

from hokctl.commands.invoice.common import ProviderOption, provider_key
from hokctl.context import AppContext
from hokctl.options import InvoiceArgument, command
from hokctl.result import CommandResult, Heading, Table

app = typer.Typer()


@command(app, "list")
def list_(
    context: AppContext,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only those that are open, proposed, paid or void.")
    ] = None,
    provider: ProviderOption = None,
) -> CommandResult:
    """List the invoices of the book, in the order they were entered.

    Anyone with the book may run it; it asks no node.

    Example: hokctl invoice list --state open
    """
    from hokctl.result.invoices import invoice_to_json
    from hokctl.services.invoice_entries import parse_state

    states = None if state is None else {parse_state(state)}
    invoices = context.ledger.invoices.list(states, provider=provider_key(context, provider))
    columns = ("number", "provider", "models", "total", "due", "state")
    rows = tuple(
        (
            invoice.number,
            invoice.provider,
            ", ".join(line.model_id for line in invoice.lines),
            str(invoice.total),
            str(invoice.due or "-"),
            invoice.state.value,
        )
        for invoice in invoices
    )
    return CommandResult(
        data={"invoices": [invoice_to_json(invoice) for invoice in invoices]},
        blocks=(Table(columns, rows, right=frozenset({"total"}), empty="The book has no such invoice."),),
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
        blocks=(Heading(f"Invoice {invoice.number}"), invoice_facts(invoice)),
    )

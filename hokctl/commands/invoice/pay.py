"""Pay invoices of the book, or strike them out."""

import typer

from hokctl.commands.invoice.common import ProviderOption, provider_key
from hokctl.context import AppContext
from hokctl.options import InvoiceArgument, command
from hokctl.result import CommandResult, Heading

app = typer.Typer()


@command(app, "pay", carries=True)
def pay(context: AppContext, number: InvoiceArgument, provider: ProviderOption = None) -> CommandResult:
    """Pay an invoice of the book from what its models have accrued; several models are paid in one batch.

    Needs PAYER_ROLE on the reserve, normally a Safe's: then it is proposed, and paid when that is executed.

    Example: hokctl invoice pay INV-2024-001 --dry-run
    """
    from hokctl.result.carried import carried_result
    from hokctl.result.invoices import invoice_to_json
    from hokctl.services.payments import pay_invoice

    book = context.ledger.invoices
    invoice = book.get(number, provider_key(context, provider))
    models = tuple(line.model_id for line in invoice.lines)
    carried = pay_invoice(
        context.carrier(*models),
        context.deployment,
        book,
        invoice,
        name_of=lambda address: context.settings.name_of(address, context.network),
    )
    return carried_result(
        carried,
        data={"invoice": invoice_to_json(book.get(invoice.number, invoice.provider))},
    )


@command(app, "void")
def void(context: AppContext, number: InvoiceArgument, provider: ProviderOption = None) -> CommandResult:
    """Strike out an open invoice that is not owed; the number stays taken. One that is proposed or paid is refused.

    Anyone with the book may run it; nothing goes to the chain.

    Example: hokctl invoice void INV-2024-001
    """
    from hokctl.result.invoices import invoice_facts, invoice_to_json

    invoice = context.ledger.invoices.void(number, provider=provider_key(context, provider))
    return CommandResult(
        data={"invoice": invoice_to_json(invoice)},
        blocks=(Heading(f"Invoice {invoice.number} is void"), invoice_facts(invoice)),
    )

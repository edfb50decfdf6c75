"""Pay invoices of the book, or strike them out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.invoice.common import ProviderOption, provider_key
from hokctl.context import AppContext
from hokctl.options import InvoiceArgument, command
from hokctl.result import CommandResult, Heading, Line

if TYPE_CHECKING:
    from datetime import date

    from hokctl.domain.invoices import Invoice

app = typer.Typer()

NumbersArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[NUMBER]...", help="The invoice numbers.", show_default=False)
]
DueOption = Annotated[
    str | None,
    typer.Option("--due", metavar="[YYYY-MM-DD]", help="All open invoices due up to the day; without one, today."),
]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file", metavar="FILE", readable=False, help="Those that a file names: a number a line, or an invoice CSV."
    ),
]
BatchSizeOption = Annotated[
    int | None, typer.Option("--batch-size", metavar="N", help="How many payments one call may hold.")
]
BesideOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--beside", metavar="PATH", help="Also look for the same in what waits in this file or folder; repeatable."
    ),
]


@command(app, "pay", carries=True)
def pay(
    context: AppContext,
    *,
    numbers: NumbersArgument = None,
    provider: ProviderOption = None,
    due: DueOption = None,
    file: FileOption = None,
    batch_size: BatchSizeOption = None,
    beside: BesideOption = None,
) -> CommandResult:
    """Pay invoices of the book from what their models have accrued, one or many, all of them or none.

    Several payments become one batch; more than one call where --batch-size, or `batch_size` of the network, says so,
    and more than one transaction where the gas of one would not do. Needs PAYER_ROLE on the reserve, normally a
    Safe's: then it is proposed, and paid when that is executed.

    Example: hokctl invoice pay INV-2024-001 --dry-run
    """
    from hokctl.result.payments import paying_result
    from hokctl.services.payment_batches import DEFAULT_BATCH_SIZE
    from hokctl.services.payments import PaymentRules, pay_invoices

    invoices = _choose(context, numbers or [], provider, due=due, file=file)
    if not invoices:
        return CommandResult(data={"invoices": [], "plan": None}, blocks=(Line("No open invoice is due."),))
    models = dict.fromkeys(line.model_id for invoice in invoices for line in invoice.lines)
    rules = PaymentRules(
        name_of=lambda address: context.settings.name_of(address, context.network),
        batch_size=(context.network.batch_size or DEFAULT_BATCH_SIZE) if batch_size is None else batch_size,
        beside=tuple(beside or ()),
    )
    return paying_result(
        pay_invoices(context.carrier(*models), context.deployment, context.ledger.invoices, invoices, rules)
    )


def _choose(
    context: AppContext, numbers: list[str], provider: str | None, *, due: str | None, file: Path | None
) -> "tuple[Invoice, ...]":
    """Return the invoices that the options mean."""
    from hokctl.services.payment_choice import PaymentChoiceError, choose_by_file, choose_by_number, choose_due

    book, key = context.ledger.invoices, provider_key(context, provider)
    if sum((bool(numbers), due is not None, file is not None)) != 1:
        raise PaymentChoiceError("none is named" if not numbers and due is None and file is None else "by two ways")
    if numbers:
        return choose_by_number(book, numbers, key)
    if file is not None:
        return choose_by_file(book, file, key, key_of=lambda text: provider_key(context, text) or text)
    return choose_due(book, _day(context, due or ""), key, chain_id=context.network.chain_id)


def _day(context: AppContext, text: str) -> "date":
    """Return the day that was typed; without one, the day of the chain's clock."""
    from datetime import UTC, datetime

    from hokctl.domain.invoices import parse_day

    return parse_day(text or None) or datetime.fromtimestamp(context.snapshot.block.timestamp, UTC).date()


@command(app, "void")
def void(context: AppContext, number: InvoiceArgument, provider: ProviderOption = None) -> CommandResult:
    """Strike out an invoice that is not owed; the number stays taken.

    One that is paid is refused, and one that is proposed while anything that waits would still pay it. Anyone with the
    book may run it; nothing goes to the chain.

    Example: hokctl invoice void INV-2024-001
    """
    from hokctl.result.invoices import invoice_facts, invoice_to_json
    from hokctl.services.invoice_voiding import void_invoice

    key = provider_key(context, provider)
    invoice = void_invoice(context.ledger.invoices, number, key, lambda: (context.carrier(), context.deployment))
    return CommandResult(
        data={"invoice": invoice_to_json(invoice)},
        blocks=(Heading(f"Invoice {invoice.number} is void"), invoice_facts(invoice)),
    )

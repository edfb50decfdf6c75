"""Enter, list, show and hash invoices."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.invoice.common import ProviderOption, provider_key
from hokctl.context import AppContext
from hokctl.options import InvoiceArgument, command
from hokctl.result import CommandResult, Facts, Heading, Line, Table

if TYPE_CHECKING:
    from hokctl.services.invoices import InvoiceEntry

app = typer.Typer()

HashOption = Annotated[
    str | None, typer.Option("--hash", metavar="number|document", help="What the on-chain hash is made of.")
]
OptionalNumber = Annotated[
    str | None, typer.Argument(metavar="NUMBER", help="The invoice number, byte for byte.", show_default=False)
]
PayeeOption = Annotated[
    str | None,
    typer.Option("--provider", metavar="NAME|ADDRESS", help="Who is paid; without it the provider that the chain has."),
]
ModelOption = Annotated[str | None, typer.Option("--model", metavar="MODEL", help="The model that owes it.")]
AmountOption = Annotated[
    str | None, typer.Option("--amount", metavar="AMOUNT", help="What it owes, in token units: 1250.75")
]
MemoOption = Annotated[str | None, typer.Option("--memo", metavar="TEXT", help="Goes on the chain with it.")]
PeriodStartOption = Annotated[
    str | None, typer.Option("--period-start", metavar="YYYY-MM-DD", help="The first day that it covers.")
]
PeriodEndOption = Annotated[
    str | None, typer.Option("--period-end", metavar="YYYY-MM-DD", help="The last day that it covers.")
]
DueOption = Annotated[str | None, typer.Option("--due", metavar="YYYY-MM-DD", help="The day it is due.")]
DocumentOption = Annotated[
    Path | None, typer.Option("--document", metavar="FILE", help="The document itself, such as a PDF.")
]
FileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="A TOML file with all of it; several models possible.")
]


@command(app, "add")
def add(
    context: AppContext,
    *,
    number: OptionalNumber = None,
    provider: PayeeOption = None,
    model: ModelOption = None,
    amount: AmountOption = None,
    memo: MemoOption = None,
    period_start: PeriodStartOption = None,
    period_end: PeriodEndOption = None,
    due: DueOption = None,
    document: DocumentOption = None,
    hash_method: HashOption = None,
    file: FileOption = None,
) -> CommandResult:
    """Enter an invoice into the book. Options given besides --file go before what the file says.

    Anyone with the book may run it; nothing goes to the chain. Amounts are checked against the token's decimals.

    Example: hokctl invoice add INV-2024-001 --provider together-ai --model 21 --amount 50
    """
    from hokctl.services.invoice_entries import InvoiceText, build_entry

    text = InvoiceText(
        number=number,
        provider=provider,
        model=model,
        amount=amount,
        memo=memo,
        period_start=period_start,
        period_end=period_end,
        due=due,
        document=document,
        hash_method=hash_method,
    )
    return _enter(context, build_entry(text, file=file, resolve=context.address))


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


@command(app, "hash")
def hash_(
    context: AppContext,
    number: OptionalNumber = None,
    document: Annotated[
        Path | None, typer.Option("--document", metavar="FILE", help="Hash this document instead of a number.")
    ] = None,
) -> CommandResult:
    """Show the hash that stands for an invoice on the chain: keccak256 of its number, or of its document's bytes.

    Anyone may run it; it asks no node and no book.

    Example: hokctl invoice hash INV-2024-001
    """
    from hokctl.domain.invoices import HashMethod
    from hokctl.services.invoices import invoice_hash

    del context
    method = HashMethod.NUMBER if document is None else HashMethod.DOCUMENT
    digest = invoice_hash(method, number=number, document=document)
    source = number if document is None else str(document)
    return CommandResult(
        data={"invoice_hash": digest, "hash_method": method.value, "source": source},
        blocks=(Facts(((f"keccak256 of the {method.value}", digest),)),),
    )


def _enter(context: AppContext, entry: "InvoiceEntry") -> CommandResult:
    """Enter the invoice into the book and say so."""
    from hokctl.result.invoices import invoice_facts, invoice_to_json
    from hokctl.services.invoices import enter_invoice

    invoice = enter_invoice(
        context.snapshot,
        context.deployment,
        context.ledger.invoices,
        entry,
        name_of=lambda address: context.settings.name_of(address, context.network),
    )
    return CommandResult(
        data={"invoice": invoice_to_json(invoice)},
        blocks=(
            Heading(f"Invoice {invoice.number} is in the book"),
            invoice_facts(invoice),
            Line(f"Next: hokctl invoice pay {shlex.quote(invoice.number)}"),
        ),
        block=context.snapshot.block,
    )

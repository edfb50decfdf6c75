"""Enter invoices into the book: one, or whole files of them."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hokctl.commands.invoice.common import OptionalNumber
from hokctl.context import AppContext
from hokctl.options import command
from hokctl.result import CommandResult, Heading, Line

if TYPE_CHECKING:
    from hokctl.domain.invoices import Invoice
    from hokctl.services.invoices import InvoiceEntry

app = typer.Typer()

HashOption = Annotated[
    str | None, typer.Option("--hash", metavar="number|document", help="What the on-chain hash is made of.")
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
    Path | None, typer.Option("--document", metavar="FILE", readable=False, help="The document itself, such as a PDF.")
]
FileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", readable=False, help="A TOML, JSON or CSV file with all of it.")
]
CurrencyOption = Annotated[
    str | None, typer.Option("--currency", metavar="CODE", help="What it is in; without it the reserve token.")
]
FormatOption = Annotated[
    str | None, typer.Option("--format", metavar="FORMAT", help="toml, json, csv or airdrop; else by the file's name.")
]
FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", readable=False, help="TOML, JSON or CSV files.", show_default=False)
]
AirdropModelOption = Annotated[
    str | None, typer.Option("--model", metavar="MODEL", help="For CSV Airdrop: the model that owes it all.")
]
NumberPrefixOption = Annotated[
    str | None,
    typer.Option("--number-prefix", metavar="TEXT", help="For CSV Airdrop: TEXT numbers them TEXT-1, TEXT-2."),
]
SkipKnownOption = Annotated[
    bool, typer.Option("--skip-known", help="Leave out invoices that are in the book with equal content.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Judge everything, and enter nothing.")]


@command(app, "add")
def add(
    context: AppContext,
    *,
    number: OptionalNumber = None,
    provider: PayeeOption = None,
    model: ModelOption = None,
    amount: AmountOption = None,
    currency: CurrencyOption = None,
    memo: MemoOption = None,
    period_start: PeriodStartOption = None,
    period_end: PeriodEndOption = None,
    due: DueOption = None,
    document: DocumentOption = None,
    hash_method: HashOption = None,
    file: FileOption = None,
    format_: FormatOption = None,
) -> CommandResult:
    """Enter an invoice into the book. Options given besides --file, which has one, go before what the file says.

    Anyone with the book may run it; nothing goes to the chain. Amounts are checked against the token's decimals.

    Example: hokctl invoice add INV-2024-001 --provider together-ai --model 21 --amount 50
    """
    from hokctl.services.invoice_entries import InvoiceText, build_entry

    text = InvoiceText(
        number=number,
        provider=provider,
        model=model,
        amount=amount,
        currency=currency,
        memo=memo,
        period_start=period_start,
        period_end=period_end,
        due=due,
        document=document,
        hash_method=hash_method,
    )
    return _enter(context, build_entry(text, file=file, resolve=context.address, format_=format_))


@command(app, "import")
def import_(
    context: AppContext,
    *,
    files: FilesArgument,
    format_: FormatOption = None,
    model: AirdropModelOption = None,
    number_prefix: NumberPrefixOption = None,
    skip_known: SkipKnownOption = False,
    dry_run: DryRunOption = False,
) -> CommandResult:
    """Enter all invoices of files into the book, or none where one of them is wrong.

    Anyone with the book may run it; nothing goes to the chain. A CSV file has one row per invoice and model; the
    columns and keys are in docs/invoices.md. The CSV of the Safe app CSV Airdrop needs --model and --number-prefix.

    Example: hokctl invoice import examples/invoices/march.csv --dry-run
    """
    from hokctl.config.invoice_files.reading import parse_invoice_format
    from hokctl.result.invoice_imports import import_blocks, import_to_json
    from hokctl.services.invoice_imports import import_invoices, parse_meaning

    imported = import_invoices(
        context.snapshot,
        context.deployment,
        context.ledger.invoices,
        tuple(dict.fromkeys(files)),
        format_=parse_invoice_format(format_),
        airdrop=parse_meaning(model, number_prefix),
        resolve=context.address,
        name_of=lambda address: context.settings.name_of(address, context.network),
        now=context.now(),
        skip_known=skip_known,
        dry_run=dry_run,
    )
    return CommandResult(
        data=import_to_json(imported, dry_run=dry_run),
        blocks=import_blocks(imported, dry_run=dry_run),
        block=context.snapshot.block,
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
        now=context.now(),
    )
    return CommandResult(
        data={"invoice": invoice_to_json(invoice)},
        blocks=(
            Heading(f"Invoice {invoice.number} is in the book"),
            invoice_facts(invoice),
            Line(f"Next: hokctl invoice pay {shlex.quote(invoice.number)}{_whose(context, invoice)}"),
        ),
        block=context.snapshot.block,
    )


def _whose(context: AppContext, invoice: "Invoice") -> str:
    """Return the option that tells the invoice from those of other providers with its number; else nothing."""
    from hokctl.ledger.errors import AmbiguousInvoiceError

    try:
        context.ledger.invoices.get(invoice.number)
    except AmbiguousInvoiceError:
        return f" --provider {shlex.quote(invoice.provider)}"
    return ""

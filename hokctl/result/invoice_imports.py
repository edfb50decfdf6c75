"""An import of invoices, for scripts and for people."""

from collections.abc import Sequence

from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.domain.invoices import Invoice
from hokctl.result import Block, Heading, Line, Table, amount_to_json
from hokctl.result.invoice_lists import invoice_table
from hokctl.result.invoices import invoice_to_json
from hokctl.services.invoice_imports import ImportedFile, totals


def import_to_json(files: Sequence[ImportedFile], *, dry_run: bool) -> JsonObject:
    """Return what became of each invoice, and what the new ones owe by provider and model."""
    return {
        "dry_run": dry_run,
        "files": [
            {
                "path": str(file.path),
                "entered": len(file.new),
                "known": len(file.invoices) - len(file.new),
                "lines": sum(len(invoice.lines) for invoice in file.new),
                "invoices": [
                    {"place": one.place, "is_new": one.is_new, "invoice": invoice_to_json(one.invoice)}
                    for one in file.invoices
                ],
            }
            for file in files
        ],
        "totals": totals_to_json(_new(files)),
    }


def totals_to_json(invoices: Sequence[Invoice]) -> list[JsonValue]:
    """Return what the invoices owe together, by provider and model."""
    return [
        {"provider": provider, "model_id": model_id, "amount": amount_to_json(amount)}
        for (provider, model_id), amount in totals(invoices).items()
    ]


def import_blocks(files: Sequence[ImportedFile], *, dry_run: bool) -> tuple[Block, ...]:
    """Return the same for people: a row per file, the totals, and the new invoices of a dry run."""
    new = _new(files)
    rows = tuple(
        (
            str(file.path),
            str(len(file.new)),
            str(len(file.invoices) - len(file.new)),
            str(sum(len(invoice.lines) for invoice in file.new)),
        )
        for file in files
    )
    counted = f"{len(new)} invoice{'' if len(new) == 1 else 's'}"
    title = f"{counted} would enter the book" if dry_run else f"{counted} entered the book"
    blocks: list[Block] = [
        Heading(title),
        Table(("file", "entered", "known", "lines"), rows, right=frozenset({"entered", "known", "lines"})),
    ]
    if dry_run and new:
        blocks.append(invoice_table(new))
    if new:
        blocks.append(totals_table(new))
    blocks.append(Line("Nothing was entered: this was a dry run." if dry_run else "Next: hokctl invoice check --all"))
    return tuple(blocks)


def totals_table(invoices: Sequence[Invoice]) -> Table:
    """Return what the invoices owe together, by provider and model."""
    rows = tuple((provider, model_id, str(amount)) for (provider, model_id), amount in totals(invoices).items())
    return Table(("provider", "model", "total"), rows, right=frozenset({"total"}))


def _new(files: Sequence[ImportedFile]) -> tuple[Invoice, ...]:
    return tuple(invoice for file in files for invoice in file.new)

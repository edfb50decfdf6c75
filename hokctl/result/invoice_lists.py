"""Lists of invoices, for scripts and for people."""

from collections.abc import Sequence
from typing import Final

from hokctl.domain.documents import JsonObject
from hokctl.domain.invoices import Invoice
from hokctl.domain.units import ModelId
from hokctl.result.invoices import describe_state, invoice_to_json
from hokctl.result.values import Block, Line, Table, amount_to_json
from hokctl.services.invoice_lists import add_up

_EMPTY: Final = (
    "The book has no invoices yet. hokctl invoice add NUMBER --model MODEL --amount AMOUNT enters one, hokctl invoice "
    "import FILE those of a file."
)


def list_to_json(
    found: Sequence[Invoice], page: Sequence[Invoice], *, offset: int, model_id: ModelId | None
) -> JsonObject:
    """Return the page, and of all that were found their number and totals."""
    return {
        "invoices": [invoice_to_json(invoice) for invoice in page],
        "count": len(found),
        "offset": offset,
        "totals": [
            {"state": total.state.value, "invoices": total.invoices, "amount": amount_to_json(total.amount)}
            for total in add_up(found, model_id)
        ],
    }


def list_blocks(
    found: Sequence[Invoice],
    page: Sequence[Invoice],
    *,
    offset: int,
    model_id: ModelId | None,
    empty_book: bool = False,
) -> tuple[Block, ...]:
    """Return the page as a table, what all of them come to, and how to see more; of an `empty_book`, what fills it."""
    if empty_book:
        return (Line(_EMPTY),)
    blocks: list[Block] = [invoice_table(page)]
    if found:
        sums = "; ".join(f"{total.invoices} {total.state.value}: {total.amount}" for total in add_up(found, model_id))
        blocks.append(Line(f"{sums}{f' for model {model_id}' if model_id else ''}"))
    shown = offset + len(page)
    if len(page) < len(found):
        more = f"; --offset {shown} shows what follows" if shown < len(found) else ""
        blocks.append(Line(f"{len(page)} of {len(found)} invoices{more}."))
    return tuple(blocks)


def invoice_table(invoices: Sequence[Invoice]) -> Table:
    """Return the invoices as a table, a row each."""
    rows = tuple(
        (
            invoice.number,
            invoice.provider,
            ", ".join(line.model_id for line in invoice.lines),
            str(invoice.total),
            str(invoice.due or "-"),
            describe_state(invoice),
        )
        for invoice in invoices
    )
    columns = ("number", "provider", "models", "total", "due", "state")
    return Table(columns, rows, right=frozenset({"total"}), empty="The book has no such invoice.")

"""Invoices of the book, read with their lines."""

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import ColumnElement, Connection, or_, select

from hokctl.domain.invoices import Invoice, InvoiceLine, InvoiceState, NotedPayee
from hokctl.ledger.invoice_rows import row_to_invoice, row_to_line
from hokctl.ledger.schema import invoice_lines, invoices, payees

_AT_ONCE: Final = 200
"""Hashes in one query, each asked for twice: every database takes so many."""


def load_invoices(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Invoice, ...]:
    """Return the invoices that meet the conditions, in the order they were entered; two queries, however many."""
    rows = connection.execute(select(invoices).where(*conditions).order_by(invoices.c.id)).all()
    wanted = select(invoices.c.id).where(*conditions).scalar_subquery()
    order = (invoice_lines.c.invoice_id, invoice_lines.c.position)
    lines: dict[object, list[InvoiceLine]] = {}
    for line in connection.execute(
        select(invoice_lines).where(invoice_lines.c.invoice_id.in_(wanted)).order_by(*order)
    ):
        lines.setdefault(line.invoice_id, []).append(row_to_line(line))
    return tuple(row_to_invoice(row, tuple(lines.get(row.id, ()))) for row in rows)


def load_same_documents(connection: Connection, hashes: Iterable[str]) -> tuple[Invoice, ...]:
    """Return the invoices that are not void and have one of `hashes`, on the chain or of their document."""
    found: dict[tuple[str, str], Invoice] = {}
    distinct = sorted(set(hashes))
    for start in range(0, len(distinct), _AT_ONCE):
        part = distinct[start : start + _AT_ONCE]
        same = or_(invoices.c.invoice_hash.in_(part), invoices.c.document_hash.in_(part))
        for invoice in load_invoices(connection, same, invoices.c.state != InvoiceState.VOID.value):
            found[invoice.provider, invoice.number] = invoice
    return tuple(found.values())


def load_payees(connection: Connection, providers: Collection[str]) -> tuple[NotedPayee, ...]:
    """Return which addresses the invoices of these providers named so far, the first ones first."""
    rows = connection.execute(select(payees).order_by(payees.c.id)).all()
    return tuple(
        NotedPayee(provider=row.provider, chain_id=row.chain_id, address=row.address, first_invoice=row.first_invoice)
        for row in rows
        if row.provider in providers
    )

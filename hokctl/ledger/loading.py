"""Invoices of the book, read with their lines."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, select

from hokctl.domain.invoices import Invoice, InvoiceLine, NotedPayee
from hokctl.ledger.invoice_rows import row_to_invoice, row_to_line
from hokctl.ledger.schema import invoice_lines, invoices, payees


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


def load_payees(connection: Connection, providers: Collection[str]) -> tuple[NotedPayee, ...]:
    """Return which addresses the invoices of these providers named so far, the first ones first."""
    rows = connection.execute(select(payees).order_by(payees.c.id)).all()
    return tuple(
        NotedPayee(provider=row.provider, chain_id=row.chain_id, address=row.address, first_invoice=row.first_invoice)
        for row in rows
        if row.provider in providers
    )

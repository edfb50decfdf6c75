"""Taking back that a line is paid: the block of the event that paid it is no longer part of the chain."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from hokctl.domain.invoices import InvoiceState
from hokctl.domain.units import ModelId, TxHash
from hokctl.ledger.invoice_rows import payment_to_row
from hokctl.ledger.schema import invoice_lines, invoices


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedPayment:
    """A line of the book that is noted as paid, and the event that paid it."""

    provider: str
    number: str
    model_id: ModelId
    tx_hash: TxHash
    block_number: int
    log_index: int


def load_payments(connection: Connection, chain_id: int, *, first: int, last: int | None) -> tuple[NotedPayment, ...]:
    """Return the lines that events of the blocks from `first` to `last`, or of all later ones, paid on a chain."""
    paid = invoice_lines.c.paid_block
    query = (
        select(invoices.c.provider, invoices.c.number, invoice_lines)
        .join(invoices, invoices.c.id == invoice_lines.c.invoice_id)
        .where(invoice_lines.c.chain_id == chain_id, paid >= first)
        .order_by(paid, invoice_lines.c.paid_log_index)
    )
    rows = connection.execute(query if last is None else query.where(paid <= last)).all()
    return tuple(
        NotedPayment(
            provider=row.provider,
            number=row.number,
            model_id=ModelId(row.model_id),
            tx_hash=TxHash(row.paid_tx_hash),
            block_number=row.paid_block,
            log_index=row.paid_log_index,
        )
        for row in rows
    )


def unsettle(connection: Connection, gone: Iterable[NotedPayment]) -> None:
    """Note that these events paid nothing: their invoices are open again, or proposed where a Safe was to pay them."""
    for payment in gone:
        invoice = connection.execute(
            select(invoices.c.id, invoices.c.state, invoices.c.safe_tx_hash).where(
                invoices.c.provider == payment.provider, invoices.c.number == payment.number
            )
        ).one()
        line = (
            (invoice_lines.c.invoice_id == invoice.id)
            & (invoice_lines.c.paid_tx_hash == payment.tx_hash)
            & (invoice_lines.c.paid_block == payment.block_number)
            & (invoice_lines.c.paid_log_index == payment.log_index)
        )
        connection.execute(update(invoice_lines).where(line).values(payment_to_row(None)))
        if invoice.state == InvoiceState.PAID.value:
            state = InvoiceState.OPEN if invoice.safe_tx_hash is None else InvoiceState.PROPOSED
            change = update(invoices).where(invoices.c.id == invoice.id)
            connection.execute(change.values(state=state.value, tx_hash=None))

"""Noting in the book which event on the chain paid which line, and which Safe transaction is to pay which invoices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, select, tuple_, update

from hokctl.domain.invoices import Invoice, InvoiceState, LinePayment
from hokctl.domain.units import ModelId, SafeTxHash, TxHash
from hokctl.ledger.errors import InvoiceStateError
from hokctl.ledger.invoice_rows import invoice_to_row, line_to_row
from hokctl.ledger.loading import load_invoices
from hokctl.ledger.schema import invoice_lines, invoices

_AT_ONCE: Final = 200
"""Invoices in one query: every database takes so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidLine:
    """A line of an invoice of the book, and the event that paid it."""

    provider: str
    number: str
    model_id: ModelId
    payment: LinePayment


def settle(connection: Connection, paid: Iterable[PaidLine]) -> tuple[Invoice, ...]:
    """Write down what paid each line, and return the invoices that changed.

    An invoice is paid once all its lines are. A line keeps the first event that paid it, and void invoices stay as
    they are: both are for `hokctl ledger reconcile` to tell.
    """
    by_invoice: dict[tuple[str, str], dict[ModelId, LinePayment]] = {}
    for line in paid:
        by_invoice.setdefault((line.provider, line.number), {}).setdefault(line.model_id, line.payment)
    changed = []
    for invoice in _load_all(connection, list(by_invoice)):
        payments = by_invoice[invoice.provider, invoice.number]
        settled = _settled(invoice, payments)
        if settled is not None:
            _write(connection, settled)
            changed.append(settled)
    return tuple(changed)


def propose(connection: Connection, wanted: Sequence[Invoice], safe_tx_hash: SafeTxHash) -> None:
    """Note that one Safe transaction is to pay all of `wanted`, in place of one that no longer can.

    Raises InvoiceStateError, and changes nothing, when one of them is paid or void meanwhile.
    """
    for invoice in _load_all(connection, [(invoice.provider, invoice.number) for invoice in wanted]):
        if invoice.state not in {InvoiceState.OPEN, InvoiceState.PROPOSED}:
            reference = invoice.tx_hash or invoice.safe_tx_hash
            step = f"proposed in {safe_tx_hash}"
            raise InvoiceStateError(invoice.number, state=invoice.state, step=step, reference=reference)
        _write_head(connection, replace(invoice, state=InvoiceState.PROPOSED, safe_tx_hash=safe_tx_hash))


def load_unsettled(connection: Connection) -> tuple[Invoice, ...]:
    """Return the invoices with a line that no event is known to have paid, void ones left out."""
    lacking = select(invoice_lines.c.invoice_id).where(invoice_lines.c.paid_tx_hash.is_(None))
    return load_invoices(connection, invoices.c.id.in_(lacking), invoices.c.state != InvoiceState.VOID.value)


def _load_all(connection: Connection, keys: Sequence[tuple[str, str]]) -> list[Invoice]:
    found: list[Invoice] = []
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        found += load_invoices(connection, tuple_(invoices.c.provider, invoices.c.number).in_(part))
    return found


def _settled(invoice: Invoice, payments: dict[ModelId, LinePayment]) -> Invoice | None:
    """Return the invoice with its lines paid by `payments`; None when that changes nothing."""
    if invoice.state is InvoiceState.VOID:
        return None
    lines = tuple(
        replace(line, payment=payments.get(line.model_id)) if line.payment is None else line for line in invoice.lines
    )
    made = [line.payment for line in lines if line.payment is not None]
    if lines == invoice.lines:
        return None
    if len(made) < len(lines):
        return replace(invoice, lines=lines)
    last = max(made, key=lambda payment: (payment.block_number, payment.log_index))
    return replace(
        invoice,
        lines=lines,
        state=InvoiceState.PAID,
        tx_hash=TxHash(last.tx_hash),
        safe_tx_hash=last.safe_tx_hash or invoice.safe_tx_hash,
    )


def _write(connection: Connection, invoice: Invoice) -> None:
    row_id = _write_head(connection, invoice)
    for position, line in enumerate(invoice.lines):
        here = (invoice_lines.c.invoice_id == row_id) & (invoice_lines.c.position == position)
        connection.execute(update(invoice_lines).where(here).values(line_to_row(line)))


def _write_head(connection: Connection, invoice: Invoice) -> int | None:
    here = (invoices.c.provider == invoice.provider) & (invoices.c.number == invoice.number)
    connection.execute(update(invoices).where(here).values(invoice_to_row(invoice)))
    return connection.scalar(select(invoices.c.id).where(here))

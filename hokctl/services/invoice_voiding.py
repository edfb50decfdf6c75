"""Striking out invoices, also those whose proposal can no longer pay them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.ledger.errors import InvoiceStateError
from hokctl.routes.governance_store import GovernanceStore
from hokctl.services.payment_facts import read_payments
from hokctl.services.payment_queue import payments_of, read_queue

if TYPE_CHECKING:
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.deployments import Deployment
    from hokctl.services.proposals import Carrier


def void_invoice(
    book: "InvoiceBook", number: str, provider: str | None, chain: "Callable[[], tuple[Carrier, Deployment]]"
) -> Invoice:
    """Strike out an invoice and return it.

    An open one is the book's affair. A proposed one is struck out once nothing can pay it any more, neither in the
    folder nor with the service, a timelock or a governor: then, and only then, `chain` is asked for. Raises
    InvoiceStateError while something can, and for one that is paid, in the book or on the chain.
    """
    invoice = book.get(number, provider)
    if invoice.state is InvoiceState.PROPOSED and not _can_be_paid(invoice, *chain()):
        book.reopen(invoice.number, provider=invoice.provider)
    return book.void(invoice.number, provider=invoice.provider)


def _can_be_paid(invoice: Invoice, carrier: "Carrier", deployment: "Deployment") -> bool:
    """Tell whether something that waits would pay the invoice; raise InvoiceStateError where the chain did already."""
    snapshot, payments = carrier.snapshot, payments_of(invoice)
    queue = read_queue(snapshot, deployment, carrier.store, GovernanceStore(carrier.folder), (invoice,))
    if queue.check(payments, [invoice.number] * len(payments)):
        return True
    reads = read_payments(snapshot, deployment, payments)
    if any(reads.paid):
        by = next((tx_hash for tx_hash in reads.paid_in if tx_hash is not None), None)
        raise InvoiceStateError(invoice.number, state=InvoiceState.PAID, step="voided", reference=by)
    return False

"""Keeping the invoice book in step with what was proposed and what the chain did."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hokctl.domain.invoices import Invoice
from hokctl.domain.outcomes import TransactionRecord
from hokctl.domain.units import SafeTxHash
from hokctl.services.proposals import Carried, CarryState
from hokctl.services.settlement import (
    PaidEvent,
    SafeOf,
    SafeReference,
    events_in_index,
    events_of,
    match_lines,
)

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.domain.protocol_events import ProtocolEvent
    from hokctl.ledger.invoices import InvoiceBook


def record_proposal(book: "InvoiceBook", invoices: Sequence[Invoice], carried: Carried) -> None:
    """Note in the book that `carried` proposed to pay the invoices, in place of a proposal that can no longer."""
    if carried.state is not CarryState.PROPOSED or carried.outcome is None or carried.outcome.proposal is None:
        return
    book.propose_all(invoices, SafeTxHash(carried.outcome.proposal.safe_tx_hash))


def record_payments(
    book: "InvoiceBook",
    transactions: Sequence[TransactionRecord],
    *,
    chain: "Chain",
    safe: SafeReference | None = None,
) -> tuple[Invoice, ...]:
    """Note which line of the book each payment of mined transactions paid, and return the invoices that changed.

    `safe` is the Safe transaction that they executed. A round trip more where there is a payment.
    """
    return settle(book, events_of(chain, transactions, safe), chain_id=chain.chain_id)


def settle_from_events(
    book: "InvoiceBook",
    events: Iterable["ProtocolEvent"],
    *,
    chain_id: int,
    safe_of: SafeOf = lambda _: None,
) -> tuple[Invoice, ...]:
    """Note which line of the book each of the indexed payments paid, and return the invoices that changed.

    `events` may be all that there are, paid lines and all other kinds among them: what is noted already stays.
    `safe_of` tells which Safe transaction a transaction executed. Void invoices stay void.
    """
    return settle(book, events_in_index(events, safe_of), chain_id=chain_id)


def settle(book: "InvoiceBook", events: Iterable[PaidEvent], *, chain_id: int) -> tuple[Invoice, ...]:
    """Note in the book which line each payment paid, in one step, and return the invoices that changed."""
    wanted: set[str] | None = None
    made = []
    for event in events:
        if wanted is None:
            wanted = {invoice.invoice_hash for invoice in book.unsettled()}
        if event.invoice_hash in wanted:
            made.append(event)
    found = match_lines(book.same_documents({event.invoice_hash for event in made}), made, chain_id=chain_id)
    return book.settle(found) if found else ()

"""What follows a sync: the book's invoices learn what paid them, and the state of the models is kept."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hokctl.domain.protocol_events import PAYMENT, ProtocolEvent
from hokctl.domain.units import BlockRef, TxHash
from hokctl.errors import ChainError, UnavailableError
from hokctl.ledger.snapshots import ModelSnapshot
from hokctl.services.bookkeeping import settle_from_events
from hokctl.services.models import read_reserve
from hokctl.services.settlement import SafeReference

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.domain.invoices import Invoice
    from hokctl.ledger.book import Ledger
    from hokctl.ledger.events import EventIndex
    from hokctl.services.deployments import Deployment


def settle_invoices(ledger: "Ledger", index: "EventIndex") -> tuple["Invoice", ...]:
    """Note which indexed payment paid which line of the book, whoever made it, and return the invoices that changed."""
    hashes = dict.fromkeys(invoice.invoice_hash for invoice in ledger.invoices.unsettled())

    def payments() -> Iterator[ProtocolEvent]:
        for invoice_hash in hashes:
            yield from index.events(names={PAYMENT}, invoice_hash=invoice_hash)

    return settle_from_events(
        ledger.invoices, payments(), chain_id=index.chain_id, safe_of=lambda tx_hash: _safe_of(index, tx_hash)
    )


def _safe_of(index: "EventIndex", tx_hash: TxHash) -> SafeReference | None:
    transaction = index.transactions([tx_hash]).get(tx_hash)
    if transaction is None or transaction.safe_tx_hash is None:
        return None
    return SafeReference(transaction.safe_tx_hash, transaction.safe_nonce)


def keep_snapshots(
    ledger: "Ledger", snapshot: "Snapshot | None", deployment: "Deployment", covered: BlockRef | None
) -> tuple[str, ...]:
    """Keep what each model has accrued at the block that the index was brought up to; return what to say if it cannot.

    Four round trips. Nothing where the index does not end at that block: its state is then not what the index tells.
    """
    if covered is None or snapshot is None or covered.number != snapshot.block.number:
        return ()
    try:
        reserve = read_reserve(snapshot, deployment)
    except (UnavailableError, ChainError) as error:
        return (f"The state of the models at block {covered.number} is not kept: {error.message}",)
    ledger.snapshots_of(deployment.chain_id, deployment.suite.reserve_address).add(
        ModelSnapshot(
            model_id=model.model_id,
            block_number=covered.number,
            timestamp=covered.timestamp,
            accrued_units=model.accrued.units,
            paid_units=model.paid.units,
            provider=model.provider,
            infrastructure_accrual_bps=model.infrastructure_accrual_bps,
            daily_burn_units=None,
            runway_days=None,
        )
        for model in reserve.models
    )
    return ()

"""Which receipts the index still lacks, within a transaction of its caller."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, exists, insert, select, update

from hokctl.domain.ports import JournalState
from hokctl.domain.protocol_events import IndexedTransaction
from hokctl.domain.units import TxHash
from hokctl.ledger.event_rows import transaction_to_row
from hokctl.ledger.schema import events, index_state, journal, transactions


def lacking_of_events(
    connection: Connection, deployment_id: int | None, chain_id: int, names: Collection[str], most: int
) -> list[tuple[int, TxHash]]:
    """Return up to `most` transactions of events with these names without receipts: block and hash, in that order."""
    since = select(index_state.c.next_receipt_block).where(index_state.c.deployment_id == deployment_id)
    known = exists().where(transactions.c.chain_id == chain_id, transactions.c.tx_hash == events.c.tx_hash)
    query = (
        select(events.c.block_number, events.c.tx_hash)
        .where(
            events.c.deployment_id == deployment_id,
            events.c.block_number >= since.scalar_subquery(),
            events.c.name.in_(sorted(names)),
            ~known,
        )
        .distinct()
        .order_by(events.c.block_number, events.c.tx_hash)
        .limit(most)
    )
    return [(row.block_number, TxHash(row.tx_hash)) for row in connection.execute(query)]


def lacking_of_journal(connection: Connection, chain_id: int) -> list[TxHash]:
    """Return the transactions that hokctl sent, as far as they are not known to have failed, without a receipt."""
    known = exists().where(transactions.c.chain_id == chain_id, transactions.c.tx_hash == journal.c.tx_hash)
    query = select(journal.c.tx_hash).where(
        journal.c.chain_id == chain_id, journal.c.state != JournalState.FAILED.value, ~known
    )
    return [TxHash(tx_hash) for tx_hash in connection.scalars(query.order_by(journal.c.id))]


def add_transactions(connection: Connection, found: Iterable[IndexedTransaction]) -> int:
    """Add the transactions that are new, and return how many."""
    rows = {one.tx_hash: transaction_to_row(one) for one in found}
    if not rows:
        return 0
    chain_id = next(iter(rows.values()))["chain_id"]
    known = set(
        connection.scalars(
            select(transactions.c.tx_hash).where(
                transactions.c.chain_id == chain_id, transactions.c.tx_hash.in_(sorted(rows))
            )
        )
    )
    new = [row for tx_hash, row in rows.items() if tx_hash not in known]
    if new:
        connection.execute(insert(transactions), new)
    return len(new)


def note_receipts(connection: Connection, deployment_id: int, *, below: int | None) -> None:
    """Note that no receipt of an event is lacking below a block, without one up to where the index stands."""
    state = index_state.c.deployment_id == deployment_id
    done = index_state.c.next_block if below is None else below
    connection.execute(update(index_state).where(state).values(next_receipt_block=done))

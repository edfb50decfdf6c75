"""Which receipts the index still lacks, within a transaction of its caller."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, exists, insert, select, tuple_, update

from hokctl.domain.ports import JournalState
from hokctl.domain.protocol_events import IndexedTransaction
from hokctl.domain.units import TxHash
from hokctl.ledger.event_rows import transaction_to_row
from hokctl.ledger.schema import events, index_state, journal, transactions


def lacking_of_events(
    connection: Connection, deployment_id: int | None, chain_id: int, names: Collection[str], most: int
) -> list[tuple[int, TxHash]]:
    """Return up to `most` transactions of events with these names without receipts, in the chain's order.

    Events come a page at a time in the order of their key, and are compared with the receipts after that: asked for
    what is lacking in one statement, a database goes through all later events each time.
    """
    place = (events.c.block_number, events.c.log_index)
    since = connection.scalar(
        select(index_state.c.next_receipt_block).where(index_state.c.deployment_id == deployment_id)
    )
    query = (
        select(*place, events.c.tx_hash)
        .where(events.c.deployment_id == deployment_id, events.c.name.in_(sorted(names)))
        .order_by(*place)
        .limit(most)
    )
    page = [] if since is None else connection.execute(query.where(events.c.block_number >= since)).all()
    while page:
        hashes = {row.tx_hash for row in page}
        known = _known(connection, chain_id, hashes)
        if hashes - known:
            return list(dict.fromkeys((row.block_number, row.tx_hash) for row in page if row.tx_hash not in known))
        last = (page[-1].block_number, page[-1].log_index)
        page = connection.execute(query.where(tuple_(*place) > tuple_(*last))).all()
    return []


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
    known = _known(connection, chain_id, rows)
    new = [row for tx_hash, row in rows.items() if tx_hash not in known]
    if new:
        connection.execute(insert(transactions), new)
    return len(new)


def note_receipts(connection: Connection, deployment_id: int, chain_id: int, names: Collection[str]) -> None:
    """Note up to which block the events with these names have their receipts.

    It looks itself, in the transaction that notes it: another process may have added events, or taken blocks back,
    since its caller looked.
    """
    lacking = lacking_of_events(connection, deployment_id, chain_id, names, 1)
    done = lacking[0][0] if lacking else index_state.c.next_block
    state = index_state.c.deployment_id == deployment_id
    connection.execute(update(index_state).where(state).values(next_receipt_block=done))


def _known(connection: Connection, chain_id: int, tx_hashes: Collection[str]) -> set[str]:
    """Return those of the transactions whose receipts are there."""
    mine = transactions.c.chain_id == chain_id
    found = connection.scalars(
        select(transactions.c.tx_hash).where(mine, transactions.c.tx_hash.in_(sorted(tx_hashes)))
    )
    return set(found)

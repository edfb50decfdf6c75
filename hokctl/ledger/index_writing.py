"""The steps of the index of events, each within a writing transaction of its caller."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from eth_typing import ChecksumAddress
from sqlalchemy import Connection, Table, delete, insert, select, update

from hokctl.domain.protocol_events import IndexedContract, ProtocolEvent
from hokctl.domain.units import BlockRef
from hokctl.ledger.event_rows import EVENT_COLUMNS, contract_to_row, event_to_row
from hokctl.ledger.schema import blocks, deployments, events, index_contracts, index_state, snapshots, transactions

_ROWS: Final = 5_000
"""How many events become rows at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What a reorganisation took out of the index."""

    from_block: int
    events: int
    transactions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What the index held before it was dropped."""

    events: int
    transactions: int


def stands_at(connection: Connection, deployment_id: int, block: BlockRef) -> bool:
    """Tell whether `block` is the last one that the index covers."""
    row = connection.execute(
        select(blocks.c.hash)
        .join(index_state, index_state.c.deployment_id == blocks.c.deployment_id)
        .where(
            blocks.c.deployment_id == deployment_id,
            blocks.c.number == block.number,
            index_state.c.next_block == block.number + 1,
        )
    ).first()
    return row is not None and row.hash == block.hash


def move(connection: Connection, deployment_id: int, *, first: int, last: int) -> bool:
    """Note that the blocks from `first` to `last` are covered; return False where the index stands elsewhere."""
    stands = connection.scalar(select(index_state.c.next_block).where(index_state.c.deployment_id == deployment_id))
    if stands is None:
        connection.execute(
            insert(index_state).values(
                deployment_id=deployment_id, first_block=first, next_block=last + 1, next_receipt_block=first
            )
        )
        return True
    if stands != first:
        return False
    connection.execute(
        update(index_state).where(index_state.c.deployment_id == deployment_id).values(next_block=last + 1)
    )
    return True


def move_late(
    connection: Connection, deployment_id: int, addresses: Collection[ChecksumAddress], *, first: int, last: int
) -> bool:
    """Note that contracts that came late are covered from `first` to `last`; False where one stands elsewhere.

    A contract that is as far as the index then is like any other.
    """
    ours = (index_contracts.c.deployment_id == deployment_id) & index_contracts.c.address.in_(sorted(addresses))
    places = list(connection.scalars(select(index_contracts.c.next_block).where(ours)))
    index_at = connection.scalar(select(index_state.c.next_block).where(index_state.c.deployment_id == deployment_id))
    if places != [first] * len(addresses) or index_at is None or last >= index_at:
        return False
    connection.execute(
        update(index_contracts).where(ours).values(next_block=None if last + 1 == index_at else last + 1)
    )
    state = update(index_state).where(
        index_state.c.deployment_id == deployment_id, index_state.c.next_receipt_block > first
    )
    connection.execute(state.values(next_receipt_block=first))
    return True


def add_contracts(connection: Connection, deployment_id: int, contracts: Iterable[IndexedContract]) -> None:
    """Add the contracts that are new; of one that is known, only the id of its model may be news.

    A new one with logs before the block that the index stands at came late: they are still to be read.
    """
    stands = connection.scalar(select(index_state.c.next_block).where(index_state.c.deployment_id == deployment_id))
    known = {
        row.address: row.model_id
        for row in connection.execute(
            select(index_contracts.c.address, index_contracts.c.model_id).where(
                index_contracts.c.deployment_id == deployment_id
            )
        )
    }
    rows = {one.address: contract_to_row(one, deployment_id) for one in contracts}
    new = [row for address, row in rows.items() if address not in known]
    for row in new:
        row["next_block"] = row["first_block"] if stands is not None and row["first_block"] < stands else None
    if new:
        connection.execute(insert(index_contracts), new)
    for address, row in rows.items():
        if address in known and known[address] is None and row["model_id"] is not None:
            connection.execute(
                update(index_contracts)
                .where(index_contracts.c.deployment_id == deployment_id, index_contracts.c.address == address)
                .values(model_id=row["model_id"], model_topic=row["model_topic"])
            )


def add_events(connection: Connection, deployment_id: int, found: Iterable[ProtocolEvent], last: BlockRef) -> int:
    """Add events and the blocks that they are in, and the block that they go up to; return how many events."""
    count, waiting = 0, iter(found)
    seen = {last.number: (last.hash, last.timestamp)}
    while some := list(islice(waiting, _ROWS)):
        _insert(connection, events, EVENT_COLUMNS, [event_to_row(event, deployment_id) for event in some])
        seen |= {event.block_number: (event.block_hash, event.timestamp) for event in some}
        count += len(some)
    there = set(
        connection.scalars(
            select(blocks.c.number).where(
                blocks.c.deployment_id == deployment_id, blocks.c.number.between(min(seen), max(seen))
            )
        )
    )
    rows = [(deployment_id, number, *block) for number, block in sorted(seen.items()) if number not in there]
    _insert(connection, blocks, ("deployment_id", "number", "hash", "timestamp"), rows)
    return count


def _insert(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows as the driver takes them: SQLAlchemy's own way takes longer than the database itself."""
    if not rows:
        return
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    marks, names = ", ".join([mark] * len(columns)), ", ".join(f'"{column}"' for column in columns)
    connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', list(rows))  # noqa: S608 - names only


def undo(connection: Connection, deployment_id: int, chain_id: int, from_block: int) -> Undone:
    """Take out everything of `from_block` and later."""
    mine = events.c.deployment_id == deployment_id
    removed = connection.execute(delete(events).where(mine, events.c.block_number >= from_block)).rowcount
    connection.execute(delete(blocks).where(blocks.c.deployment_id == deployment_id, blocks.c.number >= from_block))
    receipts = connection.execute(
        delete(transactions).where(transactions.c.chain_id == chain_id, transactions.c.block_number >= from_block)
    ).rowcount
    connection.execute(
        delete(snapshots).where(snapshots.c.deployment_id == deployment_id, snapshots.c.block_number >= from_block)
    )
    contracts = index_contracts.c.deployment_id == deployment_id
    connection.execute(delete(index_contracts).where(contracts, index_contracts.c.first_block >= from_block))
    late = update(index_contracts).where(contracts, index_contracts.c.next_block >= from_block)
    connection.execute(late.values(next_block=None))
    state = index_state.c.deployment_id == deployment_id
    connection.execute(delete(index_state).where(state, index_state.c.first_block >= from_block))
    connection.execute(update(index_state).where(state).values(next_block=from_block))
    _fetch_receipts_again(connection, chain_id, from_block)
    return Undone(from_block=from_block, events=removed, transactions=receipts)


def drop(connection: Connection, deployment_id: int, chain_id: int) -> Dropped:
    """Take out all that a sync gives back."""
    removed = connection.execute(delete(events).where(events.c.deployment_id == deployment_id)).rowcount
    for table in (blocks, index_contracts, index_state):
        connection.execute(delete(table).where(table.c.deployment_id == deployment_id))
    receipts = connection.execute(delete(transactions).where(transactions.c.chain_id == chain_id)).rowcount
    _fetch_receipts_again(connection, chain_id, 0)
    return Dropped(events=removed, transactions=receipts)


def _fetch_receipts_again(connection: Connection, chain_id: int, from_block: int) -> None:
    """Have all deployments of the chain look for receipts from this block on: they share the transactions."""
    of_chain = select(deployments.c.id).where(deployments.c.chain_id == chain_id)
    state = update(index_state).where(
        index_state.c.deployment_id.in_(of_chain), index_state.c.next_receipt_block > from_block
    )
    connection.execute(state.values(next_receipt_block=from_block))

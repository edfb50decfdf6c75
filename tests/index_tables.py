"""The tables of the index, row by row: what two ways to the same chain must agree in."""

from pathlib import Path

from sqlalchemy import Table, create_engine, select

from hokctl.ledger.schema import blocks, events, index_contracts, index_state, transactions

_TABLES: tuple[Table, ...] = (events, index_contracts, index_state, transactions)


def read_tables(place: Path | str) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of the index in a book: an SQLite file, or a database's URL.

    Of the blocks only those with an event: where a part ended depends on how the chain was read.
    """
    engine = create_engine(f"sqlite:///{place}" if isinstance(place, Path) else place)
    with engine.connect() as connection:
        found = {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in _TABLES
        }
        with_events = select(blocks).where(
            blocks.c.number.in_(select(events.c.block_number).where(events.c.deployment_id == blocks.c.deployment_id))
        )
        found["blocks"] = [tuple(row) for row in connection.execute(with_events.order_by(*blocks.primary_key))]
    engine.dispose()
    return found

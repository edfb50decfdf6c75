"""The tables of the index, row by row: what two ways to the same chain must agree in."""

from pathlib import Path

from sqlalchemy import Connection, Select, Table, create_engine, select
from sqlalchemy.engine import make_url

from hokctl.ledger.schema import blocks, events, index_contracts, index_state, transactions
from tests.books import DRIVER

_TABLES: tuple[Table, ...] = (events, index_contracts, index_state, transactions)


def read_tables(place: Path | str) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of the index in a book: an SQLite file, or a database's URL.

    Of the blocks only those with an event: where a part ended depends on how the chain was read.
    """
    url = make_url(f"sqlite:///{place}" if isinstance(place, Path) else place)
    engine = create_engine(url if url.get_backend_name() == "sqlite" else url.set(drivername=DRIVER))
    with engine.connect() as connection:
        found = {table.name: _in_order(connection, table, select(table)) for table in _TABLES}
        with_events = select(blocks).where(
            blocks.c.number.in_(select(events.c.block_number).where(events.c.deployment_id == blocks.c.deployment_id))
        )
        found["blocks"] = _in_order(connection, blocks, with_events)
    engine.dispose()
    return found


def _in_order(connection: Connection, table: Table, query: Select[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return rows by their primary key, in an order that no database has its own opinion of."""
    places = [place for place, column in enumerate(table.columns) if column.primary_key]
    rows = [tuple(row) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: [row[place] for place in places])

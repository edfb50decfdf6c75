"""Where the tests of the book keep books: an SQLite file, and a PostgreSQL server where one is named.

`.ci/postgres start` starts a server and prints the URL for HOKCTL_TEST_POSTGRES_URL. Each process of pytest has a
database of its own there.
"""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from hokctl.ledger.book import Ledger
from hokctl.ledger.schema import metadata, schema_version

VARIABLE: Final = "HOKCTL_TEST_POSTGRES_URL"
DRIVER: Final = "postgresql+psycopg"
POSTGRESQL: Final = pytest.param("postgresql", marks=pytest.mark.postgresql)

_numbers = count()


@pytest.fixture(scope="session")
def postgresql_database() -> Iterator[URL]:
    """The URL of an empty PostgreSQL database, which goes away with the session."""
    if VARIABLE not in os.environ:
        pytest.skip(f"{VARIABLE} names no PostgreSQL; .ci/postgres start starts one")
    server = make_url(os.environ[VARIABLE]).set(drivername=DRIVER)
    name = f"hokctl_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def postgresql_url(postgresql_database: URL) -> str:
    """The URL of an empty schema on PostgreSQL."""
    return _make_schema(postgresql_database)


@pytest.fixture(scope="session")
def postgresql_book(postgresql_database: URL) -> Iterator[tuple[str, Engine]]:
    """The URL of one book on PostgreSQL, and a way to it without hokctl."""
    url = _make_schema(postgresql_database)
    Ledger.open(url).close()
    engine = create_engine(make_url(url).set(drivername=DRIVER))
    yield url, engine
    engine.dispose()


@pytest.fixture(params=["sqlite", POSTGRESQL])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a place for a new book, once in an SQLite file and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture(params=["sqlite", POSTGRESQL])
def book_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a book with nothing in it, in an SQLite file and on PostgreSQL, which empties one each time."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    url: str
    url, engine = request.getfixturevalue("postgresql_book")
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table is not schema_version:
                connection.execute(table.delete())
        connection.execute(text("ALTER SEQUENCE deployments_id_seq RESTART"))
    return url


def _make_schema(database: URL) -> str:
    schema = f"book_{next(_numbers)}"
    engine = create_engine(database, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    place = database.update_query_dict({"options": f"-csearch_path={schema}"})
    return place.set(drivername="postgresql").render_as_string(hide_password=False)

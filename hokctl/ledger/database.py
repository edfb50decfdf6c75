"""The database under the book: durable, shared by several processes, and clear about what goes wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from hokctl.ledger import postgresql, sqlite
from hokctl.ledger.errors import LedgerError, LedgerUrlError
from hokctl.ledger.schema import REVISION, revision
from hokctl.ledger.upgrading import bring_up_to_date

_SERVER_READS: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""SQLite's transactions see one state by themselves. Writers look after they have the lock, so they need no more."""


class Database:
    """An engine with the book's tables in it. Reads see one state; writes exclude each other."""

    def __init__(self, url: str, *, busy_timeout_s: float) -> None:
        """Open the database at `url`, and create what is missing: directory, file (mode 0600), tables.

        An older book is upgraded. Raises as `Ledger.open` says.
        """
        parsed = _parse_url(url)
        is_file = parsed.get_backend_name() == "sqlite"
        self.place = parsed.database or "in memory" if is_file else f"on {parsed.host or 'its server'}"
        with self._explained():
            create = sqlite.create_file_engine if is_file else postgresql.create_server_engine
            self._engine: Engine = create(parsed, busy_timeout_s)
            self._readers = self._engine if is_file else self._engine.execution_options(**_SERVER_READS)
            self._writers = self._engine.execution_options(**{sqlite.WRITE: True})
            with ExitStack() as undo:
                undo.callback(self.close)
                self._bring_up_to_date()
                undo.pop_all()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the book, and only reads it."""
        with self._explained(), self._readers.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that no other writer interrupts; it is on the disk when the block ends."""
        with self._explained(), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Spare many short transactions that each of them is the last to close the file, which empties its log.

        A server's connections are kept anyway.
        """
        with self._explained(), ExitStack() as kept:
            if self._engine.dialect.name == "sqlite":
                kept.enter_context(self._engine.connect())
            yield

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _bring_up_to_date(self) -> None:
        if self._read_revision() == REVISION:
            return
        with self.writing() as connection:
            bring_up_to_date(connection, self.place)

    def _read_revision(self) -> str | None:
        """Return the revision of the book, in one round trip; None for a new book and for one from before Alembic."""
        try:
            with self._engine.begin() as connection:
                return connection.scalar(select(revision.c.version_num))
        except DBAPIError as error:
            if _lacks_table(error):
                return None
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _explain(error, self.place) from error


def _parse_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise LedgerUrlError("it is not a database URL") from error
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise LedgerUrlError(f"hokctl keeps its book in SQLite or PostgreSQL, not in {parsed.get_backend_name()}")
    return parsed


def _lacks_table(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return sqlite.lacks_table(error.orig)
    return postgresql.lacks_table(getattr(error.orig, "sqlstate", None))


def _explain(error: DBAPIError, place: str) -> LedgerError:
    if isinstance(error.orig, sqlite3.Error):
        return sqlite.explain_file_error(error.orig, place)
    return postgresql.explain_server_error(error.orig or error, place)

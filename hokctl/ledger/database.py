"""The database under the book: durable, shared by several processes, and clear about what goes wrong."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, StaticPool

from hokctl.ledger.errors import LedgerError, LedgerUrlError
from hokctl.ledger.schema import REVISION, revision
from hokctl.ledger.upgrading import bring_up_to_date

_MEMORY: Final = frozenset({None, "", ":memory:"})
_WRITE: Final = "hokctl_write"
_WRITE_LOCK: Final = int.from_bytes(b"hokctl", "big")
"""The key of PostgreSQL's advisory lock that writers hold until their transaction ends."""
_WAL_PAUSE_S: Final = 0.02
_UNDEFINED_TABLE: Final = "42P01"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_FILE_MODE: Final = 0o600
_DIRECTORY_MODE: Final = 0o700

_SQLITE_SENTENCES: Final = {
    "SQLITE_FULL": ("its disk is full", "Free some space; nothing was changed."),
    "SQLITE_IOERR": ("its disk reports an error", "Check the disk and the space left on it."),
    "SQLITE_BUSY": ("another process keeps it locked", "Wait for the other hokctl to end, then run this again."),
    "SQLITE_LOCKED": ("another process keeps it locked", "Wait for the other hokctl to end, then run this again."),
    "SQLITE_CORRUPT": ("its file is damaged", "Restore the file from a backup."),
    "SQLITE_NOTADB": ("its file is not a database", "Check the configured path, or restore the file from a backup."),
    "SQLITE_READONLY": ("its file may not be written", "Check who owns the file and its directory."),
    "SQLITE_CANTOPEN": ("its file cannot be opened", "Check the configured path and its permissions."),
    "SQLITE_PERM": ("its file may not be opened", "Check who owns the file and its directory."),
}


class Database:
    """An engine with the book's tables in it. Reads see one state; writes exclude each other."""

    def __init__(self, url: str, *, busy_timeout_s: float) -> None:
        """Open the database at `url`, and create what is missing: directory, file (mode 0600), tables.

        An older book is upgraded. Raises as `Ledger.open` says.
        """
        parsed = _parse_url(url)
        self.place = parsed.database or "in memory" if _is_sqlite(parsed) else f"on {parsed.host or 'its server'}"
        if _is_sqlite(parsed) and parsed.database not in _MEMORY:
            _create_private_file(Path(str(parsed.database)))
        with self._explained():
            self._engine = _create_engine(parsed, busy_timeout_s)
            self._bring_up_to_date()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the book."""
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that no other writer interrupts; it is on the disk when the block ends."""
        engine = self._engine.execution_options(**{_WRITE: True})
        with self._explained(), engine.begin() as connection:
            yield connection

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
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise LedgerUrlError("it is not a database URL") from error


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _create_private_file(path: Path) -> None:
    """Create the file before SQLite does, so that it is never readable by others, not even for a moment."""
    try:
        path.parent.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, _FILE_MODE))
    except OSError as error:
        raise LedgerError(
            f"The ledger {path} cannot be opened: {error.strerror}.",
            hint="Check the configured path and its permissions, and the space left on its disk.",
        ) from error


def _create_engine(url: URL, busy_timeout_s: float) -> Engine:
    if not _is_sqlite(url):
        return _create_server_engine(url)
    pool = StaticPool if url.database in _MEMORY else NullPool
    engine = create_engine(url, poolclass=pool, connect_args={"timeout": busy_timeout_s})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _create_server_engine(url: URL) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=True)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise LedgerUrlError(f"the driver for {url.drivername} is not installed") from error
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Make a new connection durable, and leave the beginning of transactions to `_begin_sqlite`.

    https://docs.sqlalchemy.org/en/20/dialects/sqlite.html, on serializable isolation.
    """
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101  # the engine's dialect; tells mypy
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    if connection.execute("PRAGMA journal_mode").fetchone() == ("delete",):
        _switch_to_wal(connection)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side from now on; the file remembers it.

    SQLite waits for other processes everywhere but here, so two that create one book have to be patient themselves.
    """
    timeout_ms: int = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    give_up_at = time.monotonic() + timeout_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > give_up_at:
                raise
            time.sleep(_WAL_PAUSE_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Begin writes with the lock in hand: a read that turns into a write could otherwise fail half-way."""
    immediate = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    """Begin writes one after the other, as SQLite does: the journal's order and every step of an invoice rely on it."""
    if connection.get_execution_options().get(_WRITE, False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")


def _lacks_table(error: DBAPIError) -> bool:
    """Tell whether the statement failed because its table is not there."""
    if getattr(error.orig, "sqlite_errorname", None) == "SQLITE_ERROR":
        return str(error.orig).startswith("no such table")
    return getattr(error.orig, "sqlstate", None) == _UNDEFINED_TABLE


def _explain(error: DBAPIError, place: str) -> LedgerError:
    name = getattr(error.orig, "sqlite_errorname", "")
    for prefix, (reason, hint) in _SQLITE_SENTENCES.items():
        if name.startswith(prefix):
            return LedgerError(f"The ledger {place} cannot be used: {reason}.", hint=hint)
    kind = type(error.orig).__name__
    return LedgerError(
        f"The ledger {place} cannot be used: its database reports {name or kind}.",
        hint="Check that the database is reachable; --debug shows the details.",
    )

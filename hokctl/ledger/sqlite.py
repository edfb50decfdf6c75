"""The book in an SQLite file: private, durable, and patient with other processes."""

import os
import sqlite3
import time
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, StaticPool

from hokctl.ledger.errors import LedgerError

WRITE: Final = "hokctl_write"
"""The execution option of transactions that write."""

_MEMORY: Final = frozenset({None, "", ":memory:"})
_WAL_PAUSE_S: Final = 0.02
_FILE_MODE: Final = 0o600
_DIRECTORY_MODE: Final = 0o700
_BUSY: Final = ("another process keeps it locked", "Wait for the other hokctl to end, then run this again.")
_SENTENCES: Final = {
    "SQLITE_FULL": ("its disk is full", "Free some space; nothing was changed."),
    "SQLITE_IOERR": ("its disk reports an error", "Check the disk and the space left on it."),
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_CORRUPT": ("its file is damaged", "Restore the file from a backup."),
    "SQLITE_NOTADB": ("its file is not a database", "Check the configured path, or restore the file from a backup."),
    "SQLITE_READONLY": ("its file may not be written", "Check who owns the file and its directory."),
    "SQLITE_CANTOPEN": ("its file cannot be opened", "Check the configured path and its permissions."),
    "SQLITE_PERM": ("its file may not be opened", "Check who owns the file and its directory."),
}


def create_file_engine(url: URL, wait_s: float) -> Engine:
    """Return the engine of the file, which is created; LedgerError if it cannot be. Locks are waited for `wait_s`."""
    in_memory = url.database in _MEMORY
    if not in_memory:
        _create_private_file(Path(str(url.database)))
    pool = StaticPool if in_memory else NullPool
    engine = create_engine(url, poolclass=pool, connect_args={"timeout": wait_s})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def lacks_table(error: sqlite3.Error) -> bool:
    """Tell whether the statement failed because its table is not there."""
    name: str | None = getattr(error, "sqlite_errorname", None)
    return name == "SQLITE_ERROR" and str(error).startswith("no such table")


def explain_file_error(error: sqlite3.Error, place: str) -> LedgerError:
    """Return what is wrong with the file, in a sentence."""
    name: str = getattr(error, "sqlite_errorname", "")
    for prefix, (reason, hint) in _SENTENCES.items():
        if name.startswith(prefix):
            return LedgerError(f"The ledger {place} cannot be used: {reason}.", hint=hint)
    return LedgerError(
        f"The ledger {place} cannot be used: its database reports {name or type(error).__name__}.",
        hint="Check that the file is a ledger of hokctl, or restore it from a backup.",
    )


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


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Make a new connection durable, and leave the beginning of transactions to `_begin`.

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


def _begin(connection: Connection) -> None:
    """Begin writes with the lock in hand: a read that turns into a write could otherwise fail half-way."""
    immediate = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

"""The book on a PostgreSQL server, for a team: as strict as a file, and clear about what the server refuses."""

from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchModuleError

from hokctl.ledger.errors import LedgerAccessError, LedgerError, LedgerUnavailableError, LedgerUrlError
from hokctl.ledger.sqlite import WRITE

_DRIVER: Final = "postgresql+psycopg"
_WRITE_LOCK: Final = int.from_bytes(b"hokctl", "big")
"""The key of the advisory lock that writers hold until their transaction ends."""
_LONGEST_IDLE_S: Final = 60
"""How long the server lets a writer do nothing before it ends it: one whose machine is gone would block all others."""
_SHORTEST_CONNECT_TIMEOUT_S: Final = 2
"""What libpq makes of anything shorter."""

_BY_STATE: Final = {
    "53100": ("its disk is full", "Free some space; nothing was changed."),
    "55P03": ("another process keeps it locked", "Wait for the other hokctl to end, then run this again."),
    "25006": ("its server only reads", "Name the primary server instead of a copy of it."),
}
_ACCESS_BY_STATE: Final = {
    "28": "its server does not let the user in",
    "3D": "its server has no such database",
    "3F": "its database has no schema to keep the tables in",
    "42501": "its user lacks a right that hokctl needs",
}
_UNAVAILABLE: Final = ("08", "53", "57P", "25P03")
"""SQLSTATEs begin so: connection exception, insufficient resources, operator intervention, idle for too long."""
_ACCESS_BY_WORDS: Final = {
    "authentication failed": "its server does not accept user and password",
    "no password supplied": "its server wants a password",
    "pg_hba.conf": "its server does not let this machine in",
    "not permitted to log in": "its user may not log in",
    "permission denied": "its user lacks a right that hokctl needs",
    "does not exist": "its server has no such database or user",
    "invalid connection option": "its URL has an option that PostgreSQL does not know",
    "SSL": "server and URL do not agree on encryption",
}
"""While connecting there is no SQLSTATE, only the server's words."""


def create_server_engine(url: URL, wait_s: float) -> Engine:
    """Return the engine for the server at `url`; connections and locks are waited for `wait_s`.

    The driver is psycopg unless the URL names another one; LedgerUrlError where it is not installed.
    """
    if url.drivername == url.get_backend_name():
        url = url.set(drivername=_DRIVER)
    wanted = {"connect_timeout": max(_SHORTEST_CONNECT_TIMEOUT_S, int(wait_s)), "application_name": "hokctl"}
    chosen = {name: value for name, value in wanted.items() if name not in url.query}
    try:
        engine = create_engine(url, pool_pre_ping=True, connect_args=chosen)
    except (NoSuchModuleError, ImportError) as error:
        raise LedgerUrlError(
            f"the driver for {url.drivername} is not installed", hint="Run: pip install 'hokctl[postgresql]'"
        ) from error
    event.listen(engine, "begin", lambda connection: _begin(connection, wait_s))
    return engine


def lacks_table(state: str | None) -> bool:
    """Tell whether the SQLSTATE is that of a statement whose table is not there."""
    return state == "42P01"


def explain_server_error(error: BaseException, place: str) -> LedgerError:
    """Return what the server refuses, or that it cannot be reached, in a sentence without the URL or its password."""
    state: str | None = getattr(error, "sqlstate", None)
    if state is None:
        return _explain_connecting(str(error), place)
    for start, reason in _ACCESS_BY_STATE.items():
        if state.startswith(start):
            return LedgerAccessError(place, reason)
    if state in _BY_STATE:
        reason, hint = _BY_STATE[state]
        return LedgerError(f"The ledger {place} cannot be used: {reason}.", hint=hint)
    if state.startswith(_UNAVAILABLE):
        return LedgerUnavailableError(place)
    return LedgerError(
        f"The ledger {place} cannot be used: its database reports {type(error).__name__} ({state}).",
        hint="Check that the database is the ledger's, and see the server's own log.",
    )


def _explain_connecting(words: str, place: str) -> LedgerError:
    for part, reason in _ACCESS_BY_WORDS.items():
        if part in words:
            return LedgerAccessError(place, reason)
    return LedgerUnavailableError(place)


def _begin(connection: Connection, wait_s: float) -> None:
    """Begin writes one after the other, as SQLite does: the journal's order and every step of an invoice rely on it.

    What was committed has to survive a power cut, even on a server that is set to be faster than that.
    """
    if connection.get_execution_options().get(WRITE, False):
        connection.exec_driver_sql(
            f"SELECT set_config('lock_timeout', '{int(wait_s * 1000)}', true),"
            f" set_config('idle_in_transaction_session_timeout', '{int(_LONGEST_IDLE_S * 1000)}', true),"
            " CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true)"
            f" END, pg_advisory_xact_lock({_WRITE_LOCK})"
        )

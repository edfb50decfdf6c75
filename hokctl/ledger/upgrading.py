"""Bringing a book to the format of this hokctl: a new one is made whole, an older one is upgraded by Alembic."""

from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, insert, inspect, select

from hokctl.ledger.errors import LedgerVersionError
from hokctl.ledger.schema import REFUSED_BY_FIRST_RELEASE, REVISION, metadata, revision, schema_version

if TYPE_CHECKING:
    from alembic.config import Config

_FIRST: Final = "0001"


def bring_up_to_date(connection: Connection, place: str) -> None:
    """Create or upgrade the book at `place` within the caller's transaction, which excludes every other writer.

    Raises LedgerVersionError for the book of a later hokctl, and leaves it as it is.
    """
    tables = set(inspect(connection).get_table_names())
    if revision.name in tables:
        found = connection.scalar(select(revision.c.version_num))
    elif schema_version.name in tables:
        found = _adopt(connection, place)
    else:
        _create(connection)
        return
    if found != REVISION:
        _upgrade(connection, place, found)


def _create(connection: Connection) -> None:
    """Make the tables as they are meant to be today; a test holds them against the sum of all revisions."""
    revision.create(connection)
    metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(revision).values(version_num=REVISION))
    connection.execute(insert(schema_version).values(version=REFUSED_BY_FIRST_RELEASE))


def _adopt(connection: Connection, place: str) -> str:
    """Note that a book from before Alembic is at the first revision, and return that."""
    version = connection.scalar(select(schema_version.c.version))
    if version != int(_FIRST):
        raise LedgerVersionError(place, found=str(version), known=REVISION)
    revision.create(connection)
    connection.execute(insert(revision).values(version_num=_FIRST))
    return _FIRST


def _upgrade(connection: Connection, place: str, found: str | None) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = migrations(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found not in known:
        raise LedgerVersionError(place, found=str(found), known=REVISION)
    command.upgrade(config, REVISION)


def migrations(connection: Connection) -> "Config":
    """Return Alembic's configuration for the book behind `connection`; there is no file of it."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "hokctl.ledger:migrations")
    config.attributes["connection"] = connection
    return config

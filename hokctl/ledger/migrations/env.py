"""What Alembic runs for every command. The caller's transaction is the frame: all revisions are applied, or none."""

from typing import Final

from alembic import context

from hokctl.ledger.schema import metadata

ALEMBICS_NAME: Final = "env_py"
"""The name under which Alembic loads this file; a plain import has nothing to do."""


def migrate() -> None:
    """Apply what was asked for to the connection that the caller put into the configuration."""
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    context.run_migrations()


if __name__ == ALEMBICS_NAME:
    migrate()

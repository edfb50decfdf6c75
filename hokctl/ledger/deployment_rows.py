"""The number under which the index knows a deployment."""

from eth_typing import ChecksumAddress
from sqlalchemy import Connection, insert, select

from hokctl.ledger.schema import deployments


def find_deployment(connection: Connection, chain_id: int, reserve: ChecksumAddress) -> int | None:
    """Return the id of the deployment whose reserve stands at `reserve`, or None before its first use."""
    return connection.scalar(
        select(deployments.c.id).where(deployments.c.chain_id == chain_id, deployments.c.reserve_address == reserve)
    )


def note_deployment(connection: Connection, chain_id: int, reserve: ChecksumAddress) -> int:
    """Return the same, and give it one where it has none; within a writing transaction."""
    found = find_deployment(connection, chain_id, reserve)
    if found is not None:
        return found
    connection.execute(insert(deployments).values(chain_id=chain_id, reserve_address=reserve))
    return note_deployment(connection, chain_id, reserve)

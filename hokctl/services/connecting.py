"""Connecting to a network's node, so that its reverts are explained."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hokctl.chain.session import Chain
from hokctl.clients.errors import error_table

if TYPE_CHECKING:
    from hokctl.chain.transport import Transport
    from hokctl.config.networks import NetworkSettings


def open_chain(
    network: "NetworkSettings", transport: "Transport | None", *, note: Callable[[str], None] | None
) -> Chain:
    """Return the connection to the network's node, or to `transport` instead; `note` is told of every request."""
    if transport is None:
        chain = Chain.connect(network.node_url(), network=network.name, chain_id=network.chain_id)
    else:
        chain = Chain(transport, network=network.name, chain_id=network.chain_id)
    chain.errors = error_table()
    if note is not None:
        from hokctl.chain.tracing import TracedTransport

        chain.transport = TracedTransport(chain.transport, note)
    return chain

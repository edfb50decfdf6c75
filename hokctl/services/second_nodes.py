"""Asking a second node whether it sees the same chain."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hokctl.chain.errors import RpcError
from hokctl.chain.wire import parse_object, parse_quantity
from hokctl.checks.facts import SecondNode
from hokctl.errors import HokctlError

if TYPE_CHECKING:
    from hokctl.chain.session import Chain, Snapshot
    from hokctl.config.networks import NetworkSettings


def open_second_node(network: "NetworkSettings") -> "Chain | None":
    """Return the connection to the network's second node; None when it names none. Nothing is asked yet."""
    from hokctl.chain.session import Chain

    url = network.second_node_url()
    return None if url is None else Chain.connect(url, network=network.name, chain_id=network.chain_id)


def ask_second_node(snapshot: "Snapshot", open_second: "Callable[[], Chain | None]") -> SecondNode | None:
    """Return what the second node says about the snapshot's block; None when none is configured.

    One round trip to that node. A node that does not answer is a fact, too.
    """
    endpoint = "the second node"
    try:
        chain = open_second()
        if chain is None:
            return None
        endpoint = chain.endpoint
        chain_id, header = chain.transport.request_batch(
            [("eth_chainId", []), ("eth_getBlockByNumber", [hex(snapshot.block.number), False])]
        )
        if isinstance(chain_id, RpcError):
            raise chain_id
        block = None if isinstance(header, RpcError) or header is None else parse_object(header, "a block")
        return SecondNode(
            endpoint=endpoint,
            chain_id=parse_quantity(chain_id, "eth_chainId"),
            block_hash=None if block is None else str(block.get("hash")).lower(),
        )
    except HokctlError as error:
        return SecondNode(endpoint=endpoint, failure=error.message)

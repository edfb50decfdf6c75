"""A new embedded chain for each test, in process and over HTTP."""

from collections.abc import Iterator

import pytest

from hokctl.chain.provider_transport import ProviderTransport
from hokctl.chain.session import Chain
from hokctl.devnet.node import Node, start_node
from hokctl.devnet.provider import EmbeddedProvider
from hokctl.devnet.server import serve

CHAIN_ID = 31337


@pytest.fixture
def node() -> Node:
    """Return a node over a new chain."""
    return start_node()


@pytest.fixture(params=["in-process", "http"])
def chain(request: pytest.FixtureRequest, node: Node) -> Iterator[Chain]:
    """Return the chain behind the node, through either transport."""
    if request.param == "in-process":
        yield Chain(ProviderTransport(EmbeddedProvider(node)), network="devnet", chain_id=CHAIN_ID)
        return
    with serve(node, port=0) as server:
        yield Chain.connect(server.url, network="devnet", chain_id=CHAIN_ID)

"""A node for each test, in process and over HTTP, and Foundry's programs where they are installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from web3 import Web3

from hokctl.devnet.node import Node, start_node
from hokctl.devnet.provider import EmbeddedProvider
from hokctl.devnet.server import serve


@pytest.fixture
def node() -> Node:
    """Return a node over a new chain."""
    return start_node()


@pytest.fixture
def w3(node: Node) -> Web3:
    """Return web3 over the node, without HTTP."""
    return Web3(EmbeddedProvider(node))


@pytest.fixture
def url(node: Node) -> Iterator[str]:
    """Serve the node over HTTP and return where."""
    with serve(node, port=0) as server:
        yield server.url


@pytest.fixture
def anvil() -> str:
    """Return the anvil to test with."""
    return _program("anvil", "HOKCTL_ANVIL")


@pytest.fixture
def cast() -> str:
    """Return the cast to test with."""
    return _program("cast", "HOKCTL_CAST")


def _program(name: str, variable: str) -> str:
    found = shutil.which(os.environ.get(variable, name))
    if found is None:
        pytest.skip(f"Foundry's {name} is neither on PATH nor named by {variable}")
    return found

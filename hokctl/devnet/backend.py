"""What the JSON-RPC methods work on: the engine, the unlocked accounts and the filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hokctl.devnet.rpc import RpcError, invalid_params, parse_hash, parse_object, parse_quantity

if TYPE_CHECKING:
    from hokctl.devnet.engine import Engine
    from hokctl.devnet.log_filters import Filter

BLOCK_NOT_FOUND = -32001
_HEAD_TAGS = frozenset({"latest", "safe", "finalized"})

Method = Callable[..., object]
Methods = Mapping[str, Method]


@dataclass
class Backend:
    """One chain with what a node keeps beside it; `sign` signs for the unlocked accounts."""

    engine: Engine
    accounts: tuple[bytes, ...]
    sign: Callable[[bytes, dict[str, object]], bytes]
    impersonated: set[bytes] = field(default_factory=set)
    filters: dict[int, Filter] = field(default_factory=dict)
    last_filter: int = 0


def parse_block(backend: Backend, value: object) -> int:
    """Read a block tag, number or EIP-1898 object as a block number; `pending` is the head plus one.

    Nothing on this chain is ever taken back by others, so `safe` and `finalized` are the head.
    """
    head = backend.engine.head
    if value is None or (isinstance(value, str) and value in _HEAD_TAGS):
        return head
    if value == "pending":
        return head + 1
    if value == "earliest":
        return 0
    number = _named_block(backend, value)
    if number > head:
        raise RpcError(BLOCK_NOT_FOUND, f"block not found: {number:#x} (the newest is {head:#x})")
    return number


def find_block(backend: Backend, value: object) -> int | None:
    """Read a block as `parse_block` does, but return None for one that doesn't exist."""
    try:
        return parse_block(backend, value)
    except RpcError as error:
        if error.code == BLOCK_NOT_FOUND:
            return None
        raise


def block_by_hash(backend: Backend, value: object) -> int:
    """Read a block hash as the block's number."""
    number = backend.engine.block_number(parse_hash(value))
    if number is None:
        raise RpcError(BLOCK_NOT_FOUND, f"unknown block: {value}")
    return number


def _named_block(backend: Backend, value: object) -> int:
    if isinstance(value, dict):
        named = parse_object(value)
        if "blockHash" in named:
            return block_by_hash(backend, named["blockHash"])
        return parse_quantity(named.get("blockNumber"))
    if isinstance(value, str) and not value.startswith("0x"):
        raise invalid_params(f"unknown block tag: {value!r}")
    return parse_quantity(value)

"""In which block a deployment began, asked of the chain."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.wire import parse_data

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


def find_first_block(
    snapshot: "Snapshot", contracts: Iterable[ChecksumAddress], *, guess: int | None = None
) -> int | None:
    """Return the first block at whose end one of `contracts` has code; None where the node does not know old states.

    A right guess takes two round trips, anything else a search by halves: the node must keep old states.
    """
    addresses = tuple(contracts)
    head = snapshot.block.number
    if guess is not None and guess <= head:
        there = _has_code(snapshot, addresses, guess)
        before = guess > 0 and _has_code(snapshot, addresses, guess - 1)
        if there is None or before is None:
            return None
        if there and not before:
            return guess
    low, high = 0, head
    while low < high:
        middle = (low + high) // 2
        there = _has_code(snapshot, addresses, middle)
        if there is None:
            return None
        low, high = (low, middle) if there else (middle + 1, high)
    return low


def _has_code(snapshot: "Snapshot", addresses: tuple[ChecksumAddress, ...], block: int) -> bool | None:
    """Tell whether one of the addresses has code at `block`; None when the node cannot say."""
    batch = snapshot.chain.batch_at(block)
    slots = [
        batch.ask("eth_getCode", [address, hex(block)], lambda answer: parse_data(answer, "eth_getCode"), optional=True)
        for address in addresses
    ]
    batch.run()
    if any(not slot.failed and slot.value for slot in slots):
        return True
    return None if any(slot.failed for slot in slots) else False

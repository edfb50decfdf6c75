"""In which block a deployment began, asked of the chain."""

from collections.abc import Iterable, Mapping
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
    if guess is not None and guess <= snapshot.block.number:
        there = _have_code(snapshot, dict.fromkeys(addresses, guess))
        before = _have_code(snapshot, dict.fromkeys(addresses, guess - 1)) if guess > 0 else {}
        if there is None or before is None:
            return None
        if any(there.values()) and not any(before.values()):
            return guess
    births = find_birth_blocks(snapshot, addresses)
    return None if births is None else min(births.values(), default=None)


def find_birth_blocks(snapshot: "Snapshot", contracts: Iterable[ChecksumAddress]) -> dict[ChecksumAddress, int] | None:
    """Return per contract the first block at whose end it has code; None where the node does not know old states.

    All are searched for at once, by halves: about as many round trips as the head's number has binary digits.
    """
    low = dict.fromkeys(contracts, 0)
    high = dict.fromkeys(low, snapshot.block.number)
    while open_ := {address: (low[address] + high[address]) // 2 for address in low if low[address] < high[address]}:
        there = _have_code(snapshot, open_)
        if there is None:
            return None
        for address, middle in open_.items():
            if there[address]:
                high[address] = middle
            else:
                low[address] = middle + 1
    return low


def _have_code(snapshot: "Snapshot", asked: Mapping[ChecksumAddress, int]) -> dict[ChecksumAddress, bool] | None:
    """Tell of each address whether it has code at the block asked for; None when the node cannot say."""
    batch = snapshot.batch()
    slots = {
        address: batch.ask(
            "eth_getCode", [address, hex(block)], lambda answer: parse_data(answer, "eth_getCode"), optional=True
        )
        for address, block in asked.items()
    }
    batch.run()
    if any(slot.failed for slot in slots.values()):
        return None
    return {address: bool(slot.value) for address, slot in slots.items()}

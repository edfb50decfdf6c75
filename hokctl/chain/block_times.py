"""When blocks were: which of many is the first at or after a time, in few round trips."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

from hokctl.chain.answers import node_failure
from hokctl.chain.errors import RpcError, UnknownBlockError
from hokctl.chain.session import Chain
from hokctl.chain.wire import Json, parse_object, parse_quantity, to_quantity

AT_ONCE: Final = 200
"""How many headers are asked for in one round trip: one of mainnet's is up to some 20 kB, with all its hashes."""


def find_since(chain: Chain, blocks: Sequence[int], times: Sequence[int]) -> list[int]:
    """Return for each of `times` the position in `blocks` of the first that is not before it; their number for none.

    `blocks` are numbers in rising order, `times` seconds since the epoch. All times are sought together, each step
    dividing what is left in as many parts as fit into a round trip: one round trip for up to AT_ONCE blocks, for
    sixty times four among some thousand blocks and eight among a million. Raises UnknownBlockError when the node
    lacks one.
    """
    known: dict[int, int] = {}
    spans = dict.fromkeys(times, (0, len(blocks)))
    while unsure := sorted({(low, high) for low, high in spans.values() if low < high}):
        each = max(1, AT_ONCE // len(unsure))
        wanted = sorted({position for low, high in unsure for position in _spread(low, high, each)})
        known |= dict(zip(wanted, get_timestamps(chain, [blocks[one] for one in wanted]), strict=True))
        places = sorted(known)
        stamps = [known[place] for place in places]
        spans = {time: _narrow(places, bisect_left(stamps, time), len(blocks)) for time in spans}
    return [spans[time][0] for time in times]


def get_timestamps(chain: Chain, blocks: Sequence[int]) -> list[int]:
    """Return when each of `blocks` was, in seconds since the epoch. One round trip."""
    answers = chain.request_batch([("eth_getBlockByNumber", [to_quantity(block), False]) for block in blocks])
    return [_timestamp(chain, block, answer) for block, answer in zip(blocks, answers, strict=True)]


def _narrow(places: Sequence[int], first: int, count: int) -> tuple[int, int]:
    """Return from where to where the position sought can lie; `first` of the known places is not before the time."""
    low = places[first - 1] + 1 if first else 0
    return low, places[first] if first < len(places) else count


def _spread(low: int, high: int, count: int) -> Iterator[int]:
    """Yield up to `count` positions from `low` up to but not `high`, evenly apart."""
    length = high - low
    if length <= count:
        yield from range(low, high)
        return
    for number in range(1, count + 1):
        yield low + length * number // (count + 1)


def _timestamp(chain: Chain, block: int, answer: Json) -> int:
    if isinstance(answer, RpcError):
        raise node_failure(answer, block=block, endpoint=chain.endpoint)
    if answer is None:
        raise UnknownBlockError(block, chain.endpoint)
    return parse_quantity(parse_object(answer, "a block").get("timestamp"), "a block's timestamp")

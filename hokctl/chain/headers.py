"""The headers of many blocks: their hashes and times."""

from collections.abc import Iterable
from typing import Final

from hokctl.chain.answers import node_failure
from hokctl.chain.errors import RpcError, UnknownBlockError
from hokctl.chain.session import Chain, parse_header
from hokctl.chain.wire import to_quantity
from hokctl.domain.units import BlockRef

_AT_ONCE: Final = 500
"""How many headers are in memory as the node writes them: each lists all transactions of its block."""


def find_headers(chain: Chain, numbers: Iterable[int]) -> dict[int, BlockRef | None]:
    """Return the blocks with these numbers, None for those that the node does not know. One round trip for 500."""
    wanted = sorted(set(numbers))
    found: dict[int, BlockRef | None] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        answers = chain.request_batch([("eth_getBlockByNumber", [to_quantity(number), False]) for number in some])
        for number, answer in zip(some, answers, strict=True):
            if isinstance(answer, RpcError):
                failure = node_failure(answer, block=number, endpoint=chain.endpoint)
                if not isinstance(failure, UnknownBlockError):
                    raise failure
            unknown = answer is None or isinstance(answer, RpcError)
            found[number] = None if unknown else parse_header(answer, number)
    return found


def read_headers(chain: Chain, numbers: Iterable[int]) -> dict[int, BlockRef]:
    """Return the blocks with these numbers; UnknownBlockError for one that the node does not know."""
    found: dict[int, BlockRef] = {}
    for number, block in find_headers(chain, numbers).items():
        if block is None:
            raise UnknownBlockError(number, chain.endpoint)
        found[number] = block
    return found

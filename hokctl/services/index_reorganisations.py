"""Whether an index still tells of the chain's blocks, and taking back what it tells of blocks that are gone."""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from hokctl.chain.errors import RpcError
from hokctl.chain.headers import find_headers, read_headers
from hokctl.chain.wire import Json, parse_list, parse_object, parse_quantity
from hokctl.domain.protocol_events import Coverage
from hokctl.domain.units import BlockRef, TxHash
from hokctl.errors import UnavailableError

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.ledger.events import EventIndex
    from hokctl.ledger.unsettling import NotedPayment

_AT_ONCE: Final = 16
"""How many blocks are compared in one round trip of a search."""
_RECEIPTS: Final = 100


class NodeBehindIndexError(UnavailableError):
    """A node that has not seen the blocks yet that the index holds already."""

    code = "node-behind-index"

    def __init__(self, endpoint: str, *, last: int) -> None:
        """Name the node, and the last block of the index."""
        super().__init__(
            f"The node at {endpoint} does not know block {last} yet, up to which the index holds all events.",
            hint="It lags behind: try again, or use another node. `hokctl ledger sync --drop` reads a chain anew "
            "that was put back on purpose.",
        )


def find_fork(chain: "Chain", index: "EventIndex", coverage: Coverage, head: int) -> int | None:
    """Return the first block that the index may tell wrongly, None while the chain still has its last block.

    `head` is a block that the node has. Where the chain has another last block, the highest of the known ones that it
    still has is searched for, and all after it is in doubt: one round trip for two blocks, four for a million. Raises
    NodeBehindIndexError where the node only lacks the newest blocks.
    """
    last = find_headers(chain, [coverage.last_block])[coverage.last_block]
    if last is not None and last.hash == coverage.last_hash:
        return None
    high = coverage.last_block
    if last is None:
        known = index.block_below(min(head, high) + 1)
        if known is None or _same(chain, [known]):
            raise NodeBehindIndexError(chain.endpoint, last=coverage.last_block)
        high = known.number
    return _search(chain, index, low=0, high=high)


def _search(chain: "Chain", index: "EventIndex", *, low: int, high: int) -> int:
    """Return the block after the highest known one below `high` that the chain has; `high` itself it has not."""
    fork = 0
    while numbers := index.block_numbers(low, high - 1, _AT_ONCE):
        known = [block for block in (index.block(number) for number in numbers) if block is not None]
        same = _same(chain, known)
        if same:
            fork = low = same[-1] + 1
        if len(same) < len(known):
            high = known[len(same)].number
    return fork


def _same(chain: "Chain", known: Sequence[BlockRef]) -> list[int]:
    """Return the numbers of the blocks that the chain has too, up to the first that is another there."""
    headers = read_headers(chain, [block.number for block in known])
    return [block.number for block in takewhile(lambda block: headers[block.number].hash == block.hash, known)]


def find_gone(chain: "Chain", payments: Iterable["NotedPayment"]) -> tuple["NotedPayment", ...]:
    """Return those of the payments that the chain has no more: another receipt, or none. A round trip for 100."""
    by_transaction: dict[TxHash, list[NotedPayment]] = {}
    for payment in payments:
        by_transaction.setdefault(payment.tx_hash, []).append(payment)
    hashes, gone = list(by_transaction), []
    for start in range(0, len(hashes), _RECEIPTS):
        some = hashes[start : start + _RECEIPTS]
        answers = chain.request_batch([("eth_getTransactionReceipt", [tx_hash]) for tx_hash in some])
        for tx_hash, answer in zip(some, answers, strict=True):
            if isinstance(answer, RpcError):
                raise answer
            places = _places(answer)
            gone += [one for one in by_transaction[tx_hash] if (one.block_number, one.log_index) not in places]
    return tuple(gone)


def _places(receipt: Json) -> set[tuple[int, int]]:
    """Return the blocks and indices of the logs in a receipt; none where there is none."""
    if receipt is None:
        return set()
    logs = parse_list(parse_object(receipt, "a receipt").get("logs"), "a receipt's logs")
    fields = [parse_object(log, "a log") for log in logs]
    return {
        (parse_quantity(log.get("blockNumber"), "a log's block"), parse_quantity(log.get("logIndex"), "its index"))
        for log in fields
    }

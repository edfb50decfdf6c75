"""Events of the past: `eth_getLogs` over ranges of any length, in pieces that the node accepts."""

from collections.abc import Sequence
from typing import Protocol

from eth_typing import ChecksumAddress

from hokctl.chain.answers import node_failure
from hokctl.chain.errors import NodeTimeoutError, RpcError, UnknownBlockError
from hokctl.chain.log_limits import is_too_much
from hokctl.chain.log_scans import LogFilter, Topics, parse_logs, scan_logs
from hokctl.chain.receipts import Log
from hokctl.chain.session import Chain
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import parse_quantity


class LogSource(Protocol):
    """Where the logs of a deployment up to one block come from, when the node is not asked for all of them again."""

    def read(self, addresses: Sequence[ChecksumAddress], topics: Topics) -> list[Log]:
        """Return the logs of `addresses` with `topics`, in order."""


def get_logs(
    chain: Chain, addresses: Sequence[ChecksumAddress], topics: Topics, from_block: int, to_block: int
) -> list[Log]:
    """Return the logs of `addresses` with `topics` from `from_block` to `to_block`, both included, in order.

    Without addresses, those of every contract. One round trip, or more when the node takes no such long range.
    Raises UnknownBlockError when the node has not seen `to_block` yet: its answer would silently lack what is
    to come.
    """
    wanted = LogFilter(addresses=tuple(addresses), topics=topics)
    return [log for part in scan_logs(chain, wanted, from_block, to_block) for log in part.logs]


def get_logs_at_once(
    chain: Chain, addresses: Sequence[ChecksumAddress], topics: Topics, from_block: int, to_block: int
) -> list[Log] | None:
    """Return the same in exactly one round trip, or None when the node takes no such long range."""
    wanted = LogFilter(addresses=tuple(addresses), topics=topics)
    requests: list[RpcCall] = [("eth_blockNumber", []), wanted.request(from_block, to_block)]
    try:
        head, answer = chain.request_batch(requests)
    except NodeTimeoutError:
        return None
    if isinstance(head, RpcError):
        raise head
    if parse_quantity(head, "eth_blockNumber") < to_block:
        raise UnknownBlockError(to_block, chain.endpoint)
    if not isinstance(answer, RpcError):
        return parse_logs(answer)
    if is_too_much(answer):
        return None
    raise node_failure(answer, block=to_block, endpoint=chain.endpoint)

"""Events of the past: `eth_getLogs` over ranges of any length, in pieces that the node accepts."""

from collections.abc import Sequence
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.answers import node_failure
from hokctl.chain.errors import NodeTimeoutError, RpcError, UnknownBlockError
from hokctl.chain.receipts import Log, parse_log
from hokctl.chain.session import Chain
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json, parse_list, parse_object, parse_quantity, to_quantity

Topics = Sequence[str | Sequence[str] | None]
"""By position: one topic, several of which one must match, or None for any."""

_TOO_MUCH: Final = (
    "range",
    "too many",
    "too large",
    "too big",
    "more than",
    "limit",
    "exceed",
    "timeout",
    "timed out",
    "response size",
)
"""How nodes word that a range of blocks or its answer is too large for them."""


def get_logs(
    chain: Chain, addresses: Sequence[ChecksumAddress], topics: Topics, from_block: int, to_block: int
) -> list[Log]:
    """Return the logs of `addresses` with `topics` from `from_block` to `to_block`, both included, in order.

    Without addresses, those of every contract. One round trip, or more when the node takes no such long range.
    Raises UnknownBlockError when the node has not seen `to_block` yet: its answer would silently lack what is
    to come.
    """
    logs: dict[tuple[int, int], Log] = {}
    start, window = from_block, to_block - from_block + 1
    while start <= to_block:
        end = min(start + window - 1, to_block)
        try:
            found = _ask(chain, _filter(addresses, topics, start, end), end)
        except (RpcError, NodeTimeoutError) as error:
            if start == end or not _is_too_much(error):
                raise
            window = (end - start + 1) // 2
            continue
        logs.update({(log.block_number, log.log_index): log for log in found})
        start = end + 1
    return [logs[position] for position in sorted(logs)]


def get_logs_at_once(
    chain: Chain, addresses: Sequence[ChecksumAddress], topics: Topics, from_block: int, to_block: int
) -> list[Log] | None:
    """Return the same in exactly one round trip, or None when the node takes no such long range."""
    try:
        return _ask(chain, _filter(addresses, topics, from_block, to_block), to_block)
    except (RpcError, NodeTimeoutError) as error:
        if not _is_too_much(error):
            raise
        return None


def _ask(chain: Chain, wanted: dict[str, Json], end: int) -> list[Log]:
    requests: list[RpcCall] = [("eth_blockNumber", []), ("eth_getLogs", [wanted])]
    head, answer = chain.request_batch(requests)
    if isinstance(head, RpcError):
        raise head
    if parse_quantity(head, "eth_blockNumber") < end:
        raise UnknownBlockError(end, chain.endpoint)
    if isinstance(answer, RpcError):
        raise node_failure(answer, block=end, endpoint=chain.endpoint)
    documents = [parse_object(document, "a log") for document in parse_list(answer, "eth_getLogs")]
    return [parse_log(document) for document in documents if not document.get("removed")]


def _filter(addresses: Sequence[ChecksumAddress], topics: Topics, from_block: int, to_block: int) -> dict[str, Json]:
    where: dict[str, Json] = {"address": list(addresses)} if addresses else {}
    return {
        **where,
        "topics": [topic if topic is None or isinstance(topic, str) else list(topic) for topic in topics],
        "fromBlock": to_quantity(from_block),
        "toBlock": to_quantity(to_block),
    }


def _is_too_much(error: RpcError | NodeTimeoutError) -> bool:
    if isinstance(error, NodeTimeoutError):
        return True
    message = error.rpc_message.lower()
    return any(phrase in message for phrase in _TOO_MUCH)

"""Walking over the logs of many blocks, many ranges to a round trip, in lengths that the node accepts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.chain.answers import node_failure
from hokctl.chain.errors import NodeBusyError, NodeTimeoutError, RpcError, UnknownBlockError
from hokctl.chain.log_limits import is_too_much
from hokctl.chain.receipts import Log, parse_log
from hokctl.chain.session import Chain
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json, parse_hash, parse_list, parse_object, parse_quantity, to_quantity

Topics = Sequence[str | Sequence[str] | None]
"""By position: one topic, several of which one must match, or None for any."""
_Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which logs: those of `addresses`, of every contract without any, with `topics`."""

    addresses: tuple[ChecksumAddress, ...]
    topics: Topics

    def request(self, first: int, last: int) -> RpcCall:
        """Return the request for the logs of the blocks from `first` to `last`, both included."""
        where: dict[str, Json] = {"address": list(self.addresses)} if self.addresses else {}
        topics: list[Json] = [
            topic if topic is None or isinstance(topic, str) else list(topic) for topic in self.topics
        ]
        return "eth_getLogs", [
            {**where, "topics": topics, "fromBlock": to_quantity(first), "toBlock": to_quantity(last)}
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPart:
    """What one round trip brought."""

    first: int
    last: int
    """All logs of the blocks from `first` to `last` are known with this part: the parts follow each other."""
    block_hash: str | None
    """The hash of the block `last`, where it was asked for and the node gave it."""
    logs: tuple[Log, ...]
    """Those of these blocks, in order."""


def scan_logs(
    chain: Chain, wanted: LogFilter | Sequence[LogFilter], first: int, last: int, *, with_hashes: bool = False
) -> Iterator[LogPart]:
    """Yield the logs that match `wanted`, or one of them, of the blocks from `first` to `last`, in parts and in order.

    `with_hashes` asks for the hash of each part's last block. One round trip where the node gives all at once. What it
    refuses is asked for in shorter ranges, whose length is remembered in `chain.log_limits`. Raises UnknownBlockError
    when the node has not seen `last` yet, since its answer would silently lack what is to come, and what the node
    refuses for any other reason.
    """
    filters = (wanted,) if isinstance(wanted, LogFilter) else tuple(wanted)
    scan = _Scan(chain, filters, (first, last), with_hashes=with_hashes)
    while scan.todo:
        part = scan.step()
        if part is not None:
            yield part


class _Scan:
    """The ranges still to be asked for, and the logs of later ones that came before them."""

    def __init__(self, chain: Chain, wanted: tuple[LogFilter, ...], whole: _Range, *, with_hashes: bool) -> None:
        self._chain, self._wanted, self._with_hashes = chain, wanted, with_hashes
        self._limits = chain.log_limits
        first, self._last = whole
        self._done_to = first - 1
        self._ahead: list[Log] = []
        self.todo: list[_Range] = [whole] if first <= self._last else []

    def step(self) -> LogPart | None:
        """Ask once; return the next part, or None when nothing came that follows the last one."""
        ranges = self._cut(self._limits.window)[: self._limits.ranges]
        try:
            answers, block_hash = self._ask(ranges)
        except (NodeTimeoutError, NodeBusyError) as error:
            self._take_less(ranges, error)
            return None
        refused = [(one, answer) for one, answer in zip(ranges, answers, strict=True) if isinstance(answer, RpcError)]
        self._keep(ranges, answers)
        if not refused:
            self._limits.go_well()
        elif len(refused) < len(ranges):
            self._learn(refused[0])
        elif not self._learn(refused[0]):
            self._search(refused[0])
        return self._part({ranges[-1][1]: block_hash})

    def _learn(self, refusal: tuple[_Range, RpcError]) -> bool:
        """Take in what the node said; return whether it said how many blocks are fine. Raise what is no limit."""
        (start, end), error = refusal
        if start == end or not is_too_much(error):
            raise node_failure(error, block=end, endpoint=self._chain.endpoint)
        return self._limits.learn(error, start, end - start + 1)

    def _search(self, refusal: tuple[_Range, RpcError]) -> None:
        """Find a length that the node takes, in one round trip: ask for halves of halves, and keep the longest."""
        (start, end), error = refusal
        lengths = [(end - start + 1) >> halvings for halvings in range(1, (end - start + 1).bit_length())]
        ranges = [(start, start + length - 1) for length in lengths]
        try:
            answers, _ = self._ask(ranges)
        except (NodeTimeoutError, NodeBusyError):
            return
        for one, answer in zip(ranges, answers, strict=True):
            if not isinstance(answer, RpcError):
                self._keep([one], [answer])
                length = one[1] - one[0] + 1
                self._limits.find(length, refused=length * 2)
                return
        raise node_failure(error, block=end, endpoint=self._chain.endpoint)

    def _ask(self, ranges: Sequence[_Range]) -> tuple[list[list[Log] | RpcError], str | None]:
        """Return the logs of each range, and the hash of the last one's last block where the node gives it."""
        end = max(last for _, last in ranges)
        requests: list[RpcCall] = [("eth_blockNumber", [])]
        requests += [wanted.request(*one) for one in ranges for wanted in self._wanted]
        if self._with_hashes:
            requests.append(("eth_getBlockByNumber", [to_quantity(end), False]))
        head, *answers = self._chain.request_batch(requests)
        header = answers.pop() if self._with_hashes else None
        if isinstance(head, RpcError):
            raise head
        if parse_quantity(head, "eth_blockNumber") < end:
            raise UnknownBlockError(end, self._chain.endpoint)
        block_hash = parse_hash(header["hash"], "a block's hash") if isinstance(header, dict) else None
        filters = len(self._wanted)
        return [_joined(answers[start : start + filters]) for start in range(0, len(answers), filters)], block_hash

    def _cut(self, window: int | None) -> list[_Range]:
        """Return the ranges to ask for next, the first of them first, none longer than `window`."""
        found: list[_Range] = []
        for start, end in self.todo:
            step = window or end - start + 1
            for first in range(start, end + 1, step):
                found.append((first, min(first + step - 1, end)))
                if len(found) == self._limits.ranges:
                    return found
        return found

    def _take_less(self, ranges: Sequence[_Range], error: NodeTimeoutError | NodeBusyError) -> None:
        """Ask for less at once after a round trip that failed as a whole; raise `error` when it cannot be less."""
        self._limits.calm = 0
        if len(ranges) > 1:
            self._limits.ranges = len(ranges) // 2
            return
        ((start, end),) = ranges
        if start == end or isinstance(error, NodeBusyError):
            raise error
        self._limits.learn(error, start, end - start + 1)

    def _keep(self, ranges: Sequence[_Range], answers: Sequence[list[Log] | RpcError]) -> None:
        for one, answer in zip(ranges, answers, strict=True):
            if not isinstance(answer, RpcError):
                self._ahead += answer
                self.todo = [rest for todo in self.todo for rest in _without(todo, one)]

    def _part(self, hashes: dict[int, str | None]) -> LogPart | None:
        """Return what is known beyond the last part without a gap."""
        first, last = self._done_to + 1, self.todo[0][0] - 1 if self.todo else self._last
        if last < first:
            return None
        logs = sorted({(log.block_number, log.log_index): log for log in self._ahead}.items())
        self._ahead = [log for (number, _), log in logs if number > last]
        self._done_to = last
        found = tuple(log for (number, _), log in logs if number <= last)
        return LogPart(first=first, last=last, block_hash=hashes.get(last), logs=found)


def _joined(answers: Sequence[Json]) -> list[Log] | RpcError:
    """Return the logs of one range, whichever filter they match; the refusal where one of the answers is none."""
    refusal = next((answer for answer in answers if isinstance(answer, RpcError)), None)
    return [log for answer in answers for log in parse_logs(answer)] if refusal is None else refusal


def _without(whole: _Range, piece: _Range) -> list[_Range]:
    """Return what is left of a range without a piece of it."""
    if piece[1] < whole[0] or piece[0] > whole[1]:
        return [whole]
    rest = ((whole[0], piece[0] - 1), (piece[1] + 1, whole[1]))
    return [(start, end) for start, end in rest if start <= end]


def parse_logs(answer: Json) -> list[Log]:
    """Return the logs in an answer of `eth_getLogs`, without those that a reorganisation took back, in its order."""
    documents = [parse_object(document, "a log") for document in parse_list(answer, "eth_getLogs")]
    return [parse_log(document) for document in documents if not document.get("removed")]

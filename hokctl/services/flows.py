"""What went in and out of the reserve for each model, day by day, as its logs tell it."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from eth_utils.crypto import keccak

from hokctl.domain.burn import ModelFlows, Movement
from hokctl.domain.day_spans import DaySpan, midnight
from hokctl.domain.units import ModelId, model_topic
from hokctl.services.treasury_books import DEPOSITED, PAID, WITHDRAWN

if TYPE_CHECKING:
    from hokctl.chain.log_history import LogHistory
    from hokctl.chain.receipts import Log
    from hokctl.chain.session import Chain, Snapshot
    from hokctl.services.deployments import Deployment

FEE_DEPOSITED: Final = "0x" + keccak(text="FeeDeposited(string,address,uint256,uint256,uint256,address)").hex()
"""The same on every version of the router."""
_WORD: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """What went in and out on the days of `span`."""

    span: DaySpan
    by_topic: Mapping[str, ModelFlows]
    """By the hash of a model's id, which is all that logs tell."""

    def of(self, model_id: ModelId) -> ModelFlows:
        """Return the flows of one model; without any where nothing ever moved."""
        return self.by_topic.get(model_topic(model_id), ModelFlows())


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFees:
    """The API fees of one model on the days that were looked at."""

    since: date | None = None
    """The day of its first fee ever; None when that was before the days looked at, or never."""
    fees: tuple[Movement, ...] = ()
    infrastructure_units: int = 0
    """What of them went to the reserve."""


FlowReader = Callable[[DaySpan], Flows]
"""Returns what went in and out on some days, up to the block that a report stands at."""


def log_flows(snapshot: "Snapshot", deployment: "Deployment", history: "LogHistory") -> FlowReader:
    """Return the reader of flows that takes them from the reserve's logs in `history`.

    The filter is that of the treasury's audit, so that both use the same kept logs.
    """

    def read(span: DaySpan) -> Flows:
        logs = history.read([deployment.suite.reserve_address], [(DEPOSITED, PAID, WITHDRAWN)])
        moves = [log for log in logs if log.topics[0] in {DEPOSITED, PAID}]
        return Flows(span=span, by_topic=_sort_out(moves, DayFinder(snapshot.chain, moves, span)))

    return read


def log_fees(
    snapshot: "Snapshot", deployment: "Deployment", history: "LogHistory", span: DaySpan
) -> Mapping[str, ModelFees]:
    """Return the fees of every model on the days of `span`, by the hash of its id, from the router's logs."""
    logs = history.read([deployment.suite.router_address], [(FEE_DEPOSITED,)])
    finder = DayFinder(snapshot.chain, logs, span)
    since: dict[str, date | None] = {}
    fees: dict[str, list[Movement]] = {}
    infrastructure: dict[str, int] = {}
    for log in logs:
        day, topic = finder.day(log), log.topics[1]
        since.setdefault(topic, day)
        if day is not None:
            fees.setdefault(topic, []).append(Movement(day, _word(log, 0)))
            infrastructure[topic] = infrastructure.get(topic, 0) + _word(log, 1)
    return {
        topic: ModelFees(
            since=first, fees=tuple(fees.get(topic, ())), infrastructure_units=infrastructure.get(topic, 0)
        )
        for topic, first in since.items()
    }


class DayFinder:
    """Tells the day of logs within a span of days."""

    def __init__(self, chain: "Chain", logs: "Sequence[Log]", span: DaySpan) -> None:
        """Find out with which of the logs' blocks each day begins."""
        from hokctl.chain.block_times import find_since

        self._days = span.each()
        self._blocks = sorted({log.block_number for log in logs})
        positions = find_since(chain, self._blocks, [midnight(day) for day in self._days])
        self._starts = [self._blocks[one] for one in positions if one < len(self._blocks)]

    def day(self, log: "Log") -> date | None:
        """Return the day of one of the logs; None when it is before the span."""
        number = bisect_right(self._starts, log.block_number)
        return self._days[number - 1] if number else None


@dataclass(slots=True)
class _Found:
    since: date | None
    deposits: list[Movement] = field(default_factory=list)
    payments: list[Movement] = field(default_factory=list)


def _sort_out(logs: "Sequence[Log]", finder: DayFinder) -> dict[str, ModelFlows]:
    found: dict[str, _Found] = {}
    for log in logs:
        day, topic = finder.day(log), log.topics[1]
        model = found.setdefault(topic, _Found(since=day))
        if day is not None:
            side = model.payments if log.topics[0] == PAID else model.deposits
            side.append(Movement(day, _word(log, 0)))
    return {
        topic: ModelFlows(since=one.since, deposits=tuple(one.deposits), payments=tuple(one.payments))
        for topic, one in found.items()
    }


def _word(log: "Log", index: int) -> int:
    return int.from_bytes(log.data[index * _WORD : (index + 1) * _WORD], "big")

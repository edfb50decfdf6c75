"""The past of a model: what was seen of it, and between that what the indexed deposits and payments tell."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from hokctl.domain.protocol_events import DEPOSIT, PAYMENT, ProtocolEvent
from hokctl.domain.units import ModelId
from hokctl.ledger.events import EventIndex
from hokctl.ledger.snapshots import ModelSnapshot, SnapshotBook

_NAMES: Final = (DEPOSIT, PAYMENT)


@dataclass(slots=True)
class _Amounts:
    """What a model has accrued and was paid, in base units, as events are added or taken off."""

    accrued: int = 0
    paid: int = 0

    def move(self, event: ProtocolEvent, sign: int) -> bool:
        """Add an event (1) or take it off (-1); return whether the result can be."""
        units = event.args["amount"]
        assert isinstance(units, int)  # noqa: S101 - both events have a uint256 of this name
        self.accrued += sign * (units if event.name == DEPOSIT else -units)
        self.paid += sign * (units if event.name == PAYMENT else 0)
        return self.accrued >= 0 and self.paid >= 0

    def after(self, event: ProtocolEvent, model_id: ModelId) -> ModelSnapshot:
        """Return the point of the event's block: events say nothing of the provider, the split and the burn."""
        return ModelSnapshot(
            model_id=model_id,
            block_number=event.block_number,
            timestamp=event.timestamp,
            accrued_units=self.accrued,
            paid_units=self.paid,
            provider=None,
            infrastructure_accrual_bps=None,
            daily_burn_units=None,
            runway_days=None,
        )


class Past:
    """The past of a deployment's models: one point a block, the one that was seen where there are both."""

    def __init__(self, book: SnapshotBook, index: EventIndex) -> None:
        """Read what was seen from `book`, and the events of the same deployment from `index`."""
        self._book = book
        self._index = index

    def points(self, model_id: ModelId, *, since: int | None, limit: int) -> Sequence[ModelSnapshot]:
        """Return at most `limit` states of a model from `since` (epoch seconds) on, the newest, in order of time.

        No more events are read than points are wanted, but for a model that nobody ever saw.
        """
        seen = list(self._book.points(model_id, since=since, limit=limit))
        newest = seen[-1:] or self._book.points(model_id, since=None, limit=1)
        later = self._after(newest[0] if newest else None, model_id, since=since, limit=limit)
        earlier = list(islice(self._before(seen, model_id, since=since), limit - len(later)))
        return [*reversed(earlier), *later]

    def _after(
        self, seen: ModelSnapshot | None, model_id: ModelId, *, since: int | None, limit: int
    ) -> Sequence[ModelSnapshot]:
        """Return the points after what was seen last, or from the deployment's first block on."""
        amounts = _Amounts() if seen is None else _Amounts(seen.accrued_units, seen.paid_units)
        first = None if seen is None else seen.block_number + 1
        found: deque[ModelSnapshot] = deque(maxlen=limit)
        for event in self._index.events(names=_NAMES, model_id=model_id, from_block=first):
            amounts.move(event, 1)
            if event.timestamp < (since or 0):
                continue
            if found and found[-1].block_number == event.block_number:
                found.pop()
            found.append(amounts.after(event, model_id))
        return found

    def _before(self, seen: list[ModelSnapshot], model_id: ModelId, *, since: int | None) -> Iterator[ModelSnapshot]:
        """Yield what was seen, newest first, and between it the points of the events: going back they are taken off."""
        if not seen:
            return
        waiting, last, amounts = list(seen), seen[-1].block_number, _Amounts()
        at = last + 1
        for event in self._index.events(names=_NAMES, model_id=model_id, to_block=last, since=since, newest_first=True):
            while waiting and waiting[-1].block_number >= event.block_number:
                one = waiting.pop()
                at, amounts = one.block_number, _Amounts(one.accrued_units, one.paid_units)
                yield one
            if event.block_number < at:
                at = event.block_number
                yield amounts.after(event, model_id)
            if not amounts.move(event, -1):
                # The index and what was seen do not fit: no figure is better than a wrong one.
                break
        yield from reversed(waiting)

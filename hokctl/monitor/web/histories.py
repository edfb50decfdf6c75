"""The past of each model: what was seen is kept in the book, once its block can no longer be undone."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hokctl.domain.units import BlockRef, ModelId
from hokctl.errors import HokctlError, UnavailableError
from hokctl.ledger.snapshots import ModelSnapshot, SnapshotBook

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.services.observation import Observation, ObservedModel

_KEPT_EVERY_S: Final = 86_400
"""A model that does not change is noted once a day."""
_MOST_WAITING: Final = 1_000
"""How many blocks with changes may wait for their finality."""


class Recorder:
    """Keeps what changed, as of blocks that are final."""

    def __init__(self, book: SnapshotBook, chain: "Chain", *, certain: Callable[[], BlockRef]) -> None:
        """Keep in `book` what was seen on `chain`, up to the block that is `certain` not to be taken back."""
        self._book = book
        self._chain = chain
        self._certain = certain
        self._last: dict[ModelId, ModelSnapshot] | None = None
        self._waiting: list[tuple[BlockRef, tuple[ModelSnapshot, ...]]] = []

    def note(self, seen: "Observation") -> None:
        """Remember what changed, and put into the book what has become final. Raises HokctlError."""
        if self._last is None:
            self._last = self._book.latest()
        states = (_snapshot_of(seen.block, model) for model in seen.models)
        changed = tuple(state for state in states if self._is_news(state))
        if changed:
            self._waiting = [*self._waiting, (seen.block, changed)][-_MOST_WAITING:]
            self._last |= {one.model_id: one for one in changed}
        self._keep_final()

    def _is_news(self, one: ModelSnapshot) -> bool:
        last = (self._last or {}).get(one.model_id)
        if last is None or one.timestamp >= last.timestamp + _KEPT_EVERY_S:
            return True
        return replace(one, block_number=last.block_number, timestamp=last.timestamp) != last

    def _keep_final(self) -> None:
        if not self._waiting:
            return
        final = self._certain()
        ready = [(block, seen) for block, seen in self._waiting if block.number <= final.number]
        for block, seen in ready:
            if self._stands(block, final):
                self._book.add(seen)
            self._waiting.remove((block, seen))

    def _stands(self, block: BlockRef, final: BlockRef) -> bool:
        if block.number == final.number:
            return block.hash == final.hash
        try:
            return self._chain.at(block.number).block.hash == block.hash
        except UnavailableError:
            raise
        except HokctlError:
            return False


def _snapshot_of(block: BlockRef, model: "ObservedModel") -> ModelSnapshot:
    state, burn = model.state, model.runway.daily_burn
    return ModelSnapshot(
        model_id=model.model_id,
        block_number=block.number,
        timestamp=block.timestamp,
        accrued_units=state.accrued.units,
        paid_units=state.paid.units,
        provider=state.provider,
        infrastructure_accrual_bps=state.infrastructure_accrual_bps,
        daily_burn_units=None if burn is None else burn.units,
        runway_days=model.runway.runway.days,
    )

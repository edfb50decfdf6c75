"""What the live params have queued or overridden per model: shown, since nothing on the chain reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from hokctl.checks.queued_params import REMEDY
from hokctl.clients.wording import time_text
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ModelId, model_topic

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.clients.live_hokusai_params import LiveHokusaiParams, PriceEpoch


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedUpdate:
    """One update as its log has it; values are as the contract stores them."""

    parameter: str
    value: int
    effective_after: int
    """In Unix seconds; for something that never has an effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """What is queued for one model, and what was put into the store that nothing reads."""

    model_id: ModelId
    params: "ChecksumAddress"
    epoch: "PriceEpoch | None"
    """None where the params have no queue: they are not of the live version."""
    recorded_bps: int | None
    """The share that the store has for the model; the params' own where it has none."""
    updates: tuple[QueuedUpdate, ...] = ()
    """The last update logged per parameter, where one waits."""

    @property
    def waits(self) -> bool:
        """Whether an update waits."""
        return self.epoch is not None and self.epoch.has_pending


class QueueSlots:
    """The questions about one model's queue, riding in a batch; other versions do not answer them."""

    def __init__(self, batch: "Batch", params: "LiveHokusaiParams", model_id: ModelId) -> None:
        """Ask."""
        self._model_id, self._params = model_id, params.address
        self._epoch: Slot[PriceEpoch] = batch.add(params.get_price_epoch_info(model_id))
        self._recorded: Slot[int] = batch.add(params.get_model_infrastructure_accrual_bps(model_id))

    @property
    def state(self) -> QueueState:
        """The answer, once the batch has run, without the logs."""
        return QueueState(
            model_id=self._model_id,
            params=self._params,
            epoch=None if self._epoch.failed else self._epoch.value,
            recorded_bps=None if self._recorded.failed else self._recorded.value,
        )


def read_updates(snapshot: "Snapshot", states: Sequence[QueueState], from_block: int) -> tuple[QueueState, ...]:
    """Return the states with what waits, from the logs; no log is asked for where nothing waits."""
    from hokctl.chain.logs import get_logs
    from hokctl.clients.events import decode_logs, event_topic

    waiting = [state for state in states if state.waits]
    if not waiting:
        return tuple(states)
    topics = [
        event_topic("HokusaiParams", "ParamUpdateQueued"),
        sorted({model_topic(state.model_id) for state in waiting}),
    ]
    addresses = sorted({state.params for state in waiting})
    logs = get_logs(snapshot.chain, addresses, topics, from_block, snapshot.block.number)
    found: dict[tuple[ChecksumAddress, str], dict[str, QueuedUpdate]] = {}
    for log, event in zip(logs, decode_logs(logs), strict=True):
        values = {argument.name: argument.value for argument in event.args}
        name = cast("str", values["paramName"])
        found.setdefault((log.address, log.topics[1]), {})[name] = QueuedUpdate(
            parameter=name,
            value=cast("int", values["newValue"]),
            effective_after=cast("int", values["effectiveAfter"]),
        )
    return tuple(
        replace(state, updates=tuple(found.get((state.params, model_topic(state.model_id)), {}).values()))
        if state.waits
        else state
        for state in states
    )


def check_queue(state: QueueState, actual_bps: int | None) -> tuple[Finding, ...]:
    """Return that what is queued, or was recorded, has no effect on the split of `actual_bps`."""
    findings = []
    if state.waits:
        listed = "; ".join(
            f"{one.parameter} = {one.value}, not before {time_text(one.effective_after)}" for one in state.updates
        )
        findings.append(_no_effect(state, f"An update is queued for model {state.model_id}", listed))
    if actual_bps is not None and state.recorded_bps not in {None, actual_bps}:
        text = f"A split of {state.recorded_bps} bps is on record for model {state.model_id}"
        findings.append(_no_effect(state, text, f"infrastructureAccrualBps = {state.recorded_bps}"))
    return tuple(findings)


def _no_effect(state: QueueState, what: str, listed: str) -> Finding:
    detail = f" ({listed})" if listed else ""
    return Finding(
        code="queued-split-without-effect",
        severity=Severity.WARNING,
        subject=state.params,
        message=f"{what}{detail}. It has NO effect on the split, now or later: nothing on the chain reads it.",
        evidence={"model": state.model_id, "queued": listed or "unknown"},
        remedy=REMEDY,
    )

"""Operations of timelocks: what the logs say, joined with the plans that the shared folder keeps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from eth_typing import ChecksumAddress

from hokctl.clients.timelock_controller import DONE_AT, NO_PREDECESSOR, TimelockCall, TimelockController
from hokctl.domain.outcomes import Event
from hokctl.domain.plans import Plan
from hokctl.domain.roles import CANCELLER_ROLE, EXECUTOR_ROLE, PROPOSER_ROLE
from hokctl.domain.units import ZERO_ADDRESS, ZERO_HASH, Bytes32, OperationId, TxHash
from hokctl.errors import PendingError, RefusedError, UsageError, shown
from hokctl.routes.governance_store import GovernanceStore, OperationTamperedError, StoredOperation
from hokctl.routes.operation_plans import cancel_plan, execute_plan
from hokctl.routes.operations import LABEL, Operation, OperationNotReadyError, OperationState, format_time, state_of
from hokctl.services.governance import MIN_PREFIX, decoder_of, foreign_plan
from hokctl.services.proposals import Carried, carry

if TYPE_CHECKING:
    from hokctl.chain.logs import LogSource
    from hokctl.chain.session import Snapshot
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.proposals import Carrier
    from hokctl.services.safe_checks import Knowledge

_EVENTS: Final = ("CallScheduled", "CallSalt", "CallExecuted", "Cancelled")
_REFERENCE: Final = re.compile(r"(?:0x)?(?P<digits>[0-9a-f]{8,64})", re.ASCII | re.IGNORECASE)


class OperationReferenceError(UsageError):
    """A reference that does not name exactly one operation."""

    code = "unknown-operation"


class OperationOverError(RefusedError):
    """An operation that was executed or cancelled before."""

    code = "operation-over"

    def __init__(self, operation_id: OperationId, what: str, tx_hash: TxHash | None) -> None:
        """Name the operation and what became of it."""
        by = f" by transaction {tx_hash}" if tx_hash else ""
        super().__init__(
            f"Operation {operation_id} was {what}{by}.", hint="Nothing is left to do; have it scheduled again if meant."
        )


class PredecessorNotDoneError(PendingError):
    """An operation that has to wait for another."""

    code = "predecessor-not-done"

    def __init__(self, operation_id: OperationId, predecessor: Bytes32) -> None:
        """Name both."""
        super().__init__(
            f"Operation {operation_id} comes after operation {predecessor}, which is not executed.",
            hint=f"hokctl timelock execute {predecessor[:10]} comes first.",
        )


class UnknownSaltError(RefusedError):
    """An operation whose logs do not tell all that it takes to execute it."""

    code = "unknown-salt"

    def __init__(self, operation_id: OperationId) -> None:
        """Name the operation."""
        super().__init__(
            f"The logs of operation {operation_id} do not hash to its id: the timelock does not log salts.",
            hint="Execute it where it was scheduled: only there its salt is known.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOperation:
    """An operation as the chain has it, with its plan where the folder keeps it."""

    timelock: ChecksumAddress
    operation_id: OperationId
    calls: tuple[TimelockCall, ...]
    operation: Operation | None
    """Everything that its id is the hash of; None where the logs do not tell."""
    delay_s: int
    state: OperationState
    cancelled: bool
    ready_at: int | None
    """From when it can be executed, in seconds since the epoch; None when it was executed or cancelled."""
    scheduled_in: TxHash
    ended_in: TxHash | None
    """The transaction that executed or cancelled it."""
    plan: Plan
    """The plan from the folder; else the calls retold, with no effect declared."""
    path: str | None
    """The file in the folder; None where there is none, or it cannot be trusted."""
    untrusted: OperationTamperedError | None = None
    """What is wrong with the file."""

    @property
    def standing(self) -> str:
        """The state in one word; `cancelled` where the contract has forgotten it."""
        return "cancelled" if self.cancelled else self.state.value


def read_operations(
    snapshot: "Snapshot",
    timelocks: Sequence[ChecksumAddress],
    store: GovernanceStore,
    knowledge: "Knowledge",
    *,
    from_block: int,
    logs: "LogSource | None" = None,
) -> tuple[FoundOperation, ...]:
    """Return every operation that was ever scheduled on `timelocks` since `from_block`, the oldest first.

    One pass over the logs, which come from `logs` if given, and one round trip for where each of them stands.
    """
    history = _read_history(snapshot, timelocks, from_block, logs)
    with snapshot.batch() as batch:
        stamps = {key: batch.add(TimelockController(key[0]).get_timestamp(key[1])) for key in history}
    return tuple(
        _found(snapshot, (*key, store), events, stamps[key].value, knowledge) for key, events in history.items()
    )


def find_operation(operations: Sequence[FoundOperation], reference: str) -> FoundOperation:
    """Return the operation whose id is, or alone begins with, `reference` (at least 8 hex digits)."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise OperationReferenceError(
            f"{shown(reference)!r} names no operation: give its id or at least its first {MIN_PREFIX} hex digits.",
            hint="hokctl timelock list shows the operations.",
        )
    wanted = match["digits"].lower()
    found = [one for one in operations if one.operation_id[2:].startswith(wanted)]
    if len(found) == 1:
        return found[0]
    many = f"{len(found)} operations of the timelock begin" if found else "No operation of the timelock begins"
    raise OperationReferenceError(
        f"{many} with 0x{wanted[:16]}.", hint="hokctl timelock list --all shows all operations."
    )


def execute_operation(
    carrier: "Carrier", found: FoundOperation, knowledge: "Knowledge", book: "InvoiceBook | None"
) -> Carried:
    """Walk the one way with what executes the operation, and note in the book what it paid; a dry run takes no book.

    Raises OperationNotReadyError, PredecessorNotDoneError, OperationOverError, UnknownSaltError.
    """
    from hokctl.services.bookkeeping import record_payments

    _refuse_over(found)
    if found.state is OperationState.WAITING:
        raise OperationNotReadyError(found.operation_id, format_time(found.ready_at or 0))
    operation, client = found.operation, TimelockController(found.timelock)
    if operation is None:
        raise UnknownSaltError(found.operation_id)
    with carrier.snapshot.batch() as batch:
        opened = batch.add(client.has_role(EXECUTOR_ROLE, ZERO_ADDRESS))
        before = batch.add(client.get_timestamp(OperationId(operation.predecessor)))
    if operation.predecessor != NO_PREDECESSOR and before.value != DONE_AT:
        raise PredecessorNotDoneError(found.operation_id, operation.predecessor)
    plan = execute_plan(found.plan, operation, anyone=opened.value, block=carrier.snapshot.block)
    carried = carry(plan, replace(carrier, decoder=decoder_of(plan, knowledge)))
    if book is not None and carried.outcome is not None:
        record_payments(book, carried.outcome.transactions, chain=carrier.chain)
    return carried


def cancel_operation(carrier: "Carrier", found: FoundOperation, knowledge: "Knowledge") -> Carried:
    """Walk the one way with what cancels the operation. Raises OperationOverError."""
    _refuse_over(found)
    client = TimelockController(found.timelock)
    with carrier.snapshot.batch() as batch:
        has_cancellers = batch.add(client.canceller_role())
    role = PROPOSER_ROLE if has_cancellers.failed else CANCELLER_ROLE
    plan = cancel_plan(found.operation_id, found.plan, found.timelock, role=role, block=carrier.snapshot.block)
    return carry(plan, replace(carrier, decoder=decoder_of(plan, knowledge)))


def _refuse_over(found: FoundOperation) -> None:
    if found.state is OperationState.DONE:
        raise OperationOverError(found.operation_id, "executed", found.ended_in)
    if found.state is OperationState.UNSET:
        raise OperationOverError(found.operation_id, "cancelled", found.ended_in)


_Known = tuple[ChecksumAddress, OperationId, GovernanceStore]
_History = dict[tuple[ChecksumAddress, OperationId], list[tuple[Event, TxHash]]]


def _read_history(
    snapshot: "Snapshot", timelocks: Sequence[ChecksumAddress], from_block: int, source: "LogSource | None"
) -> _History:
    """Return the events of every operation, by timelock and id."""
    from hokctl.chain.logs import get_logs
    from hokctl.clients.events import decode_logs, event_topic

    if not timelocks:
        return {}
    topics = [[event_topic(LABEL, name) for name in _EVENTS]]
    last = snapshot.block.number
    if source is None:
        logs = get_logs(snapshot.chain, timelocks, topics, min(from_block, last), last)
    else:
        logs = source.read(timelocks, topics)
    history: _History = {}
    for log, event in zip(logs, decode_logs(logs, dict.fromkeys(timelocks, LABEL)), strict=True):
        if event.name in _EVENTS:
            id_ = OperationId("0x" + cast("bytes", event.arg("id")).hex())
            history.setdefault((log.address, id_), []).append((event, log.tx_hash))
    return {key: events for key, events in history.items() if any(one.name == _EVENTS[0] for one, _ in events)}


def _found(
    snapshot: "Snapshot", known: _Known, events: Sequence[tuple[Event, TxHash]], stamp: int, knowledge: "Knowledge"
) -> FoundOperation:
    timelock, id_, store = known
    scheduled = [(event, tx_hash) for event, tx_hash in events if event.name == "CallScheduled"]
    ended = [tx_hash for event, tx_hash in events if event.name in {"CallExecuted", "Cancelled"}]
    calls = _calls(tuple(event for event, _ in scheduled))
    state = state_of(stamp, snapshot.block.timestamp)
    over = state in {OperationState.DONE, OperationState.UNSET}
    stored, untrusted = _stored(store, snapshot.chain.chain_id, timelock, id_)
    title = f"operation {id_[:10]} of timelock {timelock}"
    plan = foreign_plan(calls, title, snapshot=snapshot, knowledge=knowledge) if stored is None else stored.plan
    return FoundOperation(
        timelock=timelock,
        operation_id=id_,
        calls=calls,
        operation=_rebuild(timelock, id_, calls, events) if stored is None else stored.operation,
        delay_s=cast("int", scheduled[-1][0].arg("delay")),
        state=state,
        cancelled=state is OperationState.UNSET,
        ready_at=None if over else stamp,
        scheduled_in=scheduled[-1][1],
        ended_in=ended[-1] if ended and over else None,
        plan=plan,
        path=None if stored is None else str(store.operation_path(plan.chain_id, timelock, id_)),
        untrusted=untrusted,
    )


def _stored(
    store: GovernanceStore, chain_id: int, timelock: ChecksumAddress, id_: OperationId
) -> tuple[StoredOperation | None, OperationTamperedError | None]:
    try:
        return store.operation(chain_id, timelock, id_), None
    except OperationTamperedError as error:
        return None, error


def _calls(scheduled: Sequence[Event]) -> tuple[TimelockCall, ...]:
    """Return the calls by their index; a second scheduling after a cancellation repeats the same ones."""
    by_index = {cast("int", event.arg("index")): event for event in scheduled}
    return tuple(
        TimelockCall(
            target=cast("ChecksumAddress", event.arg("target")),
            value=cast("int", event.arg("value")),
            data=cast("bytes", event.arg("data")),
        )
        for _, event in sorted(by_index.items())
    )


def _rebuild(
    timelock: ChecksumAddress,
    id_: OperationId,
    calls: tuple[TimelockCall, ...],
    events: Sequence[tuple[Event, TxHash]],
) -> Operation | None:
    """Return the operation that the logs tell of, when its content hashes to its id."""
    last = {event.name: event for event, _ in events}
    salts = [Bytes32("0x" + cast("bytes", last["CallSalt"].arg("salt")).hex())] if "CallSalt" in last else []
    for batch in (False, True) if len(calls) == 1 else (True,):
        operation = Operation(
            timelock=timelock,
            calls=calls,
            salt=salts[0] if salts else Bytes32(ZERO_HASH),
            predecessor=Bytes32("0x" + cast("bytes", last["CallScheduled"].arg("predecessor")).hex()),
            batch=batch,
            delay_s=cast("int", last["CallScheduled"].arg("delay")),
        )
        if operation.operation_id == id_:
            return operation
    return None

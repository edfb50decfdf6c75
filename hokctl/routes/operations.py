"""Operations of a timelock: a plan compiled into one call that schedules it and one that executes it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.clients.codec import WORD_BYTES, word_from_hex
from hokctl.clients.timelock_controller import (
    DONE_AT,
    NO_PREDECESSOR,
    TimelockCall,
    TimelockController,
    compute_operation_id,
)
from hokctl.domain.calls import Call
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.domain.units import Bytes32, OperationId
from hokctl.errors import PendingError, RefusedError
from hokctl.safe.multisend import CreationBySafeError

if TYPE_CHECKING:
    from hokctl.chain.reads import Read
    from hokctl.chain.session import Snapshot

_SALTS_AT_ONCE: Final = 4
LABEL: Final = TimelockController.contract_name


class OperationState(StrEnum):
    """Where an operation stands, in OpenZeppelin's words."""

    UNSET = "unset"
    WAITING = "waiting"
    READY = "ready"
    DONE = "done"


class AlreadyScheduledError(RefusedError):
    """A plan that waits in the timelock already."""

    code = "already-scheduled"

    def __init__(self, operation_id: OperationId, timelock: ChecksumAddress, ready_at: str) -> None:
        """Name the operation and when it can be executed."""
        super().__init__(
            f"This very plan is scheduled already: operation {operation_id} of timelock {timelock}, "
            f"to be executed from {ready_at}.",
            hint=f"hokctl timelock execute {operation_id[:10]} executes it, hokctl timelock cancel drops it.",
        )


class OperationNotReadyError(PendingError):
    """An operation whose delay is not over."""

    code = "operation-not-ready"

    def __init__(self, operation_id: OperationId, ready_at: str) -> None:
        """Name the operation and when it can be executed."""
        super().__init__(
            f"Operation {operation_id} still waits: it can be executed from {ready_at}.",
            hint=f"Run hokctl timelock execute {operation_id[:10]} then.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a timelock is given: calls that it makes once the delay is over, all or none."""

    timelock: ChecksumAddress
    calls: tuple[TimelockCall, ...]
    salt: Bytes32
    """What tells operations of equal calls apart."""
    predecessor: Bytes32 = NO_PREDECESSOR
    batch: bool
    """Whether it is scheduled as a batch, even of a single call; the id depends on it."""
    delay_s: int
    """From scheduling to execution."""

    @property
    def operation_id(self) -> OperationId:
        """The id, computed from the content."""
        return compute_operation_id(self.calls, predecessor=self.predecessor, salt=self.salt, batch=self.batch)

    @property
    def contract_id(self) -> "Read[OperationId]":
        """The view by which the contract computes the same id."""
        client = TimelockController(self.timelock)
        if self.batch:
            return client.hash_operation_batch(self.calls, predecessor=self.predecessor, salt=self.salt)
        return client.hash_operation(self.calls[0], predecessor=self.predecessor, salt=self.salt)


def compile_operation(plan: Plan, timelock: ChecksumAddress, *, delay_s: int, counter: int = 0) -> Operation:
    """Return the operation that makes the plan's calls; `counter` tells repetitions of the same plan apart.

    The salt follows from the plan, so that everybody who compiles it gets the same id. A plan that creates a contract
    raises CreationBySafeError.
    """
    calls = carried_calls(plan, timelock)
    seed = word_from_hex(plan.plan_hash) + counter.to_bytes(WORD_BYTES, "big")
    return Operation(
        timelock=timelock,
        calls=calls,
        salt=Bytes32("0x" + keccak(seed).hex()),
        batch=len(calls) != 1,
        delay_s=delay_s,
    )


def carried_calls(plan: Plan, actor: ChecksumAddress) -> tuple[TimelockCall, ...]:
    """Return the plan's calls as a contract makes them that calls others; CreationBySafeError for a creation."""
    return tuple(TimelockCall(target=_target(call, actor), value=call.value, data=call.data) for call in plan.calls)


def state_of(timestamp: int, now: int) -> OperationState:
    """Return where an operation stands by what the contract keeps for it, at a block of time `now`."""
    if timestamp in {0, DONE_AT}:
        return OperationState.DONE if timestamp else OperationState.UNSET
    return OperationState.READY if timestamp <= now else OperationState.WAITING


def choose_operation(snapshot: "Snapshot", plan: Plan, timelock: ChecksumAddress, *, delay_s: int) -> Operation:
    """Return the first operation of the plan that was not executed before.

    `delay_s` is the timelock's least delay. Raises AlreadyScheduledError when the plan waits in the timelock.
    """
    first = 0
    while True:
        found = [
            compile_operation(plan, timelock, delay_s=delay_s, counter=counter)
            for counter in range(first, first + _SALTS_AT_ONCE)
        ]
        with snapshot.batch() as batch:
            client = TimelockController(timelock)
            slots = [batch.add(client.get_timestamp(operation.operation_id)) for operation in found]
        for operation, slot in zip(found, slots, strict=True):
            state = state_of(slot.value, snapshot.block.timestamp)
            if state is OperationState.UNSET:
                return operation
            if state is not OperationState.DONE:
                raise AlreadyScheduledError(operation.operation_id, timelock, format_time(slot.value))
        first += _SALTS_AT_ONCE


def check_operation_id(snapshot: "Snapshot", operation: Operation) -> list[Finding]:
    """Return an error when the timelock computes another operation id than hokctl does."""
    theirs = snapshot.get(operation.contract_id)
    if theirs == operation.operation_id:
        return []
    return [
        Finding(
            code="operation-id-differs",
            severity=Severity.ERROR,
            subject=operation.timelock,
            message="The timelock computes another operation id than hokctl.",
            evidence={"computed here": operation.operation_id, "by the contract": theirs},
            remedy="Sign nothing: this is not the timelock that it claims to be.",
            allowable=False,
        )
    ]


def format_time(timestamp: int) -> str:
    """Return seconds since the epoch as people read them."""
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _target(call: Call, actor: ChecksumAddress) -> ChecksumAddress:
    if call.to is None:
        raise CreationBySafeError(call.label, actor)
    return call.to

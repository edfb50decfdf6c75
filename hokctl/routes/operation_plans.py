"""The plans that schedule, execute and cancel an operation of a timelock, each with its complete effect."""

from collections.abc import Sequence
from dataclasses import replace

from eth_typing import ChecksumAddress

from hokctl.clients.codec import word_from_hex
from hokctl.clients.timelock_controller import TimelockController
from hokctl.domain.plans import Condition, EventCondition, Plan
from hokctl.domain.roles import RoleId
from hokctl.domain.units import BlockRef, OperationId
from hokctl.routes.conditions import event_condition, view_condition
from hokctl.routes.operations import LABEL, Operation


def schedule_plan(plan: Plan, operation: Operation) -> Plan:
    """Return the plan that schedules `operation`, which carries out `plan`."""
    client, id_ = TimelockController(operation.timelock), operation.operation_id
    purpose = f"Schedule operation {id_[:10]}, {operation.delay_s} seconds ahead: {plan.title}"
    salt, delay_s = operation.salt, operation.delay_s
    if operation.batch:
        call = client.schedule_batch(operation.calls, salt=salt, delay_s=delay_s, purpose=purpose)
    else:
        call = client.schedule(operation.calls[0], salt=salt, delay_s=delay_s, purpose=purpose)
    return replace(
        plan,
        title=f"Schedule: {plan.title}",
        calls=(call,),
        after=(
            *scheduled_events(operation),
            view_condition(client.is_operation_pending(id_), (True,), f"operation {id_} is scheduled"),
        ),
        touches=(),
        creates=(),
        declared=True,
    )


def execute_plan(plan: Plan, operation: Operation, *, anyone: bool, block: BlockRef) -> Plan:
    """Return the plan that executes `operation`, whose effect is that of `plan`; `anyone` may where that is so."""
    client, id_ = TimelockController(operation.timelock), operation.operation_id
    purpose = f"Execute operation {id_[:10]}: {plan.title}"
    before, salt = operation.predecessor, operation.salt
    if operation.batch:
        call = client.execute_batch(operation.calls, predecessor=before, salt=salt, purpose=purpose, anyone=anyone)
    else:
        call = client.execute(operation.calls[0], predecessor=before, salt=salt, purpose=purpose, anyone=anyone)
    return replace(
        plan,
        title=f"Execute: {plan.title}",
        block=block,
        calls=(call,),
        after=(
            *plan.after,
            *executed_events(operation),
            view_condition(client.is_operation_done(id_), (True,), f"operation {id_} is done"),
        ),
        # What was decided when it was scheduled is only let happen: any key may be the one that does.
        moves_funds=False,
    )


def cancel_plan(
    operation_id: OperationId, plan: Plan, timelock: ChecksumAddress, *, role: RoleId, block: BlockRef
) -> Plan:
    """Return the plan that cancels an operation, which would carry out `plan`, by holders of `role`."""
    client = TimelockController(timelock)
    cancelled = event_condition(
        timelock, LABEL, "Cancelled", (("id", "bytes32", word_from_hex(operation_id)),), f"{operation_id} is cancelled"
    )
    forgotten = view_condition(client.is_operation(operation_id), (False,), "the timelock has forgotten the operation")
    return replace(
        plan,
        title=f"Cancel: {plan.title}",
        block=block,
        calls=(client.cancel(operation_id, purpose=f"Cancel operation {operation_id[:10]}: {plan.title}", role=role),),
        after=(cancelled, forgotten),
        touches=(),
        creates=(),
        declared=True,
        moves_funds=False,
    )


def scheduled_events(operation: Operation) -> tuple[Condition, ...]:
    """Return the logs that scheduling emits: one per call, and the salt's."""
    id_ = ("id", "bytes32", word_from_hex(operation.operation_id))
    extra = (
        ("predecessor", "bytes32", word_from_hex(operation.predecessor)),
        ("delay", "uint256", operation.delay_s),
    )
    logs = _call_events(operation, "CallScheduled", extra, "is scheduled")
    if not int(operation.salt, 16):
        return logs
    salt = (id_, ("salt", "bytes32", word_from_hex(operation.salt)))
    return (*logs, event_condition(operation.timelock, LABEL, "CallSalt", salt, "the operation's salt is logged"))


def executed_events(operation: Operation) -> tuple[Condition, ...]:
    """Return the logs that the timelock emits by executing, one per call."""
    return _call_events(operation, "CallExecuted", (), "is executed")


def _call_events(
    operation: Operation, event: str, extra: Sequence[tuple[str, str, int | bytes]], done: str
) -> tuple[EventCondition, ...]:
    return tuple(
        event_condition(
            operation.timelock,
            LABEL,
            event,
            (
                ("id", "bytes32", word_from_hex(operation.operation_id)),
                ("index", "uint256", index),
                ("target", "address", call.target),
                ("value", "uint256", call.value),
                ("data", "bytes", call.data),
                *extra,
            ),
            f"call {index + 1} of operation {operation.operation_id[:10]} {done}",
        )
        for index, call in enumerate(operation.calls)
    )

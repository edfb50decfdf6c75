"""Checks of time: a timelock's operation can be executed once, after its delay, and not before."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from hokctl.checks.facts import SafeTxFacts, ScheduledOperation
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.domain.findings import Finding, Severity

_UNKNOWN: Final = 0
_DONE: Final = 1
"""What a TimelockController answers in place of a time."""


def check_clock(facts: SafeTxFacts) -> Looked:
    """Look whether the timelocks' operations that the calls execute are due at the block's time."""
    if not facts.operations:
        return NOTHING_TO_SEE
    at = tuple((one.operation_id, _words(one)) for one in facts.operations)
    return Looked(
        (("the block's time", _time(facts.block.timestamp)), *at),
        tuple(finding for one in facts.operations for finding in _judge(facts, one)),
    )


def _words(one: ScheduledOperation) -> str:
    if one.due_at is None:
        return f"{one.timelock} does not say"
    return {_UNKNOWN: "not scheduled", _DONE: "executed"}.get(one.due_at) or f"due at {_time(one.due_at)}"


def _judge(facts: SafeTxFacts, one: ScheduledOperation) -> Iterator[Finding]:
    due, evidence = one.due_at, {"timelock": one.timelock, "operation": one.operation_id}
    # What comes first in the queue may schedule it, and time passes.
    waits = facts.safe_tx.nonce > facts.details.authority.nonce
    severity = Severity.WARNING if waits else Severity.ERROR
    if due == _DONE:
        yield Finding(
            code="timelock-done",
            severity=Severity.ERROR,
            subject=one.operation_id,
            message="The timelock has executed this operation already.",
            evidence=evidence,
            remedy="Nothing is left to do; reject this Safe transaction.",
        )
    elif due == _UNKNOWN:
        yield Finding(
            code="timelock-unknown",
            severity=severity,
            subject=one.operation_id,
            message="The timelock knows no such operation: it was never scheduled, or it was cancelled.",
            evidence=evidence,
            remedy="hokctl timelock list shows what waits.",
        )
    elif due is not None and due > facts.block.timestamp:
        yield Finding(
            code="timelock-waiting",
            severity=severity,
            subject=one.operation_id,
            message=f"The operation can be executed from {_time(due)} on, and not before.",
            evidence=evidence,
            remedy="Wait until then.",
        )


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"

"""The proof afterwards: the chain did exactly what the plan said, or a finding says where it did not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hokctl.domain.effects import matches
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.outcomes import Event, TransactionRecord
from hokctl.domain.plans import EventCondition, Plan, ViewCondition

if TYPE_CHECKING:
    from hokctl.chain.session import Chain


def prove(chain: "Chain", plan: Plan, transactions: Sequence[TransactionRecord]) -> tuple[Finding, ...]:
    """Return what the chain did otherwise than `plan` said, read at the block of the last transaction.

    Every expected event must have been emitted exactly once, and every condition must hold.
    """
    events = [event for transaction in transactions for event in transaction.events]
    missed = [_missed_event(c, events) for c in plan.after if isinstance(c, EventCondition)]
    views = [condition for condition in plan.after if isinstance(condition, ViewCondition)]
    findings = [finding for finding in missed if finding is not None]
    if views and transactions:
        findings.extend(_broken_views(chain, views, transactions[-1].block_number))
    return tuple(findings)


def _missed_event(condition: EventCondition, events: Sequence[Event]) -> Finding | None:
    matching = [event for event in events if matches(condition, event)]
    if len(matching) == 1:
        return None
    return Finding(
        code="event-missing" if not matching else "event-repeated",
        severity=Severity.ERROR,
        subject=condition.address,
        message=f"The event {condition.label}.{condition.event} was emitted {len(matching)} times, not once.",
        evidence={"expected": condition.text},
        remedy="Compare the transaction with the plan before doing anything else.",
        allowable=False,
    )


def _broken_views(chain: "Chain", views: Sequence[ViewCondition], block_number: int) -> list[Finding]:
    from hokctl.chain.reads import Read

    with chain.at(block_number).batch() as batch:
        slots = [
            batch.add(
                Read(
                    to=view.to,
                    label=view.label,
                    signature=view.signature,
                    data=view.data,
                    returns=view.returns,
                    decode=lambda values: values,
                )
            )
            for view in views
        ]
    return [
        _broken_view(view, block_number)
        for view, slot in zip(views, slots, strict=True)
        if slot.failed or slot.value != view.expected
    ]


def _broken_view(view: ViewCondition, block_number: int) -> Finding:
    return Finding(
        code="condition-not-met",
        severity=Severity.ERROR,
        subject=view.to,
        message=f"After the execution this does not hold: {view.text}",
        evidence={"view": f"{view.label}.{view.signature}", "block": str(block_number)},
        remedy="Somebody else may have changed it in between: read it again with --block and compare.",
        allowable=False,
    )

"""The proof afterwards: the chain did exactly what the plan said, or a finding says where it did not."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.effects import assign, matches
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.outcomes import Event, TransactionRecord
from hokctl.domain.plans import BalanceCondition, EventCondition, Plan, ViewCondition

if TYPE_CHECKING:
    from hokctl.chain.session import Chain


def prove(chain: "Chain", plan: Plan, transactions: Sequence[TransactionRecord]) -> tuple[Finding, ...]:
    """Return what the chain did otherwise than `plan` said, read at the block of the last transaction.

    Every declared event must have been emitted as often as it is declared, every declared balance of a token must
    have changed by the transfers in the receipts, and every view must answer what it should. Balances of the native
    currency leave no trace in a receipt.
    """
    events = [event for transaction in transactions for event in transaction.events]
    declared = [one for one in plan.after if isinstance(one, EventCondition) and not one.optional]
    missing, left = assign(declared, events)
    repeated = [condition for condition in declared if any(matches(condition, event) for event in left)]
    wrong = dict.fromkeys((*repeated, *missing))
    findings = [_wrong_event(condition, events, lost=condition in missing) for condition in wrong]
    findings.extend(_wrong_balances(plan, events))
    views = [condition for condition in plan.after if isinstance(condition, ViewCondition)]
    if views and transactions:
        findings.extend(_broken_views(chain, views, transactions[-1].block_number))
    return tuple(findings)


def _wrong_event(condition: EventCondition, events: Sequence[Event], *, lost: bool) -> Finding:
    count = sum(matches(condition, event) for event in events)
    return Finding(
        code="event-missing" if lost else "event-repeated",
        severity=Severity.ERROR,
        subject=condition.address,
        message=f"The event {condition.label}.{condition.event} was emitted {count} times, not as the plan says.",
        evidence={"expected": condition.text},
        remedy="Compare the transaction with the plan before doing anything else.",
        allowable=False,
    )


def _wrong_balances(plan: Plan, events: Sequence[Event]) -> list[Finding]:
    moved: Counter[tuple[ChecksumAddress, object]] = Counter()
    for event in events:
        values = {argument.name: argument.value for argument in event.args}
        units = values.get("value")
        if event.name == "Transfer" and values.keys() == {"from", "to", "value"} and isinstance(units, int):
            moved[event.address, values["from"]] -= units
            moved[event.address, values["to"]] += units
    declared: Counter[tuple[ChecksumAddress, object]] = Counter()
    for item in plan.after:
        if isinstance(item, BalanceCondition) and item.token is not None:
            declared[item.token, item.account] += item.change
    return [
        Finding(
            code="balance-differs",
            severity=Severity.ERROR,
            subject=str(account),
            message=f"The balance of {account} changed by {moved[token, account]} units, not by {change}.",
            evidence={"token": token},
            remedy="Compare the transaction with the plan before doing anything else.",
            allowable=False,
        )
        for (token, account), change in declared.items()
        if moved[token, account] != change
    ]


def _broken_views(chain: "Chain", views: Sequence[ViewCondition], block_number: int) -> list[Finding]:
    from hokctl.chain.reads import Read

    with chain.batch_at(block_number) as batch:
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

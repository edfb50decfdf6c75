"""The rule about large payments: measured against what was accrued before them, not after."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hokctl.domain.alerts import Alert
from hokctl.domain.protocol_events import DEPOSIT, PAYMENT, ProtocolEvent
from hokctl.monitor.facts import Facts, event_alert

_RESERVE: Final = "InfrastructureReserve"
_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class _Paid:
    """What one transaction paid for one model."""

    first: ProtocolEvent
    units: int
    accrued_before: int
    count: int


def judge_payments(facts: Facts) -> Iterator[Alert]:
    """Yield every transaction that paid more of what a model had accrued than is usual, in the chain's order.

    Several payments of one transaction count together: a batch hides nothing.
    """
    token, percent = facts.seen.token, facts.settings.large_payment_percent
    for paid in _payments(facts):
        if paid.units * _HUNDRED <= paid.accrued_before * percent:
            continue
        event, model = paid.first, paid.first.model_id
        how = "one payment" if paid.count == 1 else f"{paid.count} payments"
        yield event_alert(
            "large-payment",
            event,
            str(event.model_topic),
            subject=str(model),
            message=f"{token.amount(paid.units)} were paid for model {model}, "
            f"which had {token.amount(paid.accrued_before)} accrued.",
            evidence={
                "by": facts.named(event.args["payer"]),
                "to": facts.named(event.args["payee"]) if paid.count == 1 else how,
                "limit": f"{percent} %",
            },
        )


def _payments(facts: Facts) -> list[_Paid]:
    """Return what each transaction paid for each model; the accrual before it is found by walking back from now.

    The reserve's state at the observed block is known, and so is all that happened since the last round: no node
    that keeps old states is needed.
    """
    accrued = {one.model_id: one.state.accrued.units for one in facts.seen.models}
    found: dict[tuple[str, str], list[tuple[ProtocolEvent, int]]] = defaultdict(list)
    before: dict[tuple[str, str], int] = {}
    for event in reversed(facts.events):
        units, model_id = event.args.get("amount"), event.model_id
        if event.contract != _RESERVE or model_id not in accrued or not isinstance(units, int):
            continue
        if event.name == DEPOSIT:
            accrued[model_id] -= units
        elif event.name == PAYMENT:
            accrued[model_id] += units
            place = (event.tx_hash, model_id)
            found[place].append((event, units))
            before[place] = accrued[model_id]
    return [
        _Paid(
            first=events[-1][0],
            units=sum(units for _, units in events),
            accrued_before=before[place],
            count=len(events),
        )
        for place, events in reversed(found.items())
    ]

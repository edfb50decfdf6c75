"""Rules about what happened on the chain since the last round."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from hokctl.domain.alerts import Alert
from hokctl.domain.protocol_events import DEPOSIT, FEE, WITHDRAWAL, ProtocolEvent
from hokctl.domain.splits import format_bps
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.monitor.facts import Facts, event_alert
from hokctl.monitor.payment_rules import judge_payments
from hokctl.monitor.power_rules import POWER_EVENTS, judge_power

_ROUTER: Final = "UsageFeeRouter"
_RESERVE: Final = "InfrastructureReserve"
_TREASURIES: Final = {"TreasuryUpdated": "newTreasury", "FeeRecipientUpdated": "newFeeRecipient"}
_OWNERS: Final = ("OwnershipTransferred", "OwnershipTransferStarted")
_PAUSES: Final = {"Paused": "paused", "Unpaused": "unpaused"}


def judge_events(facts: Facts) -> Iterator[Alert]:
    """Yield what happened that somebody should know of, in the chain's order."""
    yield from judge_payments(facts)
    routed = {str(event.tx_hash) for event in facts.events if (event.contract, event.name) == (_ROUTER, FEE)}
    seen: Counter[tuple[str, str, str]] = Counter()
    for event in facts.events:
        place = (event.tx_hash, event.address, event.name)
        about = f"{event.address}/{event.name}/{seen[place]}"
        seen[place] += 1
        if event.name == DEPOSIT and event.contract == _RESERVE:
            yield from _past_the_router(facts, event, about, routed)
        elif event.name in _RULES:
            yield from _RULES[event.name](facts, event, about)


def _split(facts: Facts, event: ProtocolEvent, about: str) -> Iterator[Alert]:
    old, new, model = event.args["oldBps"], event.args["newBps"], model_of(event)
    assert isinstance(old, int)  # noqa: S101  # by the event's ABI; tells mypy
    assert isinstance(new, int)  # noqa: S101
    yield event_alert(
        "split-change",
        event,
        about,
        subject=model,
        message=f"The split of model {model} went from {format_bps(old)} to {format_bps(new)} for infrastructure.",
        evidence={"by": facts.named(event.args["updatedBy"])},
    )


def _override(facts: Facts, event: ProtocolEvent, about: str) -> Iterator[Alert]:
    del facts
    model = model_of(event)
    yield event_alert(
        "split-change",
        event,
        about,
        subject=model,
        message=f"{event.args['paramName']!s} of model {model} was set to {event.args['value']!s} past its delay.",
        evidence={"reason": str(event.args["reason"])},
    )


def _withdrawal(facts: Facts, event: ProtocolEvent, about: str) -> Iterator[Alert]:
    units = event.args["amount"]
    assert isinstance(units, int)  # noqa: S101  # by the event's ABI; tells mypy
    amount = facts.seen.token.amount(units)
    yield event_alert(
        "emergency-withdrawal",
        event,
        about,
        subject="reserve",
        message=f"{amount} left the reserve by an emergency withdrawal to {facts.named(event.args['recipient'])}.",
        evidence={"left in the reserve": str(facts.seen.balance), "owed": str(facts.seen.owed)},
    )


def _treasury(facts: Facts, event: ProtocolEvent, about: str) -> Iterator[Alert]:
    what = "deployment fees" if event.name == "FeeRecipientUpdated" else f"what leaves {event.contract}"
    old = event.args.get("oldTreasury")
    yield event_alert(
        "treasury-change",
        event,
        about,
        subject=event.contract,
        message=f"{facts.named(event.args[_TREASURIES[event.name]])} receives {what} from now on.",
        evidence={} if old is None else {"before": facts.named(old)},
    )


def _provider(facts: Facts, event: ProtocolEvent, about: str) -> Iterator[Alert]:
    model, provider = model_of(event), event.args["provider"]
    whom = "nobody" if provider == ZERO_ADDRESS else facts.named(provider)
    yield event_alert(
        "provider-change",
        event,
        about,
        subject=model,
        message=f"The provider of model {model} is {whom} from now on.",
    )


def _owner(facts: Facts, event: ProtocolEvent, about: str) -> Iterator[Alert]:
    before, after = event.args["previousOwner"], event.args["newOwner"]
    if before == ZERO_ADDRESS:
        return  # The first owner, given by the constructor.
    becomes = "is to have" if event.name.endswith("Started") else "has"
    whom = "no owner any more" if after == ZERO_ADDRESS else f"the owner {facts.named(after)}"
    yield event_alert(
        "ownership-change",
        event,
        about,
        subject=event.contract,
        message=f"{contract_of(event)} {becomes} {whom}.",
        evidence={"before": facts.named(before), "contract": event.address},
    )


def _pause(facts: Facts, event: ProtocolEvent, about: str) -> Iterator[Alert]:
    rule = _PAUSES[event.name]
    yield event_alert(
        rule,
        event,
        about,
        subject=event.contract if event.model_id is None else event.model_id,
        message=f"{contract_of(event)} was {rule} by {facts.named(event.args['account'])}.",
        evidence={"contract": event.address},
    )


def _fee(facts: Facts, event: ProtocolEvent, about: str) -> Iterator[Alert]:
    depositor, units = event.args["depositor"], event.args["totalAmount"]
    assert isinstance(units, int)  # noqa: S101  # by the event's ABI; tells mypy
    amount, model = facts.seen.token.amount(units), model_of(event)
    if not facts.known_depositors(str(depositor)):  # type: ignore[arg-type]  # NewType over a NewType
        yield event_alert(
            "unknown-depositor",
            event,
            about,
            subject=model,
            message=f"A fee of {amount} for model {model} came from {facts.named(depositor)}, which nobody lists.",
        )
    if event.model_topic is not None and event.model_topic not in facts.known_models:
        yield event_alert(
            "unknown-model",
            event,
            about,
            subject=model,
            message=f"A fee of {amount} was deposited for a model that the deployment does not list: {model}.",
            evidence={"depositor": facts.named(depositor)},
        )


def _past_the_router(facts: Facts, event: ProtocolEvent, about: str, routed: set[str]) -> Iterator[Alert]:
    units = event.args["amount"]
    if event.tx_hash in routed or not isinstance(units, int):
        return
    model = model_of(event)
    yield event_alert(
        "unknown-depositor",
        event,
        about,
        subject=model,
        message=f"{facts.seen.token.amount(units)} for model {model} reached the reserve past the fee router.",
    )


def model_of(event: ProtocolEvent) -> str:
    """Return the model that an event is about, by its id or, where nobody knows it, by its hash."""
    return event.model_id or event.model_topic or "unknown"


def contract_of(event: ProtocolEvent) -> str:
    """Return the contract in words."""
    return event.contract if event.model_id is None else f"{event.contract} of model {event.model_id}"


_Judge = Callable[[Facts, ProtocolEvent, str], Iterator[Alert]]
_RULES: Final[dict[str, _Judge]] = {
    "InfrastructureAccrualBpsSet": _split,
    "EmergencyParamOverride": _override,
    WITHDRAWAL: _withdrawal,
    "ProviderSet": _provider,
    FEE: _fee,
    **dict.fromkeys(_TREASURIES, _treasury),
    **dict.fromkeys(_OWNERS, _owner),
    **dict.fromkeys(_PAUSES, _pause),
    **dict.fromkeys(POWER_EVENTS, judge_power),
}
EVENT_NAMES: Final = frozenset({*_RULES, DEPOSIT})
"""The events that rules look at, payments apart."""

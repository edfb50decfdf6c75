"""Long lists for a signer: what is planned and of one kind is counted; what is missing, surplus or different stays.

Nothing is folded for scripts: the JSON output has every line.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Final, TypeVar

from hokctl.clients.argument_wording import amounts_in, word_event
from hokctl.domain.amounts import Token
from hokctl.domain.effects import Effect, ViewChange, assign
from hokctl.domain.outcomes import Event
from hokctl.domain.plans import BalanceCondition, Condition, EventCondition, ViewCondition

T = TypeVar("T")

FOLD_ABOVE: Final = 20
"""How many lines of one kind are told each by itself."""


def fold(
    items: Sequence[T], kind_of: Callable[[T], Hashable | None], one: Callable[[T], str], many: Callable[[list[T]], str]
) -> list[str]:
    """Return a line for each item, but one for all of a kind that has more than FOLD_ABOVE; None is no kind."""
    groups: dict[Hashable, list[T]] = {}
    for item in items:
        groups.setdefault(kind_of(item), []).append(item)
    lines: list[str] = []
    told: set[Hashable] = set()
    for item in items:
        kind = kind_of(item)
        if kind is None or len(groups[kind]) <= FOLD_ABOVE:
            lines.append(one(item))
        elif kind not in told:
            told.add(kind)
            lines.append(many(groups[kind]))
    return lines


def condition_lines(
    conditions: Sequence[Condition], effect: Effect | None, token: Token | None, *, everything: bool
) -> list[str]:
    """Return what must hold, in words; a condition that the simulation did not meet stands by itself."""
    if everything:
        return [condition.text for condition in conditions]
    alone = set[int]()
    if effect is not None and effect.complete:
        asked = [one for one in conditions if isinstance(one, EventCondition)]
        alone = {id(one) for one in assign(asked, effect.events)[0]}
        met = {(change.condition.to, change.condition.data) for change in effect.views if _is_met(change)}
        alone |= {id(one) for one in conditions if isinstance(one, ViewCondition) and (one.to, one.data) not in met}

    def kind_of(condition: Condition) -> Hashable | None:
        match condition:
            case EventCondition():
                kind = ("event", condition.address, condition.label, condition.event)
            case ViewCondition():
                kind = ("view", condition.to, condition.label, condition.signature)
            case BalanceCondition():
                return None
        return None if id(condition) in alone else kind

    def many(same: list[Condition]) -> str:
        events = [_as_event(one) for one in same if isinstance(one, EventCondition)]
        what = next(_title(one) for one in same)
        return f"{what}, {len(same)} times{_sum(events, token)}; first: {same[0].text}; last: {same[-1].text}"

    return fold(conditions, kind_of, lambda condition: condition.text, many)


def event_lines(effect: Effect, conditions: Sequence[Condition], token: Token | None, *, everything: bool) -> list[str]:
    """Return the simulated events in words; one that no condition asks for stands by itself."""
    asked = [one for one in conditions if isinstance(one, EventCondition)]
    surplus = list(assign(asked, effect.events)[1])

    def kind_of(event: Event) -> Hashable | None:
        return None if everything or event in surplus else (event.address, event.label, event.name)

    def many(same: list[Event]) -> str:
        ends = f"first: {word_event(same[0], token)}; last: {word_event(same[-1], token)}"
        return f"{same[0].label}.{same[0].name}, {len(same)} times, as planned{_sum(same, token)}; {ends}"

    return fold(effect.events, kind_of, lambda event: word_event(event, token), many)


def view_lines(effect: Effect, word: Callable[[ViewChange], str], *, everything: bool) -> list[str]:
    """Return what views return before and after; one that does not come out as planned stands by itself."""

    def kind_of(change: ViewChange) -> Hashable | None:
        condition = change.condition
        return None if everything or not _is_met(change) else (condition.to, condition.label, condition.signature)

    def many(same: list[ViewChange]) -> str:
        condition = same[0].condition
        ends = f"first: {word(same[0])}; last: {word(same[-1])}"
        return f"{condition.label}.{condition.signature}, {len(same)} times, as planned; {ends}"

    return fold(effect.views, kind_of, word, many)


def _is_met(change: ViewChange) -> bool:
    return change.after == change.condition.expected


def _as_event(condition: EventCondition) -> Event:
    return Event(address=condition.address, label=condition.label, name=condition.event, args=condition.args)


def _title(condition: Condition) -> str:
    match condition:
        case EventCondition():
            return f"{condition.label} logs {condition.event}"
        case ViewCondition():
            return f"{condition.label}.{condition.signature}"
        case BalanceCondition():
            return condition.text


def _sum(events: Iterable[Event], token: Token | None) -> str:
    """Return the sum of the events' first amount, where it is of the token."""
    sums = [amounts_in(event, token) for event in events]
    if token is None or not sums or any(not one for one in sums):
        return ""
    return f", {token.amount(sum(one[0] for one in sums))} in all"

"""The declared effect of a plan against what a node observed: anything missing and anything more is found."""

from collections import Counter
from collections.abc import Iterable, Sequence

from eth_typing import ChecksumAddress

from hokctl.clients.argument_wording import word_event
from hokctl.domain.effects import Effect, EffectMethod, Footprint, Simulation, assign, matches
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.outcomes import Event
from hokctl.domain.plans import BalanceCondition, EventCondition, Plan, ViewCondition

_Holding = tuple[ChecksumAddress | None, ChecksumAddress]


def check_simulation(plan: Plan, simulation: Simulation) -> list[Finding]:
    """Return what the simulation found, and what the plan does otherwise than it says.

    What the way leaves behind by itself is not held against the plan, and must be there.
    """
    effect, own = simulation.effect, simulation.own
    if effect is None:
        return list(simulation.findings)
    found = list(simulation.findings)
    if effect.method is EffectMethod.CALL:
        found.append(_unverified())
    elif plan.declared:
        found.extend(compare(plan, effect, own))
    if not plan.declared:
        found.extend((_undeclared(plan), *_check_locked(plan, effect, own)))
    if simulation.without_guard is not None:
        found.extend(_compare_guard(plan, effect, simulation.without_guard))
    return found


def compare(plan: Plan, effect: Effect, own: Footprint) -> list[Finding]:
    """Return where the effect is another than the plan declares: missing or surplus, by a code of its own each."""
    return [
        *_check_events(plan, effect, own),
        *_check_balances(plan, effect, own),
        *_check_views(effect),
        *_check_storage(plan, effect, own),
        *_check_locked(plan, effect, own),
    ]


def _check_events(plan: Plan, effect: Effect, own: Footprint) -> list[Finding]:
    declared = [item for item in plan.after if isinstance(item, EventCondition)]
    required = [item for item in declared if not item.optional]
    missing, left = assign((*own.events, *required), effect.events)
    quiet = own.contracts | plan.created_addresses
    optional = (*own.optional, *(item for item in declared if item.optional))
    surplus = [
        event
        for event in left
        if event.address not in quiet and not any(matches(condition, event) for condition in optional)
    ]
    return [*(_missing_event(condition) for condition in missing), *(_surplus_event(event) for event in surplus)]


def _missing_event(condition: EventCondition) -> Finding:
    return _differs(
        "effect-missing-event",
        condition.address,
        f"{condition.label}.{condition.event} is declared, and the simulation does not log it.",
        declared=condition.text,
        observed="no such event",
    )


def _surplus_event(event: Event) -> Finding:
    return _differs(
        "effect-surplus-event",
        event.address,
        f"{event.label}.{event.name} is logged, and the plan does not declare it.",
        declared="no such event",
        observed=word_event(event, None),
    )


def _check_balances(plan: Plan, effect: Effect, own: Footprint) -> list[Finding]:
    declared: Counter[_Holding] = Counter()
    for item in plan.after:
        if isinstance(item, BalanceCondition):
            declared[item.token, item.account] += item.change
    observed: Counter[_Holding] = Counter()
    for change in effect.balances:
        observed[change.token, change.account] += change.change
    if own.payer is not None:
        observed[None, own.payer] += sum(call.value for call in plan.calls)
    found = []
    for holding in dict.fromkeys((*declared, *observed)):
        token, account = holding
        if declared[holding] == observed[holding] or (token in plan.created_addresses and holding not in declared):
            continue
        known = holding in declared
        found.append(
            _differs(
                "effect-balance-differs" if known else "effect-surplus-balance",
                account,
                f"The balance of {account} changes by {observed[holding]} units"
                + (f", not by {declared[holding]}." if known else ", and the plan does not declare it."),
                declared=f"{declared[holding]:+d}",
                observed=f"{observed[holding]:+d}",
                token=token or "native currency",
            )
        )
    return found


def _check_views(effect: Effect) -> list[Finding]:
    return [
        _differs(
            "effect-view-differs",
            view.condition.to,
            f"After the simulation this does not hold: {view.condition.text}",
            declared=_values(view.condition.expected),
            observed="no answer" if view.after is None else _values(view.after),
            view=f"{view.condition.label}.{view.condition.signature}",
        )
        for view in effect.views
        if view.after != view.condition.expected
    ]


def _check_storage(plan: Plan, effect: Effect, own: Footprint) -> list[Finding]:
    if effect.storage is None or effect.created is None:
        return [_storage_unverified()]
    allowed = {*named_contracts(plan), *plan.created_addresses, *own.contracts}
    surplus = [
        change
        for change in effect.storage
        if change.contract not in allowed and (change.contract, change.slot) not in {*own.slots, *own.locked}
    ]
    strange = [address for address in effect.created if address not in plan.created_addresses]
    found = []
    for contract in dict.fromkeys(change.contract for change in surplus):
        slots = [f"{c.slot:#x}: {c.before:#x} -> {c.after:#x}" for c in surplus if c.contract == contract]
        found.append(
            _differs(
                "effect-surplus-storage",
                contract,
                f"The storage of {contract} changes, and the plan does not declare it.",
                declared="no change",
                observed="; ".join(slots),
            )
        )
    return [*found, *map(_surplus_contract, strange)]


def _surplus_contract(address: ChecksumAddress) -> Finding:
    return _differs(
        "effect-surplus-storage",
        address,
        f"A contract is created at {address}, and the plan does not declare it.",
        declared="no contract",
        observed="a new contract",
    )


def _check_locked(plan: Plan, effect: Effect, own: Footprint) -> list[Finding]:
    """Return the changes of slots that decide over the way itself, which no other declaration covers."""
    logged = (item for item in plan.after if isinstance(item, EventCondition) and not item.optional)
    declared = {(item.address, item.event) for item in logged}
    found = []
    for change in effect.storage or ():
        place = (change.contract, change.slot)
        if place not in own.locked or any((change.contract, event) in declared for event in own.locked[place]):
            continue
        found.append(
            _differs(
                "effect-surplus-storage",
                change.contract,
                f"Slot {change.slot:#x} of {change.contract} changes, which decides over who acts and how.",
                declared="no change",
                observed=f"{change.before:#x} -> {change.after:#x}",
            )
        )
    return found


def named_contracts(plan: Plan) -> Iterable[ChecksumAddress]:
    """Return the contracts whose storage the plan says may change."""
    for item in plan.after:
        match item:
            case ViewCondition():
                yield item.to
            case EventCondition():
                yield item.address
            case BalanceCondition():
                if item.token is not None:
                    yield item.token
    yield from plan.touches


def _compare_guard(plan: Plan, effect: Effect, without: Effect) -> list[Finding]:
    """Return what the Safe's guard adds to the effect or takes from it."""
    seen, other = _outline(effect), _outline(without)
    if seen == other:
        return []
    more, less = sorted((seen - other).elements()), sorted((other - seen).elements())
    return [
        Finding(
            code="guard-changes-effect",
            severity=Severity.INFO,
            subject=plan.title,
            message="The Safe's guard has a part in the effect: without it the same transaction does something else.",
            evidence={
                "only with the guard": "; ".join(more) or "nothing",
                "only without": "; ".join(less) or "nothing",
            },
            remedy="Expected of a guard that keeps books; ask who set it where it is not.",
        )
    ]


def _outline(effect: Effect) -> Counter[str]:
    return Counter(
        (
            *(word_event(event, None) for event in effect.events),
            *(f"balance of {item.account} in {item.token}: {item.change:+d}" for item in effect.balances),
            *(f"slot {item.slot:#x} of {item.contract}" for item in effect.storage or ()),
        )
    )


def _unverified() -> Finding:
    return Finding(
        code="effect-unverified",
        severity=Severity.ERROR,
        subject="node",
        message="The node tells only that the calls succeed, not what they do.",
        remedy="Use a node with debug_traceCall or eth_simulateV1.",
    )


def _storage_unverified() -> Finding:
    return Finding(
        code="effect-storage-unverified",
        severity=Severity.INFO,
        subject="node",
        message="The node tells every event, balance and declared value, but not whose storage changes.",
        remedy="Use a node with debug_traceCall to see the storage as well.",
    )


def _undeclared(plan: Plan) -> Finding:
    return Finding(
        code="effect-undeclared",
        severity=Severity.ERROR,
        subject=plan.title,
        message="Nobody has declared what this transaction is to do, so nothing can be compared with it.",
        remedy="Read the simulated effect word by word, or have it proposed again with hokctl.",
    )


def _differs(code: str, subject: str, message: str, **evidence: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.ERROR,
        subject=subject,
        message=message,
        evidence=evidence,
        remedy="Sign nothing: the calls do something else than what the plan says. Have it planned again.",
        allowable=False,
    )


def _values(values: Sequence[object]) -> str:
    return ", ".join("0x" + value.hex() if isinstance(value, bytes) else str(value) for value in values)

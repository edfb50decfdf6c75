"""The simulated effect of a plan, for scripts in full and for people in lines."""

from collections.abc import Iterable, Sequence
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.clients.wording import native
from hokctl.domain.abi_values import value_to_json
from hokctl.domain.amounts import Token
from hokctl.domain.calls import AbiValue
from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.domain.effects import BalanceChange, Effect, StorageChange, ViewChange
from hokctl.domain.outcomes import Event
from hokctl.domain.plans import Condition
from hokctl.result.folding import event_lines, view_lines
from hokctl.result.values import amount_to_json

_SLOTS_SHOWN: Final = 8
_LONG_WORD: Final = 10**12
"""A stored number beyond this reads better in hex."""


def effect_to_json(effect: Effect, token: Token | None) -> JsonObject:
    """Return the effect with all it holds; amounts of `token` with its decimals as well."""
    storage = None if effect.storage is None else [_slot_to_json(change) for change in effect.storage]
    created = None if effect.created is None else list[JsonValue](effect.created)
    return {
        "method": effect.method.value,
        "complete": effect.complete,
        "events": [event_to_json(event) for event in effect.events],
        "balances": [_balance_to_json(change, token) for change in effect.balances],
        "views": [_view_to_json(view) for view in effect.views],
        "storage": None if storage is None else list[JsonValue](storage),
        "created": created,
        "gas_used": effect.gas_used,
    }


def event_to_json(event: Event) -> JsonObject:
    """Return a decoded log."""
    return {
        "address": event.address,
        "label": event.label,
        "name": event.name,
        "args": {argument.name: value_to_json(argument.value) for argument in event.args},
    }


def effect_lines(
    effect: Effect, token: Token | None, planned: Sequence[Condition] = (), *, everything: bool = True
) -> tuple[tuple[str, str], ...]:
    """Return the effect as pairs of what it is about and what becomes of it.

    Without `everything`, many lines of one kind that are as `planned` are folded into one.
    """
    if not effect.complete:
        return (("known", f"only that the calls succeed ({effect.method.value})"),)
    lines = [("event", text) for text in event_lines(effect, planned, token, everything=everything)]
    lines.extend(("balance", _word_balance(change, token)) for change in effect.balances)
    lines.extend(("value", text) for text in view_lines(effect, _word_view, everything=everything))
    lines.extend(("creates", address) for address in effect.created or ())
    lines.extend(("storage", text) for text in _word_storage(effect.storage or (), frozenset(effect.created or ())))
    if effect.storage is None:
        lines.append(("storage", f"unknown: {effect.method.value} does not tell it"))
    if effect.gas_used is not None:
        lines.append(("gas", f"about {effect.gas_used:,}"))
    return tuple(lines)


def _balance_to_json(change: BalanceChange, token: Token | None) -> JsonObject:
    known = token is not None and change.token == token.address
    amount: JsonValue = amount_to_json(token.amount(change.change)) if token is not None and known else None
    return {"token": change.token, "account": change.account, "change": str(change.change), "amount": amount}


def _view_to_json(view: ViewChange) -> JsonObject:
    condition = view.condition
    return {
        "to": condition.to,
        "label": condition.label,
        "signature": condition.signature,
        "text": condition.text,
        "before": _values_to_json(view.before),
        "after": _values_to_json(view.after),
        "expected": _values_to_json(condition.expected),
    }


def _values_to_json(values: tuple[AbiValue, ...] | None) -> JsonValue:
    return None if values is None else [value_to_json(value) for value in values]


def _slot_to_json(change: StorageChange) -> JsonObject:
    return {
        "contract": change.contract,
        "slot": _word(change.slot),
        "before": _word(change.before),
        "after": _word(change.after),
    }


def _word(number: int) -> str:
    return f"0x{number:064x}"


def _word_balance(change: BalanceChange, token: Token | None) -> str:
    sign, size = ("+" if change.change > 0 else "-"), abs(change.change)
    if change.token is None:
        return f"{change.account}: {sign}{native(size)}"
    if token is not None and change.token == token.address:
        return f"{change.account}: {sign}{token.amount(size)}"
    return f"{change.account}: {sign}{size} units of token {change.token}"


def _word_view(view: ViewChange) -> str:
    condition = view.condition
    return f"{condition.label}.{condition.signature}: {_plain(view.before)} -> {_plain(view.after)}"


def _plain(values: tuple[AbiValue, ...] | None) -> str:
    if values is None:
        return "nothing"
    return ", ".join("0x" + value.hex() if isinstance(value, bytes) else str(value) for value in values)


def _word_storage(changes: Iterable[StorageChange], created: frozenset[ChecksumAddress]) -> Iterable[str]:
    """Yield the changed slots by contract; of a new contract, and of many slots, only how many there are."""
    by_contract: dict[ChecksumAddress, list[StorageChange]] = {}
    for change in changes:
        by_contract.setdefault(change.contract, []).append(change)
    for contract, slots in by_contract.items():
        if contract in created:
            yield f"{contract}: {len(slots)} slots of the new contract"
            continue
        for change in slots[:_SLOTS_SHOWN]:
            yield f"{contract} slot {_short(change.slot)}: {_short(change.before)} -> {_short(change.after)}"
        if len(slots) > _SLOTS_SHOWN:
            yield f"{contract}: {len(slots) - _SLOTS_SHOWN} more slots, all of which the JSON output has"


def _short(number: int) -> str:
    return str(number) if number < _LONG_WORD else f"{number:#x}"

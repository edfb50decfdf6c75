"""The arguments of calls and events for the person who reads them: amounts also in token units, texts in quotes."""

from collections.abc import Iterable, Iterator, Sequence
from string import Formatter
from typing import Final

from eth_utils.crypto import keccak

from hokctl.clients.create_call import CREATIONS, recognise_creation
from hokctl.clients.descriptions import TEMPLATES, counts_otherwise
from hokctl.clients.wording import Wording, format_argument
from hokctl.domain.abi_values import split_types
from hokctl.domain.amounts import MAX_UNITS, Token
from hokctl.domain.calls import AbiValue, Argument, Call
from hokctl.domain.outcomes import Event

_IN_ARRAYS: Final = {
    "batchDeposit(string[],uint256[])": (1, None),
    "batchDepositFees(string[],uint256[])": (1, None),
    "batchDepositFees(string[],uint256[],uint256[])": (1, None),
    "releaseBatch(address,address[],uint256[],bytes32[])": (2, None),
    "batchPayInfrastructureCosts((string,address,uint256,bytes32,string)[])": (0, 2),
}
"""Per signature the array of amounts, or of structs with the amount's place in them."""
_EVENT_AMOUNTS: Final = {
    "Transfer": {"value"},
    "Approval": {"value"},
    "InfrastructureDeposited": {"amount", "newBalance"},
    "InfrastructureCostPaid": {"amount"},
    "BatchDeposited": {"totalAmount", "totalInfrastructure", "totalProfit"},
    "BatchPaymentCompleted": {"totalAmount"},
    "EmergencyWithdrawal": {"amount"},
    "FeeDeposited": {"totalAmount", "infrastructureAmount", "profitAmount"},
    "FeesDeposited": {"amount", "newReserveBalance"},
    "TreasuryWithdrawal": {"amount"},
    "ActualCostsRecorded": {"amount", "newTotal"},
    "CostReconciled": {"estimated", "actual"},
    "CostUpdateApplied": {"oldCost", "newCost"},
    "CostUpdateQueued": {"currentCost", "newCost"},
    "EstimatedCostsSnapshot": {"estimatedCost"},
    "Released": {"amount"},
    "Rescued": {"amount"},
    "FeeSplitCalculated": {"totalFee", "infraShare", "profitShare"},
}
"""Per event the arguments that are amounts of the reserve token."""
_ERC20_EVENTS: Final = frozenset({"Transfer", "Approval"})
_WORD: Final = 32


def data_text(call: Call) -> str:
    """Return a call's bytes in hex; of a creation, whose code fills pages, their number and hash."""
    if call.signature not in CREATIONS:
        return "0x" + call.data.hex()
    return f"{len(call.data)} bytes, hash 0x{keccak(call.data).hex()}"


def _creation_rows(call: Call) -> Iterator[tuple[str, str]]:
    """Yield what a call of CreateCall creates: a person can read the contract and its arguments, not its code."""
    value, init_code, *salt = (argument.value for argument in call.args)
    if not isinstance(init_code, bytes):
        return
    found = recognise_creation(init_code)
    yield "creates", "an unknown contract" if found is None else found.contract
    for argument in () if found is None else found.args:
        yield f"  {argument.name}", format_argument(argument, Wording())
    yield "creation code", f"{len(init_code)} bytes, hash 0x{keccak(init_code).hex()}"
    if isinstance(value, int) and value:
        yield "value", f"{value} wei"
    for word in salt:
        if isinstance(word, bytes):
            yield "salt", "0x" + word.hex()


def counts_money(calls: Iterable[Call]) -> bool:
    """Tell whether an argument of the calls is an amount of the reserve token."""
    return any(call.signature in _IN_ARRAYS or _positions(call.signature) for call in calls)


def word_arguments(call: Call, token: Token | None) -> tuple[tuple[str, str], ...]:
    """Return a call's arguments as names and texts, arrays item by item; amounts of `token` in its units as well."""
    if call.signature in CREATIONS:
        return tuple(_creation_rows(call))
    if token is not None and counts_otherwise(call.signature, call.to, call.args, token):
        token = None
    positions = _positions(call.signature)
    array, place = _IN_ARRAYS.get(call.signature, (None, None))
    rows: list[tuple[str, str]] = []
    for position, argument in enumerate(call.args):
        if isinstance(argument.value, tuple) and argument.type.endswith("]"):
            rows.extend(_items(argument, token if position == array else None, place))
        elif position in positions:
            rows.append((argument.name, _money(argument.value, token, "{units} = {amount}")))
        elif isinstance(argument.value, str):
            rows.append((argument.name, argument.value or '""'))
        else:
            rows.append((argument.name, format_argument(argument)))
    return tuple(rows)


def word_event(event: Event, token: Token | None) -> str:
    """Return an event as one line; long bytes are given by their length alone, which the JSON output has in full."""
    amounts = _EVENT_AMOUNTS.get(event.name, set[str]())
    if token is None or _counts_otherwise(event, token):
        amounts = set()
    values = ", ".join(f"{argument.name}={_event_value(argument, token, amounts)}" for argument in event.args)
    return f"{event.label}.{event.name}({values})"


def amounts_in(event: Event, token: Token | None) -> tuple[int, ...]:
    """Return the arguments of the event that are amounts of `token`, in base units."""
    names = _EVENT_AMOUNTS.get(event.name, set[str]())
    if token is None or _counts_otherwise(event, token):
        return ()
    found = (argument.value for argument in event.args if argument.name in names)
    return tuple(value for value in found if isinstance(value, int) and not isinstance(value, bool))


def _counts_otherwise(event: Event, token: Token) -> bool:
    """Tell whether an event's amounts are of another token: the one that logs it, or the one that it names."""
    named = next((argument.value for argument in event.args if argument.name == "token"), token.address)
    return named != token.address or (event.name in _ERC20_EVENTS and event.address != token.address)


def _event_value(argument: Argument, token: Token | None, amounts: set[str]) -> str:
    value = argument.value
    if isinstance(value, bytes) and len(value) > _WORD:
        return f"0x{value[:4].hex()}… ({len(value)} bytes)"
    if argument.name in amounts:
        return _money(value, token, "{units} ({amount})")
    return format_argument(argument)


def _items(argument: Argument, token: Token | None, place: int | None) -> list[tuple[str, str]]:
    items = argument.value if isinstance(argument.value, tuple) else ()
    if not items:
        return [(argument.name, "none")]
    kind = argument.type[: argument.type.rindex("[")]
    return [(f"{argument.name} {n}", _item(item, kind, token, place)) for n, item in enumerate(items, start=1)]


def _item(item: AbiValue, kind: str, token: Token | None, place: int | None) -> str:
    if not isinstance(item, tuple) or kind.endswith("]"):
        return Wording().value(item, kind) if token is None else _money(item, token, "{units} = {amount}")
    types = split_types(kind[1:-1])
    return ", ".join(_members(item, types, token, place))


def _members(item: Sequence[AbiValue], types: Sequence[str], token: Token | None, place: int | None) -> Iterable[str]:
    for number, (value, kind) in enumerate(zip(item, types, strict=True)):
        if number == place and token is not None:
            yield _money(value, token, "{units} = {amount}")
        else:
            yield Wording().value(value, kind)


def _money(value: AbiValue, token: Token | None, form: str) -> str:
    if token is None or isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    amount = f"any amount of {token.symbol}" if value == MAX_UNITS else str(token.amount(value))
    return form.format(units=value, amount=amount)


def _positions(signature: str) -> frozenset[int]:
    """Return which arguments the call's sentence words as money."""
    fields = Formatter().parse(TEMPLATES.get(signature, ""))
    return frozenset(int(name) for _, name, spec, _ in fields if name is not None and spec == "money")

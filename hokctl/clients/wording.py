"""How addresses, roles, amounts and texts of calls and errors are worded. Texts from the chain are made harmless."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, cast

from eth_typing import ChecksumAddress

from hokctl.chain.wire import plain_text
from hokctl.domain.abi_values import split_types
from hokctl.domain.amounts import Token, format_units
from hokctl.domain.calls import AbiValue, Argument
from hokctl.domain.roles import role_name
from hokctl.domain.splits import format_bps

MODEL_TOKEN_DECIMALS: Final = 18
NATIVE_DECIMALS: Final = 18
_LEAST_SCALED_RATE: Final = 100 * 10**MODEL_TOKEN_DECIMALS
_LAST_TIME: Final = 253_402_300_799
"""The last second of the year 9999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What is known beside the values: names of addresses, and the token that amounts are counted in."""

    names: Mapping[ChecksumAddress, str] = field(default_factory=dict)
    token: Token | None = None
    """The reserve token; without it amounts are given in base units."""
    creator: ChecksumAddress | None = None
    """The Safe in whose name contracts are created, where it is known."""

    def address(self, address: ChecksumAddress) -> str:
        """Return the address, after its name where it has one."""
        name = self.names.get(address)
        return f"{name} {address}" if name else address

    def money(self, units: int) -> str:
        """Return an amount of the reserve token, `50.00 USDC`, or `50000000 base units` where it is not known."""
        return f"{units} base units" if self.token is None else str(self.token.amount(units))

    def value(self, value: AbiValue, abi_type: str) -> str:
        """Return a value of the canonical type `abi_type`."""
        if isinstance(value, tuple):
            types = _member_types(abi_type, len(value))
            return "(" + ", ".join(self.value(item, inner) for item, inner in zip(value, types, strict=True)) + ")"
        if isinstance(value, bytes):
            return "0x" + value.hex()
        if isinstance(value, str):
            return self.address(cast("ChecksumAddress", value)) if abi_type == "address" else quote(value)
        return str(value).lower()


class WordedValue:
    """A value that knows its formats in a sentence.

    They are `money`, `tokens`, `native`, `bps`, `role`, `count`, `memo` and `when`; without one it is given plainly.
    """

    def __init__(self, value: AbiValue, abi_type: str, wording: Wording) -> None:
        """Hold the value, its type, and what is known beside it."""
        self._value = value
        self._type = abi_type
        self._wording = wording

    def __format__(self, kind: str) -> str:
        """Return the value as `kind` says."""
        if not kind:
            return self._wording.value(self._value, self._type)
        return self._wording.money(cast("int", self._value)) if kind == "money" else _FORMATS[kind](self._value)


def quote(text: str) -> str:
    """Return a foreign text in quotes, on one line, free of control characters and not overlong.

    Quotes within are escaped, so that the text cannot pose as what follows it.
    """
    escaped = plain_text(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def native(wei: int) -> str:
    """Return an amount of the chain's own currency."""
    return f"{format_units(wei, NATIVE_DECIMALS)} of the native currency"


def format_memo(memo: str) -> str:
    """Return the part of a sentence that gives a memo: nothing where there is none."""
    return f", memo {quote(memo)}" if memo else ""


def format_argument(argument: Argument, wording: Wording | None = None) -> str:
    """Return an argument's value for people: role ids by name, addresses with theirs."""
    if argument.type == "bytes32" and "role" in argument.name.lower():
        return _format_role(cast("bytes", argument.value))
    return (wording or Wording()).value(argument.value, argument.type)


def _member_types(abi_type: str, count: int) -> tuple[str, ...]:
    if abi_type.endswith("]"):
        return (abi_type[: abi_type.rindex("[")],) * count
    return split_types(abi_type[1:-1])


def _format_role(role: bytes) -> str:
    return role_name("0x" + role.hex())


def _format_tokens(units: int) -> str:
    return format_units(units, MODEL_TOKEN_DECIMALS) + " tokens"


def _format_rate(rate: int) -> str:
    """Return a reward rate; one that only the live version takes, which counts in 1e-18, in whole tokens as well."""
    if rate < _LEAST_SCALED_RATE:
        return str(rate)
    return f"{rate}, which is {format_units(rate, MODEL_TOKEN_DECIMALS)} tokens"


def _format_count(items: tuple[AbiValue, ...]) -> str:
    return str(len(items))


def _format_when(timestamp: int) -> str:
    if timestamp == 0:
        return "as soon as the contract lets it"
    return f"at {time_text(timestamp)}"


def time_text(timestamp: int) -> str:
    """Return a Unix time as a date and time in UTC; as the bare number where no calendar has it."""
    if timestamp > _LAST_TIME:
        return f"second {timestamp}"
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M:%S} UTC"


_FORMATS: Final[Mapping[str, Callable[[Any], str]]] = {
    "tokens": _format_tokens,
    "native": native,
    "bps": format_bps,
    "role": _format_role,
    "count": _format_count,
    "rate": _format_rate,
    "memo": format_memo,
    "when": _format_when,
}

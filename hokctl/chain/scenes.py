"""What is to be tried out on a block's state, and what was observed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eth_typing import ChecksumAddress

from hokctl.chain.answers import decode_read
from hokctl.chain.reads import Read
from hokctl.chain.receipts import Log
from hokctl.chain.reverts import Revert
from hokctl.chain.sequencer import Step
from hokctl.chain.simulation import Overrides
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.effects import EffectMethod, StorageChange
from hokctl.errors import HokctlError

_CREATION_GAS: Final = 53_000
_MESSAGE_GAS: Final = 21_000
_ZERO_BYTE_GAS: Final = 4
_BYTE_GAS: Final = 16

View = tuple[AbiValue, ...] | None
"""What a view answered; None when it gave no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Where a sequence of messages would fail: the calls from the message down to where it broke off."""

    path: tuple[tuple[ChecksumAddress | None, bytes], ...]
    """Target and calldata of each, the message first."""
    revert: Revert
    """Why the innermost of them failed."""
    outer: Revert
    """How the message itself failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What messages would do one after the other."""

    method: EffectMethod
    failure: Failure | None = None
    """None when all succeed; otherwise nothing below is said."""
    logs: tuple[Log, ...] = ()
    native: dict[ChecksumAddress, int] = field(default_factory=dict)
    """By how many wei balances change; the price of gas is zero."""
    storage: tuple[StorageChange, ...] | None = None
    created: tuple[ChecksumAddress, ...] | None = None
    before: tuple[View, ...] = ()
    after: tuple[View, ...] = ()
    gas_used: int | None = None
    """About what the messages use as transactions of their own."""
    gas_of_each: tuple[int, ...] = ()
    """The same, message by message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is to be observed, and on which state."""

    calls: tuple[Call, ...]
    sender: ChecksumAddress
    block: int
    views: tuple[Read[Any], ...] = ()
    """Asked before and after the calls."""
    overrides: Overrides = field(default_factory=dict)

    @property
    def view_steps(self) -> tuple[Step, ...]:
        """The views as steps."""
        return tuple(Step(to=view.to, data=view.data, view=True) for view in self.views)

    @property
    def call_steps(self) -> tuple[Step, ...]:
        """The calls as steps."""
        return tuple(Step(to=call.to, data=call.data, value=call.value) for call in self.calls)


def intrinsic_gas(call: Call) -> int:
    """Return the gas that a transaction costs before its first instruction, without the floor of EIP-7623."""
    zeros = call.data.count(0)
    base = _MESSAGE_GAS if call.to is not None else _CREATION_GAS
    return base + zeros * _ZERO_BYTE_GAS + (len(call.data) - zeros) * _BYTE_GAS


def decode_view(read: Read[Any], data: bytes) -> View:
    """Return the values in a view's answer; None for bytes that do not fit."""
    plain = Read(
        to=read.to,
        label=read.label,
        signature=read.signature,
        data=read.data,
        returns=read.returns,
        decode=lambda values: values,
    )
    value = decode_read(plain, data)
    return None if isinstance(value, HokctlError) else value


def decode_views(scene: Scene, outputs: Sequence[bytes]) -> tuple[View, ...]:
    """Return what the scene's views answered with `outputs`."""
    return tuple(decode_view(read, output) for read, output in zip(scene.views, outputs, strict=True))

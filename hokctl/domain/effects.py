"""What calls do to the chain: as somebody declared it, and as a node observed it without sending anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from eth_typing import ChecksumAddress

from hokctl.domain.calls import AbiValue
from hokctl.domain.findings import Finding
from hokctl.domain.outcomes import Event
from hokctl.domain.plans import EventCondition, ViewCondition


class EffectMethod(StrEnum):
    """How a node was asked what calls would do, the most telling way first."""

    TRACE = "debug_traceCall"
    """Every log, every balance and every storage slot."""
    SIMULATE = "eth_simulateV1"
    """Every log and every balance; of storage only what views show."""
    CALL = "eth_call"
    """Success or failure, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceChange:
    """By how much an account's balance of one token changes, gas not counted."""

    token: ChecksumAddress | None
    """None is the chain's native currency."""
    account: ChecksumAddress
    change: int
    """In base units; never zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageChange:
    """A storage slot that has another value afterwards."""

    contract: ChecksumAddress
    slot: int
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewChange:
    """What a declared view answers before and after; None where it does not answer or was not asked."""

    condition: ViewCondition
    before: tuple[AbiValue, ...] | None
    after: tuple[AbiValue, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What calls would do on the state of a block, as a node observed it."""

    method: EffectMethod
    events: tuple[Event, ...] = ()
    balances: tuple[BalanceChange, ...] = ()
    views: tuple[ViewChange, ...] = ()
    storage: tuple[StorageChange, ...] | None = None
    """None where the node does not say."""
    created: tuple[ChecksumAddress, ...] | None = None
    """Contracts that were created; None where the node does not say."""
    gas_used: int | None = None
    """About what the calls use; None where the node does not say."""

    @property
    def complete(self) -> bool:
        """Whether every log, every balance change and every declared view is there."""
        return self.method is not EffectMethod.CALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What a way to the chain leaves behind by itself, besides the effect of the plan's calls: this and not more."""

    events: tuple[EventCondition, ...] = ()
    """Logs that the way emits, each exactly once."""
    optional: tuple[EventCondition, ...] = ()
    """Logs that the way may emit, any number of times."""
    slots: frozenset[tuple[ChecksumAddress, int]] = frozenset()
    """Storage slots that the way writes."""
    contracts: frozenset[ChecksumAddress] = frozenset()
    """Contracts of the way that log and store for themselves, such as a Safe's guard."""
    payer: ChecksumAddress | None = None
    """Who sends along the native currency that the calls carry."""
    locked: Mapping[tuple[ChecksumAddress, int], tuple[str, ...]] = field(default_factory=dict)
    """Slots that decide over the way itself, each with the events of which a plan must declare one to change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What came of trying a plan out on its way: what speaks against it, and what it would do."""

    findings: tuple[Finding, ...] = ()
    own: Footprint = field(default_factory=Footprint)
    """What of the effect is the way's own."""
    effect: Effect | None = None
    """None where the node does not say, or something reverts."""
    without_guard: Effect | None = None
    """The same with the Safe's guard taken away; None where there is no guard, or something reverts."""
    gas_estimate: int | None = None
    """What a transaction must be given for it, by the node's own search; None where it was not asked or can't say."""


def matches(condition: EventCondition, event: Event) -> bool:
    """Tell whether `event` is one that `condition` asks for."""
    if event.address != condition.address or event.name != condition.event:
        return False
    values = {argument.name: argument.value for argument in event.args}
    return all(argument.name in values and values[argument.name] == argument.value for argument in condition.args)


def assign(
    conditions: Sequence[EventCondition], events: Sequence[Event]
) -> tuple[tuple[EventCondition, ...], tuple[Event, ...]]:
    """Return the conditions without an event of their own, and the events that no condition asks for.

    The most particular conditions choose first, so that one with fewer arguments does not take what another needs.
    """
    left = list(events)
    missing = []
    for condition in sorted(conditions, key=lambda condition: -len(condition.args)):
        found = next((event for event in left if matches(condition, event)), None)
        if found is None:
            missing.append(condition)
        else:
            left.remove(found)
    return tuple(missing), tuple(left)

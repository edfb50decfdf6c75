"""What the rules look at: one round's observation, with everything that was gathered beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from eth_typing import ChecksumAddress

from hokctl.checks.facts import SecondNode
from hokctl.config.monitoring import MonitorSettings
from hokctl.domain.alert_rules import RULES
from hokctl.domain.alerts import Alert
from hokctl.domain.findings import Finding
from hokctl.domain.protocol_events import ProtocolEvent
from hokctl.domain.units import BlockRef, ModelId
from hokctl.services.governor_records import FoundProposal
from hokctl.services.observation import Observation
from hokctl.services.safe_queue import SafeQueue
from hokctl.services.timelocks import FoundOperation

HOUR_S = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFacts:
    """How the node is doing."""

    endpoint: str
    """Scheme and host."""
    is_devnet: bool
    head: BlockRef
    last_head: BlockRef | None = None
    """The newest block that former rounds saw; its timestamp is when they first did."""
    second: SecondNode | None = None
    """What the second node says about `compared`; None where none is configured."""
    compared: BlockRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a round found out."""

    settings: MonitorSettings
    seen: Observation
    events: tuple[ProtocolEvent, ...] = ()
    """What happened up to the observed block since the last round, in the chain's order."""
    node: NodeFacts | None = None
    known_models: frozenset[str] = frozenset()
    """The topics of the models that the deployment lists, or its manifest."""
    known_depositors: Callable[[ChecksumAddress], bool] = lambda _: True
    """Tells whether an account may deposit fees."""
    paused_since: Mapping[ModelId | None, int] = field(default_factory=dict)
    """When the pools that are paused were, by model, and under None the reserve; seconds since the epoch."""
    queue: SafeQueue | None = None
    operations: tuple[FoundOperation, ...] = ()
    """The timelocks' operations that wait."""
    proposals: tuple[FoundProposal, ...] = ()
    """The governors' open proposals."""
    index_at: int | None = None
    """The time of the last block that the index of events covers; None where there is no index."""
    unread: tuple[Finding, ...] = ()
    """What could not be gathered, and why."""
    standing: tuple[Alert, ...] = ()
    """What stood after the last round; nothing where no round is remembered."""
    name_of: Callable[[ChecksumAddress], str | None] = lambda _: None

    @property
    def now(self) -> int:
        """The observed block's time: what waits on the chain is measured by its clock."""
        return self.seen.block.timestamp

    def named(self, address: object) -> str:
        """Return an address with its name from the address book before it."""
        name = self.name_of(ChecksumAddress(address)) if isinstance(address, str) else None  # type: ignore[arg-type]  # NewType over a NewType
        return f"{address}" if name is None else f"{name} ({address})"


def state_alert(
    rule: str, about: str, *, subject: str, message: str, evidence: dict[str, str] | None = None, family: str = ""
) -> Alert:
    """Return the alert of `rule` that something stands. `about` tells apart what one rule finds in several places.

    Rules of one `family` share the key: what becomes worse is the same alert, told again.
    """
    known = RULES[rule]
    return Alert(
        rule=rule,
        key=f"{family or rule}/{about}",
        kind=known.kind,
        severity=known.severity,
        subject=subject,
        message=message,
        evidence=evidence or {},
    )


def event_alert(
    rule: str,
    event: ProtocolEvent,
    about: str,
    *,
    subject: str,
    message: str,
    evidence: dict[str, str] | None = None,
) -> Alert:
    """Return the alert of `rule` that something happened. `about` tells it apart within its transaction.

    The key names no block: an event that a reorganisation moves into another one stays the same alert.
    """
    known = RULES[rule]
    return Alert(
        rule=rule,
        key=f"{rule}/{event.tx_hash}/{about}",
        kind=known.kind,
        severity=known.severity,
        subject=subject,
        message=message,
        evidence={**(evidence or {}), "transaction": event.tx_hash, "block": str(event.block_number)},
        happened_at=event.timestamp,
        block_number=event.block_number,
        tx_hash=event.tx_hash,
    )

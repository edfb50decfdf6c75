"""Alerts: what a rule of the monitor found, as a value that can be compared with the last round's."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class AlertSeverity(StrEnum):
    """How soon somebody has to look. The first three are the specification's."""

    CRITICAL = "critical"
    """Within minutes."""
    HIGH = "high"
    """The same day."""
    MEDIUM = "medium"
    """The next day."""
    LOW = "low"
    """Good to know: shown, but it neither fails a check nor, by default, wakes anybody."""

    @property
    def rank(self) -> int:
        """Its place, the most urgent first."""
        return _ORDER.index(self)

    def reaches(self, minimum: "AlertSeverity") -> bool:
        """Tell whether it is at least as urgent as `minimum`."""
        return self.rank <= minimum.rank


_ORDER: Final = tuple(AlertSeverity)


class AlertKind(StrEnum):
    """Whether an alert lasts."""

    STATE = "state"
    """Something stands, until a later round no longer finds it."""
    EVENT = "event"
    """Something happened on the chain, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that a rule found."""

    rule: str
    """The rule's name, such as `critical-runway`."""
    key: str
    """What it is about, the same in every round: of a state by subject, of an event by transaction."""
    kind: AlertKind
    severity: AlertSeverity
    subject: str
    message: str
    """One sentence."""
    evidence: dict[str, str] = field(default_factory=dict)
    happened_at: int | None = None
    """The time of an event's block, in seconds since the epoch."""
    block_number: int | None = None
    """An event's block."""
    tx_hash: str | None = None
    """An event's transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingAlert:
    """An alert as the book remembers it."""

    alert: Alert
    first_seen_at: int
    """When a round first found it, in seconds since the epoch; anew after it was over."""
    last_seen_at: int
    notified_at: int | None
    """When it was last announced; None while it was not."""


class NoticeKind(StrEnum):
    """What a notice tells."""

    RAISED = "raised"
    REPEATED = "repeated"
    RECOVERED = "recovered"
    UNDONE = "undone"
    """A reorganisation of the chain took an event back for good."""
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message about one alert, the same to everybody who gets it and each time it is tried."""

    id: str
    """16 hex digits: the same notice always has the same, so that a receiver can tell a repetition."""
    key: str
    kind: NoticeKind
    severity: AlertSeverity
    title: str
    body: str
    created_at: int

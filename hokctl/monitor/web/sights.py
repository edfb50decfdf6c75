"""The last known state of a deployment, how old it is, and whether the node still answers."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from eth_typing import ChecksumAddress

from hokctl.domain.alerts import StandingAlert
from hokctl.services.observation import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look at the deployment."""

    observation: Observation
    alerts: Sequence[StandingAlert] = ()
    """What stands, and what happened lately, the most urgent first."""
    names: Mapping[ChecksumAddress, str] = field(default_factory=dict)
    """What addresses are called."""
    runbooks: Mapping[str, str] = field(default_factory=dict)
    """Where the runbook of each rule is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How far the last known state can be relied on, at one moment."""

    age_s: int | None
    """How long ago the state was read, in whole seconds; None when there never was one."""
    stale: bool
    """Whether that is longer than it may be."""
    failure: str | None
    """The code of the error that the last look ended in; None when it went well, or there was none yet."""
    looks: int
    """How often the deployment was looked at, and that went well."""
    failures: int
    """How often a look failed."""
    took_s: float
    """How long the last look took, failed or not."""


class LastKnown:
    """What was seen last; written by the thread that looks, read by the one that answers."""

    def __init__(self, *, stale_after_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Call a state stale once it is older than `stale_after_s`; `clock` counts seconds and never goes back."""
        self._stale_after_s = stale_after_s
        self._clock = clock
        self._lock = threading.Lock()
        self._seen_at: float | None = None
        self._failure: str | None = None
        self._looks = self._failures = 0
        self._took_s = 0.0

    def note_success(self, *, began: float) -> None:
        """Remember a look that went well and began at `began`, by the clock: so old is what it saw."""
        with self._lock:
            self._seen_at, self._failure = began, None
            self._looks += 1
            self._note(began)

    def note_failure(self, code: str, *, began: float) -> None:
        """Remember a look that failed."""
        with self._lock:
            self._failure = code
            self._failures += 1
            self._note(began)

    @property
    def condition(self) -> Condition:
        """How things stand now."""
        with self._lock:
            age_s = None if self._seen_at is None else max(0.0, self._clock() - self._seen_at)
            return Condition(
                age_s=None if age_s is None else int(age_s),
                stale=age_s is None or age_s > self._stale_after_s,
                failure=self._failure,
                looks=self._looks,
                failures=self._failures,
                took_s=self._took_s,
            )

    def _note(self, began: float) -> None:
        self._took_s = max(0.0, self._clock() - began)

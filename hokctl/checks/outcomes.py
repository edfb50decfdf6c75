"""What a check function returns: what it looked at, and what it found."""

from dataclasses import dataclass, field

from hokctl.domain.findings import Finding


@dataclass(frozen=True, slots=True)
class Looked:
    """The result of looking."""

    at: tuple[tuple[str, str], ...] = field(default=())
    """What was read, by name."""
    findings: tuple[Finding, ...] = field(default=())
    applicable: bool = True


NOTHING_TO_SEE = Looked(applicable=False)
"""For a check that this transaction gives nothing to look at."""

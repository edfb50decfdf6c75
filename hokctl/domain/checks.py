"""What a check looked at and how it came out: the record that a signer can show afterwards."""

from dataclasses import dataclass, field
from enum import StrEnum

from hokctl.domain.findings import Finding, Severity


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    FINDING = "finding"
    """Something of severity error or warning was found."""
    NOT_APPLICABLE = "not-applicable"
    """There was nothing to look at, or nothing to compare with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """One check of one Safe transaction."""

    check: str
    """The check's id, as in docs/checks.md."""
    point: int
    """The point of the pre-flight list that it is part of."""
    title: str
    looked_at: tuple[tuple[str, str], ...] = field(default=())
    """What it read, by name."""
    findings: tuple[Finding, ...] = field(default=())
    applicable: bool = True

    @property
    def verdict(self) -> Verdict:
        """The outcome in one word; findings that are only good to know leave it ok."""
        if any(finding.severity is not Severity.INFO for finding in self.findings):
            return Verdict.FINDING
        return Verdict.OK if self.applicable else Verdict.NOT_APPLICABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFacts:
    """What hokctl itself was when it looked: part of the evidence that owners keep."""

    version: str
    python: str
    libraries_hash: str
    """The sha256 of names and versions of the libraries that it ran with."""
    config_hash: str
    """The sha256 of every configuration value in force, without secrets."""
    policy_hash: str | None
    """The sha256 of the policy file; None without one."""

"""The negative result of a check: a value, never an exception."""

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """Stops a plan, unless it is allowed by its code."""
    WARNING = "warning"
    """Deserves a look before a key is put to it."""
    INFO = "info"
    """Good to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found: a stable code, the subject, the evidence, and the way out."""

    code: str
    severity: Severity
    subject: str
    message: str
    remedy: str
    evidence: dict[str, str] = field(default_factory=dict)
    allowable: bool = True
    """Whether `--allow CODE` may accept it; facts such as a wrong chain never are."""

    def blocks(self, allowed: frozenset[str]) -> bool:
        """Tell whether the finding stops a plan when the codes in `allowed` are accepted."""
        return self.severity is Severity.ERROR and not (self.allowable and self.code in allowed)

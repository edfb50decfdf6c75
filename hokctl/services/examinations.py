"""One line of a diagnosis: what was looked at, how it fares, and what is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hokctl.domain.findings import Finding, Severity
from hokctl.errors import HokctlError


class Health(StrEnum):
    """How one part fares."""

    OK = "ok"
    UNSET = "not set"
    """Nothing is configured to look at, which is no fault."""
    WRONG = "wrong"
    UNCHECKED = "not checked"
    """Something that it depends on is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One part that was looked at."""

    name: str
    health: Health
    detail: str
    findings: tuple[Finding, ...] = field(default=())


def sound(name: str, detail: str) -> Examined:
    """Return the line of a part that is as it should be."""
    return Examined(name=name, health=Health.OK, detail=detail)


def unset(name: str, detail: str) -> Examined:
    """Return the line of a part that nobody configured."""
    return Examined(name=name, health=Health.UNSET, detail=detail)


def wrong(name: str, detail: str, *findings: Finding) -> Examined:
    """Return the line of a part that is not as it should be."""
    return Examined(name=name, health=Health.WRONG, detail=detail, findings=findings)


def unchecked(name: str, reason: str) -> Examined:
    """Return the line of a part that could not be looked at, which is a finding too."""
    finding = fault(name, "not-checked", f"The {name} could not be checked: {reason}.", "Mend what comes before it.")
    return Examined(name=name, health=Health.UNCHECKED, detail=reason, findings=(finding,))


def failed(name: str, error: HokctlError) -> Examined:
    """Return the line of a part that cannot be used, as `error` says."""
    return wrong(name, error.message, fault(name, error.code, error.message, error.hint))


def fault(subject: str, code: str, message: str, remedy: str, *, severity: Severity = Severity.ERROR) -> Finding:
    """Return a finding of the diagnosis."""
    return Finding(code=code, severity=severity, subject=subject, message=message, remedy=remedy)


def examine(name: str, look: Callable[[], Sequence[Examined]]) -> list[Examined]:
    """Return what `look` finds; an error on the way is itself what was found."""
    try:
        return list(look())
    except HokctlError as error:
        return [failed(name, error)]

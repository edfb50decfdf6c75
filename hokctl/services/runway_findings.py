"""What a report on runways warns of: little time left, an unknown burn, a contract that counts otherwise."""

from collections.abc import Iterator

from hokctl.domain.amounts import MAX_UNITS
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.runway import CRITICAL_DAYS, LOW_DAYS, RunwayState
from hokctl.services.runway import ModelRunway, RunwayReport


def warn_runway(report: RunwayReport) -> tuple[Finding, ...]:
    """Return a finding for every model that has less than 7 days left, and one more severe for less than 3.

    And one where the contract's own figure is not the same.
    """
    return tuple(finding for item in report.models for finding in _warn(item))


def check_runway(report: RunwayReport, fail_under_days: int) -> tuple[Finding, ...]:
    """Return a finding for every model whose runway is below `fail_under_days`, or unknown."""
    findings = []
    for item in report.models:
        days = item.runway.days
        if item.runway.state is RunwayState.UNKNOWN:
            findings.append(
                _finding(item, "runway-unknown", "has no known burn, so its runway cannot be told", Severity.WARNING)
            )
        elif days is not None and days < fail_under_days:
            what = f"lasts {days} days, less than {fail_under_days}"
            severity = Severity.ERROR if days < CRITICAL_DAYS else Severity.WARNING
            findings.append(_finding(item, "short-runway", what, severity))
    return tuple(findings)


def _warn(item: ModelRunway) -> Iterator[Finding]:
    days = item.runway.days
    if days is not None and days < CRITICAL_DAYS:
        yield _finding(item, "critical-runway", f"lasts {days} days, less than {CRITICAL_DAYS}", Severity.ERROR)
    elif days is not None and days < LOW_DAYS:
        yield _finding(item, "low-runway", f"lasts {days} days, less than {LOW_DAYS}", Severity.WARNING)
    expected = MAX_UNITS if item.runway.state is RunwayState.UNLIMITED else days
    if item.contract_days is not None and item.contract_days != expected:
        said = "without end" if item.contract_days == MAX_UNITS else f"{item.contract_days} days"
        yield Finding(
            code="runway-differs",
            severity=Severity.ERROR,
            subject=item.model.model_id,
            message=f"The contract's runway of model {item.model.model_id} is {said}, not {_words(item)}.",
            evidence={"accrued": str(item.model.accrued), "burn": _burn(item)},
            remedy="Trust neither figure until `hokctl deploy verify` says which contract answers.",
        )


def _words(item: ModelRunway) -> str:
    return item.runway.state.value if item.runway.days is None else f"{item.runway.days} days"


def _burn(item: ModelRunway) -> str:
    return "unknown" if item.daily_burn is None else f"{item.daily_burn} a day ({item.burn_source.value})"


def _finding(item: ModelRunway, code: str, what: str, severity: Severity) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        subject=item.model.model_id,
        message=f"The reserve of model {item.model.model_id} {what}.",
        evidence={"accrued": str(item.model.accrued), "burn": _burn(item)},
        remedy=f'Raise the split, lower the costs, or declare the burn under [models."{item.model.model_id}"].',
    )

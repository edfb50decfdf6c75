"""Going through the list of checks: every check is run, and all that it looked at is recorded."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from hokctl.checks.check_list import CHECKS
from hokctl.checks.facts import SafeTxFacts
from hokctl.checks.gas import check_gas, measured_gas
from hokctl.checks.listing import Check
from hokctl.checks.outcomes import Looked
from hokctl.domain.checks import CheckOutcome
from hokctl.domain.effects import Simulation
from hokctl.domain.findings import Finding, Severity

STOP_FIRST: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)


def run_checks(facts: SafeTxFacts) -> tuple[CheckOutcome, ...]:
    """Return how every check comes out; none of them reads anything."""
    return tuple(outcome_of(check, check.run(facts)) for check in CHECKS if check.run is not None)


def simulated(simulation: Simulation | None, findings: Sequence[Finding]) -> CheckOutcome:
    """Return the record of the simulation, and what comparing it with the plan found; None when it was not run."""
    check = next(check for check in CHECKS if check.run is None)
    if simulation is None:
        return outcome_of(check, Looked((("simulation", "not run: other checks stop it"),), applicable=False))
    effect = simulation.effect
    at = [("simulation", "success or failure alone" if effect is None else f"by {effect.method.value}")]
    if effect is not None:
        at += [("logs", str(len(effect.events))), ("balance changes", str(len(effect.balances)))]
        at += [] if effect.gas_used is None else [("gas", f"{effect.gas_used:,}")]
        at += [] if effect.storage is None else [("storage slots changed", str(len(effect.storage)))]
    return outcome_of(check, Looked(tuple(at), tuple(findings)))


def weighed(
    outcomes: Sequence[CheckOutcome], facts: SafeTxFacts, simulation: Simulation | None
) -> tuple[CheckOutcome, ...]:
    """Return the outcomes with the check of gas made anew by what the simulation took, where it tells."""
    measure = None if simulation is None else measured_gas(simulation)
    if measure is None:
        return tuple(outcomes)
    check = next(check for check in CHECKS if check.run is check_gas)
    again = outcome_of(check, check_gas(replace(facts, gas=measure)))
    return tuple(again if outcome.check == check.id else outcome for outcome in outcomes)


def outcome_of(check: Check, looked: Looked) -> CheckOutcome:
    """Return the record of one check."""
    return CheckOutcome(
        check=check.id,
        point=check.point,
        title=check.title,
        looked_at=looked.at,
        findings=looked.findings,
        applicable=looked.applicable,
    )


def findings_of(outcomes: Sequence[CheckOutcome]) -> tuple[Finding, ...]:
    """Return the findings of all checks, each once: stops first, then warnings, then what is good to know."""
    return in_order(finding for outcome in outcomes for finding in outcome.findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings, each once: stops first, then warnings, then what is good to know."""
    every: list[Finding] = []
    for finding in findings:
        if finding not in every:
            every.append(finding)
    return tuple(sorted(every, key=lambda finding: STOP_FIRST.index(finding.severity)))

"""All rules together: from what a round found out to the alerts that stand."""

from collections.abc import Iterator
from typing import Final

from hokctl.config.monitoring import MonitorSettings
from hokctl.domain.alert_rules import ALL_RULES, RULES
from hokctl.domain.alerts import Alert, AlertSeverity
from hokctl.domain.findings import Finding, Severity
from hokctl.monitor.event_rules import judge_events
from hokctl.monitor.facts import Facts
from hokctl.monitor.governance_rules import judge_governance
from hokctl.monitor.node_rules import LEDGER_UNREACHABLE, NODE_UNREACHABLE, judge_node
from hokctl.monitor.reserve_rules import judge_models, judge_reserve

UNREACHABLE: Final = frozenset({NODE_UNREACHABLE, LEDGER_UNREACHABLE})
"""Rules that look at why a round could not take place."""
EVERY_RULE: Final = frozenset(RULES)

SEVERITIES: Final = {
    AlertSeverity.CRITICAL: Severity.ERROR,
    AlertSeverity.HIGH: Severity.WARNING,
    AlertSeverity.MEDIUM: Severity.WARNING,
    AlertSeverity.LOW: Severity.INFO,
}
"""An alert's urgency as a finding's."""


def judge(facts: Facts) -> tuple[Alert, ...]:
    """Return the alerts, the most urgent first and else in the order of docs/monitoring.md."""
    order = [rule.name for rule in ALL_RULES]
    found = [alert for alert in _every(facts) if alert.rule not in facts.settings.off]
    return tuple(sorted(found, key=lambda one: (one.severity.rank, order.index(one.rule))))


def runbook_of(rule: str, settings: MonitorSettings) -> str:
    """Return where the runbook of `rule` is: below the configured URL or path, else the command that prints it."""
    if settings.runbooks is None:
        return f"hokctl monitor runbook {rule}"
    return f"{settings.runbooks.rstrip('/')}/{RULES[rule].runbook}.md"


def runbooks_of(settings: MonitorSettings) -> dict[str, str]:
    """Return where the runbook of each rule is."""
    return {rule: runbook_of(rule, settings) for rule in RULES}


def finding_of(alert: Alert, settings: MonitorSettings) -> Finding:
    """Return an alert as the finding of a check: its code is the rule, its way out the runbook."""
    return Finding(
        code=alert.rule,
        severity=SEVERITIES[alert.severity],
        subject=alert.subject,
        message=alert.message,
        evidence={"severity": alert.severity.value, **alert.evidence},
        remedy=f"Runbook: {runbook_of(alert.rule, settings)}",
    )


def _every(facts: Facts) -> Iterator[Alert]:
    yield from judge_reserve(facts)
    yield from judge_models(facts)
    yield from judge_events(facts)
    yield from judge_governance(facts)
    yield from judge_node(facts)

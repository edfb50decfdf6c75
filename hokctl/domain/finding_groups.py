"""Findings of one kind together: a hundred overdue invoices need no hundred paragraphs to say so."""

from collections.abc import Iterable
from typing import Final

from hokctl.domain.findings import Finding

MOST_ALONE: Final = 3
"""How many findings of one code are told each by itself."""


def group_findings(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Return the findings with those of one code and severity together, in the order of the first of each."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.code, finding.severity.value), []).append(finding)
    return [tuple(same) for same in groups.values()]

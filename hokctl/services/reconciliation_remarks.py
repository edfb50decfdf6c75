"""Remarks of one kind told in one finding: a book with a hundred overdue invoices needs no hundred lines to say so."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hokctl.domain.finding_groups import MOST_ALONE, group_findings
from hokctl.domain.findings import Finding, Severity


def fold_remarks(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with remarks of one code folded into the first of them; what counts stays as it is."""
    every = list(findings)
    told = [finding for finding in every if finding.severity is not Severity.INFO]
    for same in group_findings(finding for finding in every if finding.severity is Severity.INFO):
        told += same if len(same) <= MOST_ALONE else [_fold(same)]
    return told


def _fold(same: Sequence[Finding]) -> Finding:
    first, *others = same
    return replace(
        first,
        message=f"{first.message} The same holds for {len(others)} others.",
        evidence={**first.evidence, "others": ", ".join(other.subject for other in others)},
    )

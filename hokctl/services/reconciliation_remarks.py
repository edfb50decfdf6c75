"""Remarks of one kind told in one finding: a book with a hundred overdue invoices needs no hundred lines to say so."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from hokctl.domain.findings import Finding, Severity

_MOST_ALONE: Final = 3
"""How many remarks with one code are told each by itself."""


def fold_remarks(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with remarks of one code folded into the first of them; what counts stays as it is."""
    told: list[Finding] = []
    remarks: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.severity is Severity.INFO:
            remarks.setdefault(finding.code, []).append(finding)
        else:
            told.append(finding)
    for same in remarks.values():
        told += same if len(same) <= _MOST_ALONE else [_fold(same)]
    return told


def _fold(same: list[Finding]) -> Finding:
    first, *others = same
    return replace(
        first,
        message=f"{first.message} The same holds for {len(others)} others.",
        evidence={**first.evidence, "others": ", ".join(other.subject for other in others)},
    )

"""Checks of a Safe's calls to itself: they change its owners, threshold, modules, guard or fallback handler."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.clients.decoding import DecodedCall
from hokctl.domain.calls import Call
from hokctl.domain.checks import CheckOutcome
from hokctl.domain.findings import Finding, Severity

SELF_CHANGE: Final = "safe-changes-itself"


def check_self_changes(safe: ChecksumAddress, calls: Iterable[Call | DecodedCall]) -> list[Finding]:
    """Return an error when the Safe calls itself with data: whoever changes a Safe can take all that it holds.

    A call to itself without data does nothing; that is how a nonce is used up.
    """
    own = [call for call in calls if call.to == safe and call.data]
    if not own:
        return []
    return [
        Finding(
            code="safe-changes-itself",
            severity=Severity.ERROR,
            subject=safe,
            message="The Safe changes itself: its owners, threshold, modules, guard or fallback handler.",
            evidence={"functions": ", ".join(call.signature or "unknown" for call in own)},
            remedy="Make sure that every owner knows of it. hokctl safe owners and modules make such changes.",
        )
    ]


def await_second_confirmation(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with a change of the Safe as a warning: for steps that ask for it a second time."""
    return tuple(
        replace(finding, severity=Severity.WARNING) if finding.code == SELF_CHANGE else finding for finding in findings
    )


def await_confirmation_of(outcomes: Iterable[CheckOutcome]) -> tuple[CheckOutcome, ...]:
    """Return the outcomes with a change of the Safe as a warning, for the same steps."""
    return tuple(replace(one, findings=await_second_confirmation(one.findings)) for one in outcomes)

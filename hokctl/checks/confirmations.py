"""Checks of the confirmations that somebody handed in for a Safe transaction."""

from hokctl.domain.findings import Finding, Severity
from hokctl.safe.tally import Tally


def check_confirmations(tally: Tally) -> list[Finding]:
    """Return the confirmations that lie there and do not count; nothing stops, as the threshold counts without them."""
    return [
        Finding(
            code="confirmation-not-counted",
            severity=Severity.WARNING,
            subject=item.confirmation.owner,
            message=f"A confirmation of {item.confirmation.owner} does not count: {item.reason}.",
            evidence={"kind": item.confirmation.kind.value},
            remedy="Have the owner confirm again: hokctl safe sign, or hokctl safe approve.",
        )
        for item in tally.uncounted
    ]

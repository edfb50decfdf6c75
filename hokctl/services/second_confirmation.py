"""The second confirmation: what changes the Safe itself is asked for once more, in another way than the first time."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from hokctl.checks.self_changes import SELF_CHANGE
from hokctl.domain.findings import Finding
from hokctl.errors import RefusedError

if TYPE_CHECKING:
    from hokctl.domain.reviews import Review
    from hokctl.services.proposals import Carrier

_TYPED_DIGITS: Final = 8


class SecondConfirmationError(RefusedError):
    """A change of the Safe itself that --yes alone does not confirm."""

    code = "second-confirmation"

    def __init__(self, safe_tx_hash: str) -> None:
        """Name the Safe transaction."""
        super().__init__(
            f"Safe transaction {safe_tx_hash} changes the Safe itself, which --yes alone does not confirm.",
            hint=f"Add --allow {SELF_CHANGE} once you have compared every word of the review, or leave --yes away.",
        )


def confirm_twice(carrier: "Carrier", review: "Review") -> bool:
    """Return whether the person said yes to the review, and a second time where the Safe changes itself.

    The second time they type the beginning of the safeTxHash, which they can compare with another owner's screen.
    Raises SecondConfirmationError where --yes stands alone for both.
    """
    hash_ = carrier.confirms or (review.safe_tx.safe_tx_hash if review.safe_tx else None)
    twice = hash_ is not None and _changes_safe(review.findings) and SELF_CHANGE not in carrier.allow
    if twice and carrier.assume_yes:
        raise SecondConfirmationError(str(hash_))
    carrier.ui.review(review)
    if not carrier.assume_yes and not carrier.ui.confirm(f"Do you want to {review.action}?"):
        return False
    if not twice or hash_ is None:
        return True
    question = f"It changes the Safe itself. Type the first {_TYPED_DIGITS} digits of its safeTxHash to confirm again:"
    return carrier.ui.confirm_typed(question, hash_[: 2 + _TYPED_DIGITS])


def _changes_safe(findings: Iterable[Finding]) -> bool:
    return any(finding.code == SELF_CHANGE for finding in findings)

"""The second confirmation: what changes who decides is asked for once more, in another way than the first time."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from hokctl.checks.holders import ADMIN_CHANGE
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


class UnknownAdministratorError(RefusedError):
    """An administrator that nobody wrote down, which --yes alone does not confirm."""

    code = "unknown-administrator"

    def __init__(self, finding: Finding) -> None:
        """Say who would administer what."""
        super().__init__(
            f"{finding.message} --yes alone does not confirm that.",
            hint=f"Add --allow {ADMIN_CHANGE} once you have compared every digit, or leave --yes away.",
        )


def confirm_twice(carrier: "Carrier", review: "Review") -> bool:
    """Return whether the person said yes to the review, and a second time where the Safe or an administrator changes.

    The second time they type the beginning of the safeTxHash, which they can compare with another owner's screen; or
    the end of the new administrator's address. Raises SecondConfirmationError or UnknownAdministratorError where
    --yes stands alone for both.
    """
    hash_ = carrier.confirms or (review.safe_tx.safe_tx_hash if review.safe_tx else None)
    twice = hash_ is not None and _changes_safe(review.findings) and SELF_CHANGE not in carrier.allow
    handed = next((finding for finding in review.findings if finding.code == ADMIN_CHANGE), None)
    handed = None if ADMIN_CHANGE in carrier.allow else handed
    if carrier.assume_yes and twice:
        raise SecondConfirmationError(str(hash_))
    if carrier.assume_yes and handed is not None:
        raise UnknownAdministratorError(handed)
    carrier.ui.review(review)
    if not carrier.assume_yes and not carrier.ui.confirm(f"Do you want to {review.action}?"):
        return False
    if handed is not None:
        question = f"{handed.message} Type the last {_TYPED_DIGITS} digits of its address to confirm again:"
        if not carrier.ui.confirm_typed(question, handed.subject[-_TYPED_DIGITS:]):
            return False
    if not twice or hash_ is None:
        return True
    question = f"It changes the Safe itself. Type the first {_TYPED_DIGITS} digits of its safeTxHash to confirm again:"
    return carrier.ui.confirm_typed(question, hash_[: 2 + _TYPED_DIGITS])


def _changes_safe(findings: Iterable[Finding]) -> bool:
    return any(finding.code == SELF_CHANGE for finding in findings)

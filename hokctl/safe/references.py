"""How a person names a proposal: by its safe_tx_hash, or by the first digits of it."""

import re
from typing import Final

from hokctl.errors import UsageError, shown

MIN_PREFIX_DIGITS: Final = 8
_SHOWN_DIGITS: Final = 16
_REFERENCE: Final = re.compile(r"(?:0x)?(?P<digits>[0-9a-f]{8,64})", re.ASCII | re.IGNORECASE)


class ProposalReferenceError(UsageError):
    """A reference that does not name exactly one proposal."""

    code = "unknown-proposal"


def parse_reference(reference: str) -> str:
    """Return the lower-case digits of a reference, without 0x; ProposalReferenceError for what is none."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ProposalReferenceError(
            f"{shown(reference)!r} names no Safe transaction: give its safe_tx_hash or at least its first "
            f"{MIN_PREFIX_DIGITS} hex digits.",
            hint="hokctl safe queue lists the proposals.",
        )
    return match["digits"].lower()


def refuse_reference(digits: str, count: int, *, where: str) -> ProposalReferenceError:
    """Return the error for digits that `count` proposals begin with, none or several."""
    # Not the whole of it: what is as long as a hash may be a key.
    shown = digits[:_SHOWN_DIGITS] + "…" * (len(digits) > _SHOWN_DIGITS)
    return ProposalReferenceError(
        f"{f'{count} proposals' if count else 'No proposal'} in {where} begin{'' if count else 's'} with 0x{shown}.",
        hint="Give more digits of the safe_tx_hash." if count else "hokctl safe queue lists the proposals.",
    )

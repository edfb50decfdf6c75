"""In what shared folder and Transaction Service differ, as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from eth_typing import ChecksumAddress

from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Finding
from hokctl.domain.units import TxHash
from hokctl.safe.proposals import Proposal
from hokctl.safe.signatures import Confirmation


class DifferenceKind(StrEnum):
    """In what folder and service differ."""

    ONLY_IN_FOLDER = "only-in-folder"
    ONLY_AT_SERVICE = "only-at-service"
    CONFIRMATION_ONLY_IN_FOLDER = "confirmation-only-in-folder"
    CONFIRMATION_ONLY_AT_SERVICE = "confirmation-only-at-service"
    EXECUTED = "executed"
    """The chain has executed it, and the folder does not say so."""


class Progress(StrEnum):
    """What becomes of a difference."""

    CAN_SYNC = "can-sync"
    SYNCED = "synced"
    LEFT = "left"
    """Sync does nothing about it; the difference says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that one of the two has and the other has not."""

    kind: DifferenceKind
    proposal: Proposal
    confirmations: tuple[Confirmation, ...] = ()
    """What counts of its confirmations and can be copied; the one that is missing, or those of the whole proposal."""
    owner: ChecksumAddress | None = None
    """Whose confirmation it is; None when it is the whole proposal."""
    tx_hash: TxHash | None = None
    progress: Progress = Progress.CAN_SYNC
    reason: str = ""
    """Why it is left, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Folder and service of one Safe at one block."""

    safe: SafeAuthority
    endpoint: str
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]

    def findings_beside(self, others: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return the findings that are not among `others` already, by what they say."""
        said = {finding.message for finding in others}
        return tuple(finding for finding in self.findings if finding.message not in said)

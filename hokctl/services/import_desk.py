"""What files are compared with when they are taken in, and the Safe transactions on their way."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.authority import SafeAuthority
from hokctl.safe.account import get_safe
from hokctl.safe.exchange import UnsuitableFileError
from hokctl.safe.proposals import Proposal, ProposalStore
from hokctl.safe.signatures import Confirmation

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.safe_checks import Knowledge


@dataclass(frozen=True, kw_only=True)
class ImportDesk:
    """What files are compared with, and where their content goes."""

    snapshot: "Snapshot"
    store: ProposalStore
    knowledge: "Knowledge"
    safe: ChecksumAddress | None
    """The Safe that files must be of: the one named on the command line, else the network's."""
    nonce: int | None
    """The nonce for a batch; None takes the next one free."""
    now: int
    dry_run: bool
    authorities: dict[ChecksumAddress, SafeAuthority] = field(default_factory=dict)
    """Safes read so far."""

    def authority(self, safe: ChecksumAddress) -> SafeAuthority:
        """Return a Safe as it is on the chain; raises NotASafeError."""
        if safe not in self.authorities:
            self.authorities[safe] = get_safe(self.snapshot, safe)
        return self.authorities[safe]


@dataclass(kw_only=True)
class Draft:
    """A Safe transaction on its way in."""

    proposal: Proposal
    kind: str
    source: str
    confirmations: dict[ChecksumAddress, Confirmation] = field(default_factory=dict)


def refuse_other_safe(desk: ImportDesk, source: str, safe: ChecksumAddress) -> None:
    """Raise UnsuitableFileError for a file of another Safe than the one that is meant."""
    if desk.safe is not None and safe != desk.safe:
        raise UnsuitableFileError(source[:80], f"it is of the Safe {safe}, not of {desk.safe}; --safe names another")

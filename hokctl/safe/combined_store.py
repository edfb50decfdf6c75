"""The shared folder and the Transaction Service as one store: the folder leads, the service follows when it can."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from eth_typing import ChecksumAddress

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import SafeTxHash, TxHash
from hokctl.errors import ConfigError, HokctlError, UnavailableError
from hokctl.safe.proposals import Proposal, Scan
from hokctl.safe.references import ProposalReferenceError
from hokctl.safe.service_store import SERVICE, Entry, ServiceStore
from hokctl.safe.signatures import Confirmation
from hokctl.safe.store import FolderStore

_T = TypeVar("_T")


class CombinedStore:
    """A ProposalStore over both. What is written goes to the folder first; a service that fails loses nothing.

    A proposal that both hold is the folder's, with its plan. A service that cannot be reached is asked no more in this
    run, and what that means is among the notices.
    """

    def __init__(self, folder: FolderStore, service: ServiceStore) -> None:
        """Use both."""
        self.folder = folder
        self.service = service
        self._down: UnavailableError | None = None
        self._left_out: dict[SafeTxHash, HokctlError] = {}
        self._unsigned: dict[SafeTxHash, None] = {}

    @property
    def description(self) -> str:
        """Both in words."""
        return f"{self.folder.description} and {self.service.description}"

    @property
    def notices(self) -> tuple[Finding, ...]:
        """What the service lacks or could not be asked, and what in it is wrong."""
        notices = [_not_sent(safe_tx_hash, error) for safe_tx_hash, error in self._left_out.items()]
        notices += [_not_signed(safe_tx_hash) for safe_tx_hash in self._unsigned]
        if self._down is not None and not notices:
            notices.append(_not_asked(self._down))
        return (*notices, *self.service.notices)

    @property
    def is_down(self) -> bool:
        """Whether the service could not be reached in this run."""
        return self._down is not None

    def location_of(self, proposal: Proposal) -> str:
        """Return the directory of the proposal, or the service when only that has it."""
        held = self.folder.sources_of(proposal.safe_tx_hash)
        return (self.folder if held else self.service).location_of(proposal)

    def sources_of(self, safe_tx_hash: SafeTxHash) -> tuple[str, ...]:
        """Return which of the two hold the proposal."""
        theirs = self._asked(lambda: self._entry(safe_tx_hash))
        return (*self.folder.sources_of(safe_tx_hash), *((SERVICE,) if theirs is not None else ()))

    def add(self, proposal: Proposal) -> Proposal:
        """Keep the proposal in the folder; the service gets it with the first confirmation."""
        kept = self.service.add(self.folder.add(proposal))
        if not self.folder.confirmations(kept.safe_tx_hash):
            self._unsigned[kept.safe_tx_hash] = None
        return kept

    def get(self, reference: str) -> Proposal:
        """Return the proposal that `reference` names, the folder's where it has one."""
        try:
            return self.folder.get(reference)
        except ProposalReferenceError:
            found = self._from_service(reference)
            if found is None:
                raise
            return found

    def list(self, chain_id: int, safe: ChecksumAddress) -> Sequence[Proposal]:
        """Return the proposals of a Safe in either, by nonce and then by age; the first false one raises its error."""
        scan = self.scan(chain_id, safe)
        for error in scan.errors:
            raise error
        return scan.proposals

    def scan(self, chain_id: int, safe: ChecksumAddress | None = None) -> Scan:
        """Return the proposals in either, and the errors of both."""
        mine = self.folder.scan(chain_id, safe)
        theirs = self._asked(lambda: self.service.scan(chain_id, safe)) or Scan(proposals=(), errors=())
        known = {proposal.safe_tx_hash for proposal in mine.proposals}
        proposals = [*mine.proposals, *(one for one in theirs.proposals if one.safe_tx_hash not in known)]
        proposals.sort(key=lambda proposal: (proposal.safe_tx.nonce, proposal.created_at, proposal.safe_tx_hash))
        return Scan(proposals=tuple(proposals), errors=(*mine.errors, *theirs.errors))

    def add_confirmation(self, safe_tx_hash: SafeTxHash, confirmation: Confirmation) -> None:
        """Keep an owner's confirmation in the folder, and send the service whatever it lacks of the proposal."""
        proposal = self._in_folder(safe_tx_hash)
        self.folder.add_confirmation(safe_tx_hash, confirmation)
        self._unsigned.pop(safe_tx_hash, None)
        if self._down is not None:
            self._left_out[safe_tx_hash] = self._down
            return
        try:
            self.service.push(proposal, self.folder.confirmations(safe_tx_hash))
        except HokctlError as error:
            # The folder has it: nothing is lost, and safe sync brings it to the service.
            self._left_out[safe_tx_hash] = error

    def confirmations(self, safe_tx_hash: SafeTxHash) -> Sequence[Confirmation]:
        """Return the confirmations in either, one of each owner, by owner."""
        theirs = self._asked(lambda: self._entry(safe_tx_hash))
        found = {one.owner: one for one in theirs.confirmations} if theirs is not None else {}
        if self.folder.sources_of(safe_tx_hash):
            found |= {one.owner: one for one in self.folder.confirmations(safe_tx_hash)}
        return tuple(sorted(found.values(), key=lambda one: int(one.owner, 16)))

    def mark_executed(self, safe_tx_hash: SafeTxHash, tx_hash: TxHash) -> None:
        """Note the execution in the folder; the service watches the chain itself."""
        self._in_folder(safe_tx_hash)
        self.folder.mark_executed(safe_tx_hash, tx_hash)

    def executed_by(self, safe_tx_hash: SafeTxHash) -> TxHash | None:
        """Return the chain transaction that the folder notes; the service's word is no proof."""
        return self.folder.executed_by(safe_tx_hash) if self.folder.sources_of(safe_tx_hash) else None

    def _entry(self, safe_tx_hash: SafeTxHash) -> Entry | None:
        """Return what the service has; what waits in the folder and is not in the service's list, it has not."""
        if not self.folder.sources_of(safe_tx_hash):
            return self.service.entry(safe_tx_hash)
        return self.service.waiting(self.folder.get(safe_tx_hash).safe_tx.safe, safe_tx_hash)

    def _in_folder(self, safe_tx_hash: SafeTxHash) -> Proposal:
        """Return the folder's proposal, after bringing it there from the service where the folder lacks it."""
        if self.folder.sources_of(safe_tx_hash):
            return self.folder.get(safe_tx_hash)
        return self.folder.add(self.service.get(safe_tx_hash))

    def _from_service(self, reference: str) -> Proposal | None:
        try:
            return self._asked(lambda: self.service.get(reference))
        except ProposalReferenceError:
            return None

    def _asked(self, ask: Callable[[], _T]) -> _T | None:
        """Return the service's answer; None once it could not be reached."""
        if self._down is not None:
            return None
        try:
            return ask()
        except UnavailableError as error:
            self._down = error
            return None


def _not_sent(safe_tx_hash: SafeTxHash, error: HokctlError) -> Finding:
    remedy = error.hint if isinstance(error, ConfigError) else "Nothing is lost; later: hokctl safe sync."
    return Finding(
        code="service-lags",
        severity=Severity.WARNING,
        subject=safe_tx_hash,
        message=f"The shared folder has it, the Transaction Service has not: {error.message}",
        remedy=remedy,
    )


def _not_signed(safe_tx_hash: SafeTxHash) -> Finding:
    return Finding(
        code="service-awaits-signature",
        severity=Severity.INFO,
        subject=safe_tx_hash,
        message="It is in the shared folder; the Transaction Service gets it with the first signature.",
        remedy=f"hokctl safe sign {safe_tx_hash[:10]}",
    )


def _not_asked(error: UnavailableError) -> Finding:
    return Finding(
        code="service-not-asked",
        severity=Severity.WARNING,
        subject="Transaction Service",
        message=f"Only the shared folder was read: {error.message}",
        remedy="Proposals and confirmations in the service may be missing here: try again before relying on it.",
    )

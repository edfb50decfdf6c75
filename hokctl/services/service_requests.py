"""What an owner asks of the Transaction Service with a signature of its own: deletions, and delegates."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.errors import RefusedError
from hokctl.routes.base import MissingSignerError
from hokctl.safe.proposals import Proposal
from hokctl.safe.service_errors import NotAtServiceError
from hokctl.safe.service_messages import delegate_request, delete_request, totp_at
from hokctl.safe.service_records import Delegate
from hokctl.safe.service_store import Entry, ServiceStore
from hokctl.safe.signatures import NotAnOwnerError

if TYPE_CHECKING:
    from hokctl.domain.ports import Signer


class NotTheProposerError(RefusedError):
    """A deletion by somebody who did not propose."""

    code = "not-the-proposer"

    def __init__(self, signer: str, proposers: tuple[str, ...]) -> None:
        """Name the signer, and who may delete."""
        super().__init__(
            f"{signer} did not propose it, so the Transaction Service would not delete it for them.",
            hint=f"Only {' or '.join(proposers) or 'nobody'} may; any owner can outvote it: hokctl safe reject.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A deletion that may be asked for, and what speaks against it."""

    proposal: Proposal
    entry: Entry
    findings: tuple[Finding, ...]


def plan_deletion(service: ServiceStore, reference: str, *, signer: "Signer | None") -> Deletion:
    """Return the deletion of a proposal from the service.

    Raises NotAtServiceError, ProposalReferenceError, and NotTheProposerError for another signer than the proposer.
    """
    proposal = service.get(reference)
    entry = service.entry(proposal.safe_tx_hash)
    if entry is None:
        raise NotAtServiceError(service.service.endpoint, proposal.safe_tx_hash)
    transaction = entry.transaction
    proposers = tuple(one for one in (transaction.proposer, transaction.proposed_by_delegate) if one is not None)
    if signer is not None and signer.address not in proposers:
        raise NotTheProposerError(signer.address, proposers)
    return Deletion(proposal=proposal, entry=entry, findings=_gap(service, proposal))


def delete_proposal(service: ServiceStore, deletion: Deletion, *, signer: "Signer | None", now: int) -> None:
    """Have the service delete the proposal; MissingSignerError without its proposer's key.

    The signature can be repeated by whoever sees it within its hours, so proposing again can be undone once more.
    """
    if signer is None:
        raise MissingSignerError("have the Transaction Service delete the proposal")
    safe_tx = deletion.proposal.safe_tx
    message = delete_request(safe_tx.safe_tx_hash, safe=safe_tx.safe, chain_id=safe_tx.chain_id, totp=totp_at(now))
    service.service.delete(safe_tx.safe_tx_hash, signer.sign_typed_data(message))
    service.forget(safe_tx.safe_tx_hash)


def change_delegate(
    service: ServiceStore,
    safe: SafeAuthority,
    delegate: ChecksumAddress,
    *,
    label: str | None,
    signer: "Signer | None",
    chain_id: int,
    now: int,
) -> Delegate:
    """Let `delegate` propose in the signer's name under `label`, or take that away where `label` is None.

    Raises MissingSignerError, NotAnOwnerError, NotAtServiceError, ServiceRefusedError.
    """
    if signer is None:
        raise MissingSignerError("change a delegate")
    if signer.address not in safe.owners:
        raise NotAnOwnerError(signer.address, safe.address)
    wanted = Delegate(safe=safe.address, delegate=delegate, delegator=signer.address, label=label or "")
    signature = signer.sign_typed_data(delegate_request(delegate, chain_id=chain_id, totp=totp_at(now)))
    if label is None:
        service.service.remove_delegate(wanted, signature)
    else:
        service.service.add_delegate(wanted, signature)
    return wanted


def _gap(service: ServiceStore, proposal: Proposal) -> tuple[Finding, ...]:
    """Return a warning when proposals wait behind the one to delete, and nothing else has its nonce."""
    safe_tx = proposal.safe_tx
    others = [entry.transaction.safe_tx for entry in service.entries(safe_tx.safe)]
    others = [other for other in others if other.safe_tx_hash != safe_tx.safe_tx_hash]
    later = [other.safe_tx_hash for other in others if other.nonce > safe_tx.nonce]
    if not later or any(other.nonce == safe_tx.nonce for other in others):
        return ()
    return (
        Finding(
            code="deletion-leaves-gap",
            severity=Severity.WARNING,
            subject=safe_tx.safe_tx_hash,
            message=f"Without it nothing has nonce {safe_tx.nonce}, and {len(later)} proposals behind it cannot be "
            "executed.",
            evidence={"behind it": ", ".join(later)},
            remedy="Reject it on the chain instead, which uses the nonce up: hokctl safe reject.",
        ),
    )

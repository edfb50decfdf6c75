"""Which known Safe transactions the calls of a file approve on the chain: a hash alone says nothing to a person."""

from collections.abc import Iterator, Sequence

from hokctl.clients.decoding import DecodedCall
from hokctl.domain.findings import Finding, Severity
from hokctl.errors import HokctlError
from hokctl.safe.proposals import ProposalStore

_APPROVE: str = "approveHash(bytes32)"


def explain_approvals(calls: Sequence[DecodedCall], store: ProposalStore) -> Iterator[Finding]:
    """Yield, for every hash that the calls approve, what the folder knows of it, or that it knows nothing."""
    for call in calls:
        if call.signature == _APPROVE and isinstance(call.args[0].value, bytes):
            yield _explain("0x" + call.args[0].value.hex(), call, store)
        yield from explain_approvals(call.inner, store)


def _explain(safe_tx_hash: str, call: DecodedCall, store: ProposalStore) -> Finding:
    try:
        proposal = store.get(safe_tx_hash)
    except HokctlError as error:
        return Finding(
            code="approves-unknown",
            severity=Severity.WARNING,
            subject=safe_tx_hash,
            message="The shared folder does not hold the Safe transaction that is approved, so it cannot be read.",
            evidence={"reason": error.message},
            remedy="Ask for the Safe transaction itself: hokctl safe import takes it in.",
        )
    other = call.to is not None and call.to != proposal.safe_tx.safe
    return Finding(
        code="approves-for-another" if other else "approves-known",
        severity=Severity.WARNING if other else Severity.INFO,
        subject=safe_tx_hash,
        message=f"It approves {proposal.plan.title!r}, nonce {proposal.safe_tx.nonce} of {proposal.safe_tx.safe}.",
        evidence={call_.label: call_.purpose for call_ in proposal.plan.calls},
        remedy=f"hokctl safe show {safe_tx_hash[:10]} shows all of it.",
    )

"""What there is to say about the nonce of a Safe transaction, against the Safe and the queue."""

from hokctl.domain.findings import Finding, Severity
from hokctl.safe.transactions import SafeTx


def stale_nonce(safe_tx: SafeTx, current: int) -> Finding:
    """Return the finding for a nonce that the Safe has used."""
    return Finding(
        code="stale-nonce",
        severity=Severity.ERROR,
        subject=safe_tx.safe_tx_hash,
        message=f"The Safe has used nonce {safe_tx.nonce} already; its next is {current}.",
        evidence={"nonce": str(safe_tx.nonce), "next nonce": str(current)},
        remedy="It was executed, or another transaction took its place: hokctl safe execute tells which.",
        allowable=False,
    )


def describe_gaps(nonces: set[int], *, current: int) -> str:
    """Return the nonces from `current` up to the highest of `nonces` that are not among them, such as `1 to 3, 5`."""
    missing, expected = [], current
    for nonce in sorted(nonce for nonce in nonces if nonce >= current):
        if nonce > expected:
            missing.append(str(expected) if nonce == expected + 1 else f"{expected} to {nonce - 1}")
        expected = nonce + 1
    return ", ".join(missing)


def already_proposed(safe_tx: SafeTx) -> Finding:
    """Return the finding for a Safe transaction that is made once more, and waits already."""
    return Finding(
        code="already-proposed",
        severity=Severity.INFO,
        subject=safe_tx.safe_tx_hash,
        message="This very Safe transaction is proposed already; nothing is doubled.",
        remedy=f"Confirm it: hokctl safe sign {safe_tx.safe_tx_hash[:10]}",
    )

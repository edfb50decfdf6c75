"""Checks of the nonce that a Safe transaction is about to be proposed with, against the Safe and the queue."""

from collections.abc import Sequence

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.reviews import SafeTxSummary
from hokctl.safe.transactions import SafeTx


def check_nonce(safe_tx: SafeTxSummary, *, current: int, queue: Sequence[SafeTx]) -> list[Finding]:
    """Return what speaks against proposing `safe_tx` while `queue` is proposed and `current` is the Safe's next nonce.

    A used nonce stops it; a gap before it, a rival with the same nonce, and itself in the queue are told.
    """
    if safe_tx.nonce < current:
        return [stale_nonce(safe_tx, current)]
    if any(other.safe_tx_hash == safe_tx.safe_tx_hash for other in queue):
        return [_already_proposed(safe_tx)]
    taken = {other.nonce for other in queue}
    missing = [nonce for nonce in range(current, min(safe_tx.nonce, current + len(taken) + 1)) if nonce not in taken]
    rivals = [other for other in queue if other.nonce == safe_tx.nonce]
    return [*([_gap(safe_tx, current, taken)] if missing else []), *([_conflict(safe_tx, rivals)] if rivals else [])]


def stale_nonce(safe_tx: SafeTx | SafeTxSummary, current: int) -> Finding:
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


def _gap(safe_tx: SafeTxSummary, current: int, taken: set[int]) -> Finding:
    missing = describe_gaps({nonce for nonce in taken if nonce < safe_tx.nonce} | {safe_tx.nonce}, current=current)
    return Finding(
        code="nonce-gap",
        severity=Severity.WARNING,
        subject=safe_tx.safe,
        message=f"No proposal has nonce {missing}, so this one, with nonce {safe_tx.nonce}, cannot be executed yet.",
        evidence={"next nonce": str(current)},
        remedy="Leave --nonce out to take the next one that is free, or fill the gap: hokctl safe queue.",
    )


def _conflict(safe_tx: SafeTxSummary, rivals: Sequence[SafeTx]) -> Finding:
    return Finding(
        code="nonce-conflict",
        severity=Severity.WARNING,
        subject=safe_tx.safe_tx_hash,
        message=f"Nonce {safe_tx.nonce} is proposed already: only one of the two can be executed.",
        evidence={"proposals": ", ".join(other.safe_tx_hash for other in rivals)},
        remedy="Propose it if it is to replace the other; else leave --nonce out.",
    )


def _already_proposed(safe_tx: SafeTxSummary) -> Finding:
    return Finding(
        code="already-proposed",
        severity=Severity.INFO,
        subject=safe_tx.safe_tx_hash,
        message="This very Safe transaction is proposed already; nothing is doubled.",
        remedy=f"Confirm it: hokctl safe sign {safe_tx.safe_tx_hash[:10]}",
    )

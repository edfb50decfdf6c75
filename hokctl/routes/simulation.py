"""Simulating calls before anyone signs them, and saying in words why one would fail."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.errors import explain_revert
from hokctl.domain.calls import Call
from hokctl.domain.findings import Finding, Severity

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


def simulate_calls(snapshot: "Snapshot", calls: Sequence[Call], sender: ChecksumAddress) -> list[Finding]:
    """Run `calls` in order from `sender` on the snapshot's state; return a finding for the first that reverts.

    A node that cannot run a sequence simulates the first call alone, and the rest is a finding.
    """
    from hokctl.chain.simulation import simulate_sequence

    outcome = simulate_sequence(snapshot.chain, calls, sender=sender, block=snapshot.block.number)
    for number, (call, result) in enumerate(zip(calls, outcome.results, strict=False), start=1):
        if result.revert is not None:
            reason = explain_revert(
                result.revert, label=call.label, signature=call.signature, address=call.to, account=sender
            )
            return [_reverts(number, call, reason, "0x" + result.revert.data.hex())]
    if not outcome.complete:
        return [_partial(len(outcome.results), len(calls))]
    return []


def _reverts(number: int, call: Call, reason: str, data: str) -> Finding:
    return Finding(
        code="simulation-reverted",
        severity=Severity.ERROR,
        subject=call.to or call.label,
        message=f"Call {number} ({call.label}.{call.signature.partition('(')[0]}) would revert: {reason}",
        evidence={"revert data": data},
        remedy="Nothing was sent. Mend the cause and plan again.",
        allowable=False,
    )


def _partial(simulated: int, total: int) -> Finding:
    return Finding(
        code="simulation-partial",
        severity=Severity.WARNING,
        subject="node",
        message=f"The node can simulate only {simulated} of the {total} calls, since each builds on the one before.",
        remedy="The others are simulated when their turn comes; use a node with eth_simulateV1 to see all now.",
    )

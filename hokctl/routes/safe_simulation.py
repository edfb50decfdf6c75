"""Simulating Safe transactions: the exact bytes that will be sent, and in words why they would fail."""

from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.errors import explain_revert
from hokctl.clients.safe import Safe
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.calls import Call
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.routes.simulation import simulate_calls
from hokctl.safe.simulation import simulate_unsigned
from hokctl.safe.transactions import SafeTx

if TYPE_CHECKING:
    from hokctl.chain.reverts import Revert
    from hokctl.chain.session import Snapshot

_INNER_CALL_FAILED: Final = "GS013"


def simulate_proposal(snapshot: "Snapshot", safe_tx: SafeTx, plan: Plan, authority: SafeAuthority) -> list[Finding]:
    """Return why the Safe transaction would fail once its owners have signed it; nothing when it would not.

    On a node that cannot pretend the signatures, the plan's calls are simulated as the Safe's own instead.
    """
    result = simulate_unsigned(snapshot.chain, safe_tx, owner=authority.owners[0], block=snapshot.block.number)
    if result is None:
        return simulate_calls(snapshot, plan.calls, authority.address)
    return _explain(snapshot, result.revert, plan, authority) if result.revert is not None else []


def simulate_execution(
    snapshot: "Snapshot", call: Call, plan: Plan, authority: SafeAuthority, *, executor: ChecksumAddress
) -> list[Finding]:
    """Return why `call`, the execution with its real signatures, would fail when `executor` sends it."""
    from hokctl.chain.simulation import simulate

    result = simulate(snapshot.chain, call, sender=executor, block=snapshot.block.number)
    return _explain(snapshot, result.revert, plan, authority) if result.revert is not None else []


def _explain(snapshot: "Snapshot", revert: "Revert", plan: Plan, authority: SafeAuthority) -> list[Finding]:
    """Return the inner call's own reason where the Safe only says that an inner call failed."""
    if revert.text == _INNER_CALL_FAILED:
        inner = simulate_calls(snapshot, plan.calls, authority.address)
        if any(finding.severity is Severity.ERROR for finding in inner):
            return inner
    reason = explain_revert(revert, label=Safe.contract_name, signature="execTransaction", address=authority.address)
    return [
        Finding(
            code="simulation-reverted",
            severity=Severity.ERROR,
            subject=authority.address,
            message=f"The Safe transaction would revert: {reason}",
            evidence={"revert data": "0x" + revert.data.hex()},
            remedy="Nothing was sent. Mend the cause, or have it proposed again.",
            allowable=False,
        )
    ]

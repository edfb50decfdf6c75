"""Checks of where calls go: there is a contract at every target, and test tokens stay off production networks."""

from typing import TYPE_CHECKING

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


def check_targets(snapshot: "Snapshot", plan: Plan) -> list[Finding]:
    """Return an error for every target without code at the snapshot's block that the plan does not create itself."""
    labels = {call.to: call.label for call in plan.calls if call.to is not None}
    created = plan.created_addresses
    with snapshot.batch() as batch:
        codes = {address: batch.add_code(address) for address in labels if address not in created}
    return [
        Finding(
            code="no-code",
            severity=Severity.ERROR,
            subject=address,
            message=f"There is no contract at {address}, where {labels[address]} is expected.",
            evidence={"network": plan.network, "block": str(snapshot.block.number)},
            remedy="Compare the manifest and the network: the address may belong to another chain.",
            allowable=False,
        )
        for address, code in codes.items()
        if not code.value
    ]

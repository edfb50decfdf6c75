"""Which of many payments makes a batch fail: the node is asked for ever smaller beginnings of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hokctl.domain.authority import Authority, GovernorAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.routes.simulation import explain_call
from hokctl.services.payment_batches import Item

if TYPE_CHECKING:
    from hokctl.chain.reverts import Revert
    from hokctl.chain.session import Snapshot
    from hokctl.domain.calls import Call
    from hokctl.services.deployments import Deployment


def name_failing_row(
    snapshot: "Snapshot", deployment: "Deployment", items: Sequence[Item], payer: Authority
) -> Finding | None:
    """Return the finding for the first payment that fails after those before it; None when none does.

    A handful of round trips, eight for a hundred payments.
    """
    sender = payer.timelock or payer.address if isinstance(payer, GovernorAuthority) else payer.address

    def tried(count: int) -> "tuple[Call, Revert | None]":
        from hokctl.chain.simulation import simulate

        payments = [item.payment for item in items[:count]]
        call = deployment.suite.reserve.batch_pay_infrastructure_costs(payments, purpose="find out which one fails")
        return call, simulate(snapshot.chain, call, sender=sender, block=snapshot.block.number).revert

    good, bad = 0, len(items)
    call, revert = tried(bad)
    if revert is None:
        return None
    while bad - good > 1:
        middle = (good + bad) // 2
        shorter, failure = tried(middle)
        if failure is None:
            good = middle
        else:
            bad, call, revert = middle, shorter, failure
    return _finding(items[bad - 1], bad, len(items), explain_call(revert, call, sender))


def _finding(item: Item, number: int, total: int, reason: str) -> Finding:
    return Finding(
        code="payment-fails",
        severity=Severity.ERROR,
        subject=item.invoice.number,
        message=f"Payment {number} of {total} fails, {item.owed} to {item.invoice.provider}: {reason}",
        evidence={"invoice": item.invoice.number, "model": item.payment.model_id, "payee": item.payment.payee},
        remedy="Leave this invoice out, or mend the cause; nothing was sent.",
        allowable=False,
    )

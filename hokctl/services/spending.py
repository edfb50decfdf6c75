"""What counts against the policy's limits of a day: the reserve's payments of the UTC day, and what waits."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from hokctl.checks.facts import SafeTxFacts
from hokctl.checks.limits import Spending
from hokctl.clients.infrastructure_reserve import Payment

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

_DAY_S: Final = 86_400


def read_spending(snapshot: "Snapshot", deployment: "Deployment", waiting: Iterable[Payment]) -> Spending:
    """Return what the reserve paid on the UTC day of the snapshot's block, with the payments that are `waiting`.

    A few round trips: the day's first block is sought by its time, then its logs are read.
    """
    now = snapshot.block.timestamp
    return Spending(
        day=datetime.fromtimestamp(now, UTC).date().isoformat(),
        paid=_sum(_paid_since(snapshot, deployment, now - now % _DAY_S)),
        waiting=_sum((payment.payee, payment.amount_units) for payment in waiting),
    )


def waiting_before(facts: SafeTxFacts) -> Iterator[Payment]:
    """Yield what is to be paid before a Safe transaction: by the queue, and by timelocks and governors but its own."""
    own = {operation.operation_id for operation in facts.operations} | {str(one.proposal_id) for one in facts.voted}
    for queued in facts.queued_payments:
        if queued.proposal.safe_tx.nonce < facts.safe_tx.nonce:
            yield from queued.payments
    for governed in facts.governed_payments:
        if governed.pending.safe_tx_hash not in own:
            yield from governed.payments


def _paid_since(
    snapshot: "Snapshot", deployment: "Deployment", timestamp: int
) -> "Iterator[tuple[ChecksumAddress, int]]":
    from hokctl.chain.block_times import find_since
    from hokctl.chain.logs import get_logs
    from hokctl.clients.events import decode_logs, event_topic

    reserve, last = deployment.suite.reserve, snapshot.block.number
    blocks = range(min(deployment.deployed_at_block, last), last + 1)
    (position,) = find_since(snapshot.chain, blocks, [timestamp])
    if position == len(blocks):
        return
    topics = [event_topic(reserve.contract_name, "InfrastructureCostPaid")]
    logs = get_logs(snapshot.chain, [reserve.address], topics, blocks[position], last)
    for event in decode_logs(logs, {reserve.address: reserve.contract_name}):
        payee, amount = event.arg("payee"), event.arg("amount")
        if isinstance(payee, str) and isinstance(amount, int):
            yield payee, amount  # type: ignore[misc]  # a decoded address is a checksummed text


def _sum(payments: "Iterable[tuple[ChecksumAddress, int]]") -> "dict[ChecksumAddress, int]":
    totals: dict[ChecksumAddress, int] = {}
    for payee, units in payments:
        totals[payee] = totals.get(payee, 0) + units
    return totals

"""Payments that hokctl sent before and that no block had yet when the state was read."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hokctl.checks.payments import PendingPayment, check_pending
from hokctl.clients.decoding import decode_calldata
from hokctl.services.payment_facts import payments_in
from hokctl.services.payment_queue import PaymentKey, key_of

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.chain.sightings import Sighting
    from hokctl.domain.findings import Finding
    from hokctl.domain.ports import JournalEntry
    from hokctl.services.payment_batches import Item
    from hokctl.services.payment_carrying import Planner
    from hokctl.services.proposals import Carrier


def check_under_way(carrier: "Carrier", planner: "Planner", items: "Sequence[Item]") -> "list[Finding]":
    """Return an error for each invoice that a transaction of another plan, sent directly, may still pay.

    The reserves of v2.0.0 and of the live version would pay it a second time. The transactions of this very plan are no
    obstacle: they are found by the journal and brought to their end. One round trip, where there is something open.
    """
    from hokctl.chain.sightings import find_transactions

    deployment = planner.deployment
    wanted = {key_of(item.payment) for item in items}
    opened = carrier.journal().open_entries(deployment.chain_id)
    paid_by = {
        entry.tx_hash: keys
        for entry in opened
        if (keys := wanted & _paid_keys(entry, deployment.suite.reserve.address))
    }
    if not paid_by:
        return []
    own = f"{planner.plan(items).plan_hash}/"
    others = [entry for entry in opened if entry.tx_hash in paid_by and not entry.key.startswith(own)]
    seen = find_transactions(carrier.chain, others) if others else []
    return [
        finding
        for sighting in seen
        if _may_still_pay(sighting, planner.snapshot.block.number)
        for finding in _findings(sighting.entry, paid_by[sighting.entry.tx_hash], items)
    ]


def _paid_keys(entry: "JournalEntry", reserve: "ChecksumAddress") -> "set[PaymentKey]":
    """Return what the signed bytes pay from the reserve; a Safe's own transaction waits in the queue already."""
    from hokctl.chain.raw_transactions import read_raw_transaction

    sent = read_raw_transaction(entry.raw)
    if sent is None or sent.to != reserve:
        return set()
    return {key_of(payment) for payment in payments_in((decode_calldata(sent.data, to=sent.to),), reserve)}


def _may_still_pay(sighting: "Sighting", read_at: int) -> bool:
    """Tell whether the transaction is in no block up to `read_at`, and is not certain to stay out of all others."""
    if sighting.receipt is not None:
        return sighting.receipt.block_number > read_at
    return sighting.known or not sighting.overtaken


def _findings(entry: "JournalEntry", keys: "set[PaymentKey]", items: "Sequence[Item]") -> "Iterator[Finding]":
    waiting = PendingPayment(
        safe_tx_hash=entry.tx_hash,
        nonce=entry.nonce,
        title=entry.purpose,
        kind="transaction",
        follow="hokctl tx bump",
    )
    for number in dict.fromkeys(item.invoice.number for item in items if key_of(item.payment) in keys):
        yield from check_pending(number, (waiting,))

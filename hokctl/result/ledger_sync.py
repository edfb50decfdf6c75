"""What a sync of the index did, as scripts and people read it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hokctl.domain.documents import JsonObject
from hokctl.domain.findings import Finding, Severity
from hokctl.result.values import Facts

if TYPE_CHECKING:
    from hokctl.domain.invoices import Invoice
    from hokctl.ledger.unsettling import NotedPayment
    from hokctl.services.ledger_sync import SyncReport


def sync_to_json(report: "SyncReport", settled: "Sequence[Invoice]") -> JsonObject:
    """Return a sync as scripts read it."""
    coverage, dropped = report.coverage, report.dropped
    return {
        "from": report.first,
        "to": None if coverage is None else coverage.last_block,
        "first_block": None if coverage is None else coverage.first_block,
        "confirmed": None if report.target is None else report.target.number,
        "events": report.events,
        "transactions": report.transactions,
        "undone": [
            {"from": one.from_block, "events": one.events, "transactions": one.transactions} for one in report.undone
        ],
        "unpaid": [_payment_to_json(payment) for payment in report.unpaid],
        "paid": [
            {"provider": invoice.provider, "number": invoice.number, "state": invoice.state.value}
            for invoice in settled
        ],
        "models": [*report.models],
        "dropped": None if dropped is None else {"events": dropped.events, "transactions": dropped.transactions},
    }


def sync_facts(report: "SyncReport", settled: "Sequence[Invoice]") -> Facts:
    """Return a sync as people read it."""
    coverage = report.coverage
    read = "nothing new" if report.first is None or coverage is None else f"{report.first} to {coverage.last_block}"
    covers = "nothing yet" if coverage is None else f"{coverage.first_block} to {coverage.last_block}"
    facts = [
        ("blocks read", read),
        ("events added", f"{report.events:,}"),
        ("receipts added", f"{report.transactions:,}"),
        ("index covers", covers),
        ("last certain block", "unknown" if report.target is None else str(report.target.number)),
        ("models", ", ".join(report.models) or "none"),
    ]
    facts += [("taken back", f"{one.events:,} events from block {one.from_block} on") for one in report.undone]
    facts += [
        ("payment found", f"{invoice.number} of {invoice.provider}, which is now {invoice.state.value}")
        for invoice in settled
    ]
    if report.dropped is not None:
        facts.insert(0, ("dropped", f"{report.dropped.events:,} events; invoices, journal and snapshots were kept"))
    return Facts(tuple(facts))


def sync_findings(report: "SyncReport") -> tuple[Finding, ...]:
    """Return what a person must know: blocks that were taken back, and payments that went with them."""
    return (*(_reorganised(one.from_block, one.events) for one in report.undone), *map(_unpaid, report.unpaid))


def _reorganised(from_block: int, events: int) -> Finding:
    return Finding(
        code="chain-reorganised",
        severity=Severity.INFO,
        subject="index",
        message=f"The chain went another way after block {from_block - 1}: {events} events were taken back, "
        "and the blocks read anew.",
        remedy="Nothing is to be done; if it happens often, raise `confirmations` of the network.",
    )


def _unpaid(payment: "NotedPayment") -> Finding:
    return Finding(
        code="payment-undone",
        severity=Severity.WARNING,
        subject=payment.number,
        message=f"The payment of invoice {payment.number} of {payment.provider} for model {payment.model_id} is no "
        "longer part of the chain: the invoice is not paid.",
        evidence={"transaction": payment.tx_hash, "block": str(payment.block_number)},
        remedy=f"See hokctl invoice show {payment.number}; what was sent may be mined again by itself.",
    )


def _payment_to_json(payment: "NotedPayment") -> JsonObject:
    return {
        "provider": payment.provider,
        "number": payment.number,
        "model_id": payment.model_id,
        "tx_hash": payment.tx_hash,
        "block": payment.block_number,
    }

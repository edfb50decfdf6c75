"""Keeping the invoice book in step with what was proposed and what the chain did."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from hokctl.checks.payments import PendingPayment
from hokctl.clients.safe import Safe
from hokctl.domain.calls import AbiValue
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.outcomes import Event, TransactionRecord
from hokctl.domain.plans import Plan
from hokctl.domain.units import InvoiceHash, ModelId, SafeTxHash, TxHash, model_topic
from hokctl.routes.governance_store import GovernanceStore
from hokctl.safe.proposals import ProposalStore
from hokctl.services.governed_payments import GovernedReads
from hokctl.services.payment_facts import payments_in
from hokctl.services.proposals import Carried, CarryState

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.deployments import Deployment


def find_pending(
    snapshot: "Snapshot", deployment: "Deployment", store: ProposalStore, governance: GovernanceStore, invoice: Invoice
) -> tuple[tuple[PendingPayment, ...], tuple[Finding, ...]]:
    """Return what can still be executed and would pay the invoice, and what in the folder is false.

    A proposal whose nonce the Safe has passed is no danger any more, and does not hold an invoice back; nor does an
    operation that was executed or cancelled, or a governor's proposal that was decided.
    """
    scan = store.scan(deployment.chain_id)
    paying = [proposal for proposal in scan.proposals if _pays(proposal.plan, deployment, invoice)]
    with snapshot.batch() as batch:
        nonces = [batch.add(Safe(proposal.safe_tx.safe).nonce()) for proposal in paying]
    waiting = [
        PendingPayment(safe_tx_hash=proposal.safe_tx_hash, nonce=proposal.safe_tx.nonce, title=proposal.plan.title)
        for proposal, nonce in zip(paying, nonces, strict=True)
        if proposal.safe_tx.nonce >= nonce.value_or(0)
    ]
    in_folder = {str(proposal.safe_tx_hash) for proposal in scan.proposals}
    if invoice.state is InvoiceState.PROPOSED and invoice.safe_tx_hash and invoice.safe_tx_hash not in in_folder:
        waiting.append(PendingPayment(safe_tx_hash=invoice.safe_tx_hash, nonce=None, title="known to the book only"))
    waiting.extend(_find_governed(snapshot, deployment, governance, invoice))
    return tuple(waiting), tuple(_untrusted(error.message, error.hint) for error in scan.errors)


def _find_governed(
    snapshot: "Snapshot", deployment: "Deployment", store: GovernanceStore, invoice: Invoice
) -> list[PendingPayment]:
    """Return the operations and governors' proposals that would pay the invoice once their time has come."""
    with snapshot.batch() as batch:
        reads = GovernedReads(batch, store, deployment.chain_id, wanted=lambda plan: _pays(plan, deployment, invoice))
    return [pending for pending, _ in reads.waiting]


def record_proposal(book: "InvoiceBook", invoice: Invoice, carried: Carried) -> None:
    """Note in the book that `carried` proposed to pay the invoice, in place of a proposal that can no longer."""
    if carried.state is not CarryState.PROPOSED or carried.outcome is None or carried.outcome.proposal is None:
        return
    safe_tx_hash = SafeTxHash(carried.outcome.proposal.safe_tx_hash)
    current = book.get(invoice.number, invoice.provider)
    if current.state is InvoiceState.PROPOSED and current.safe_tx_hash != safe_tx_hash:
        book.reopen(invoice.number, provider=invoice.provider)
    book.mark_proposed(invoice.number, safe_tx_hash, provider=invoice.provider)


def record_payments(
    book: "InvoiceBook", transactions: Sequence[TransactionRecord], *, chain_id: int
) -> tuple[Invoice, ...]:
    """Mark the invoices as paid whose every line one of the transactions paid, by its events; return them."""
    paid = []
    for transaction in transactions:
        events = [event for event in transaction.events if event.name == "InfrastructureCostPaid"]
        for invoice_hash in dict.fromkeys(_hash_of(event) for event in events):
            for invoice in book.find_by_hash(invoice_hash):
                open_ = invoice.state in {InvoiceState.OPEN, InvoiceState.PROPOSED}
                if open_ and invoice.total.token.chain_id == chain_id and _settled(invoice, events):
                    paid.append(book.mark_paid(invoice.number, transaction.tx_hash, provider=invoice.provider))
    return tuple(paid)


def record_earlier_payment(book: "InvoiceBook", invoice: Invoice, tx_hash: TxHash) -> Invoice:
    """Mark an invoice as paid that the chain turned out to have paid before, by other hands."""
    return book.mark_paid(invoice.number, tx_hash, provider=invoice.provider)


def _pays(plan: Plan, deployment: "Deployment", invoice: Invoice) -> bool:
    payments = payments_in(plan.calls, deployment.suite.reserve.address)
    return any((payment.invoice_hash, payment.payee) == (invoice.invoice_hash, invoice.payee) for payment in payments)


def _settled(invoice: Invoice, events: Sequence[Event]) -> bool:
    return all(
        any(
            event.arg("payee") == invoice.payee
            and event.arg("amount") == line.amount.units
            and _hash_of(event) == invoice.invoice_hash
            and event.arg("modelId") in _names_of(line.model_id)
            for event in events
        )
        for line in invoice.lines
    )


def _names_of(model_id: ModelId) -> tuple[AbiValue, AbiValue]:
    """Return how an event may name the model: in clear, or by the hash that stands on the chain."""
    return model_id, bytes.fromhex(model_topic(model_id)[2:])


def _hash_of(event: Event) -> InvoiceHash:
    return InvoiceHash("0x" + cast("bytes", event.arg("invoiceHash")).hex())


def _untrusted(message: str, hint: str) -> Finding:
    return Finding(
        code="proposal-untrusted",
        severity=Severity.WARNING,
        subject="proposals",
        message=message,
        remedy=hint,
    )

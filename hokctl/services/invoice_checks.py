"""Judging invoices of the book before they are paid: by the book, the chain, what waits, and their documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.currencies import check_currency
from hokctl.checks.invoices import (
    BookIndex,
    DocumentState,
    check_document,
    check_due,
    check_payee_change,
    check_period,
    check_sums,
    check_twins,
)
from hokctl.checks.payees import find_first_payments, find_look_alikes
from hokctl.checks.payments import PaymentFacts, check_payments
from hokctl.domain.findings import Finding
from hokctl.domain.invoices import Invoice, NotedPayee
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.errors import HokctlError
from hokctl.ledger.errors import InvoiceKey
from hokctl.routes.governance_store import GovernanceStore
from hokctl.services.invoice_documents import document_hash
from hokctl.services.invoice_lists import UNPAID
from hokctl.services.past_payments import PastPayees
from hokctl.services.payment_facts import PaymentReads, PaymentSlots
from hokctl.services.payment_queue import PaymentQueue, payments_of, read_queue
from hokctl.services.payments import check_token

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.deployments import Deployment
    from hokctl.services.proposals import Carrier
    from hokctl.services.safe_checks import Knowledge

PAUSED = "reserve-paused"
"""What is wrong with the reserve, and not with an invoice, is said once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedInvoice:
    """One invoice, and what speaks against it."""

    invoice: Invoice
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReview:
    """How the invoices came out."""

    checked: tuple[CheckedInvoice, ...]
    general: tuple[Finding, ...]
    """What is about no single invoice: the reserve, the sums of models, false files in the folder."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them; what is the same for several invoices, as of one payee, is told once with their numbers."""
        told: dict[tuple[object, ...], list[Finding]] = {}
        for finding in (finding for one in self.checked for finding in one.findings):
            same = (finding.code, finding.severity, finding.message, *sorted(finding.evidence.items()))
            told.setdefault(same, []).append(finding)
        return (*self.general, *(_once(found) for found in told.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChainSide:
    """What chain and queue say about the invoices that are still owed, read at one block."""

    reads: PaymentReads
    facts: Mapping[InvoiceKey, tuple[PaymentFacts, ...]]
    queue: PaymentQueue
    paid_before: frozenset[ChecksumAddress]


def check_invoices(
    carrier: "Carrier", deployment: "Deployment", book: "InvoiceBook", invoices: Sequence[Invoice]
) -> InvoiceReview:
    """Return what speaks against the invoices; two round trips besides those of the store, however many there are.

    One more where the reserve does not remember its invoices, or something was paid before. An invoice that is paid
    or void is held against the book and its document alone. Raises InvoiceTokenError.
    """
    for invoice in invoices:
        check_token(invoice, deployment)
    knowledge = carrier.knowledge()
    owed = [invoice for invoice in invoices if invoice.state in UNPAID and payments_of(invoice)]
    chain = _read(carrier, deployment, knowledge, owed) if owed else None
    index, noted = BookIndex(book.list()), book.noted_payees({invoice.provider for invoice in invoices})
    today = datetime.fromtimestamp(carrier.snapshot.block.timestamp, UTC).date()
    checked = []
    for invoice in invoices:
        found = [*check_twins(invoice, index), *check_document(invoice, _document(invoice))]
        if invoice.state in UNPAID:
            found += check_payee_change(invoice, noted, index)
            found += [*check_period(invoice, today), *check_due(invoice, today)]
        if chain is not None and invoice in owed:
            found += _check_by_chain(chain, knowledge, invoice, noted)
        checked.append(CheckedInvoice(invoice=invoice, findings=tuple(_named(one, invoice) for one in found)))
    general = () if chain is None else tuple(_general(chain))
    return InvoiceReview(checked=tuple(checked), general=general)


def _read(carrier: "Carrier", deployment: "Deployment", knowledge: "Knowledge", owed: Sequence[Invoice]) -> _ChainSide:
    snapshot: Snapshot = carrier.snapshot
    queue = read_queue(snapshot, deployment, carrier.store, GovernanceStore(carrier.folder), owed)
    payments = [payment for invoice in owed for payment in payments_of(invoice)]
    with snapshot.batch() as batch:
        slots = PaymentSlots(batch, deployment, payments)
        past = PastPayees(batch, snapshot, deployment, payments)
    reads = slots.reads(snapshot)
    return _ChainSide(reads=reads, facts=dict(_facts(reads, owed, knowledge)), queue=queue, paid_before=past.paid)


def _facts(
    reads: PaymentReads, owed: Sequence[Invoice], knowledge: "Knowledge"
) -> Iterator[tuple[InvoiceKey, tuple[PaymentFacts, ...]]]:
    """Yield the facts of each invoice as if it alone were paid now; what all of them come to is looked at apart."""
    start = 0
    for invoice in owed:
        end = start + len(payments_of(invoice))
        own = replace(
            reads,
            payments=reads.payments[start:end],
            accounts=reads.accounts[start:end],
            paid=reads.paid[start:end],
            logged=reads.logged[start:end],
        )
        numbers = {invoice.invoice_hash: invoice.number}
        yield (invoice.provider, invoice.number), own.facts(number_of=numbers.__getitem__, name_of=knowledge.name_of)
        start = end


def _check_by_chain(
    chain: _ChainSide, knowledge: "Knowledge", invoice: Invoice, noted: Sequence[NotedPayee]
) -> Iterator[Finding]:
    """Yield what chain, queue and address book say against an invoice that is owed."""
    facts, policy = chain.facts[invoice.provider, invoice.number], knowledge.policy
    yield from (finding for finding in check_payments(facts) if finding.code != PAUSED)
    others = tuple(one for one in chain.queue.waiting if one.pending.safe_tx_hash != invoice.safe_tx_hash)
    payments = payments_of(invoice)
    yield from PaymentQueue(waiting=others, findings=()).check(payments, [invoice.number] * len(payments))
    yield from find_first_payments(facts, chain.paid_before, policy, knowledge.name_of)
    yield from find_look_alikes([invoice.payee], _known(chain, knowledge, invoice, noted))
    accepted = {} if policy is None else policy.currencies
    yield from check_currency(invoice.number, invoice.currency, chain.reads.token.symbol, accepted)


def _known(
    chain: _ChainSide, knowledge: "Knowledge", invoice: Invoice, noted: Sequence[NotedPayee]
) -> dict[ChecksumAddress, str]:
    """Return the addresses that the payee may not be mistaken for, each with what it is."""
    providers = {account.provider: "a registered provider" for account in chain.reads.accounts}
    trusted: dict[ChecksumAddress, str] = {**providers, **knowledge.labels(), **knowledge.book}
    trusted.pop(ZERO_ADDRESS, None)
    if invoice.payee in trusted:
        return trusted
    earlier = {one.address: f"a payee of {one.provider}" for one in noted if one.address != invoice.payee}
    return {**earlier, **trusted}


def _general(chain: _ChainSide) -> Iterator[Finding]:
    every = [facts for of_invoice in chain.facts.values() for facts in of_invoice]
    yield from (finding for finding in check_payments(every[:1]) if finding.code == PAUSED)
    yield from check_sums(every)
    yield from chain.queue.findings


def _document(invoice: Invoice) -> DocumentState | None:
    if invoice.document is None:
        return None
    try:
        return DocumentState(content_hash=document_hash(Path(invoice.document)), problem="")
    except HokctlError as error:
        return DocumentState(content_hash=None, problem=error.message.rpartition(": ")[2].rstrip("."))


def _once(found: Sequence[Finding]) -> Finding:
    first = found[0]
    if len(found) == 1:
        return first
    numbers = ", ".join(dict.fromkeys(one.subject for one in found))
    return replace(first, evidence={**first.evidence, "invoices": numbers})


def _named(finding: Finding, invoice: Invoice) -> Finding:
    """Return the finding with the invoice as its subject; what it was about stays in the evidence."""
    about = {} if finding.subject in {invoice.number, invoice.payee} else {"about": finding.subject}
    return replace(
        finding, subject=invoice.number, evidence={"provider": invoice.provider, **about, **finding.evidence}
    )

"""Everything that decides over payments that are to be made, read in few round trips, and what speaks against them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.wire import Json, parse_object, parse_quantity
from hokctl.checks.currencies import check_currency
from hokctl.checks.invoices import BookIndex, check_same_documents
from hokctl.checks.limits import check_policy, limits_a_day
from hokctl.checks.payees import find_first_payments
from hokctl.checks.payments import PaymentFacts, check_payments, check_twice
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice
from hokctl.domain.units import InvoiceHash
from hokctl.routes.governance_store import GovernanceStore
from hokctl.services.past_payments import PastPayees
from hokctl.services.payment_batches import Item
from hokctl.services.payment_facts import PaymentReads, PaymentSlots
from hokctl.services.payment_queue import PaymentQueue, read_pending_files, read_queue
from hokctl.services.spending import read_spending

if TYPE_CHECKING:
    from hokctl.config.policy import Policy
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.deployments import Deployment
    from hokctl.services.proposals import Carrier


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentState:
    """The state that payments meet, and what speaks against them."""

    reads: PaymentReads
    block_gas_limit: int
    findings: tuple[Finding, ...]


def read_state(
    carrier: "Carrier",
    deployment: "Deployment",
    book: "InvoiceBook",
    items: Sequence[Item],
    *,
    name_of: Callable[[ChecksumAddress], str | None],
    beside: Sequence[Path],
) -> PaymentState:
    """Return what chain, queue, book and policy say about `items`.

    Two round trips for any number of payments; one more where the reserve does not remember its invoices or something
    was paid before, and a few for the day's payments where the policy limits a day.
    """
    snapshot, payments = carrier.snapshot, [item.payment for item in items]
    policy, invoices = carrier.knowledge().policy, _invoices(items)
    queue = read_queue(snapshot, deployment, carrier.store, GovernanceStore(carrier.folder), invoices)
    elsewhere = read_pending_files(beside, deployment)
    queue = PaymentQueue(waiting=(*queue.waiting, *elsewhere), findings=queue.findings)
    number: list[Json] = [hex(snapshot.block.number), False]
    with snapshot.batch() as batch:
        slots = PaymentSlots(batch, deployment, payments)
        past = PastPayees(batch, snapshot, deployment, payments)
        block = batch.ask("eth_getBlockByNumber", number, lambda answer: parse_object(answer, "a block"))
    reads = slots.reads(snapshot)
    facts = reads.facts(number_of=_number_of(items), name_of=name_of)
    spending = read_spending(snapshot, deployment, queue.payments) if limits_a_day(policy) else None
    findings = [
        *check_payments(facts),
        *check_twice(facts),
        *queue.check(payments, [item.invoice.number for item in items]),
        *_check_invoices(book, invoices, reads.token.symbol, policy),
        *([] if policy is None else check_policy(facts, policy, spending)),
        *find_first_payments(facts, past.paid, policy, _known_as(name_of, deployment)),
        *_check_amounts(items, reads, facts),
        *queue.findings,
    ]
    gas_limit = parse_quantity(block.value.get("gasLimit"), "a block's gas limit")
    return PaymentState(reads=reads, block_gas_limit=gas_limit, findings=tuple(findings))


def _check_invoices(
    book: "InvoiceBook", invoices: Sequence[Invoice], symbol: str, policy: "Policy | None"
) -> Iterator[Finding]:
    """Yield what the book says against the invoices: the same document twice, or another currency."""
    index = BookIndex(book.same_documents(hash_ for invoice in invoices for hash_ in invoice.document_hashes))
    for invoice in invoices:
        yield from check_same_documents(invoice, index)
        yield from check_currency(invoice.number, invoice.currency, symbol, policy.currencies if policy else {})


def _invoices(items: Sequence[Item]) -> tuple[Invoice, ...]:
    return tuple({(item.invoice.provider, item.invoice.number): item.invoice for item in items}.values())


def _number_of(items: Sequence[Item]) -> Callable[[InvoiceHash], str]:
    known = {item.invoice.invoice_hash: item.invoice.number for item in items}
    return lambda hash_: known[hash_]


def _known_as(
    name_of: Callable[[ChecksumAddress], str | None], deployment: "Deployment"
) -> Callable[[ChecksumAddress], str | None]:
    """Return how the Safe's checks call an address too: by the address book, else by the manifest."""
    return lambda address: name_of(address) or deployment.labels.get(address)


def _check_amounts(items: Sequence[Item], reads: PaymentReads, facts: Sequence[PaymentFacts]) -> Iterator[Finding]:
    """Yield a warning where the chain paid an invoice, but another amount than the book has."""
    from hokctl.clients.events import decode_logs

    for item, log, one in zip(items, reads.logged, facts, strict=True):
        if log is None:
            continue
        (event,) = decode_logs([log])
        if event.arg("amount") != one.amount.units:
            paid = event.arg("amount")
            yield Finding(
                code="paid-amount-differs",
                severity=Severity.WARNING,
                subject=item.invoice.number,
                message=f"The chain paid another amount for invoice {item.invoice.number} of model {one.model_id} than "
                "the book has.",
                evidence={
                    "paid": str(one.amount.token.amount(paid)) if isinstance(paid, int) else "unreadable",
                    "in the book": str(one.amount),
                },
                remedy="Clear it up with the provider; the reserve pays an invoice once, so a rest needs an invoice of "
                f"its own. `hokctl invoice void {item.invoice.number}` takes this one off the list.",
            )

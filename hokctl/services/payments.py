"""Paying an invoice from what its models have accrued: facts at one block, a plan, and the book afterwards."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.payments import PendingPayment, check_payments, check_pending
from hokctl.clients.codec import word_from_hex
from hokctl.clients.infrastructure_reserve import InfrastructureReserve, Payment
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.findings import Finding
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.units import InvoiceHash, TxHash
from hokctl.errors import RefusedError
from hokctl.ledger.errors import InvoiceStateError
from hokctl.routes.governance_store import GovernanceStore
from hokctl.services.bookkeeping import find_pending, record_earlier_payment, record_payments, record_proposal
from hokctl.services.payment_facts import PaymentReads, read_payments
from hokctl.services.planning import Transfer, build_plan, event_emitted, tokens_moved, view_is
from hokctl.services.proposals import Carried, carry

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.deployments import Deployment
    from hokctl.services.proposals import Carrier


class InvoiceTokenError(RefusedError):
    """An invoice in a token that this deployment's reserve does not pay with."""

    code = "invoice-token"

    def __init__(self, invoice: Invoice, network: str, token: ChecksumAddress) -> None:
        """Name both tokens."""
        theirs = invoice.total.token
        super().__init__(
            f"Invoice {invoice.number} is in token {theirs.address} of chain {theirs.chain_id}, "
            f"but the reserve on {network} pays with {token}.",
            hint="Choose the invoice's network with --network.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPlan:
    """The plan that pays an invoice, and what speaks against it."""

    plan: Plan
    findings: tuple[Finding, ...]
    paid_by: TxHash | None
    """The transaction that paid all of it before, where there is one."""


def pay_invoice(
    carrier: "Carrier",
    deployment: "Deployment",
    book: "InvoiceBook",
    invoice: Invoice,
    *,
    name_of: Callable[[ChecksumAddress], str | None],
) -> Carried:
    """Plan the payment of `invoice`, carry it, and note in the book what became of it; a dry run notes nothing.

    An invoice that the chain turns out to have paid, by whatever hands, is refused and marked as paid.
    """
    pending, untrusted = find_pending(
        carrier.snapshot, deployment, carrier.store, GovernanceStore(carrier.folder), invoice
    )
    payment = plan_payment(carrier.snapshot, deployment, invoice, pending=pending, name_of=name_of)
    way = replace(carrier, knowledge=lambda: replace(carrier.knowledge(), number_of=_numbers(invoice)))
    carried = carry(payment.plan, way, findings=(*payment.findings, *untrusted))
    if carrier.dry_run:
        return carried
    if payment.paid_by is not None:
        record_earlier_payment(book, invoice, payment.paid_by)
    record_proposal(book, invoice, carried)
    if carried.outcome is not None:
        record_payments(book, carried.outcome.transactions, chain_id=deployment.chain_id)
    return carried


def plan_payment(
    snapshot: "Snapshot",
    deployment: "Deployment",
    invoice: Invoice,
    *,
    pending: Sequence[PendingPayment],
    name_of: Callable[[ChecksumAddress], str | None],
) -> PaymentPlan:
    """Return the plan that pays `invoice`: one call, or one batch call when several models owe.

    `pending` are the proposals that wait with the same invoice; `name_of` knows the address book. Raises
    InvoiceStateError for a paid or void invoice, and InvoiceTokenError.
    """
    if invoice.state in {InvoiceState.PAID, InvoiceState.VOID}:
        reference = invoice.tx_hash or invoice.safe_tx_hash
        raise InvoiceStateError(
            invoice.number, state=invoice.state, step="paid again" if invoice.tx_hash else "paid", reference=reference
        )
    token = invoice.total.token
    if (token.chain_id, token.address) != (deployment.chain_id, deployment.suite.usdc.address):
        raise InvoiceTokenError(invoice, deployment.network, deployment.suite.usdc.address)
    payments = payments_of(invoice)
    reads = read_payments(snapshot, deployment, payments)
    facts = reads.facts(number_of=lambda _: invoice.number, name_of=name_of)
    return PaymentPlan(
        plan=build_plan(
            snapshot,
            deployment,
            f"Pay invoice {invoice.number} of {invoice.provider}: {invoice.total}",
            (_build_call(deployment, invoice, payments),),
            after=_conditions(deployment, invoice, payments, reads),
            moves_funds=True,
        ),
        findings=(*check_payments(facts), *check_pending(invoice.number, pending)),
        paid_by=reads.paid_by(),
    )


def _numbers(invoice: Invoice) -> Callable[[InvoiceHash], str]:
    """Return what gives the invoice's hash its number; other hashes stay what they are."""
    return lambda hash_: invoice.number if hash_ == invoice.invoice_hash else hash_


def payments_of(invoice: Invoice) -> tuple[Payment, ...]:
    """Return the payments that settle the invoice, one per line."""
    return tuple(
        Payment(
            model_id=line.model_id,
            payee=invoice.payee,
            amount_units=line.amount.units,
            invoice_hash=invoice.invoice_hash,
            memo=invoice.memo,
        )
        for line in invoice.lines
    )


def _build_call(deployment: "Deployment", invoice: Invoice, payments: Sequence[Payment]) -> Call:
    reserve = deployment.suite.reserve
    if len(payments) == 1:
        purpose = (
            f"Pay {invoice.total} to {invoice.provider} for invoice {invoice.number}, model {payments[0].model_id}"
        )
        return reserve.pay_infrastructure_cost(payments[0], purpose=purpose)
    shares = ", ".join(f"{line.amount} from model {line.model_id}" for line in invoice.lines)
    purpose = f"Pay {invoice.total} to {invoice.provider} for invoice {invoice.number}: {shares}"
    return reserve.batch_pay_infrastructure_costs(payments, purpose=purpose)


def _conditions(
    deployment: "Deployment", invoice: Invoice, payments: Sequence[Payment], reads: PaymentReads
) -> tuple[Condition, ...]:
    reserve = deployment.suite.reserve
    conditions: list[Condition] = []
    for payment, line in zip(payments, invoice.lines, strict=True):
        owed = f"{line.amount} for invoice {invoice.number}, model {payment.model_id}"
        if reads.remembers_invoices:
            read = reserve.is_invoice_paid(payment.model_id, payment.payee, payment.invoice_hash)
            conditions.append(view_is(read, expected=True, text=f"the reserve remembers {owed} as paid"))
        conditions.append(
            event_emitted(
                reserve.address,
                reserve.label,
                "InfrastructureCostPaid",
                {
                    "modelId": ("string", payment.model_id),
                    "payee": ("address", payment.payee),
                    "amount": ("uint256", payment.amount_units),
                    "invoiceHash": ("bytes32", word_from_hex(payment.invoice_hash)),
                    "memo": ("string", payment.memo),
                },
                f"the payment of {owed} is logged",
            )
        )
        if reads.counts_costs:
            conditions.append(_counted(reserve, payment, owed))
    return (*conditions, *_money(deployment, invoice))


def _counted(reserve: InfrastructureReserve, payment: Payment, owed: str) -> Condition:
    """Return that the reserve counts the payment as a cost by itself, so that nobody needs to record it again."""
    args: dict[str, tuple[str, AbiValue]] = {
        "modelId": ("string", payment.model_id),
        "amount": ("uint256", payment.amount_units),
        "invoiceHash": ("bytes32", word_from_hex(payment.invoice_hash)),
    }
    text = f"the reserve records {owed} as a cost of the period"
    return event_emitted(reserve.address, reserve.label, "ActualCostsRecorded", args, text)


def _money(deployment: "Deployment", invoice: Invoice) -> Iterator[Condition]:
    """Yield where the money goes, and what the reserve logs of several payments at once."""
    reserve, count = deployment.suite.reserve, len(invoice.lines)
    transfers = [Transfer(giver=reserve.address, taker=invoice.payee, amount=line.amount) for line in invoice.lines]
    yield from tokens_moved(deployment.suite.usdc.address, transfers)
    if count > 1:
        args: dict[str, tuple[str, AbiValue]] = {
            "paymentCount": ("uint256", count),
            "totalAmount": ("uint256", invoice.total.units),
        }
        text = f"the batch of {count} payments is logged"
        yield event_emitted(reserve.address, reserve.label, "BatchPaymentCompleted", args, text)

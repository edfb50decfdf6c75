"""Checks of a payment against the state of the reserve: facts in, findings out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import TokenAmount
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ZERO_ADDRESS, ZERO_HASH, InvoiceHash, ModelId

LARGE_PAYMENT_PERCENT = 50
"""The specification's alert threshold: a payment above this share of what is accrued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """What the chain says about one payment, all at one block."""

    model_id: ModelId
    number: str
    payee: ChecksumAddress
    amount: TokenAmount
    invoice_hash: InvoiceHash
    accrued: TokenAmount
    """What is left of the model's accrual after the payments before this one in the same plan."""
    reserve_balance: TokenAmount
    """What is left in the reserve after the payments before this one in the same plan."""
    provider: ChecksumAddress
    """The model's registered provider; zero when none is set."""
    paused: bool
    already_paid: bool
    paid_by: str | None
    """The transaction that paid it before, where the logs tell."""
    token: ChecksumAddress
    reserve: ChecksumAddress
    payee_name: str | None
    """The payee's name in the address book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPayment:
    """A proposal that waits for confirmations, or an operation for its time, and would pay the same invoice."""

    safe_tx_hash: str
    """The hash of the Safe transaction, or the id of the operation or governor's proposal."""
    nonce: int | None
    """None when only the book knows of it, and for what is no Safe transaction."""
    title: str
    kind: str = "Safe transaction"
    follow: str = "hokctl safe sign"
    """The command that brings it on."""


def check_payments(payments: Sequence[PaymentFacts]) -> list[Finding]:
    """Return what speaks against the payments of one plan: stops first, then what deserves a look."""
    findings = [
        *_check_paused(payments),
        *(finding for facts in payments for finding in _check_invoice(facts)),
        *(finding for facts in payments for finding in (*_check_amount(facts), *_check_payee(facts))),
    ]
    return sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)


def check_twice(payments: Sequence[PaymentFacts]) -> list[Finding]:
    """Return an error for each invoice that one plan would pay more than once for the same model."""
    keys = Counter((one.model_id, one.payee, one.invoice_hash) for one in payments)
    first = {(one.model_id, one.payee, one.invoice_hash): one for one in reversed(payments)}
    return [
        Finding(
            code="invoice-twice",
            severity=Severity.ERROR,
            subject=first[key].number,
            message=f"The plan pays invoice {first[key].number} of model {first[key].model_id} more than once.",
            remedy="Have it proposed again with each invoice once.",
            allowable=False,
        )
        for key, count in keys.items()
        if count > 1
    ]


def check_pending(number: str, pending: Sequence[PendingPayment]) -> list[Finding]:
    """Return an error for every proposal that would pay the invoice as well."""
    return [
        Finding(
            code="invoice-already-proposed",
            severity=Severity.ERROR,
            subject=number,
            message=f"Invoice {number} is proposed already, in {other.kind} {other.safe_tx_hash}.",
            evidence={"title": other.title, "nonce": "unknown" if other.nonce is None else str(other.nonce)},
            remedy=f"Go on with that one: {other.follow} {other.safe_tx_hash[:10]}. A second one could pay twice.",
        )
        for other in pending
    ]


def _check_paused(payments: Sequence[PaymentFacts]) -> list[Finding]:
    stopped = [facts for facts in payments if facts.paused]
    return [
        _stop(
            "reserve-paused",
            facts,
            "The reserve is paused, so no payment can be made.",
            "`hokctl emergency status` tells who can unpause it.",
            {"reserve": facts.reserve},
        )
        for facts in stopped[:1]
    ]


def _check_invoice(facts: PaymentFacts) -> list[Finding]:
    if facts.invoice_hash == ZERO_HASH:
        return [
            _stop(
                "zero-invoice-hash",
                facts,
                "The payment names no invoice: its hash is zero.",
                "Enter the invoice with `hokctl invoice add`, which makes the hash.",
                {"invoice hash": facts.invoice_hash},
            )
        ]
    if not facts.already_paid:
        return []
    by = f" by transaction {facts.paid_by}" if facts.paid_by else ""
    return [
        _stop(
            "invoice-already-paid",
            facts,
            f"Invoice {facts.number} of model {facts.model_id} was already paid to {facts.payee}{by}.",
            "Nothing is owed any more: an invoice is paid once.",
            {"invoice hash": facts.invoice_hash},
        )
    ]


def _check_amount(facts: PaymentFacts) -> list[Finding]:
    figures = {
        "amount": str(facts.amount),
        "accrued": str(facts.accrued),
        "reserve balance": str(facts.reserve_balance),
    }
    if facts.accrued < facts.amount:
        return [
            _stop(
                "exceeds-accrued",
                facts,
                f"The payment of {facts.amount} is more than the {facts.accrued} accrued for model {facts.model_id}.",
                "Pay a part, wait for more fees, or raise the model's split.",
                figures,
            )
        ]
    if facts.reserve_balance < facts.amount:
        return [
            _stop(
                "reserve-insolvent",
                facts,
                f"The reserve holds only {facts.reserve_balance}, less than the payment of {facts.amount}.",
                "`hokctl treasury status` shows the shortfall; an emergency withdrawal may have caused it.",
                figures,
            )
        ]
    if facts.amount.units * 100 > facts.accrued.units * LARGE_PAYMENT_PERCENT:
        return [
            Finding(
                code="large-payment",
                severity=Severity.WARNING,
                subject=facts.model_id,
                message=f"The payment takes more than {LARGE_PAYMENT_PERCENT} % of what is accrued for the model.",
                evidence=figures,
                remedy="Compare the amount with the invoice once more.",
            )
        ]
    return []


def _check_payee(facts: PaymentFacts) -> list[Finding]:
    if facts.payee in {ZERO_ADDRESS, facts.token, facts.reserve}:
        return [
            _stop(
                "impossible-payee",
                facts,
                f"{facts.payee} is the token, the reserve or the zero address: money sent there is lost.",
                "Correct the payee of the invoice.",
                {"payee": facts.payee},
            )
        ]
    if facts.payee == facts.provider:
        return []
    registered = "none is registered" if facts.provider == ZERO_ADDRESS else f"{facts.provider} is registered"
    return [
        Finding(
            code="payee-not-provider",
            severity=Severity.ERROR if facts.payee_name is None else Severity.WARNING,
            subject=facts.payee,
            message=f"The payee is not the provider of model {facts.model_id}: {registered}.",
            evidence={"payee": facts.payee, "name": facts.payee_name or "not in the address book"},
            remedy="Set the provider with `hokctl provider set`, or add the payee to the address book.",
        )
    ]


def _stop(code: str, facts: PaymentFacts, message: str, remedy: str, evidence: dict[str, str]) -> Finding:
    return Finding(
        code=code,
        severity=Severity.ERROR,
        subject=facts.model_id,
        message=message,
        evidence=evidence,
        remedy=remedy,
        allowable=False,
    )

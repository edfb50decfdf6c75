"""Checks of a payment against the state of the reserve: facts in, findings out."""

from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import TokenAmount
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ZERO_ADDRESS, InvoiceHash, ModelId

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
    reserve_balance: TokenAmount
    provider: ChecksumAddress
    """The model's registered provider; zero when none is set."""
    paused: bool
    already_paid: bool
    token: ChecksumAddress
    reserve: ChecksumAddress
    payee_name: str | None
    """The payee's name in the address book."""


def check_payment(facts: PaymentFacts) -> list[Finding]:
    """Return what speaks against the payment: stops first, then what deserves a look."""
    findings = [*_check_state(facts), *_check_amount(facts), *_check_payee(facts)]
    return sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)


def _check_state(facts: PaymentFacts) -> list[Finding]:
    findings = []
    if facts.already_paid:
        findings.append(
            _stop(
                "invoice-already-paid",
                facts,
                f"Invoice {facts.number} of model {facts.model_id} was already paid to {facts.payee}.",
                "Nothing is owed: mark the invoice as paid, or void a duplicate with `hokctl invoice void`.",
                {"invoice hash": facts.invoice_hash},
            )
        )
    if facts.paused:
        findings.append(
            _stop(
                "reserve-paused",
                facts,
                "The reserve is paused, so no payment can be made.",
                "`hokctl emergency status` tells who can unpause it.",
                {"reserve": facts.reserve},
            )
        )
    return findings


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

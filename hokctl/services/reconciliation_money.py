"""What is wrong with the reserve's money, in words: payments that nobody owed, and movements that nothing explains."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from hokctl.domain.day_spans import day_of
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice
from hokctl.domain.reconciliation import Oddity, OddityKind, Place
from hokctl.domain.units import InvoiceHash
from hokctl.services.reconciliation_matching import Surplus, SurplusPayment
from hokctl.services.reconciliation_scope import Scope, titled, where

_ASK_PAYER: Final = "Ask whoever paid what it was for; `hokctl tx decode` shows the transaction's calldata."
_LOOK: Final = "Look at the transaction, and at who may do this with `hokctl roles list`."


def describe_surplus(surplus: SurplusPayment, scope: Scope) -> Finding:
    """Return the finding about a payment that no line of the book was left for."""
    payment, invoice = surplus.payment, surplus.invoice
    paid = (
        f"{scope.amount(payment.units)} of model {scope.model(payment.model_topic)} to {scope.account(payment.payee)} "
        f"on {day_of(payment.place.timestamp)}"
    )
    evidence = {**where(payment.place), "payee": payment.payee, "invoice hash": payment.invoice_hash}
    if invoice is not None:
        return _surplus_of(invoice, surplus, paid, evidence)
    if surplus.kind is Surplus.ZERO_HASH:
        return Finding(
            code="payment-without-hash",
            severity=Severity.ERROR,
            subject=payment.place.tx_hash,
            message=f"A payment names no invoice, its hash is zero: {paid}.",
            remedy=_ASK_PAYER,
            evidence=evidence,
        )
    return Finding(
        code="payment-without-invoice",
        severity=Severity.ERROR,
        subject=payment.place.tx_hash,
        message=f"A payment has no invoice in the book: {paid}.",
        remedy=f"{_ASK_PAYER} If it is owed, enter its invoice with `hokctl invoice add`.",
        evidence=evidence,
    )


def _surplus_of(invoice: Invoice, surplus: SurplusPayment, paid: str, evidence: dict[str, str]) -> Finding:
    """Return that a payment repeats an invoice, or pays one that is void."""
    earlier = surplus.earlier
    if earlier is None:
        return Finding(
            code="void-invoice-paid",
            severity=Severity.ERROR,
            subject=titled(invoice),
            message=f"Invoice {titled(invoice)} is void in the book, and was paid: {paid}.",
            remedy="Ask for the money back, or enter the invoice again if it is owed after all.",
            evidence=evidence,
        )
    return Finding(
        code="invoice-paid-twice",
        severity=Severity.ERROR,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} was paid again: {paid}; it had been paid by {earlier.place.tx_hash}.",
        remedy="Ask the provider for the money back, and whoever paid why the duplicate was not refused.",
        evidence={**evidence, "earlier": earlier.place.tx_hash},
    )


def describe_costs(
    recorded: Iterable[tuple[str, InvoiceHash, Place]], paid: frozenset[tuple[str, InvoiceHash]], scope: Scope
) -> Iterator[Finding]:
    """Yield the costs that were recorded by hand though the reserve paid their invoice, and so recorded them itself."""
    for topic, invoice_hash, place in recorded:
        if (topic, invoice_hash) in paid:
            yield Finding(
                code="cost-recorded-twice",
                severity=Severity.WARNING,
                subject=place.tx_hash,
                message=f"A cost of model {scope.model(topic)} was recorded by hand, and the reserve paid its invoice "
                f"{invoice_hash} and recorded that by itself: it counts twice.",
                remedy="Tell whoever compares estimated with actual costs; the period's figures are too high.",
                evidence=where(place),
            )


def describe_oddity(oddity: Oddity, scope: Scope) -> Finding:
    """Return the finding about something that a transaction did to the reserve."""
    return _WORDS[oddity.kind](oddity, scope)


def _withdrawal(oddity: Oddity, scope: Scope) -> Finding:
    return Finding(
        code="emergency-withdrawal",
        severity=Severity.WARNING,
        subject=oddity.place.tx_hash,
        message=f"{scope.amount(oddity.units)} were withdrawn in an emergency {_to(oddity, scope)}; what the models "
        "have accrued stayed as it was.",
        remedy="`hokctl treasury status` shows what is missing. Deposit it again when the emergency is over.",
        evidence=where(oddity.place),
    )


def _donation(oddity: Oddity, scope: Scope) -> Finding:
    return Finding(
        code="donation",
        severity=Severity.WARNING,
        subject=oddity.place.tx_hash,
        message=f"{scope.amount(oddity.units)} came {_from(oddity, scope)} without a deposit: they belong to no model "
        "and cannot be paid out, only withdrawn.",
        remedy="Ask the giver whether fees were meant; those go through `hokctl fee deposit`.",
        evidence=where(oddity.place),
    )


def _dust(oddity: Oddity, scope: Scope) -> Finding:
    return Finding(
        code="dust",
        severity=Severity.INFO,
        subject="InfrastructureReserve",
        message=f"{scope.amount(oddity.units)} came in {oddity.count} transfers too small to ask about, without a "
        "deposit.",
        remedy="Nothing needs to be done; --dust sets from which amount on a transfer is looked at.",
        evidence={"last transaction": oddity.place.tx_hash},
    )


def _split(oddity: Oddity, scope: Scope) -> Finding:
    return Finding(
        code="fee-split-differs",
        severity=Severity.ERROR,
        subject=oddity.place.tx_hash,
        message=f"A fee of model {_model(oddity, scope)} was split otherwise than the split in force says: "
        f"{scope.amount(oddity.units)} for infrastructure instead of {scope.amount(oddity.expected or 0)}.",
        remedy=f"`hokctl split history` shows the changes of the split. {_LOOK}",
        evidence=where(oddity.place),
    )


def _unexplained_deposit(oddity: Oddity, scope: Scope) -> Finding:
    return Finding(
        code="deposit-unexplained",
        severity=Severity.WARNING,
        subject=oddity.place.tx_hash,
        message=f"{scope.amount(oddity.units)} were set aside for model {_model(oddity, scope)}, and the fee router "
        "logged no fee that they are the share of.",
        remedy=_LOOK,
        evidence=where(oddity.place),
    )


def _not_credited(oddity: Oddity, scope: Scope) -> Finding:
    return Finding(
        code="deposit-not-credited",
        severity=Severity.ERROR,
        subject=oddity.place.tx_hash,
        message=f"The fee router logged {scope.amount(oddity.expected or 0)} for the infrastructure of model "
        f"{_model(oddity, scope)}, and the reserve booked {scope.amount(oddity.units)}.",
        remedy=_LOOK,
        evidence=where(oddity.place),
    )


def _not_received(oddity: Oddity, scope: Scope) -> Finding:
    return Finding(
        code="deposit-not-received",
        severity=Severity.ERROR,
        subject=oddity.place.tx_hash,
        message=f"The reserve booked deposits of {scope.amount(oddity.expected or 0)}, and received "
        f"{scope.amount(oddity.units)}.",
        remedy="Pause the reserve with `hokctl emergency pause`, and find out where the money is.",
        evidence=where(oddity.place),
    )


def _unexplained_transfer(oddity: Oddity, scope: Scope) -> Finding:
    return Finding(
        code="transfer-unexplained",
        severity=Severity.ERROR,
        subject=oddity.place.tx_hash,
        message=f"{scope.amount(oddity.units)} left the reserve {_to(oddity, scope)}, neither as a payment nor as a "
        "withdrawal.",
        remedy="Pause the reserve with `hokctl emergency pause`, and find out how that was possible.",
        evidence=where(oddity.place),
    )


def _not_transferred(oddity: Oddity, scope: Scope) -> Finding:
    return Finding(
        code="payment-not-transferred",
        severity=Severity.ERROR,
        subject=oddity.place.tx_hash,
        message=f"The reserve logged that {scope.amount(oddity.expected or 0)} went {_to(oddity, scope)}; the token "
        f"moved {scope.amount(oddity.units)}.",
        remedy="Check the token and the reserve's code with `hokctl deploy verify`.",
        evidence=where(oddity.place),
    )


def _model(oddity: Oddity, scope: Scope) -> str:
    return scope.model(oddity.model_topic or "")


def _to(oddity: Oddity, scope: Scope) -> str:
    return "" if oddity.account is None else f"to {scope.account(oddity.account)}"


def _from(oddity: Oddity, scope: Scope) -> str:
    return "" if oddity.account is None else f"from {scope.account(oddity.account)}"


_WORDS: Final[Mapping[OddityKind, Callable[[Oddity, Scope], Finding]]] = {
    OddityKind.WITHDRAWAL: _withdrawal,
    OddityKind.DONATION: _donation,
    OddityKind.DUST: _dust,
    OddityKind.SPLIT: _split,
    OddityKind.UNEXPLAINED_DEPOSIT: _unexplained_deposit,
    OddityKind.NOT_CREDITED: _not_credited,
    OddityKind.NOT_RECEIVED: _not_received,
    OddityKind.UNEXPLAINED_TRANSFER: _unexplained_transfer,
    OddityKind.NOT_TRANSFERRED: _not_transferred,
}

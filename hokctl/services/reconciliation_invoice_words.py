"""What is wrong with an invoice, in words."""

from collections.abc import Mapping
from typing import Final

from hokctl.domain.day_spans import day_of
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice
from hokctl.domain.reconciliation import MadePayment
from hokctl.domain.units import TxHash
from hokctl.services.reconciliation_matching import OwedLine
from hokctl.services.reconciliation_scope import Scope, titled, where

_SYNC: Final = "Run `hokctl ledger sync`, then look at the invoice with `hokctl invoice show` and correct the book."


def paid_otherwise(owed: OwedLine, scope: Scope) -> Finding:
    """Return what is different about the payment that was taken for the line."""
    payment, invoice = owed.near[0], owed.invoice
    units = sum(each.units for each in owed.near)
    pairs = {
        "payee": (scope.account(invoice.payee), scope.account(payment.payee)),
        "model": (owed.line.model_id, scope.model(payment.model_topic)),
        "amount": (str(owed.line.amount), scope.amount(units)),
    }
    different = [name for name, (owed_, made) in pairs.items() if owed_ != made]
    code = "amount-differs"
    if payment.payee != invoice.payee:
        code = "payee-differs"
    elif payment.model_topic != owed.topic:
        code = "model-differs"
    said = "; ".join(f"the {name} is {pairs[name][1]} and should be {pairs[name][0]}" for name in different)
    return Finding(
        code=code,
        severity=Severity.ERROR,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} was paid otherwise than it says: {said}.",
        remedy="Ask whoever paid. Take back what was too much; correct or void the invoice where it was wrong.",
        evidence={**where(payment.place), **{name: f"{pairs[name][1]} for {pairs[name][0]}" for name in different}},
    )


def not_booked(invoice: Invoice, payment: MadePayment, scope: Scope) -> Finding:
    """Return that the chain has paid what the book has as open."""
    return Finding(
        code="payment-not-booked",
        severity=Severity.WARNING,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} is {invoice.state.value} in the book, and the chain has paid it: "
        f"{invoice.total} on {day_of(payment.place.timestamp)}.",
        remedy=f"`hokctl invoice pay {invoice.number}` refuses to pay it again and notes the payment; ask who paid it.",
        evidence={**where(payment.place), "payee": scope.account(payment.payee)},
    )


def foreign_payee(invoice: Invoice, payment: MadePayment, scope: Scope) -> Finding:
    """Return that the payee is nobody that hokctl knows."""
    provider = "nobody" if payment.provider is None else scope.account(payment.provider)
    return Finding(
        code="payee-unknown",
        severity=Severity.WARNING,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} was paid to {invoice.payee}, which no name is known for; the provider of "
        f"model {scope.model(payment.model_topic)} was {provider} at that moment.",
        remedy="Ask the provider where it wants to be paid, and put the account into the address book.",
        evidence=where(payment.place),
    )


def reorganised(invoice: Invoice, tx_hash: TxHash, now: MadePayment | None) -> Finding:
    """Return that the transaction that the book names is no longer on the chain; `now` paid instead."""
    rest = "and no payment took its place" if now is None else f"and {now.place.tx_hash} paid instead"
    return Finding(
        code="payment-reorganised",
        severity=Severity.ERROR,
        subject=titled(invoice),
        message=f"The book has invoice {titled(invoice)} as paid by transaction {tx_hash}. The chain has no such "
        f"transaction any more, {rest}.",
        remedy=_SYNC,
        evidence={"transaction": tx_hash},
    )


def reverted(invoice: Invoice, tx_hash: TxHash) -> Finding:
    """Return that the transaction that the book names failed."""
    return Finding(
        code="payment-reverted",
        severity=Severity.ERROR,
        subject=titled(invoice),
        message=f"The book has invoice {titled(invoice)} as paid by transaction {tx_hash}, which failed.",
        remedy=_SYNC,
        evidence={"transaction": tx_hash},
    )


def facts_differ(invoice: Invoice, made: MadePayment, different: Mapping[str, tuple[object, object]]) -> Finding:
    """Return where the book and the event differ: what each fact is in the book, and in truth."""
    said = ", ".join(f"{name} {booked} instead of {actual}" for name, (booked, actual) in different.items())
    return Finding(
        code="payment-facts-differ",
        severity=Severity.WARNING,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} is paid, but not where the book says: {said}.",
        remedy=_SYNC,
        evidence=where(made.place),
    )


def partly_paid(invoice: Invoice, paid: list[OwedLine], unpaid: list[OwedLine], scope: Scope) -> Finding:
    """Return which lines lack."""
    missing = ", ".join(f"{owed.line.amount} of model {owed.line.model_id}" for owed in unpaid)
    done = scope.amount(sum(owed.line.amount.units for owed in paid))
    return Finding(
        code="invoice-partly-paid",
        severity=Severity.ERROR,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} is {invoice.state.value} in the book and paid in part: {done} of "
        f"{invoice.total}; what lacks is {missing}.",
        remedy="Find out why the rest was left out; `hokctl invoice pay` pays what is still open.",
        evidence=where(paid[0].payments[0].place),
    )


def missing(invoice: Invoice, tx_hash: TxHash | None, scope: Scope) -> Finding:
    """Return that nothing paid what the book has as paid."""
    named = "names no transaction" if tx_hash is None else f"names transaction {tx_hash}, which did not pay it"
    return Finding(
        code="payment-missing",
        severity=Severity.ERROR,
        subject=titled(invoice),
        message=f"The book has invoice {titled(invoice)}, {invoice.total}, as paid, but {named}: up to block "
        f"{scope.last_block} the reserve logged no such payment.",
        remedy="Find out who marked it as paid; the provider is still owed it.",
        evidence={} if tx_hash is None else {"transaction": tx_hash},
    )


def outside(invoice: Invoice, payment: MadePayment, scope: Scope) -> Finding:
    """Return that hokctl has no trace of the payment."""
    return Finding(
        code="payment-outside-hokctl",
        severity=Severity.WARNING,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} was paid past hokctl on {day_of(payment.place.timestamp)}: neither its "
        f"journal nor a proposal knows of {scope.amount(payment.units)} from model {scope.model(payment.model_topic)}.",
        remedy="Ask the accounts with PAYER_ROLE who paid, and why no check was run; `hokctl roles who PAYER_ROLE`.",
        evidence={**where(payment.place), "book": invoice.state.value},
    )


def entered_late(invoice: Invoice, payment: MadePayment) -> Finding:
    """Return that the payment came before the entry."""
    return Finding(
        code="entered-after-payment",
        severity=Severity.INFO,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} was entered after it had been paid on {day_of(payment.place.timestamp)}.",
        remedy="Enter invoices before they are paid, so that the checks can see them.",
        evidence=where(payment.place),
    )


def paid_ahead(invoice: Invoice, payment: MadePayment) -> Finding:
    """Return that the payment came before the period it is for."""
    return Finding(
        code="paid-before-period",
        severity=Severity.INFO,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} was paid on {day_of(payment.place.timestamp)}, before the period that "
        f"it is for began on {invoice.period_start}.",
        remedy="Check that this was to be paid in advance.",
        evidence=where(payment.place),
    )


def overdue(invoice: Invoice) -> Finding:
    """Return that the day has passed."""
    return Finding(
        code="invoice-overdue",
        severity=Severity.INFO,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)}, {invoice.total}, was due on {invoice.due} and is not paid.",
        remedy=f"Pay it with `hokctl invoice pay {invoice.number}`, or strike it out with `hokctl invoice void`.",
        evidence={"due": str(invoice.due), "state": invoice.state.value},
    )

"""Checks of what is owed: how long the money lasts after a payment, and whether the book still wants it paid."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from hokctl.checks.facts import SafeTxFacts
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.checks.payments import PaymentFacts
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.runway import LOW_DAYS, Runway, RunwayState, compute_runway
from hokctl.domain.units import ModelId


def check_runway(facts: SafeTxFacts) -> Looked:
    """Look for how many days each model's accrual lasts before and after, with what is queued before taken off."""
    if not facts.payments:
        return NOTHING_TO_SEE
    at, findings = [], list[Finding]()
    for first in {one.model_id: one for one in reversed(facts.payments)}.values():
        before, after = _runway(facts, first, own=False), _runway(facts, first, own=True)
        at.append((f"runway of model {first.model_id}", f"{_days(before)} before, {_days(after)} after"))
        if after.days is not None and after.days < LOW_DAYS:
            findings.append(_short(first.model_id, before, after, str(facts.daily_burns[first.model_id])))
    return Looked(tuple(at), tuple(findings))


def _runway(facts: SafeTxFacts, first: PaymentFacts, *, own: bool) -> Runway:
    model_id, nonce = first.model_id, facts.safe_tx.nonce
    earlier = (paid for one in facts.queued_payments if one.proposal.safe_tx.nonce < nonce for paid in one.payments)
    taken = sum(one.amount_units for one in earlier if one.model_id == model_id)
    if own:
        taken += sum(one.amount.units for one in facts.payments if one.model_id == model_id)
    burn = facts.daily_burns.get(model_id)
    left = max(0, first.accrued.units - taken)
    return compute_runway(left, None if burn is None else burn.units, at=facts.block.timestamp)


def _days(runway: Runway) -> str:
    return runway.state.value if runway.state is not RunwayState.LIMITED else f"{runway.days} days"


def _short(model_id: ModelId, before: Runway, after: Runway, burn: str) -> Finding:
    return Finding(
        code="runway-short",
        severity=Severity.WARNING,
        subject=model_id,
        message=f"After this payment, and what is queued before it, model {model_id} has {_days(after)} left.",
        evidence={"before": _days(before), "after": _days(after), "burn a day": burn},
        remedy="Pay what is owed, and raise the model's split or its fees.",
    )


def check_invoices(facts: SafeTxFacts) -> Looked:
    """Look what the book says about the invoices: void ones are not paid, and when each is due."""
    known = [(one, invoice) for one in facts.payments for invoice in facts.invoices if _is_for(invoice, one)]
    if not known:
        return NOTHING_TO_SEE
    at = tuple((invoice.number, _words(invoice)) for _, invoice in known)
    distinct = {(invoice.provider, invoice.number): invoice for _, invoice in known}.values()
    void = (_void(invoice) for invoice in distinct if invoice.state is InvoiceState.VOID)
    return Looked(at, (*void, *_overdue(facts, [one for one in distinct if one.state is not InvoiceState.VOID])))


def _is_for(invoice: Invoice, payment: PaymentFacts) -> bool:
    return (invoice.invoice_hash, invoice.payee) == (payment.invoice_hash, payment.payee)


def _words(invoice: Invoice) -> str:
    due = "no due date" if invoice.due is None else f"due on {invoice.due}"
    return f"{invoice.state.value} in the book, {due}"


def _void(invoice: Invoice) -> Finding:
    return Finding(
        code="invoice-void",
        severity=Severity.ERROR,
        subject=invoice.number,
        message=f"The book has invoice {invoice.number} of {invoice.provider} as void: it is not owed.",
        remedy="Reject this Safe transaction; or, if it is owed after all, have the invoice entered again.",
    )


def _overdue(facts: SafeTxFacts, invoices: Sequence[Invoice]) -> Iterator[Finding]:
    """Yield one remark, however many invoices are overdue."""
    today = datetime.fromtimestamp(facts.block.timestamp, UTC).date()
    late = sorted((one.due, one.number) for one in invoices if one.due is not None and one.due < today)
    if not late:
        return
    due, number = late[0]
    others = f", and {len(late) - 1} more are overdue" if len(late) > 1 else ""
    yield Finding(
        code="invoice-overdue",
        severity=Severity.INFO,
        subject=number,
        message=f"Invoice {number} was due on {due}, {(today - due).days} days ago{others}.",
        remedy="Have it executed soon; the provider may ask for more.",
    )

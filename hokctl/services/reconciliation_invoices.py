"""What is wrong with an invoice, by what the book says about it and what the chain did: one finding for each cause."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.reconciliation import Fate, MadePayment
from hokctl.domain.units import TxHash
from hokctl.services.reconciliation_matching import OwedLine
from hokctl.services.reconciliation_scope import Scope, day_of, titled, where

_SYNC = "Run `hokctl ledger sync`, then look at the invoice with `hokctl invoice show` and correct the book."


def transactions_in_doubt(lines: Iterable[OwedLine], scope: Scope) -> frozenset[TxHash]:
    """Return the transactions that the book names and that the index does not have as the payments they should be."""
    found = set[TxHash]()
    for owed in lines:
        tx_hash = _booked_tx(owed)
        if (
            tx_hash is not None
            and _compared(owed, scope)
            and all(each.place.tx_hash != tx_hash for each in owed.payments)
        ):
            found.add(tx_hash)
    return frozenset(found)


def check_invoices(
    lines: Iterable[OwedLine], scope: Scope, fates: Mapping[TxHash, Fate], *, changed: Collection[tuple[str, str]] = ()
) -> Iterator[Finding]:
    """Yield what is wrong with each invoice in the period; `lines` has those of one invoice side by side.

    `fates` has what the chain says of the transactions in doubt. What the book's own content is known to be `changed`
    of, by provider and number, may well differ from what was paid: that is no finding besides.
    """
    for _, group in groupby(lines, key=lambda owed: (owed.invoice.provider, owed.invoice.number)):
        own = list(group)
        invoice = own[0].invoice
        if invoice.state is InvoiceState.VOID or not all(_compared(owed, scope) for owed in own):
            continue
        differing = [owed for owed in own if owed.near and not owed.settled]
        if differing:
            if (invoice.provider, invoice.number) not in changed:
                yield from (_differs(owed, scope) for owed in differing if _paid_within(owed, scope))
        elif all(owed.settled for owed in own):
            yield from _check_settled(invoice, own, scope, fates)
        else:
            yield from _check_unsettled(invoice, own, scope, fates)


def _check_settled(
    invoice: Invoice, own: list[OwedLine], scope: Scope, fates: Mapping[TxHash, Fate]
) -> Iterator[Finding]:
    """Yield what is wrong with an invoice whose every line was paid as it should be."""
    if not any(_paid_within(owed, scope) for owed in own):
        return
    payments = [each for owed in own for each in owed.payments]
    last = max(payments, key=lambda each: (each.place.block_number, each.place.log_index))
    if not all(owed.booked for owed in own):
        yield _not_booked(invoice, last, scope)
    else:
        yield from _check_facts(invoice, own, fates)
    if last.provider != invoice.payee and scope.name_of(invoice.payee) is None:
        yield _foreign_payee(invoice, last, scope)
    if invoice.entered_at is not None and last.place.timestamp < invoice.entered_at:
        yield Finding(
            code="entered-after-payment",
            severity=Severity.INFO,
            subject=titled(invoice),
            message=f"Invoice {titled(invoice)} was entered on {day_of(invoice.entered_at)}, after it had been paid "
            f"on {day_of(last.place.timestamp)}.",
            remedy="Enter invoices before they are paid, so that the checks can see them.",
            evidence=where(last.place),
        )
    if invoice.period_start is not None and day_of(last.place.timestamp) < invoice.period_start:
        yield Finding(
            code="paid-before-period",
            severity=Severity.INFO,
            subject=titled(invoice),
            message=f"Invoice {titled(invoice)} was paid on {day_of(last.place.timestamp)}, before the period that it "
            f"is for began on {invoice.period_start}.",
            remedy="Check that this was to be paid in advance.",
            evidence=where(last.place),
        )


def _check_facts(invoice: Invoice, own: list[OwedLine], fates: Mapping[TxHash, Fate]) -> Iterator[Finding]:
    """Yield where the book names another event than the one that paid; the first line of the invoice stands for all."""
    for owed in own:
        tx_hash, made = _booked_tx(owed), owed.payments[0]
        if tx_hash is None:
            continue
        if all(each.place.tx_hash != tx_hash for each in owed.payments):
            if owed.facts is None and any(each.place.tx_hash == tx_hash for one in own for each in one.payments):
                continue
            if fates.get(tx_hash) is Fate.UNKNOWN:
                yield _reorganised(invoice, tx_hash, made)
            else:
                yield _facts_differ(invoice, made, {"transaction": (tx_hash, made.place.tx_hash)})
            return
        if owed.facts is not None and owed.made is not None:
            place, facts = owed.made.place, owed.facts
            pairs = {
                "block": (facts.block_number, place.block_number),
                "log index": (facts.log_index, place.log_index),
                "time": (facts.paid_at, place.timestamp),
            }
            different = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
            if different:
                yield _facts_differ(invoice, made, different)
                return


def _check_unsettled(
    invoice: Invoice, own: list[OwedLine], scope: Scope, fates: Mapping[TxHash, Fate]
) -> Iterator[Finding]:
    """Yield what is wrong with an invoice of which at least one line was not paid."""
    paid, unpaid = [owed for owed in own if owed.payments], [owed for owed in own if not owed.payments]
    booked = [owed for owed in unpaid if owed.booked and _booked_within(owed, scope)]
    for owed in booked:
        tx_hash = _booked_tx(owed)
        fate = None if tx_hash is None else fates.get(tx_hash)
        if tx_hash is not None and fate is Fate.UNKNOWN:
            yield _reorganised(invoice, tx_hash, None)
            return
        if tx_hash is not None and fate is Fate.REVERTED:
            yield _reverted(invoice, tx_hash)
            return
        if fate is Fate.LATER:
            return
    if paid and (booked or any(_paid_within(owed, scope) for owed in paid)):
        yield _partly(invoice, paid, unpaid, scope)
    elif booked:
        yield _missing(invoice, _booked_tx(booked[0]), scope)
    elif not paid and invoice.due is not None and invoice.due < scope.last_day:
        yield Finding(
            code="invoice-overdue",
            severity=Severity.INFO,
            subject=titled(invoice),
            message=f"Invoice {titled(invoice)}, {invoice.total}, was due on {invoice.due} and is not paid.",
            remedy=f"Pay it with `hokctl invoice pay {invoice.number}`, or strike it out with `hokctl invoice void`.",
            evidence={"due": invoice.due.isoformat(), "state": invoice.state.value},
        )


def _booked_tx(owed: OwedLine) -> TxHash | None:
    if owed.facts is not None:
        return owed.facts.tx_hash
    if owed.invoice.state is InvoiceState.PAID and owed.invoice.tx_hash is not None:
        return TxHash(owed.invoice.tx_hash)
    return None


def _compared(owed: OwedLine, scope: Scope) -> bool:
    """Tell whether the index goes as far as what the book says of the line."""
    return owed.facts is None or owed.facts.block_number <= scope.last_block


def _paid_within(owed: OwedLine, scope: Scope) -> bool:
    return any(scope.period.has(each.place.timestamp) for each in owed.payments)


def _booked_within(owed: OwedLine, scope: Scope) -> bool:
    """Tell whether the book has the line as paid in the period; where it names no time it may have been."""
    return owed.facts is None or scope.period.has(owed.facts.paid_at)


def _differs(owed: OwedLine, scope: Scope) -> Finding:
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


def _not_booked(invoice: Invoice, payment: MadePayment, scope: Scope) -> Finding:
    return Finding(
        code="payment-not-booked",
        severity=Severity.WARNING,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} is {invoice.state.value} in the book, and the chain has paid it: "
        f"{invoice.total} on {day_of(payment.place.timestamp)}.",
        remedy=f"`hokctl invoice pay {invoice.number}` refuses to pay it again and notes the payment; ask who paid it.",
        evidence={**where(payment.place), "payee": scope.account(payment.payee)},
    )


def _foreign_payee(invoice: Invoice, payment: MadePayment, scope: Scope) -> Finding:
    provider = "nobody" if payment.provider is None else scope.account(payment.provider)
    return Finding(
        code="payee-not-provider",
        severity=Severity.WARNING,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} was paid to {invoice.payee}, which no name is known for; the provider of "
        f"model {scope.model(payment.model_topic)} was {provider} at that moment.",
        remedy="Ask the provider where it wants to be paid, and put the account into the address book.",
        evidence=where(payment.place),
    )


def _reorganised(invoice: Invoice, tx_hash: TxHash, now: MadePayment | None) -> Finding:
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


def _reverted(invoice: Invoice, tx_hash: TxHash) -> Finding:
    return Finding(
        code="payment-reverted",
        severity=Severity.ERROR,
        subject=titled(invoice),
        message=f"The book has invoice {titled(invoice)} as paid by transaction {tx_hash}, which failed.",
        remedy=_SYNC,
        evidence={"transaction": tx_hash},
    )


def _facts_differ(invoice: Invoice, made: MadePayment, different: Mapping[str, tuple[object, object]]) -> Finding:
    said = ", ".join(f"{name} {booked} instead of {actual}" for name, (booked, actual) in different.items())
    return Finding(
        code="payment-facts-differ",
        severity=Severity.WARNING,
        subject=titled(invoice),
        message=f"Invoice {titled(invoice)} is paid, but not where the book says: {said}.",
        remedy=_SYNC,
        evidence=where(made.place),
    )


def _partly(invoice: Invoice, paid: list[OwedLine], unpaid: list[OwedLine], scope: Scope) -> Finding:
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


def _missing(invoice: Invoice, tx_hash: TxHash | None, scope: Scope) -> Finding:
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

"""What is wrong with an invoice, by what the book says about it and what the chain did: one finding for each cause."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby

from hokctl.domain.day_spans import day_of
from hokctl.domain.findings import Finding
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.reconciliation import Fate, MadePayment
from hokctl.domain.units import TxHash
from hokctl.services.reconciliation_invoice_words import (
    entered_late,
    facts_differ,
    foreign_payee,
    missing,
    not_booked,
    outside,
    overdue,
    paid_ahead,
    paid_otherwise,
    partly_paid,
    reorganised,
    reverted,
)
from hokctl.services.reconciliation_matching import OwedLine
from hokctl.services.reconciliation_scope import Scope


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
    lines: Iterable[OwedLine],
    scope: Scope,
    fates: Mapping[TxHash, Fate],
    *,
    ours: Callable[[MadePayment], bool],
    changed: Collection[tuple[str, str]] = (),
) -> Iterator[Finding]:
    """Yield what is wrong with each invoice in the period; `lines` has those of one invoice side by side.

    `fates` has what the chain says of the transactions in doubt; `ours` tells whether hokctl has a trace of a payment.
    An invoice that is known to be `changed` in the book, by provider and number, may well differ from what was paid:
    that is no finding besides.
    """
    for _, group in groupby(lines, key=lambda owed: (owed.invoice.provider, owed.invoice.number)):
        own = list(group)
        invoice = own[0].invoice
        if invoice.state is InvoiceState.VOID or not all(_compared(owed, scope) for owed in own):
            continue
        differing = [owed for owed in own if owed.near and not owed.settled]
        if differing:
            if (invoice.provider, invoice.number) not in changed:
                yield from (paid_otherwise(owed, scope) for owed in differing if _paid_within(owed, scope))
        elif all(owed.settled for owed in own):
            yield from _check_settled(invoice, own, scope, fates, ours)
        else:
            yield from _check_unsettled(invoice, own, scope, fates)


def _check_settled(
    invoice: Invoice,
    own: list[OwedLine],
    scope: Scope,
    fates: Mapping[TxHash, Fate],
    ours: Callable[[MadePayment], bool],
) -> Iterator[Finding]:
    """Yield what is wrong with an invoice whose every line was paid as it should be."""
    if not any(_paid_within(owed, scope) for owed in own):
        return
    payments = [each for owed in own for each in owed.payments]
    last = max(payments, key=lambda each: (each.place.block_number, each.place.log_index))
    booked = all(owed.booked for owed in own)
    early = invoice.entered_at is not None and last.place.timestamp < invoice.entered_at
    strange = [each for each in payments if not ours(each)]
    if strange and not early:
        yield outside(invoice, strange[0], scope)
    elif not booked:
        yield not_booked(invoice, last, scope)
    elif early:
        yield entered_late(invoice, last)
    if booked:
        yield from _check_facts(own, fates)
    if last.provider != invoice.payee and scope.name_of(invoice.payee) is None:
        yield foreign_payee(invoice, last, scope)
    if invoice.period_start is not None and day_of(last.place.timestamp) < invoice.period_start:
        yield paid_ahead(invoice, last)


def _check_facts(own: list[OwedLine], fates: Mapping[TxHash, Fate]) -> Iterator[Finding]:
    """Yield where the book names another event than the one that paid; the first line of the invoice stands for all."""
    invoice = own[0].invoice
    for owed in own:
        tx_hash, made = _booked_tx(owed), owed.payments[0]
        if tx_hash is None:
            continue
        if all(each.place.tx_hash != tx_hash for each in owed.payments):
            if owed.facts is None and any(each.place.tx_hash == tx_hash for one in own for each in one.payments):
                continue
            if fates.get(tx_hash) is Fate.UNKNOWN:
                yield reorganised(invoice, tx_hash, made)
            else:
                yield facts_differ(invoice, made, {"transaction": (tx_hash, made.place.tx_hash)})
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
                yield facts_differ(invoice, made, different)
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
            yield reorganised(invoice, tx_hash, None)
            return
        if tx_hash is not None and fate is Fate.REVERTED:
            yield reverted(invoice, tx_hash)
            return
        if fate is Fate.LATER:
            return
    if paid and (booked or any(_paid_within(owed, scope) for owed in paid)):
        yield partly_paid(invoice, paid, unpaid, scope)
    elif booked:
        yield missing(invoice, _booked_tx(booked[0]), scope)
    elif not paid and invoice.due is not None and invoice.due < scope.last_day:
        yield overdue(invoice)


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

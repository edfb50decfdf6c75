"""Checks of invoices against the book, the calendar and their documents: facts in, findings out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.checks.payments import PaymentFacts
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice, InvoiceLine, InvoiceState, NotedPayee
from hokctl.domain.units import InvoiceHash, ModelId

LONGEST_PERIOD_DAYS: Final = 366
DUE_SOON_DAYS: Final = 7
_NAMED: Final = 5


class BookIndex:
    """The invoices of the book that are not void, found by what two of them may have in common."""

    def __init__(self, invoices: Sequence[Invoice]) -> None:
        """Index the invoices."""
        self._documents: dict[InvoiceHash, list[Invoice]] = {}
        self._amounts: dict[tuple[object, ...], list[Invoice]] = {}
        self._periods: dict[tuple[str, ModelId], list[tuple[date, date, Invoice]]] = {}
        self._paid: set[tuple[str, ChecksumAddress]] = set()
        for invoice in invoices:
            if invoice.state is not InvoiceState.VOID:
                self._add(invoice)

    def _add(self, invoice: Invoice) -> None:
        for hash_ in invoice.document_hashes:
            self._documents.setdefault(hash_, []).append(invoice)
        for line in invoice.lines:
            self._amounts.setdefault(_amount_key(invoice, line), []).append(invoice)
            if invoice.period_start and invoice.period_end:
                days = invoice.period_start, invoice.period_end, invoice
                for owner in {invoice.payee, invoice.provider}:
                    self._periods.setdefault((owner, line.model_id), []).append(days)
        if invoice.state is InvoiceState.PAID:
            self._paid.add((invoice.provider, invoice.payee))

    def same_documents(self, invoice: Invoice) -> tuple[Invoice, ...]:
        """Return the others that are the same document."""
        found = [one for hash_ in sorted(invoice.document_hashes) for one in self._documents.get(hash_, ())]
        return _others(invoice, [one for one in found if invoice.is_same_document(one)])

    def equal_obligations(self, invoice: Invoice) -> tuple[Invoice, ...]:
        """Return the others that ask the same amount of a model, for the same payee and period."""
        return _others(
            invoice, [one for line in invoice.lines for one in self._amounts.get(_amount_key(invoice, line), ())]
        )

    def overlaps(self, invoice: Invoice) -> tuple[Invoice, ...]:
        """Return the others of the provider, or to the payee, for one of the models, whose period shares a day."""
        start, end = invoice.period_start, invoice.period_end
        if start is None or end is None:
            return ()
        keys = [(owner, line.model_id) for owner in (invoice.payee, invoice.provider) for line in invoice.lines]
        days = (one for key in keys for one in self._periods.get(key, ()))
        return _others(invoice, [other for first, last, other in days if start <= last and first <= end])

    def has_paid(self, provider: str, payee: ChecksumAddress) -> bool:
        """Tell whether an invoice of the provider was paid to this address."""
        return (provider, payee) in self._paid


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    """An invoice's document as it is now."""

    content_hash: InvoiceHash | None
    """None when it cannot be read."""
    problem: str
    """Why it cannot be read; empty when it can."""


def check_same_documents(invoice: Invoice, index: BookIndex) -> Iterator[Finding]:
    """Yield an error where the book has the invoice under another number too; entering one refuses that already."""
    if others := index.same_documents(invoice):
        yield Finding(
            code="duplicate-document",
            severity=Severity.ERROR,
            subject=invoice.number,
            message=f"Invoice {invoice.number} is the same document as {_first_of(others)}.",
            evidence=_named(others),
            remedy=f"Compare the two; `hokctl invoice void {invoice.number}` strikes out the wrong one.",
            allowable=False,
        )


def check_twins(invoice: Invoice, index: BookIndex) -> Iterator[Finding]:
    """Yield what the book has of the same kind: the same document, an equal obligation, an overlapping period."""
    yield from check_same_documents(invoice, index)
    same = index.same_documents(invoice)
    equal = tuple(one for one in index.equal_obligations(invoice) if one not in same)
    overlapping = tuple(one for one in index.overlaps(invoice) if one not in same and one not in equal)
    if equal:
        yield _equal_obligation(invoice, equal)
    if overlapping:
        yield _period_overlap(invoice, overlapping)


def check_period(invoice: Invoice, today: date) -> Iterator[Finding]:
    """Yield what is odd about the period: it ends in the future, or is longer than a year."""
    start, end = invoice.period_start, invoice.period_end
    last = end or start
    if last is not None and last > today:
        yield _finding(
            "period-ahead",
            invoice,
            f"Invoice {invoice.number} covers days up to {last}, which are still to come.",
            "Ask whether it is to be paid in advance; else wait for the period to end.",
        )
    if start and end and (days := (end - start).days + 1) > LONGEST_PERIOD_DAYS:
        yield _finding(
            "period-too-long",
            invoice,
            f"Invoice {invoice.number} covers {days} days, from {start} to {end}.",
            "Compare both days with the document; a year may be mistyped.",
        )


def check_due(invoice: Invoice, today: date) -> Iterator[Finding]:
    """Yield that the invoice is overdue, or due within a week."""
    if invoice.due is None:
        return
    days = (today - invoice.due).days
    if days > 0:
        yield Finding(
            code="invoice-overdue",
            severity=Severity.INFO,
            subject=invoice.number,
            message=f"Invoice {invoice.number} was due on {invoice.due}, {days} day{'s' if days > 1 else ''} ago.",
            remedy="Have it executed soon; the provider may ask for more.",
        )
    elif invoice.due <= today + timedelta(days=DUE_SOON_DAYS):
        yield Finding(
            code="invoice-due-soon",
            severity=Severity.INFO,
            subject=invoice.number,
            message=f"Invoice {invoice.number} is due on {invoice.due}.",
            remedy="`hokctl invoice pay --due` pays what is due; signatures take their time.",
        )


def check_payee_change(invoice: Invoice, noted: Sequence[NotedPayee], index: BookIndex) -> Iterator[Finding]:
    """Yield an error where earlier invoices of the provider named another address, and this one was never paid to.

    `noted` are the addresses that the book noted for the provider, oldest first.
    """
    chain_id = invoice.total.token.chain_id
    own = [one for one in noted if (one.provider, one.chain_id) == (invoice.provider, chain_id)]
    if not own or own[0].address == invoice.payee:
        return
    if index.has_paid(invoice.provider, invoice.payee):
        return
    first = own[0]
    yield Finding(
        code="payee-changed",
        severity=Severity.ERROR,
        subject=invoice.number,
        message=f"Invoice {invoice.number} names {invoice.payee}, and earlier invoices of {invoice.provider} named "
        f"{first.address}.",
        evidence={"before": first.address, "since": first.first_invoice or "unknown", "now": invoice.payee},
        remedy="Have the new address confirmed by a person you know, over another channel than the invoice came by.",
    )


def check_sums(payments: Sequence[PaymentFacts]) -> Iterator[Finding]:
    """Yield a warning for each model that owes more by all of these payments together than it has accrued."""
    by_model: dict[ModelId, list[PaymentFacts]] = {}
    for one in payments:
        by_model.setdefault(one.model_id, []).append(one)
    for model_id, owed in by_model.items():
        total = owed[0].amount.token.amount(sum(one.amount.units for one in owed))
        if len(owed) > 1 and total > owed[0].accrued:
            yield Finding(
                code="invoices-exceed-accrued",
                severity=Severity.WARNING,
                subject=model_id,
                message=f"The {len(owed)} invoices of model {model_id} come to {total}, more than the "
                f"{owed[0].accrued} accrued.",
                evidence={"invoices": ", ".join(dict.fromkeys(one.number for one in owed))},
                remedy="Pay the most urgent ones, wait for more fees, or raise the model's split.",
            )


def check_document(invoice: Invoice, state: DocumentState | None) -> Iterator[Finding]:
    """Yield that the document is gone, or is not what it was when the invoice was entered; None: it has none."""
    if state is None or invoice.document is None:
        return
    if state.content_hash is None:
        yield _finding(
            "document-missing",
            invoice,
            f"The document {invoice.document} of invoice {invoice.number} cannot be read: {state.problem}.",
            "Put it back where it was; without it nobody can check the invoice.",
        )
        return
    entered = invoice.document_hash
    if entered is not None and state.content_hash != entered:
        yield Finding(
            code="document-changed",
            severity=Severity.ERROR,
            subject=invoice.number,
            message=f"The document {invoice.document} of invoice {invoice.number} is not what it was when it was "
            "entered.",
            evidence={"entered": entered, "now": state.content_hash},
            remedy="Find out who changed it; if the new one is right, void this one and ask for a new number.",
        )


def _others(invoice: Invoice, found: Sequence[Invoice]) -> tuple[Invoice, ...]:
    own = (invoice.provider, invoice.number)
    return tuple({(one.provider, one.number): one for one in found if (one.provider, one.number) != own}.values())


def _amount_key(invoice: Invoice, line: InvoiceLine) -> tuple[object, ...]:
    token = line.amount.token
    period = invoice.period_start, invoice.period_end
    return invoice.payee, line.model_id, line.amount.units, token.chain_id, token.address, period


def _equal_obligation(invoice: Invoice, others: Sequence[Invoice]) -> Finding:
    return Finding(
        code="equal-obligation",
        severity=Severity.WARNING,
        subject=invoice.number,
        message=f"Invoice {invoice.number} asks the same for a model, to the same payee and for the same period, as "
        f"{_first_of(others)}.",
        evidence={"total": str(invoice.total), "period": _period(invoice), **_named(others)},
        remedy="Ask the provider whether one replaces the other; void the one that is not owed.",
    )


def _period_overlap(invoice: Invoice, others: Sequence[Invoice]) -> Finding:
    return Finding(
        code="period-overlap",
        severity=Severity.WARNING,
        subject=invoice.number,
        message=f"The period of invoice {invoice.number} has days in common with {_first_of(others)}.",
        evidence={"period": _period(invoice), "its period": _period(others[0]), **_named(others)},
        remedy="Compare what the two are for: the same days of a model may be billed twice.",
    )


def _first_of(others: Sequence[Invoice]) -> str:
    """Return the first in words, and how many more there are."""
    first, more = others[0], len(others) - 1
    text = f"invoice {first.number} of {first.provider}, which is {first.state.value}"
    return f"{text}, and {more} other{'s' if more > 1 else ''}" if more else text


def _named(others: Sequence[Invoice]) -> dict[str, str]:
    """Return the first few of several, for the evidence."""
    if len(others) == 1:
        return {}
    names = [f"{one.number} of {one.provider}" for one in others[:_NAMED]]
    return {"others": ", ".join(names) + (", …" if len(others) > _NAMED else "")}


def _period(invoice: Invoice) -> str:
    return f"{invoice.period_start or 'open'} to {invoice.period_end or 'open'}"


def _finding(code: str, invoice: Invoice, message: str, remedy: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, subject=invoice.number, message=message, remedy=remedy)

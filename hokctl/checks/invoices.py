"""Checks of invoices against the book, the calendar and their documents: facts in, findings out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice, InvoiceState, NotedPayee
from hokctl.domain.units import InvoiceHash, ModelId

LONGEST_PERIOD_DAYS: Final = 366
DUE_SOON_DAYS: Final = 7


class BookIndex:
    """The invoices of the book that are not void, found by what two of them may have in common."""

    def __init__(self, invoices: Sequence[Invoice]) -> None:
        """Index the invoices."""
        self._by_document: dict[tuple[ChecksumAddress, str], list[Invoice]] = {}
        self._by_model: dict[tuple[str, ModelId], list[Invoice]] = {}
        for invoice in invoices:
            if invoice.state is not InvoiceState.VOID:
                for hash_ in _document_hashes(invoice):
                    self._by_document.setdefault((invoice.payee, hash_), []).append(invoice)
                for line in invoice.lines:
                    for owner in {invoice.payee, invoice.provider}:
                        self._by_model.setdefault((owner, line.model_id), []).append(invoice)

    def same_documents(self, invoice: Invoice) -> tuple[Invoice, ...]:
        """Return the others for the same payee and model with the same on-chain hash or the same document."""
        models = {line.model_id for line in invoice.lines}
        found = (
            one for hash_ in _document_hashes(invoice) for one in self._by_document.get((invoice.payee, hash_), ())
        )
        return _others(invoice, [one for one in found if models & {line.model_id for line in one.lines}])

    def of_same_models(self, invoice: Invoice) -> tuple[Invoice, ...]:
        """Return the others of the same provider, or to the same payee, for one of the same models."""
        keys = [(owner, line.model_id) for owner in (invoice.payee, invoice.provider) for line in invoice.lines]
        return _others(invoice, [one for key in keys for one in self._by_model.get(key, ())])


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    """An invoice's document as it is now."""

    content_hash: InvoiceHash | None
    """None when it cannot be read."""
    problem: str
    """Why it cannot be read; empty when it can."""


def check_twins(invoice: Invoice, index: BookIndex) -> Iterator[Finding]:
    """Yield what the book has of the same kind: the same document, an equal obligation, an overlapping period."""
    same = index.same_documents(invoice)
    yield from (_same_document(invoice, other) for other in same)
    for other in index.of_same_models(invoice):
        if other in same:
            continue
        equal = _equal_models(invoice, other)
        if equal:
            yield _equal_obligation(invoice, other, equal)
        elif _overlap(invoice, other):
            yield _period_overlap(invoice, other)


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
    paid = InvoiceState.PAID
    if any(one.state is paid and one.payee == invoice.payee for one in index.of_same_models(invoice)):
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


def _document_hashes(invoice: Invoice) -> set[str]:
    return {str(hash_) for hash_ in (invoice.invoice_hash, invoice.document_hash) if hash_ is not None}


def _others(invoice: Invoice, found: Sequence[Invoice]) -> tuple[Invoice, ...]:
    own = (invoice.provider, invoice.number)
    return tuple({(one.provider, one.number): one for one in found if (one.provider, one.number) != own}.values())


def _equal_models(invoice: Invoice, other: Invoice) -> list[ModelId]:
    """Return the models that both ask the same amount of, to the same payee and for the same period."""
    same = (invoice.payee, invoice.period_start, invoice.period_end) == (
        other.payee,
        other.period_start,
        other.period_end,
    )
    owed = {(line.model_id, line.amount) for line in other.lines}
    return [line.model_id for line in invoice.lines if same and (line.model_id, line.amount) in owed]


def _overlap(invoice: Invoice, other: Invoice) -> bool:
    if not (invoice.period_start and invoice.period_end and other.period_start and other.period_end):
        return False
    return invoice.period_start <= other.period_end and other.period_start <= invoice.period_end


def _same_document(invoice: Invoice, other: Invoice) -> Finding:
    return Finding(
        code="duplicate-document",
        severity=Severity.ERROR,
        subject=invoice.number,
        message=f"Invoice {invoice.number} is the same document as invoice {other.number} of {other.provider}, "
        f"which is {other.state.value}.",
        remedy=f"Compare the two; `hokctl invoice void {invoice.number}` strikes out the wrong one.",
        allowable=False,
    )


def _equal_obligation(invoice: Invoice, other: Invoice, models: Sequence[ModelId]) -> Finding:
    return Finding(
        code="equal-obligation",
        severity=Severity.WARNING,
        subject=invoice.number,
        message=f"Invoice {invoice.number} asks the same as invoice {other.number} of {other.provider}, which is "
        f"{other.state.value}: payee, amount and period are equal for model {', '.join(models)}.",
        evidence={"total": str(invoice.total), "period": _period(invoice)},
        remedy="Ask the provider whether one replaces the other; void the one that is not owed.",
    )


def _period_overlap(invoice: Invoice, other: Invoice) -> Finding:
    models = sorted({line.model_id for line in invoice.lines} & {line.model_id for line in other.lines})
    return Finding(
        code="period-overlap",
        severity=Severity.WARNING,
        subject=invoice.number,
        message=f"The period of invoice {invoice.number} overlaps that of invoice {other.number} of {other.provider} "
        f"for model {', '.join(models)}.",
        evidence={invoice.number: _period(invoice), other.number: _period(other)},
        remedy="Compare what the two are for: the same days may be billed twice.",
    )


def _period(invoice: Invoice) -> str:
    return f"{invoice.period_start or 'open'} to {invoice.period_end or 'open'}"


def _finding(code: str, invoice: Invoice, message: str, remedy: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, subject=invoice.number, message=message, remedy=remedy)

"""What is wrong with the book by itself: entries that were changed afterwards, documents, tokens, and doublets."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import HashMethod, Invoice, InvoiceState, digest_of, hash_document, hash_number
from hokctl.domain.units import InvoiceHash
from hokctl.services.reconciliation_matching import OwedLine
from hokctl.services.reconciliation_scope import Scope, titled

Key = tuple[str, str]
"""Provider and number of an invoice."""


def key_of(invoice: Invoice) -> Key:
    """Return provider and number of an invoice."""
    return invoice.provider, invoice.number


def find_changed(invoices: Iterable[Invoice]) -> Iterator[tuple[Key, Finding]]:
    """Yield the invoices whose content is no longer what was entered, or whose hash does not follow from it."""
    for invoice in invoices:
        if invoice.hash_method is HashMethod.NUMBER and hash_number(invoice.number) != invoice.invoice_hash:
            finding = Finding(
                code="invoice-hash-differs",
                severity=Severity.ERROR,
                subject=titled(invoice),
                message=f"The hash of invoice {titled(invoice)} is said to be that of its number, and is not: "
                f"{invoice.invoice_hash}.",
                remedy="Somebody wrote into the database. Compare with a backup, and with what the provider sent.",
                evidence={"book": invoice.invoice_hash, "of the number": hash_number(invoice.number)},
            )
        elif invoice.digest is not None and digest_of(invoice) != invoice.digest:
            finding = Finding(
                code="invoice-changed",
                severity=Severity.ERROR,
                subject=titled(invoice),
                message=f"Invoice {titled(invoice)} is not what was entered: its content has another digest.",
                remedy="Somebody wrote into the database. Compare with a backup, and with what the provider sent.",
                evidence={"entered": invoice.digest, "now": digest_of(invoice), "total": str(invoice.total)},
            )
        else:
            continue
        yield key_of(invoice), finding


def other_hashes(invoices: Iterable[Invoice], changed: Collection[Key]) -> dict[Key, tuple[InvoiceHash, ...]]:
    """Return the hashes that changed invoices may have been paid under before somebody changed them."""
    return {
        key_of(invoice): (hash_number(invoice.number),)
        for invoice in invoices
        if key_of(invoice) in changed and invoice.hash_method is HashMethod.NUMBER
    }


def check_documents(invoices: Iterable[Invoice], read: Callable[[Path], bytes | None]) -> Iterator[Finding]:
    """Yield the documents that are not where the book says, or not what they were; `read` gives None for no file."""
    for invoice in invoices:
        if invoice.document is None or invoice.state is InvoiceState.VOID:
            continue
        content = read(Path(invoice.document))
        by_document = invoice.hash_method is HashMethod.DOCUMENT
        known = invoice.document_hash or (invoice.invoice_hash if by_document else None)
        if content is None:
            yield Finding(
                code="document-missing",
                severity=Severity.WARNING if by_document else Severity.INFO,
                subject=titled(invoice),
                message=f"The document of invoice {titled(invoice)} is not at {invoice.document}.",
                remedy="Bring it back, or run hokctl where it is: without it nobody can show what was paid for.",
                evidence={"document": invoice.document},
            )
        elif known is not None and hash_document(content) != known:
            yield Finding(
                code="document-changed",
                severity=Severity.ERROR,
                subject=titled(invoice),
                message=f"The document of invoice {titled(invoice)}, {invoice.document}, is not the one that was "
                "entered.",
                remedy="Bring back the document that the hash in the book is of.",
                evidence={"entered": known, "now": hash_document(content)},
            )


def check_tokens(invoices: Iterable[Invoice], scope: Scope) -> Iterator[tuple[Key, Finding]]:
    """Yield the invoices in another token than the reserve pays with."""
    for invoice in invoices:
        token = invoice.lines[0].amount.token
        if token.address != scope.token.address:
            yield (
                key_of(invoice),
                Finding(
                    code="token-differs",
                    severity=Severity.ERROR,
                    subject=titled(invoice),
                    message=f"Invoice {titled(invoice)} is over {invoice.total} of token {token.address}, and the "
                    f"reserve pays with {scope.token.address}.",
                    remedy="Strike it out with `hokctl invoice void`, and enter it in the reserve's token.",
                    evidence={"invoice": token.address, "reserve": scope.token.address},
                ),
            )


def check_names(invoices: Iterable[Invoice]) -> Iterator[Finding]:
    """Yield invoices of one number and payee under several names of the provider: likely one invoice, entered twice."""
    found: dict[tuple[str, str], list[Invoice]] = {}
    for invoice in invoices:
        if invoice.state is not InvoiceState.VOID:
            found.setdefault((invoice.number, invoice.payee), []).append(invoice)
    for (number, payee), same in found.items():
        if len(same) > 1:
            names = ", ".join(invoice.provider for invoice in same)
            yield Finding(
                code="provider-renamed",
                severity=Severity.WARNING,
                subject=number,
                message=f"Invoice {number} is in the book for {len(same)} providers that are paid at one address: "
                f"{names}.",
                remedy="If the provider was renamed this may be one invoice: strike out the second with "
                "`hokctl invoice void`.",
                evidence={"payee": payee},
            )


def check_doublets(lines: Sequence[OwedLine], scope: Scope) -> Iterator[Finding]:
    """Yield what was paid under two numbers: one document, or the same amounts for the same models and period."""
    paid: dict[Key, Invoice] = {}
    last: dict[Key, int] = {}
    for owed in lines:
        if owed.settled and owed.invoice.state is not InvoiceState.VOID:
            paid[key_of(owed.invoice)] = owed.invoice
            moment = max(each.place.timestamp for each in owed.payments)
            last[key_of(owed.invoice)] = max(moment, last.get(key_of(owed.invoice), 0))
    by_document: dict[object, list[Invoice]] = {}
    by_terms: dict[object, list[Invoice]] = {}
    for invoice in paid.values():
        if invoice.document_hash is not None:
            by_document.setdefault((invoice.payee, invoice.document_hash), []).append(invoice)
        if invoice.period_start is not None and invoice.period_end is not None:
            terms = frozenset((line.model_id, line.amount.units) for line in invoice.lines)
            by_terms.setdefault((invoice.payee, invoice.period_start, invoice.period_end, terms), []).append(invoice)
    told = set[Key]()
    for same in by_document.values():
        if _recent(same, last, scope):
            told.update(key_of(invoice) for invoice in same)
            yield _same_document(same)
    for same in by_terms.values():
        if _recent(same, last, scope) and not all(key_of(invoice) in told for invoice in same):
            yield _same_terms(same)


def _recent(same: list[Invoice], last: dict[Key, int], scope: Scope) -> bool:
    """Tell whether there are several, and the last of them was paid in the period."""
    return len(same) > 1 and scope.period.has(max(last[key_of(invoice)] for invoice in same))


def _same_document(same: list[Invoice]) -> Finding:
    return Finding(
        code="document-paid-twice",
        severity=Severity.ERROR,
        subject=titled(same[-1]),
        message=f"One document was paid under several numbers: {', '.join(titled(invoice) for invoice in same)}.",
        remedy="Ask the provider for the money back, and find out how the second number came into the book.",
        evidence={"document hash": str(same[-1].document_hash), "total": str(same[-1].total)},
    )


def _same_terms(same: list[Invoice]) -> Finding:
    first = same[0]
    return Finding(
        code="obligation-paid-twice",
        severity=Severity.WARNING,
        subject=titled(same[-1]),
        message=f"The same models, amounts and period were paid under several numbers: "
        f"{', '.join(titled(invoice) for invoice in same)}, {first.total} each for {first.period_start} to "
        f"{first.period_end}.",
        remedy="Ask the provider whether these are two services, or one invoice sent twice.",
        evidence={"payee": first.payee, "total": str(first.total)},
    )

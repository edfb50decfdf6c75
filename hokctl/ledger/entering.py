"""Entering invoices into the book: all or none, each provider's number once, each document once."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, insert, select

from hokctl.domain.invoices import Invoice, digest_of
from hokctl.ledger.errors import DuplicateDocumentError, DuplicateInvoiceError, InvoiceKey
from hokctl.ledger.invoice_rows import invoice_to_row, line_to_row
from hokctl.ledger.loading import load_invoices, load_same_documents
from hokctl.ledger.schema import invoice_lines, invoices, payees

_AT_ONCE: Final = 500
"""Values in one query: every database takes so many."""


def enter_all(
    connection: Connection, new: Sequence[Invoice], *, skip_known: bool, dry_run: bool
) -> tuple[Invoice, ...]:
    """Enter the invoices; see InvoiceBook.add_all.

    Raises DuplicateInvoiceError and DuplicateDocumentError.
    """
    known = _known(connection, new)
    clashing = [invoice for invoice in new if _clashes(invoice, known, skip_known=skip_known)]
    if clashing:
        first = known[key_of(clashing[0])]
        raise DuplicateInvoiceError(
            first.number,
            provider=first.provider,
            state=first.state,
            differs=not is_same(clashing[0], first),
            keys=tuple(key_of(invoice) for invoice in clashing),
        )
    entering = [invoice for invoice in new if key_of(invoice) not in known]
    refuse_same_documents(connection, entering)
    if not dry_run:
        _insert(connection, entering)
    return tuple(known.get(key_of(invoice), invoice) for invoice in new)


def key_of(invoice: Invoice) -> InvoiceKey:
    """Return what the book tells the invoice apart by."""
    return invoice.provider, invoice.number


def is_same(invoice: Invoice, known: Invoice) -> bool:
    """Tell whether both state the same obligation; books from before digests were kept have it computed."""
    return (invoice.digest or digest_of(invoice)) == (known.digest or digest_of(known))


def refuse_same_documents(connection: Connection, new: Sequence[Invoice]) -> None:
    """Raise DuplicateDocumentError where one is the same document as another that is not void, there or among `new`.

    The same document is what Invoice.is_same_document says.
    """
    own = {key_of(invoice) for invoice in new}
    seen: dict[str, list[Invoice]] = {}
    for other in load_same_documents(connection, {hash_ for invoice in new for hash_ in invoice.document_hashes}):
        if key_of(other) not in own:
            _remember(seen, other)
    for invoice in new:
        for other in (other for hash_ in sorted(invoice.document_hashes) for other in seen.get(hash_, ())):
            if invoice.is_same_document(other):
                raise DuplicateDocumentError(
                    invoice.number,
                    other=other.number,
                    provider=other.provider,
                    state=other.state,
                    keys=(key_of(invoice),),
                )
        _remember(seen, invoice)


def insert_lines(connection: Connection, row_id: int | None, invoice: Invoice) -> None:
    """Add the lines of an invoice whose row has the number `row_id`."""
    connection.execute(insert(invoice_lines), list(_line_rows(row_id, invoice)))


def note_payees(connection: Connection, new: Iterable[Invoice]) -> None:
    """Note which address each provider's invoices name, with the first of them."""
    wanted: dict[tuple[str, int, str], Invoice] = {}
    for invoice in new:
        wanted.setdefault((invoice.provider, invoice.total.token.chain_id, invoice.payee), invoice)
    known: set[tuple[str, int, str]] = set()
    for part in _parts({provider for provider, _, _ in wanted}):
        columns = (payees.c.provider, payees.c.chain_id, payees.c.address)
        rows = connection.execute(select(*columns).where(payees.c.provider.in_(part)))
        known |= {(row.provider, row.chain_id, row.address) for row in rows}
    rows_to_add = [
        {
            "provider": provider,
            "chain_id": chain_id,
            "address": address,
            "first_invoice": invoice.number,
            "noted_at": invoice.entered_at,
        }
        for (provider, chain_id, address), invoice in wanted.items()
        if (provider, chain_id, address) not in known
    ]
    if rows_to_add:
        connection.execute(insert(payees), rows_to_add)


def _parts(values: Collection[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]


def _known(connection: Connection, new: Sequence[Invoice]) -> dict[InvoiceKey, Invoice]:
    wanted = {key_of(invoice) for invoice in new}
    found: dict[InvoiceKey, Invoice] = {}
    for part in _parts({invoice.number for invoice in new}):
        for invoice in load_invoices(connection, invoices.c.number.in_(part)):
            if key_of(invoice) in wanted:
                found[key_of(invoice)] = invoice
    return found


def _clashes(invoice: Invoice, known: dict[InvoiceKey, Invoice], *, skip_known: bool) -> bool:
    other = known.get(key_of(invoice))
    return other is not None and not (skip_known and is_same(invoice, other))


def _remember(seen: dict[str, list[Invoice]], invoice: Invoice) -> None:
    for hash_ in invoice.document_hashes:
        seen.setdefault(hash_, []).append(invoice)


def _insert(connection: Connection, new: Sequence[Invoice]) -> None:
    if not new:
        return
    returning = insert(invoices).returning(invoices.c.id, sort_by_parameter_order=True)
    row_ids = connection.scalars(returning, [invoice_to_row(invoice) for invoice in new]).all()
    lines = [row for row_id, invoice in zip(row_ids, new, strict=True) for row in _line_rows(row_id, invoice)]
    connection.execute(insert(invoice_lines), lines)
    note_payees(connection, new)


def _line_rows(row_id: int | None, invoice: Invoice) -> Iterator[dict[str, str | int | None]]:
    for position, line in enumerate(invoice.lines):
        yield {"invoice_id": row_id, "position": position, **line_to_row(line)}

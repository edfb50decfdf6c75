"""The book of invoices: entered once, proposed once, paid once."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from hokctl.domain.invoices import Invoice, InvoiceLine, InvoiceState
from hokctl.domain.units import InvoiceHash, SafeTxHash, TxHash
from hokctl.ledger.database import Database
from hokctl.ledger.errors import (
    AmbiguousInvoiceError,
    DuplicateDocumentError,
    DuplicateInvoiceError,
    InvoiceStateError,
    UnknownInvoiceError,
)
from hokctl.ledger.invoice_rows import invoice_to_row, line_to_row, row_to_invoice, row_to_line
from hokctl.ledger.schema import invoice_lines, invoices


class InvoiceBook:
    """The invoices. A step looks at the state and changes it in one transaction, whoever else is at work."""

    def __init__(self, database: Database) -> None:
        """Keep the invoices in `database`."""
        self._database = database

    def add(self, invoice: Invoice) -> None:
        """Enter an invoice.

        Raises DuplicateInvoiceError for a provider's number that is in the book, and DuplicateDocumentError when
        the same on-chain hash is there for the same payee and model under another number, unless that one is void.
        """
        with self._database.writing() as connection:
            for same in _load(connection, invoices.c.provider == invoice.provider, invoices.c.number == invoice.number):
                raise DuplicateInvoiceError(invoice.number, provider=same.provider, state=same.state)
            _refuse_same_document(connection, invoice)
            row_id = connection.execute(insert(invoices).values(invoice_to_row(invoice))).inserted_primary_key
            _insert_lines(connection, row_id[0] if row_id else None, invoice)

    def get(self, number: str, provider: str | None = None) -> Invoice:
        """Return the invoice; UnknownInvoiceError, or AmbiguousInvoiceError when several providers use the number."""
        with self._database.reading() as connection:
            return _get(connection, number, provider)

    def list(
        self, states: Collection[InvoiceState] | None = None, *, provider: str | None = None
    ) -> tuple[Invoice, ...]:
        """Return the invoices in the order they were entered, all or those in `states` and of `provider`."""
        conditions: list[ColumnElement[bool]] = []
        if states is not None:
            conditions.append(invoices.c.state.in_([state.value for state in states]))
        if provider is not None:
            conditions.append(invoices.c.provider == provider)
        with self._database.reading() as connection:
            return _load(connection, *conditions)

    def find_by_hash(self, invoice_hash: InvoiceHash) -> tuple[Invoice, ...]:
        """Return the invoices with this on-chain hash, void ones too."""
        with self._database.reading() as connection:
            return _load(connection, invoices.c.invoice_hash == invoice_hash)

    def update(self, invoice: Invoice) -> Invoice:
        """Replace the content of an open or void invoice and return it, open again.

        One that is proposed or paid raises InvoiceStateError: what was signed stays as it was.
        """
        reopened = replace(invoice, state=InvoiceState.OPEN, tx_hash=None, safe_tx_hash=None)
        with self._database.writing() as connection:
            current = _get(connection, invoice.number, invoice.provider)
            if current.state not in {InvoiceState.OPEN, InvoiceState.VOID}:
                raise _refused(current, "changed")
            _refuse_same_document(connection, reopened)
            row_id = connection.scalar(select(invoices.c.id).where(_is(current)))
            connection.execute(update(invoices).where(_is(current)).values(invoice_to_row(reopened)))
            connection.execute(delete(invoice_lines).where(invoice_lines.c.invoice_id == row_id))
            _insert_lines(connection, row_id, reopened)
        return reopened

    def mark_proposed(self, number: str, safe_tx_hash: SafeTxHash, *, provider: str | None = None) -> Invoice:
        """Note the Safe transaction that would pay an open invoice; a second one raises InvoiceStateError."""
        with self._database.writing() as connection:
            current = _get(connection, number, provider)
            if (current.state, current.safe_tx_hash) == (InvoiceState.PROPOSED, safe_tx_hash):
                return current
            if current.state is not InvoiceState.OPEN:
                raise _refused(current, f"proposed in {safe_tx_hash}")
            return _change(connection, replace(current, state=InvoiceState.PROPOSED, safe_tx_hash=safe_tx_hash))

    def mark_paid(self, number: str, tx_hash: TxHash, *, provider: str | None = None) -> Invoice:
        """Note the transaction that paid an open or proposed invoice; another one raises InvoiceStateError."""
        with self._database.writing() as connection:
            current = _get(connection, number, provider)
            if (current.state, current.tx_hash) == (InvoiceState.PAID, tx_hash):
                return current
            if current.state not in {InvoiceState.OPEN, InvoiceState.PROPOSED}:
                raise _refused(current, f"paid by {tx_hash}")
            return _change(connection, replace(current, state=InvoiceState.PAID, tx_hash=tx_hash))

    def reopen(self, number: str, *, provider: str | None = None) -> Invoice:
        """Take an invoice back from a Safe transaction that will never be executed; open ones stay as they are."""
        with self._database.writing() as connection:
            current = _get(connection, number, provider)
            if current.state is InvoiceState.OPEN:
                return current
            if current.state is not InvoiceState.PROPOSED:
                raise _refused(current, "reopened")
            return _change(connection, replace(current, state=InvoiceState.OPEN, safe_tx_hash=None))

    def void(self, number: str, *, provider: str | None = None) -> Invoice:
        """Strike out an open invoice; one that is proposed or paid raises InvoiceStateError."""
        with self._database.writing() as connection:
            current = _get(connection, number, provider)
            if current.state is InvoiceState.VOID:
                return current
            if current.state is not InvoiceState.OPEN:
                raise _refused(current, "voided")
            return _change(connection, replace(current, state=InvoiceState.VOID))


def _get(connection: Connection, number: str, provider: str | None) -> Invoice:
    conditions: list[ColumnElement[bool]] = [invoices.c.number == number]
    if provider is not None:
        conditions.append(invoices.c.provider == provider)
    found = _load(connection, *conditions)
    if not found:
        raise UnknownInvoiceError(number, provider=provider)
    if len(found) > 1:
        raise AmbiguousInvoiceError(number, providers=tuple(sorted(invoice.provider for invoice in found)))
    return found[0]


def _load(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Invoice, ...]:
    rows = connection.execute(select(invoices).where(*conditions).order_by(invoices.c.id)).all()
    wanted = select(invoices.c.id).where(*conditions).scalar_subquery()
    order = (invoice_lines.c.invoice_id, invoice_lines.c.position)
    lines: dict[object, list[InvoiceLine]] = {}
    for line in connection.execute(
        select(invoice_lines).where(invoice_lines.c.invoice_id.in_(wanted)).order_by(*order)
    ):
        lines.setdefault(line.invoice_id, []).append(row_to_line(line))
    return tuple(row_to_invoice(row, tuple(lines.get(row.id, ()))) for row in rows)


def _refuse_same_document(connection: Connection, invoice: Invoice) -> None:
    models = {line.model_id for line in invoice.lines}
    same_hash = _load(
        connection,
        invoices.c.invoice_hash == invoice.invoice_hash,
        invoices.c.payee == invoice.payee,
        invoices.c.state != InvoiceState.VOID.value,
        ~_is(invoice),
    )
    for other in same_hash:
        if models & {line.model_id for line in other.lines}:
            raise DuplicateDocumentError(invoice.number, other=other.number, provider=other.provider, state=other.state)


def _change(connection: Connection, invoice: Invoice) -> Invoice:
    connection.execute(update(invoices).where(_is(invoice)).values(invoice_to_row(invoice)))
    return invoice


def _insert_lines(connection: Connection, row_id: int | None, invoice: Invoice) -> None:
    rows = [
        {"invoice_id": row_id, "position": position, **line_to_row(line)} for position, line in enumerate(invoice.lines)
    ]
    connection.execute(insert(invoice_lines), rows)


def _is(invoice: Invoice) -> ColumnElement[bool]:
    return (invoices.c.provider == invoice.provider) & (invoices.c.number == invoice.number)


def _refused(invoice: Invoice, step: str) -> InvoiceStateError:
    reference = invoice.tx_hash or invoice.safe_tx_hash
    return InvoiceStateError(invoice.number, state=invoice.state, step=step, reference=reference)

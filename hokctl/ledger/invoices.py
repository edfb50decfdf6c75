"""The book of invoices: entered once, proposed once, paid once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, delete, select, update

from hokctl.domain.invoices import Invoice, InvoiceState, NotedPayee
from hokctl.domain.units import InvoiceHash, SafeTxHash
from hokctl.ledger.database import Database
from hokctl.ledger.entering import enter_all, insert_lines, refuse_same_documents
from hokctl.ledger.errors import (
    AmbiguousInvoiceError,
    InvoiceStateError,
    PartlyPaidError,
    UnknownInvoiceError,
)
from hokctl.ledger.invoice_rows import invoice_to_row
from hokctl.ledger.loading import load_invoices, load_payees, load_same_documents
from hokctl.ledger.schema import invoice_lines, invoices
from hokctl.ledger.settling import PaidLine, load_unsettled, propose, settle


class InvoiceBook:
    """The invoices. A step looks at the state and changes it in one transaction, whoever else is at work."""

    def __init__(self, database: Database) -> None:
        """Keep the invoices in `database`."""
        self._database = database

    def add(self, invoice: Invoice) -> None:
        """Enter an invoice; raises what `add_all` raises."""
        self.add_all((invoice,))

    def add_all(
        self, new: Sequence[Invoice], *, skip_known: bool = False, dry_run: bool = False
    ) -> tuple[Invoice, ...]:
        """Enter all the invoices or none, and return each as the book has it: one that was entered is the same object.

        With `skip_known` those that the book has with equal content are left out; with `dry_run` all are.

        Raises DuplicateInvoiceError for a provider's number that is in the book, with `skip_known` only where what is
        there is not equal; and DuplicateDocumentError where the same on-chain hash, or the same document, is there for
        the same payee and model under another number, unless that one is void.
        """
        with self._database.writing() as connection:
            return enter_all(connection, new, skip_known=skip_known, dry_run=dry_run)

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
            return load_invoices(connection, *conditions)

    def noted_payees(self, providers: Collection[str]) -> tuple[NotedPayee, ...]:
        """Return which addresses the invoices of these providers named so far, the first ones first."""
        with self._database.reading() as connection:
            return load_payees(connection, providers)

    def find_by_hash(self, invoice_hash: InvoiceHash) -> tuple[Invoice, ...]:
        """Return the invoices with this on-chain hash, void ones too."""
        with self._database.reading() as connection:
            return load_invoices(connection, invoices.c.invoice_hash == invoice_hash)

    def update(self, invoice: Invoice) -> Invoice:
        """Replace the content of an open or void invoice and return it, open again.

        One that is proposed or paid raises InvoiceStateError: what was signed stays as it was.
        """
        reopened = replace(invoice, state=InvoiceState.OPEN, tx_hash=None, safe_tx_hash=None)
        with self._database.writing() as connection:
            current = _get(connection, invoice.number, invoice.provider)
            if current.state not in {InvoiceState.OPEN, InvoiceState.VOID}:
                raise _refused(current, "changed")
            _refuse_partly_paid(current, "changed")
            refuse_same_documents(connection, (reopened,))
            row_id = connection.scalar(select(invoices.c.id).where(_is(current)))
            connection.execute(update(invoices).where(_is(current)).values(invoice_to_row(reopened)))
            connection.execute(delete(invoice_lines).where(invoice_lines.c.invoice_id == row_id))
            insert_lines(connection, row_id, reopened)
        return reopened

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
            _refuse_partly_paid(current, "voided")
            return _change(connection, replace(current, state=InvoiceState.VOID))

    def propose_all(self, wanted: Sequence[Invoice], safe_tx_hash: SafeTxHash) -> None:
        """Note that one Safe transaction is to pay all of `wanted`, in place of one that no longer can.

        Raises InvoiceStateError, and notes nothing, when one of them is paid or void meanwhile.
        """
        with self._database.writing() as connection:
            propose(connection, wanted, safe_tx_hash)

    def settle(self, paid: Iterable[PaidLine]) -> tuple[Invoice, ...]:
        """Write down which event paid which line, all of it or nothing, and return the invoices that changed.

        An invoice is paid once all its lines are. A line keeps the first event that paid it.
        """
        with self._database.writing() as connection:
            return settle(connection, paid)

    def unsettled(self) -> tuple[Invoice, ...]:
        """Return the invoices with a line that no event is known to have paid, void ones left out."""
        with self._database.reading() as connection:
            return load_unsettled(connection)

    def same_documents(self, hashes: Iterable[str]) -> tuple[Invoice, ...]:
        """Return the invoices with one of these hashes, on the chain or of their document; void ones left out."""
        with self._database.reading() as connection:
            return load_same_documents(connection, hashes)


def _refuse_partly_paid(invoice: Invoice, step: str) -> None:
    """Raise PartlyPaidError where a line is paid already: what happened on the chain is not struck out."""
    models = tuple(line.model_id for line in invoice.lines if line.payment is not None)
    if models:
        raise PartlyPaidError(invoice.number, models=models, step=step)


def _get(connection: Connection, number: str, provider: str | None) -> Invoice:
    conditions: list[ColumnElement[bool]] = [invoices.c.number == number]
    if provider is not None:
        conditions.append(invoices.c.provider == provider)
    found = load_invoices(connection, *conditions)
    if not found:
        raise UnknownInvoiceError(number, provider=provider)
    if len(found) > 1:
        raise AmbiguousInvoiceError(number, providers=tuple(sorted(invoice.provider for invoice in found)))
    return found[0]


def _change(connection: Connection, invoice: Invoice) -> Invoice:
    connection.execute(update(invoices).where(_is(invoice)).values(invoice_to_row(invoice)))
    return invoice


def _is(invoice: Invoice) -> ColumnElement[bool]:
    return (invoices.c.provider == invoice.provider) & (invoices.c.number == invoice.number)


def _refused(invoice: Invoice, step: str) -> InvoiceStateError:
    reference = invoice.tx_hash or invoice.safe_tx_hash
    return InvoiceStateError(invoice.number, state=invoice.state, step=step, reference=reference)

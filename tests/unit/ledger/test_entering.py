"""Many invoices enter the book together: all of them, or none."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from eth_utils.address import to_checksum_address

from hokctl.domain.invoices import Invoice, InvoiceState, digest_of, hash_document
from hokctl.ledger.book import Ledger
from hokctl.ledger.errors import DuplicateDocumentError, DuplicateInvoiceError
from hokctl.ledger.invoices import InvoiceBook

from .samples import document_invoice, invoice_line, make_invoice

pytestmark = pytest.mark.unit

OTHER = to_checksum_address("0x" + "b2" * 20)
MANY = 1_200
"""More than one query looks for."""


@pytest.fixture
def book(book_url: str) -> Iterator[InvoiceBook]:
    """A new book."""
    with Ledger.open(book_url) as ledger:
        yield ledger.invoices


def numbered(count: int) -> list[Invoice]:
    return [make_invoice(f"INV-{number}") for number in range(count)]


def test_many_invoices_enter_in_their_order(book: InvoiceBook) -> None:
    new = [*numbered(MANY), make_invoice("INV-1", "provider-b", invoice_line("b"), invoice_line("a"))]

    assert book.add_all(new) == tuple(new)
    assert book.list() == tuple(new)


@pytest.mark.parametrize("last", [make_invoice("KNOWN"), document_invoice("NEW", b"known")], ids=["number", "document"])
def test_one_that_is_known_keeps_all_out(book: InvoiceBook, last: Invoice) -> None:
    before = (make_invoice("KNOWN"), document_invoice("DOC", b"known"))
    book.add_all(before)
    with pytest.raises((DuplicateInvoiceError, DuplicateDocumentError)) as caught:
        book.add_all([*numbered(MANY), last])

    assert isinstance(caught.value, DuplicateInvoiceError | DuplicateDocumentError)
    assert caught.value.keys == ((last.provider, last.number),)
    assert book.list() == before
    assert {one.first_invoice for one in book.noted_payees({"provider-a"})} == {"KNOWN"}


def test_all_that_are_known_are_counted(book: InvoiceBook) -> None:
    book.add_all(numbered(3))
    with pytest.raises(
        DuplicateInvoiceError, match=r"INV-0 of provider-a is in the book .* so are 2 others\."
    ) as caught:
        book.add_all(numbered(5))

    assert caught.value.keys == tuple(("provider-a", f"INV-{number}") for number in range(3))


def test_equal_ones_are_left_out_on_demand(book: InvoiceBook) -> None:
    book.add_all(numbered(2))
    book.void("INV-1")
    found = book.add_all(numbered(3), skip_known=True)

    assert [invoice.state for invoice in found] == [InvoiceState.OPEN, InvoiceState.VOID, InvoiceState.OPEN]
    assert [invoice.number for invoice in book.list()] == ["INV-0", "INV-1", "INV-2"]
    with pytest.raises(DuplicateInvoiceError, match="in the book already with other content"):
        book.add_all([replace(make_invoice("INV-0"), memo="July", digest=None)], skip_known=True)


def test_a_dry_run_finds_the_same_and_enters_nothing(book: InvoiceBook) -> None:
    new = numbered(2)
    assert book.add_all(new, dry_run=True) == tuple(new)
    assert book.list() == ()
    book.add_all(new[:1])
    with pytest.raises(DuplicateInvoiceError):
        book.add_all(new, dry_run=True)


def test_two_of_one_import_may_not_be_one_document(book: InvoiceBook) -> None:
    first, second = document_invoice("A", b"pdf"), document_invoice("B", b"pdf")
    with pytest.raises(DuplicateDocumentError, match="Invoice B is the same document as invoice A"):
        book.add_all([first, second])

    numbered_by_paper = replace(make_invoice("C"), document_hash=hash_document(b"pdf"))
    with pytest.raises(DuplicateDocumentError, match="Invoice C is the same document as invoice A"):
        book.add_all([first, numbered_by_paper])
    book.add_all([first, replace(second, payee=OTHER), document_invoice("D", b"pdf", invoice_line("model-b"))])
    assert len(book.list()) == 3


def test_each_address_of_a_provider_is_noted_with_its_first_invoice(book: InvoiceBook) -> None:
    book.add_all([make_invoice("A"), make_invoice("B"), replace(make_invoice("C"), payee=OTHER)])
    book.add(replace(make_invoice("D"), payee=OTHER))
    book.add(make_invoice("E", "provider-b"))

    noted = book.noted_payees({"provider-a"})
    assert [(one.address, one.first_invoice) for one in noted] == [(make_invoice().payee, "A"), (OTHER, "C")]


def test_a_digest_is_about_what_is_owed_alone() -> None:
    invoice = make_invoice("INV-1", "provider-a", invoice_line("a", 1), invoice_line("b", 2))
    same = replace(
        invoice,
        provider="renamed",
        document="elsewhere/INV-1.pdf",
        entered_at=5,
        state=InvoiceState.VOID,
        lines=invoice.lines[::-1],
    )
    others = [
        replace(invoice, payee=OTHER),
        replace(invoice, number="INV-2"),
        replace(invoice, currency="EUR"),
        replace(invoice, memo="July"),
        replace(invoice, due=None),
        replace(invoice, period_start=None),
        replace(invoice, lines=(invoice_line("a", 2), invoice_line("b", 1))),
        replace(invoice, document_hash=hash_document(b"pdf")),
    ]

    assert digest_of(invoice) == digest_of(same)
    assert len({digest_of(one) for one in [invoice, *others]}) == 1 + len(others)

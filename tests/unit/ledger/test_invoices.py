"""An invoice is entered once, proposed once and paid once, whoever works on the book."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from hokctl.domain.amounts import MAX_UNITS
from hokctl.domain.invoices import Invoice, InvoiceLine, InvoiceState, LinePayment, hash_number
from hokctl.domain.units import ModelId, SafeTxHash, TxHash
from hokctl.ledger.book import Ledger
from hokctl.ledger.errors import (
    AmbiguousInvoiceError,
    DuplicateDocumentError,
    DuplicateInvoiceError,
    InvoiceStateError,
    UnknownInvoiceError,
)
from hokctl.ledger.invoices import InvoiceBook

from .samples import PAID_BY, PROPOSED_AS, USDC, document_invoice, invoice_line, make_invoice, pay, propose

pytestmark = pytest.mark.unit

OTHER_TX = TxHash("0x" + "12" * 32)
MAINNET_USDC = replace(USDC, chain_id=1)
OTHER_SAFE_TX = SafeTxHash("0x" + "34" * 32)


@pytest.fixture
def book(book_url: str) -> Iterator[InvoiceBook]:
    """A new book."""
    with Ledger.open(book_url) as ledger:
        yield ledger.invoices


def test_an_invoice_comes_back_as_it_was_entered(book: InvoiceBook) -> None:
    full = make_invoice("INV-1", "provider-a", invoice_line("b", 5), invoice_line("a", MAX_UNITS))
    bare = document_invoice("INV-2", b"pdf")
    book.add(full)
    book.add(bare)
    assert (book.get("INV-1"), book.get("INV-2", "provider-a")) == (full, bare)
    assert book.list() == (full, bare)


def test_the_payment_of_each_line_comes_back_as_it_was_noted(book: InvoiceBook) -> None:
    payment = LinePayment(
        tx_hash=PAID_BY, block_number=2**40, log_index=7, paid_at=1_760_000_000, safe_tx_hash=PROPOSED_AS, safe_nonce=3
    )
    lines = (
        replace(invoice_line("a"), payment=payment),
        replace(invoice_line("b"), payment=replace(payment, safe_tx_hash=None, safe_nonce=None)),
        invoice_line("c"),
    )
    book.add(make_invoice("INV-1", "provider-a", *lines))
    assert book.get("INV-1").lines == lines


@settings(max_examples=50, deadline=None)
@given(units=st.integers(min_value=0, max_value=MAX_UNITS), number=st.text(min_size=1).filter(str.isprintable))
def test_every_amount_and_number_survives_the_book(units: int, number: str) -> None:
    invoice = make_invoice(number, "provider-a", invoice_line("model-a", units))
    with Ledger.open("sqlite://") as ledger:
        ledger.invoices.add(invoice)
        assert ledger.invoices.get(number) == invoice


@pytest.mark.parametrize("state", InvoiceState)
def test_a_providers_number_is_entered_once(book: InvoiceBook, state: InvoiceState) -> None:
    bring(book, state)
    changed = replace(make_invoice(), invoice_hash=hash_number("other"), lines=(invoice_line("other", 1),))
    with pytest.raises(DuplicateInvoiceError, match=f"is in the book already, and is {state.value}") as caught:
        book.add(changed)
    assert (caught.value.code, caught.value.exit_code) == ("duplicate-invoice", 6)
    assert [invoice.state for invoice in book.list()] == [state]


def test_two_providers_may_use_one_number(book: InvoiceBook) -> None:
    book.add(make_invoice("7", "provider-a"))
    other = replace(make_invoice("7", "provider-b"), payee=to_checksum_address("0x" + "b0" * 20))
    book.add(other)
    assert book.get("7", "provider-b") == other
    with pytest.raises(AmbiguousInvoiceError, match="provider-a, provider-b") as caught:
        book.get("7")
    assert (caught.value.code, caught.value.exit_code) == ("ambiguous-invoice", 2)
    with pytest.raises(AmbiguousInvoiceError):
        book.void("7")
    assert pay(book, "7", PAID_BY, provider="provider-b").state is InvoiceState.PAID
    assert book.get("7", "provider-a").state is InvoiceState.OPEN


@pytest.mark.parametrize("provider", [None, "provider-a", "provider-b"])
def test_an_unknown_number_is_named(book: InvoiceBook, provider: str | None) -> None:
    book.add(make_invoice("INV-1", "provider-a"))
    steps: list[Callable[[], object]] = [
        lambda: book.get("INV-9", provider),
        lambda: book.void("INV-9", provider=provider),
        lambda: book.reopen("INV-9", provider=provider),
        lambda: book.update(make_invoice("INV-9")),
    ]
    for step in steps:
        with pytest.raises(UnknownInvoiceError, match="'INV-9'") as caught:
            step()
        assert (caught.value.code, caught.value.exit_code) == ("unknown-invoice", 2)


def test_one_document_is_not_entered_under_two_numbers(book: InvoiceBook) -> None:
    book.add(document_invoice("INV-1", b"pdf", invoice_line("a"), invoice_line("b")))
    with pytest.raises(DuplicateDocumentError, match="INV-2 is the same document as invoice INV-1") as caught:
        book.add(document_invoice("INV-2", b"pdf", invoice_line("b"), invoice_line("c")))
    assert (caught.value.code, caught.value.exit_code) == ("duplicate-document", 6)
    assert len(book.list()) == 1


def test_one_document_under_another_providers_name_is_noticed(book: InvoiceBook) -> None:
    book.add(document_invoice("INV-1", b"pdf"))
    with pytest.raises(DuplicateDocumentError):
        book.add(replace(document_invoice("INV-1", b"pdf"), provider="Provider A"))


@pytest.mark.parametrize(
    "other",
    [
        document_invoice("INV-2", b"another pdf"),
        document_invoice("INV-2", b"pdf", invoice_line("another-model")),
        replace(document_invoice("INV-2", b"pdf"), payee=to_checksum_address("0x" + "b0" * 20)),
        document_invoice("INV-2", b"pdf", InvoiceLine(model_id=ModelId("model-a"), amount=MAINNET_USDC.amount(5))),
    ],
)
def test_another_document_model_payee_or_chain_is_another_invoice(book: InvoiceBook, other: Invoice) -> None:
    book.add(document_invoice("INV-1", b"pdf"))
    book.add(other)
    assert book.get("INV-2") == other


def test_a_document_may_be_entered_again_once_the_first_is_void(book: InvoiceBook) -> None:
    book.add(document_invoice("INV-1", b"pdf"))
    book.void("INV-1")
    book.add(document_invoice("INV-01", b"pdf"))
    assert [invoice.number for invoice in book.find_by_hash(document_invoice("x", b"pdf").invoice_hash)] == [
        "INV-1",
        "INV-01",
    ]


def test_invoices_are_listed_by_state_and_provider(book: InvoiceBook) -> None:
    for number in ("1", "2", "3", "4"):
        book.add(make_invoice(number, "provider-b" if number == "4" else "provider-a"))
    pay(book, "2", PAID_BY)
    propose(book, "3", PROPOSED_AS)

    def numbers(*states: InvoiceState, provider: str | None = None) -> list[str]:
        return [invoice.number for invoice in book.list(states or None, provider=provider)]

    assert numbers() == ["1", "2", "3", "4"]
    assert numbers(InvoiceState.OPEN) == ["1", "4"]
    assert numbers(InvoiceState.OPEN, provider="provider-a") == ["1"]
    assert numbers(InvoiceState.PAID, InvoiceState.PROPOSED) == ["2", "3"]
    assert numbers(provider="provider-b") == ["4"]
    assert book.list([]) == ()


def bring(book: InvoiceBook, state: InvoiceState) -> Invoice:
    """Enter INV-1 and bring it into a state."""
    book.add(make_invoice())
    match state:
        case InvoiceState.OPEN:
            return book.get("INV-1")
        case InvoiceState.PROPOSED:
            return propose(book, "INV-1", PROPOSED_AS)
        case InvoiceState.PAID:
            return pay(book, "INV-1", PAID_BY)
        case InvoiceState.VOID:
            return book.void("INV-1")


STEPS: dict[str, Callable[[InvoiceBook], Invoice]] = {
    "propose": lambda book: propose(book, "INV-1", PROPOSED_AS),
    "propose otherwise": lambda book: propose(book, "INV-1", OTHER_SAFE_TX),
    "pay": lambda book: pay(book, "INV-1", PAID_BY),
    "pay again": lambda book: pay(book, "INV-1", OTHER_TX),
    "reopen": lambda book: book.reopen("INV-1"),
    "void": lambda book: book.void("INV-1"),
    "update": lambda book: book.update(make_invoice()),
}
ALLOWED: dict[InvoiceState, dict[str, InvoiceState]] = {
    InvoiceState.OPEN: {
        "propose": InvoiceState.PROPOSED,
        "propose otherwise": InvoiceState.PROPOSED,
        "pay": InvoiceState.PAID,
        "pay again": InvoiceState.PAID,
        "reopen": InvoiceState.OPEN,
        "void": InvoiceState.VOID,
        "update": InvoiceState.OPEN,
    },
    InvoiceState.PROPOSED: {
        "propose": InvoiceState.PROPOSED,
        "propose otherwise": InvoiceState.PROPOSED,
        "pay": InvoiceState.PAID,
        "pay again": InvoiceState.PAID,
        "reopen": InvoiceState.OPEN,
    },
    InvoiceState.PAID: {"pay": InvoiceState.PAID, "pay again": InvoiceState.PAID},
    InvoiceState.VOID: {
        "pay": InvoiceState.VOID,
        "pay again": InvoiceState.VOID,
        "void": InvoiceState.VOID,
        "update": InvoiceState.OPEN,
    },
}


@pytest.mark.parametrize("state", InvoiceState)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_taken_or_refused_by_the_state(book: InvoiceBook, state: InvoiceState, step: str) -> None:
    before = bring(book, state)
    if step in ALLOWED[state]:
        after = STEPS[step](book)
        assert after.state is ALLOWED[state][step]
        assert book.get("INV-1") == after
        return
    with pytest.raises(InvoiceStateError, match=f"Invoice INV-1 is {state.value}") as caught:
        STEPS[step](book)
    assert (caught.value.code, caught.value.exit_code) == ("invoice-state", 6)
    assert book.get("INV-1") == before


def test_a_paid_invoice_keeps_both_of_its_transactions(book: InvoiceBook) -> None:
    bring(book, InvoiceState.PROPOSED)
    paid = pay(book, "INV-1", PAID_BY)
    assert (paid.safe_tx_hash, paid.tx_hash) == (PROPOSED_AS, PAID_BY)


@pytest.mark.parametrize("state", [InvoiceState.PAID, InvoiceState.VOID])
def test_a_further_payment_changes_nothing(book: InvoiceBook, state: InvoiceState) -> None:
    before = bring(book, state)
    assert pay(book, "INV-1", OTHER_TX) == before


def test_an_update_replaces_everything_but_provider_and_number(book: InvoiceBook) -> None:
    book.add(make_invoice("INV-1", "provider-a", invoice_line("a"), invoice_line("b")))
    changed = replace(document_invoice("INV-1", b"pdf", invoice_line("c", 1)), memo="corrected")
    assert book.update(replace(changed, state=InvoiceState.PAID, tx_hash=PAID_BY)) == changed
    assert book.list() == (changed,)


def test_an_update_to_the_same_document_as_another_is_refused_whole(book: InvoiceBook) -> None:
    book.add(document_invoice("INV-1", b"one"))
    second = document_invoice("INV-2", b"two")
    book.add(second)
    with pytest.raises(DuplicateDocumentError):
        book.update(document_invoice("INV-2", b"one"))
    assert book.get("INV-2") == second


class BookMachine(RuleBasedStateMachine):
    """Random work on one book: no invoice is ever paid by two transactions, and none is forgotten."""

    numbers: Bundle[str] = Bundle("numbers")

    def __init__(self) -> None:
        """Start with an empty book."""
        super().__init__()
        self.ledger = Ledger.open("sqlite://")
        self.known: set[str] = set()
        self.paid: dict[str, TxHash] = {}

    @rule(target=numbers, number=st.sampled_from("abcdef"))
    def enter(self, number: str) -> str:
        """Enter an invoice, perhaps again."""
        if number in self.known:
            with pytest.raises(DuplicateInvoiceError):
                self.ledger.invoices.add(make_invoice(number))
        else:
            self.ledger.invoices.add(make_invoice(number))
            self.known.add(number)
        return number

    @rule(number=numbers, transaction=st.sampled_from([PAID_BY, OTHER_TX]))
    def pay(self, number: str, transaction: TxHash) -> None:
        """Pay an invoice, perhaps again."""
        after = pay(self.ledger.invoices, number, transaction)
        if after.state is InvoiceState.VOID:
            assert number not in self.paid
        else:
            assert after.tx_hash == self.paid.setdefault(number, transaction)

    @rule(number=numbers, step=st.sampled_from(["void", "reopen", "propose", "update"]))
    def disturb(self, number: str, step: str) -> None:
        """Take some other step."""
        book = self.ledger.invoices
        steps: dict[str, Callable[[], object]] = {
            "void": lambda: book.void(number),
            "reopen": lambda: book.reopen(number),
            "propose": lambda: propose(book, number, PROPOSED_AS),
            "update": lambda: book.update(make_invoice(number)),
        }
        try:
            steps[step]()
        except InvoiceStateError:
            assert book.get(number).state is not InvoiceState.OPEN

    @invariant()
    def what_was_paid_stays_paid(self) -> None:
        """The book says of each paid invoice which transaction paid it, and has forgotten none."""
        invoices = self.ledger.invoices.list()
        assert {invoice.number for invoice in invoices} == self.known
        paid = {invoice.number: invoice.tx_hash for invoice in invoices if invoice.state is InvoiceState.PAID}
        assert paid == self.paid

    def teardown(self) -> None:
        """Close the book."""
        self.ledger.close()


TestBookMachine = BookMachine.TestCase
TestBookMachine.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
TestBookMachine.pytestmark = [pytest.mark.unit]  # type: ignore[attr-defined]  # pytest reads the marker from here

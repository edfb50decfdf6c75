"""Matching payments on the chain with lines of the book: each line its own event, and nothing that differs."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from eth_utils.address import to_checksum_address

from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.protocol_events import ProtocolEvent
from hokctl.domain.units import ModelId, SafeTxHash, TxHash, model_topic
from hokctl.ledger.book import Ledger
from hokctl.ledger.errors import InvoiceStateError, PartlyPaidError
from hokctl.ledger.invoices import InvoiceBook
from hokctl.services.bookkeeping import settle_from_events
from hokctl.services.settlement import SafeReference
from tests.unit.ledger.samples import PAYEE, PROPOSED_AS, invoice_line, make_invoice, propose

pytestmark = pytest.mark.unit

CHAIN = 31337
RESERVE = to_checksum_address("0x" + "0e" * 20)
PAID_IN = TxHash("0x" + "cd" * 32)


@pytest.fixture
def book() -> Iterator[InvoiceBook]:
    with Ledger.open("sqlite://") as ledger:
        ledger.invoices.add(make_invoice("A", "provider-a", invoice_line("m1", 5), invoice_line("m2", 7)))
        ledger.invoices.add(make_invoice("B", "provider-a", invoice_line("m1", 5)))
        yield ledger.invoices


def paid(invoice: Invoice, model: str, units: int, index: int = 0, **changes: object) -> ProtocolEvent:
    """Return the event of a payment as the index gives it."""
    event = ProtocolEvent(
        block_number=9,
        block_hash="0x" + "99" * 32,
        timestamp=1_770_000_000,
        tx_hash=PAID_IN,
        log_index=index,
        contract="InfrastructureReserve",
        address=RESERVE,
        name="InfrastructureCostPaid",
        args={
            "modelId": bytes.fromhex(model_topic(ModelId(model))[2:]),
            "payee": invoice.payee,
            "amount": units,
            "invoiceHash": bytes.fromhex(invoice.invoice_hash[2:]),
            "memo": "",
        },
        model_id=None,
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # fields of several types


def settle(book: InvoiceBook, *events: ProtocolEvent, chain_id: int = CHAIN) -> list[tuple[str, str]]:
    changed = settle_from_events(book, events, chain_id=chain_id)
    return [(invoice.number, invoice.state.value) for invoice in changed]


def test_an_invoice_is_paid_once_all_its_lines_are(book: InvoiceBook) -> None:
    a = book.get("A")
    assert settle(book, paid(a, "m2", 7, 3)) == [("A", "open")]
    with pytest.raises(PartlyPaidError):
        book.void("A")
    with pytest.raises(PartlyPaidError):
        book.update(replace(a, memo="other"))
    assert settle(book, paid(a, "m2", 7, 3), paid(a, "m1", 5, 4)) == [("A", "paid")]
    first, second = (line.payment for line in book.get("A").lines)
    assert first is not None
    assert second is not None
    assert (first.log_index, second.log_index, first.paid_at, first.tx_hash) == (4, 3, 1_770_000_000, PAID_IN)
    assert book.get("A").tx_hash == PAID_IN
    assert settle(book, paid(a, "m2", 7, 3), paid(a, "m1", 5, 4)) == [], "what is noted stays"
    assert book.get("B").state is InvoiceState.OPEN


@pytest.mark.parametrize(
    "changes",
    [
        {"args": {"payee": to_checksum_address("0x" + "a2" * 20)}},
        {"args": {"amount": 4}},
        {"args": {"modelId": bytes.fromhex(model_topic(ModelId("m2"))[2:])}},
        {"args": {"invoiceHash": bytes(32)}},
        {"name": "InfrastructureDeposited"},
        {"contract": "USDC"},
    ],
    ids=["payee", "amount", "model", "hash", "event", "contract"],
)
def test_what_differs_in_anything_pays_no_line(book: InvoiceBook, changes: dict[str, object]) -> None:
    b = book.get("B")
    event = paid(b, "m1", 5)
    other = changes.pop("args", {})
    assert isinstance(other, dict)
    assert settle(book, replace(event, args={**event.args, **other}, **changes)) == []  # type: ignore[arg-type]
    assert settle(book, event, chain_id=1) == []
    assert settle(book, event) == [("B", "paid")]


def test_the_safe_transaction_of_the_payment_is_kept(book: InvoiceBook) -> None:
    b, safe_tx_hash = book.get("B"), SafeTxHash("0x" + "5a" * 32)
    propose(book, "B", PROPOSED_AS)
    settle_from_events(
        book,
        [paid(b, "m1", 5)],
        chain_id=CHAIN,
        safe_of=lambda tx_hash: SafeReference(safe_tx_hash, 8) if tx_hash else None,
    )
    (line,) = book.get("B").lines
    assert line.payment is not None
    assert (line.payment.safe_tx_hash, line.payment.safe_nonce) == (safe_tx_hash, 8)
    assert book.get("B").safe_tx_hash == safe_tx_hash, "not the one that it was proposed in"


def test_a_void_invoice_stays_void_and_a_paid_one_is_not_proposed(book: InvoiceBook) -> None:
    b = book.get("B")
    book.void("B")
    assert settle(book, paid(b, "m1", 5)) == []
    a = book.get("A")
    settle(book, paid(a, "m2", 7, 3), paid(a, "m1", 5, 4))
    book.update(b)
    with pytest.raises(InvoiceStateError):
        book.propose_all([a, b], PROPOSED_AS)
    assert book.get("B").state is InvoiceState.OPEN, "all or none"


def test_of_many_events_those_that_nobody_waits_for_are_passed_over(book: InvoiceBook) -> None:
    b = book.get("B")
    strangers = (
        paid(replace(b, invoice_hash=make_invoice(str(number)).invoice_hash), "m1", 5, number) for number in range(500)
    )
    assert settle(book, *strangers, paid(b, "m1", 5, 900)) == [("B", "paid")]
    assert b.payee == PAYEE


def test_an_event_of_another_chain_at_the_same_place_takes_no_place(book: InvoiceBook) -> None:
    line = invoice_line("m9", 5)
    elsewhere = replace(line, amount=replace(line.amount, token=replace(line.amount.token, chain_id=1)))
    book.add(make_invoice("A", "provider-b", elsewhere))
    theirs, ours = book.get("A", "provider-b"), book.get("A", "provider-a")
    assert settle(book, paid(theirs, "m9", 5), chain_id=1) == [("A", "paid")]
    assert settle(book, paid(ours, "m1", 5)) == [("A", "open")]
    assert book.get("A", "provider-a").lines[0].payment is not None

"""Invoices and journal entries for the tests of the book."""

from datetime import date

from eth_utils.address import to_checksum_address

from hokctl.domain.amounts import Token
from hokctl.domain.invoices import HashMethod, Invoice, InvoiceLine, LinePayment, hash_document, hash_number
from hokctl.domain.ports import JournalEntry, JournalState
from hokctl.domain.units import ModelId, SafeTxHash, TxHash
from hokctl.ledger.invoices import InvoiceBook
from hokctl.ledger.settling import PaidLine

PAYEE = to_checksum_address("0x" + "a1" * 20)
SENDER = to_checksum_address("0x" + "b0" * 20)
USDC = Token(chain_id=31337, address=to_checksum_address("0x" + "05" * 20), decimals=6, symbol="USDC")
PAID_BY = TxHash("0x" + "cd" * 32)
PROPOSED_AS = SafeTxHash("0x" + "ef" * 32)


def invoice_line(model_id: str = "model-a", units: int = 80_000_000) -> InvoiceLine:
    """Return what a model owes."""
    return InvoiceLine(model_id=ModelId(model_id), amount=USDC.amount(units))


def make_invoice(number: str = "INV-1", provider: str = "provider-a", *lines: InvoiceLine) -> Invoice:
    """Return an invoice with every field filled."""
    return Invoice(
        number=number,
        provider=provider,
        payee=PAYEE,
        lines=lines or (invoice_line(),),
        invoice_hash=hash_number(number),
        hash_method=HashMethod.NUMBER,
        currency="USD",
        memo="June",
        period_start=date(2025, 6, 1),
        period_end=date(2025, 6, 30),
        due=date(2025, 7, 15),
        document="invoices/INV-1.pdf",
        digest="0x" + "d1" * 32,
        entered_at=1_750_000_000,
    )


def document_invoice(number: str, content: bytes, *lines: InvoiceLine) -> Invoice:
    """Return an invoice that is hashed by its document, with nothing optional in it."""
    return Invoice(
        number=number,
        provider="provider-a",
        payee=PAYEE,
        lines=lines or (invoice_line(),),
        invoice_hash=hash_document(content),
        hash_method=HashMethod.DOCUMENT,
        currency="USDC",
    )


def make_entry(number: int = 1, state: JournalState = JournalState.SIGNED, key: str = "plan:0") -> JournalEntry:
    """Return a journal entry with this number as its nonce and in its hash."""
    return JournalEntry(
        chain_id=31337,
        tx_hash=TxHash(f"0x{number:064x}"),
        sender=SENDER,
        nonce=number,
        purpose="Pay invoice INV-1",
        key=key,
        raw=b"\x02\x00\xff" + bytes([number]),
        state=state,
        created_at=1_750_000_000 + number,
    )


def propose(book: InvoiceBook, number: str, safe_tx_hash: SafeTxHash, provider: str | None = None) -> Invoice:
    """Note that a Safe transaction is to pay the invoice, and return it."""
    book.propose_all([book.get(number, provider)], safe_tx_hash)
    return book.get(number, provider)


def pay(book: InvoiceBook, number: str, tx_hash: TxHash, provider: str | None = None) -> Invoice:
    """Note that a transaction paid every line of the invoice, and return it."""
    invoice = book.get(number, provider)
    payments = [
        LinePayment(
            tx_hash=tx_hash, block_number=7, log_index=index, paid_at=1_760_000_000, safe_tx_hash=None, safe_nonce=None
        )
        for index, _ in enumerate(invoice.lines)
    ]
    book.settle(
        PaidLine(provider=invoice.provider, number=invoice.number, model_id=line.model_id, payment=payment)
        for line, payment in zip(invoice.lines, payments, strict=True)
    )
    return book.get(number, provider)

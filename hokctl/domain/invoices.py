"""An invoice: the obligation of one model owner towards one provider."""

import json
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.domain.amounts import TokenAmount
from hokctl.domain.units import InvoiceHash, ModelId, SafeTxHash, TxHash
from hokctl.errors import UsageError, shown

MAX_NUMBER_CHARACTERS = 120
MAX_MEMO_BYTES = 200
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class InvalidInvoiceError(UsageError):
    """An invoice that cannot be entered into the book."""

    code = "invalid-invoice"


class InvalidDateError(UsageError):
    """A text that is not a day."""

    code = "invalid-date"

    def __init__(self, text: str) -> None:
        """Name the text."""
        super().__init__(f"{shown(text, 40)!r} is not a date.", hint="Write it as in 2024-01-31.")


class InvalidHashMethodError(UsageError):
    """A text that names no way to make the hash."""

    code = "invalid-hash-method"

    def __init__(self, text: str) -> None:
        """Name the text."""
        super().__init__(
            f"{shown(text, 40)!r} is no way to make an invoice's hash.", hint="Choose --hash number or --hash document."
        )


class HashMethod(StrEnum):
    """What the on-chain hash of an invoice is the keccak hash of."""

    NUMBER = "number"
    """The invoice number's UTF-8 bytes: the specification's way, and the default."""
    DOCUMENT = "document"
    """The bytes of the invoice document."""


class InvoiceState(StrEnum):
    """Where an invoice stands in the book."""

    OPEN = "open"
    PROPOSED = "proposed"
    PAID = "paid"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePayment:
    """The event on the chain that paid one line."""

    tx_hash: TxHash
    block_number: int
    log_index: int
    paid_at: int
    """The block's time, in seconds since the epoch."""
    safe_tx_hash: SafeTxHash | None
    """The Safe transaction that carried it, if it was one."""
    safe_nonce: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedPayee:
    """An address that invoices of a provider named."""

    provider: str
    chain_id: int
    address: ChecksumAddress
    first_invoice: str | None
    """The number of the first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """What one model owes by the invoice."""

    model_id: ModelId
    amount: TokenAmount
    payment: LinePayment | None = None
    """None until it is paid, and for lines paid before hokctl kept the events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice of one provider. The book's key is (provider, number)."""

    number: str
    provider: str
    """The provider's name in the address book, or its checksummed address."""
    payee: ChecksumAddress
    lines: tuple[InvoiceLine, ...]
    invoice_hash: InvoiceHash
    hash_method: HashMethod
    currency: str
    """As the invoice states it: the token's symbol, or another name that a policy has to accept."""
    memo: str = ""
    period_start: date | None = None
    period_end: date | None = None
    due: date | None = None
    document: str | None = None
    """The path of the document, as it was given."""
    state: InvoiceState = InvoiceState.OPEN
    tx_hash: str | None = None
    """The transaction that paid it."""
    safe_tx_hash: str | None = None
    """The Safe transaction that pays or paid it."""
    digest: str | None = None
    """The hash of its canonical JSON; for the book only, it never goes on the chain."""
    document_hash: InvoiceHash | None = None
    """The hash of the document's bytes when it was entered, whatever `invoice_hash` is made of."""
    entered_at: int | None = None
    """When it was entered, in seconds since the epoch; None in books from before this was kept."""

    @property
    def total(self) -> TokenAmount:
        """The sum of all lines."""
        first, *rest = (line.amount for line in self.lines)
        for amount in rest:
            first += amount
        return first

    @property
    def document_hashes(self) -> frozenset[InvoiceHash]:
        """What tells its document: the hash on the chain, and that of the document's bytes where it is known."""
        return frozenset({self.invoice_hash} if self.document_hash is None else {self.invoice_hash, self.document_hash})

    def is_same_document(self, other: "Invoice") -> bool:
        """Tell whether both ask for the same by one document: one hash, for the same payee and model of a chain."""
        return (
            (self.payee, self.total.token.chain_id) == (other.payee, other.total.token.chain_id)
            and not self.document_hashes.isdisjoint(other.document_hashes)
            and not {line.model_id for line in self.lines}.isdisjoint(line.model_id for line in other.lines)
        )


def parse_invoice_number(text: str) -> str:
    """Return the invoice number in `text`; it is hashed byte for byte, so nothing is trimmed or changed.

    Invisible characters raise InvalidInvoiceError: with them one invoice could be paid twice under one look.
    """
    if not text or len(text) > MAX_NUMBER_CHARACTERS or not text.isprintable() or text != text.strip():
        raise InvalidInvoiceError(
            f"{text!r} is not an invoice number: 1 to 120 printable characters, no space at either end.",
            hint="Write the number exactly as the provider printed it; its hash goes on the chain.",
        )
    return text


def parse_day(text: str | None) -> date | None:
    """Return the day in a text such as 2024-01-31; None for None, InvalidDateError for anything else."""
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidDateError(text) from error
    raise InvalidDateError(text)


def parse_hash_method(text: str) -> HashMethod:
    """Return the way to make the hash; raises InvalidHashMethodError."""
    try:
        return HashMethod(text)
    except ValueError as error:
        raise InvalidHashMethodError(text) from error


def hash_number(number: str) -> InvoiceHash:
    """Return keccak256 of the number's UTF-8 bytes (specification, `Pay Infrastructure Costs`)."""
    return InvoiceHash("0x" + keccak(text=number).hex())


def hash_document(content: bytes) -> InvoiceHash:
    """Return keccak256 of the document's bytes."""
    return InvoiceHash("0x" + keccak(content).hex())


def digest_of(invoice: Invoice) -> str:
    """Return the hash of the obligation as canonical JSON: who is owed what, for which period, by which document.

    Two entries are the same when their digests are. Names, paths, states and times of entry have no part in it.
    """
    token = invoice.total.token
    content = {
        "version": 1,
        "chain_id": token.chain_id,
        "token": token.address,
        "payee": invoice.payee,
        "number": invoice.number,
        "currency": invoice.currency,
        "lines": sorted([line.model_id, str(line.amount.units)] for line in invoice.lines),
        "invoice_hash": invoice.invoice_hash,
        "hash_method": invoice.hash_method.value,
        "document_hash": invoice.document_hash,
        "memo": invoice.memo,
        "period_start": None if invoice.period_start is None else invoice.period_start.isoformat(),
        "period_end": None if invoice.period_end is None else invoice.period_end.isoformat(),
        "due": None if invoice.due is None else invoice.due.isoformat(),
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "0x" + keccak(text=canonical).hex()

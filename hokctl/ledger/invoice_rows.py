"""Invoices and their lines as rows of the book, and back."""

from datetime import date
from typing import Final

from sqlalchemy import Row

from hokctl.domain.amounts import Token
from hokctl.domain.invoices import HashMethod, Invoice, InvoiceLine, InvoiceState, LinePayment
from hokctl.domain.units import InvoiceHash, ModelId, SafeTxHash, TxHash

AnyRow = Row[tuple[object, ...]]
RowValues = dict[str, str | int | None]

_PAYMENT_COLUMNS: Final = ("paid_tx_hash", "paid_block", "paid_log_index", "paid_at", "safe_tx_hash", "safe_nonce")


def invoice_to_row(invoice: Invoice) -> RowValues:
    """Return the row of `invoices`, without its lines."""
    return {
        "provider": invoice.provider,
        "number": invoice.number,
        "payee": invoice.payee,
        "invoice_hash": invoice.invoice_hash,
        "hash_method": invoice.hash_method.value,
        "currency": invoice.currency,
        "memo": invoice.memo,
        "period_start": _date_text(invoice.period_start),
        "period_end": _date_text(invoice.period_end),
        "due": _date_text(invoice.due),
        "document": invoice.document,
        "digest": invoice.digest,
        "document_hash": invoice.document_hash,
        "entered_at": invoice.entered_at,
        "state": invoice.state.value,
        "tx_hash": invoice.tx_hash,
        "safe_tx_hash": invoice.safe_tx_hash,
    }


def line_to_row(line: InvoiceLine) -> RowValues:
    """Return the row of `invoice_lines`, without the invoice it belongs to and its place there."""
    return {
        "model_id": line.model_id,
        "units": str(line.amount.units),
        "chain_id": line.amount.token.chain_id,
        "token_address": line.amount.token.address,
        "token_decimals": line.amount.token.decimals,
        "token_symbol": line.amount.token.symbol,
        **payment_to_row(line.payment),
    }


def payment_to_row(payment: LinePayment | None) -> RowValues:
    """Return the columns of `invoice_lines` that say how a line was paid, all null if it was not."""
    if payment is None:
        return dict.fromkeys(_PAYMENT_COLUMNS)
    values = (
        payment.tx_hash,
        payment.block_number,
        payment.log_index,
        payment.paid_at,
        payment.safe_tx_hash,
        payment.safe_nonce,
    )
    return dict(zip(_PAYMENT_COLUMNS, values, strict=True))


def row_to_invoice(row: AnyRow, lines: tuple[InvoiceLine, ...]) -> Invoice:
    """Return the invoice in a row of `invoices`."""
    return Invoice(
        number=row.number,
        provider=row.provider,
        payee=row.payee,
        lines=lines,
        invoice_hash=row.invoice_hash,
        hash_method=HashMethod(row.hash_method),
        currency=row.currency,
        memo=row.memo,
        period_start=_text_date(row.period_start),
        period_end=_text_date(row.period_end),
        due=_text_date(row.due),
        document=row.document,
        digest=row.digest,
        document_hash=None if row.document_hash is None else InvoiceHash(row.document_hash),
        entered_at=row.entered_at,
        state=InvoiceState(row.state),
        tx_hash=row.tx_hash,
        safe_tx_hash=row.safe_tx_hash,
    )


def row_to_line(row: AnyRow) -> InvoiceLine:
    """Return the line in a row of `invoice_lines`."""
    token = Token(
        chain_id=row.chain_id, address=row.token_address, decimals=row.token_decimals, symbol=row.token_symbol
    )
    return InvoiceLine(
        model_id=ModelId(row.model_id), amount=token.amount(int(row.units)), payment=_row_to_payment(row)
    )


def _row_to_payment(row: AnyRow) -> LinePayment | None:
    if row.paid_tx_hash is None:
        return None
    return LinePayment(
        tx_hash=TxHash(row.paid_tx_hash),
        block_number=row.paid_block,
        log_index=row.paid_log_index,
        paid_at=row.paid_at,
        safe_tx_hash=None if row.safe_tx_hash is None else SafeTxHash(row.safe_tx_hash),
        safe_nonce=row.safe_nonce,
    )


def _date_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _text_date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)

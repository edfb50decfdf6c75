"""Invoices as scripts and people read them."""

from datetime import date
from pathlib import Path

from hokctl.domain.documents import JsonObject
from hokctl.domain.invoices import Invoice, InvoiceLine, LinePayment
from hokctl.result.values import Facts, amount_to_json
from hokctl.routes.operations import format_time


def invoice_to_json(invoice: Invoice) -> JsonObject:
    """Return the invoice with exact amounts; dates are ISO 8601."""
    return {
        "number": invoice.number,
        "provider": invoice.provider,
        "payee": invoice.payee,
        "state": invoice.state.value,
        "lines": [_line(line) for line in invoice.lines],
        "total": amount_to_json(invoice.total),
        "invoice_hash": invoice.invoice_hash,
        "hash_method": invoice.hash_method.value,
        "currency": invoice.currency,
        "memo": invoice.memo,
        "period_start": _day(invoice.period_start),
        "period_end": _day(invoice.period_end),
        "due": _day(invoice.due),
        "document": _document(invoice),
        "document_hash": invoice.document_hash,
        "digest": invoice.digest,
        "entered_at": invoice.entered_at,
        "tx_hash": invoice.tx_hash,
        "safe_tx_hash": invoice.safe_tx_hash,
    }


def invoice_facts(invoice: Invoice, *, origin: bool = False) -> Facts:
    """Return the invoice for people, without what it does not say; with `origin` also where it comes from."""
    period = " to ".join(str(day) for day in (invoice.period_start, invoice.period_end) if day is not None)
    foreign = invoice.currency not in {"", invoice.total.token.symbol}
    pairs = [
        ("provider", invoice.provider),
        ("payee", invoice.payee),
        *((f"model {line.model_id}", str(line.amount)) for line in invoice.lines),
        ("total", str(invoice.total)),
        ("state", describe_state(invoice)),
        ("invoice hash", f"{invoice.invoice_hash} (of the {invoice.hash_method.value})"),
        ("currency", invoice.currency if foreign else ""),
        ("memo", invoice.memo),
        ("period", period),
        ("due", str(invoice.due or "")),
        ("document", _document(invoice) or ""),
        *(_origin(invoice) if origin else ()),
        ("Safe transaction", invoice.safe_tx_hash or ""),
        *(_paid_facts(invoice) or [("paid by", invoice.tx_hash or "")]),
    ]
    return Facts(tuple((name, value) for name, value in pairs if value))


def _document(invoice: Invoice) -> str | None:
    """Return where the document is: from the working directory on, where it is under it."""
    if invoice.document is None:
        return None
    path = Path(invoice.document)
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        # It is elsewhere, or the working directory is gone.
        return invoice.document


def _origin(invoice: Invoice) -> list[tuple[str, str]]:
    """Return how the document was when the invoice was entered, and when that was."""
    at = invoice.entered_at
    return [("document's hash", invoice.document_hash or ""), ("entered", "" if at is None else format_time(at))]


def describe_state(invoice: Invoice) -> str:
    """Return the invoice's state for people; it says so where only some of the lines are paid."""
    paid = sum(line.payment is not None for line in invoice.lines)
    partly = 0 < paid < len(invoice.lines)
    return f"{invoice.state.value}, {paid} of {len(invoice.lines)} lines paid" if partly else invoice.state.value


def _paid_facts(invoice: Invoice) -> list[tuple[str, str]]:
    """Return what paid each line: one row where the same transaction paid all that is paid."""
    paid = [(line.model_id, line.payment) for line in invoice.lines if line.payment is not None]
    several = len({payment.tx_hash for _, payment in paid}) > 1 or 0 < len(paid) < len(invoice.lines)
    shown = paid if several else paid[:1]
    return [(f"model {model} paid" if several else "paid", _words(payment)) for model, payment in shown]


def _words(payment: LinePayment) -> str:
    safe = "" if payment.safe_tx_hash is None else f" by Safe transaction {payment.safe_tx_hash[:10]}"
    nonce = "" if payment.safe_nonce is None else f" (nonce {payment.safe_nonce})"
    return f"{format_time(payment.paid_at)} in {payment.tx_hash}, block {payment.block_number}{safe}{nonce}"


def _line(line: InvoiceLine) -> JsonObject:
    """Return the line; `payment` is null until it is paid."""
    paid = line.payment
    return {
        "model_id": line.model_id,
        "amount": amount_to_json(line.amount),
        "payment": None
        if paid is None
        else {
            "tx_hash": paid.tx_hash,
            "block": paid.block_number,
            "log_index": paid.log_index,
            "paid_at": paid.paid_at,
            "safe_tx_hash": paid.safe_tx_hash,
            "safe_nonce": paid.safe_nonce,
        },
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()

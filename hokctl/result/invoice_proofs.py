"""The payments of a transaction against the book, for scripts and for people."""

from hokctl.domain.documents import JsonObject
from hokctl.result.values import Table, amount_to_json
from hokctl.services.invoice_proofs import LoggedPayment, PaymentProof


def proof_to_json(proof: PaymentProof) -> JsonObject:
    """Return each payment with the invoices of the book that it belongs to."""
    return {
        "tx_hash": proof.tx_hash,
        "block": proof.block_number,
        "wanted": proof.wanted,
        "payments": [_payment(proof, paid) for paid in proof.payments],
    }


def proof_table(proof: PaymentProof) -> Table:
    """Return the same for people."""
    rows = tuple(
        (
            str(paid.log_index),
            paid.model_id or "unknown",
            paid.payee,
            str(paid.amount),
            paid.invoice_hash,
            _invoices(paid),
            "yes" if paid.invoice_hash == proof.wanted else "",
        )
        for paid in proof.payments
    )
    columns = ("log", "model", "payee", "amount", "invoice hash", "invoice", "asked for")
    return Table(columns, rows, right=frozenset({"log", "amount"}), empty="The transaction pays nothing.")


def _payment(proof: PaymentProof, paid: LoggedPayment) -> JsonObject:
    return {
        "log_index": paid.log_index,
        "model_id": paid.model_id,
        "payee": paid.payee,
        "amount": amount_to_json(paid.amount),
        "invoice_hash": paid.invoice_hash,
        "memo": paid.memo,
        "invoices": [{"number": one.number, "provider": one.provider} for one in paid.invoices],
        "agrees": paid.agrees,
        "is_wanted": None if proof.wanted is None else paid.invoice_hash == proof.wanted,
    }


def _invoices(paid: LoggedPayment) -> str:
    if not paid.invoices:
        return "not in the book"
    names = ", ".join(f"{one.number} of {one.provider}" for one in paid.invoices)
    return names if paid.agrees else f"{names}, which differs"

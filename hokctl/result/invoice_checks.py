"""How a check of invoices came out, for scripts and for people."""

from hokctl.domain.documents import JsonObject
from hokctl.result.values import Block, Heading, Line, Table
from hokctl.services.invoice_checks import CheckedInvoice, InvoiceReview


def review_to_json(review: InvoiceReview) -> JsonObject:
    """Return the codes found for each invoice; the findings themselves stand in the envelope."""
    return {
        "invoices": [
            {
                "number": one.invoice.number,
                "provider": one.invoice.provider,
                "state": one.invoice.state.value,
                "codes": list(_codes(one)),
            }
            for one in review.checked
        ],
        "general": [finding.code for finding in review.general],
    }


def review_blocks(review: InvoiceReview) -> tuple[Block, ...]:
    """Return the same for people: a row per invoice, those without findings counted."""
    count = len(review.checked)
    wrong = [one for one in review.checked if one.findings]
    rows = tuple(
        (invoice.number, invoice.provider, str(invoice.total), invoice.state.value, ", ".join(_codes(one)))
        for one in wrong
        for invoice in (one.invoice,)
    )
    blocks: list[Block] = [Heading(f"{count} invoice{'' if count == 1 else 's'} checked")]
    if rows:
        blocks.append(Table(("number", "provider", "total", "state", "findings"), rows, right=frozenset({"total"})))
    return (*blocks, Line(f"{count - len(wrong)} without findings."))


def _codes(one: CheckedInvoice) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.code for finding in one.findings))

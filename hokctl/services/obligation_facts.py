"""What the configuration and the book say about payments: the declared burn, and the invoices behind them."""

from collections.abc import Callable, Mapping, Sequence

from hokctl.checks.payments import PaymentFacts
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.invoices import Invoice
from hokctl.domain.units import InvoiceHash, ModelId

DeclaredBurn = Callable[[ModelId], str | None]
InvoicesOf = Callable[[InvoiceHash], tuple[Invoice, ...]]


def nothing_declared(_: ModelId) -> None:
    """Return None: no burn is declared."""


def no_invoices(_: InvoiceHash) -> tuple[Invoice, ...]:
    """Return nothing: there is no book."""
    return ()


def burns_of(payments: Sequence[PaymentFacts], declared: DeclaredBurn, token: Token) -> Mapping[ModelId, TokenAmount]:
    """Return the declared daily burn of every model that pays, as far as one is declared."""
    texts = {payment.model_id: declared(payment.model_id) for payment in payments}
    return {model_id: TokenAmount.parse(text, token) for model_id, text in texts.items() if text is not None}


def invoices_of(payments: Sequence[PaymentFacts], find: InvoicesOf) -> tuple[Invoice, ...]:
    """Return the invoices of the book that the payments name by their hash."""
    hashes = dict.fromkeys(InvoiceHash(payment.invoice_hash) for payment in payments)
    return tuple(invoice for hash_ in hashes for invoice in find(hash_))

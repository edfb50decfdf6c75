"""Each payment on the chain held against what the book says is owed, one payment and one line at a time.

The order matters, so that one fault is found once: what fits exactly comes first, in the order of the chain; then what
has an invoice's hash and differs in one point; then what repeats an invoice; what is left was owed by nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from hokctl.domain.invoices import Invoice, InvoiceLine, InvoiceState, LinePayment
from hokctl.domain.reconciliation import MadePayment
from hokctl.domain.units import ZERO_HASH, InvoiceHash, model_topic

_ALMOST: Final = 2
"""In how many of model, payee and amount a payment is as the invoice says that is surely meant for it."""


@dataclass(slots=True, kw_only=True)
class OwedLine:
    """One line of an invoice, and the payments that were taken for it."""

    invoice: Invoice
    line: InvoiceLine
    topic: str
    """The hash of its model's id."""
    made: MadePayment | None = None
    """The payment that fits exactly."""
    near: list[MadePayment] = field(default_factory=list)
    """Payments with the invoice's hash that differ; several where it was paid in parts."""

    @property
    def facts(self) -> LinePayment | None:
        """What the book says about its payment."""
        return self.line.payment

    @property
    def booked(self) -> bool:
        """Whether the book has it as paid."""
        return self.line.payment is not None or self.invoice.state is InvoiceState.PAID

    @property
    def settled(self) -> bool:
        """Whether exactly what is owed was paid, at once or in parts."""
        return self.made is not None or (
            bool(self.near)
            and all((each.model_topic, each.payee) == (self.topic, self.invoice.payee) for each in self.near)
            and sum(each.units for each in self.near) == self.line.amount.units
        )

    @property
    def payments(self) -> tuple[MadePayment, ...]:
        """Everything that was paid for it."""
        return (self.made,) if self.made is not None else tuple(self.near)


class Surplus(StrEnum):
    """Why a payment has no line of its own; the values are codes of findings."""

    TWICE = "invoice-paid-twice"
    VOID = "void-invoice-paid"
    ZERO_HASH = "payment-without-hash"
    UNOWED = "payment-without-invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurplusPayment:
    """A payment that no line of the book was left for."""

    kind: Surplus
    payment: MadePayment
    invoice: Invoice | None = None
    """The invoice that it repeats, or that is void."""
    earlier: MadePayment | None = None
    """The payment that it repeats."""


class Obligations:
    """What the book says is owed, and which payments were made for it."""

    def __init__(
        self, invoices: Iterable[Invoice], *, also: Mapping[tuple[str, str], tuple[InvoiceHash, ...]] | None = None
    ) -> None:
        """Start before the first payment.

        `also` has further hashes that an invoice may have been paid under, by provider and number.
        """
        self.lines: list[OwedLine] = []
        self._exact: dict[tuple[str, str, InvoiceHash, int], list[OwedLine]] = {}
        self._by_hash: dict[InvoiceHash, list[OwedLine]] = {}
        self._leftover: list[MadePayment] = []
        for invoice in invoices:
            hashes = {invoice.invoice_hash, *(also or {}).get((invoice.provider, invoice.number), ())}
            for line in invoice.lines:
                self._add(OwedLine(invoice=invoice, line=line, topic=model_topic(line.model_id)), hashes)

    def _add(self, owed: OwedLine, hashes: Iterable[InvoiceHash]) -> None:
        self.lines.append(owed)
        for invoice_hash in hashes:
            self._by_hash.setdefault(invoice_hash, []).append(owed)
            if owed.invoice.state is not InvoiceState.VOID:
                key = (owed.topic, owed.invoice.payee, invoice_hash, owed.line.amount.units)
                self._exact.setdefault(key, []).append(owed)

    def offer(self, payment: MadePayment) -> None:
        """Take the next payment of the chain for the line that it fits exactly; the rest waits for `surplus`."""
        key = (payment.model_topic, payment.payee, payment.invoice_hash, payment.units)
        waiting = (owed for owed in self._exact.get(key, ()) if owed.made is None)
        owed = next(waiting, None)
        if owed is None:
            self._leftover.append(payment)
        else:
            owed.made = payment

    def surplus(self) -> Iterator[SurplusPayment]:
        """Yield the payments that are left when those that almost fit have been taken; ask once, after the last."""
        for payment in self._leftover:
            surplus = _place(payment, self._by_hash.get(payment.invoice_hash, []))
            if surplus is not None:
                yield surplus
        self._leftover.clear()

    def paid_keys(self) -> frozenset[tuple[str, InvoiceHash]]:
        """Return model and invoice hash of everything that was paid for a line of the book."""
        return frozenset((each.model_topic, each.invoice_hash) for owed in self.lines for each in owed.payments)


def _place(payment: MadePayment, lines: list[OwedLine]) -> SurplusPayment | None:
    """Take the payment for the line that it is nearest to; return it as surplus where there is none."""
    if payment.invoice_hash == ZERO_HASH:
        return SurplusPayment(kind=Surplus.ZERO_HASH, payment=payment)
    live = [owed for owed in lines if owed.invoice.state is not InvoiceState.VOID]
    nearest = max((owed for owed in live if not owed.settled), key=lambda owed: _likeness(payment, owed), default=None)
    if nearest is not None and _likeness(payment, nearest) >= _ALMOST:
        nearest.near.append(payment)
        return None
    for owed in live:
        if owed.invoice.payee == payment.payee and owed.payments:
            return SurplusPayment(kind=Surplus.TWICE, payment=payment, invoice=owed.invoice, earlier=owed.payments[0])
    if nearest is not None and nearest.invoice.payee == payment.payee:
        nearest.near.append(payment)
        return None
    for owed in lines:
        if owed.invoice.state is InvoiceState.VOID and owed.invoice.payee == payment.payee:
            return SurplusPayment(kind=Surplus.VOID, payment=payment, invoice=owed.invoice)
    return SurplusPayment(kind=Surplus.UNOWED, payment=payment)


def _likeness(payment: MadePayment, owed: OwedLine) -> int:
    """Return in how many of model, payee and amount the payment is as it should be."""
    return (
        (payment.model_topic == owed.topic)
        + (payment.payee == owed.invoice.payee)
        + (payment.units == owed.line.amount.units)
    )

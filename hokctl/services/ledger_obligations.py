"""The book's invoices among the movements: what is owed from when on, and which payment settled it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import Token
from hokctl.domain.day_spans import midnight
from hokctl.domain.invoices import Invoice, InvoiceLine, InvoiceState
from hokctl.domain.units import model_topic
from hokctl.services.ledger_movements import ModelRef, Movement, MovementKind

_OWED: Final = frozenset({InvoiceState.OPEN, InvoiceState.PROPOSED, InvoiceState.PAID})


class Obligations:
    """The lines of all invoices that are not void and owe the reserve token."""

    def __init__(
        self, invoices: Iterable[Invoice], token: Token, name_of: Callable[[ChecksumAddress], str | None]
    ) -> None:
        """Know the lines; `name_of` is the address book, for payees that no invoice names."""
        self._name_of = name_of
        self._owed: dict[tuple[str, int], tuple[Invoice, InvoiceLine]] = {
            (invoice.provider + "\0" + invoice.number, position): (invoice, line)
            for invoice in invoices
            if invoice.state in _OWED
            for position, line in enumerate(invoice.lines)
            if (line.amount.token.chain_id, line.amount.token.address) == (token.chain_id, token.address)
        }
        self._by_place: dict[tuple[object, ...], tuple[str, int]] = {}
        for key, (invoice, line) in self._owed.items():
            self._by_place.update(dict.fromkeys(_places(invoice, line), key))
        self._paid_at: dict[tuple[str, int], int] = {}

    def settle(self, payment: Movement) -> Movement:
        """Return the payment with the invoice that it settles, or with the payee's name where it settles none."""
        topic = "" if payment.model is None else payment.model.topic
        facts = (payment.tx_hash, payment.invoice_hash, payment.account, topic, payment.units)
        key = self._by_place.get((payment.tx_hash, payment.log_index)) or self._by_place.get(facts)
        if key is None or key in self._paid_at:
            named = None if payment.account is None else self._name_of(payment.account)
            return replace(payment, provider=named or payment.account)
        self._paid_at[key] = payment.timestamp
        invoice = self._owed[key][0]
        return replace(payment, provider=invoice.provider, invoice=invoice.number, settles=True)

    def owed(self, now: int) -> list[Movement]:
        """Return when each line became an obligation, after all payments were settled.

        On its entry; in books from before that was kept at the end of its period, else when it was due, else `now`;
        but not after its payment.
        """
        return [
            Movement(
                kind=MovementKind.INVOICE,
                timestamp=min(_since(invoice, now), self._paid_at.get(key, _since(invoice, now))),
                units=line.amount.units,
                log_index=number,
                model=ModelRef(topic=model_topic(line.model_id), model_id=line.model_id),
                provider=invoice.provider,
                account=invoice.payee,
                invoice=invoice.number,
                invoice_hash=invoice.invoice_hash,
                memo=invoice.memo,
            )
            for number, (key, (invoice, line)) in enumerate(self._owed.items())
        ]


def _places(invoice: Invoice, line: InvoiceLine) -> list[tuple[object, ...]]:
    """Return by what a line's payment is known: its event, or all that it says in books from before that was kept."""
    if line.payment is not None:
        return [(line.payment.tx_hash, line.payment.log_index)]
    if invoice.tx_hash is None:
        return []
    return [(invoice.tx_hash, invoice.invoice_hash, invoice.payee, model_topic(line.model_id), line.amount.units)]


def _since(invoice: Invoice, now: int) -> int:
    if invoice.entered_at is not None:
        return invoice.entered_at
    day = invoice.period_end or invoice.due
    return now if day is None else midnight(day)

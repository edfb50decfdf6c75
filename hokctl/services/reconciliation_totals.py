"""How many invoices and payments were compared, and what they come to."""

from collections.abc import Iterable
from dataclasses import dataclass

from hokctl.domain.invoices import InvoiceState
from hokctl.domain.reconciliation import Period
from hokctl.services.reconciliation_book import Key, key_of
from hokctl.services.reconciliation_matching import OwedLine


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of something there are, and their sum in base units of the reserve token."""

    count: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceTotals:
    """The invoices of the book as the chain has paid them."""

    paid: Tally
    """Those of which something was paid in the period, and what."""
    matched: Tally
    """The payments of the period that were taken for a line of the book."""
    open: Tally
    """Those of which something is not paid up to the last block, and what."""
    void: int


def add_up(lines: Iterable[OwedLine], period: Period) -> InvoiceTotals:
    """Return the totals of the book's lines once payments have been taken for them."""
    paid, open_, void = set[Key](), set[Key](), set[Key]()
    matched = paid_units = open_units = 0
    for owed in lines:
        key = key_of(owed.invoice)
        if owed.invoice.state is InvoiceState.VOID:
            void.add(key)
            continue
        within = [each for each in owed.payments if period.has(each.place.timestamp)]
        if within:
            paid.add(key)
            matched += len(within)
            paid_units += sum(each.units for each in within)
        if not owed.payments:
            open_.add(key)
            open_units += owed.line.amount.units
    return InvoiceTotals(
        paid=Tally(len(paid), paid_units),
        matched=Tally(matched, paid_units),
        open=Tally(len(open_), open_units),
        void=len(void),
    )

"""What one transaction did to the reserve, its events held against each other: what they leave unexplained is odd."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from eth_typing import ChecksumAddress

from hokctl.domain.reconciliation import MadePayment, Oddity, OddityKind, Place
from hokctl.domain.units import InvoiceHash


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """One fee that the router logged."""

    model_topic: str
    units: int
    infrastructure_units: int
    expected_units: int | None
    """What the split in force makes of it; None where that is not known."""


@dataclass(slots=True, kw_only=True)
class ReserveTransaction:
    """What one transaction did to the reserve."""

    place: Place
    received: list[tuple[ChecksumAddress, int]] = field(default_factory=list)
    sent: list[tuple[ChecksumAddress, int]] = field(default_factory=list)
    deposits: list[tuple[str, int]] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)
    payments: list[MadePayment] = field(default_factory=list)
    withdrawals: list[tuple[ChecksumAddress, int]] = field(default_factory=list)
    by_cost: list[tuple[str, int]] = field(default_factory=list)
    """Model and whole fee of those that were split by what the calls cost."""
    costs: list[tuple[str, InvoiceHash]] = field(default_factory=list)
    """Model and invoice of each cost that was recorded, by a payment or by hand."""


def find_oddities(current: ReserveTransaction) -> Iterator[Oddity]:
    """Yield what the transaction did that its own events do not explain, and every emergency withdrawal.

    Tokens that came for a fee which was not booked are no gift besides, and a deposit that did not come needs no fee.
    """
    if _is_plain_fee(current):
        return
    fees, arrivals = list(_odd_fees(current)), list(_odd_arrivals(current))
    unbooked = Counter((odd.expected or 0) - odd.units for odd in fees if odd.kind is OddityKind.NOT_CREDITED)
    lacking = any(odd.kind is OddityKind.NOT_RECEIVED for odd in arrivals)
    yield from (odd for odd in fees if not (lacking and odd.kind is OddityKind.UNEXPLAINED_DEPOSIT))
    for odd in arrivals:
        if odd.kind is OddityKind.DONATION and unbooked[odd.units]:
            unbooked[odd.units] -= 1
        else:
            yield odd
    yield from _odd_departures(current)


def _is_plain_fee(current: ReserveTransaction) -> bool:
    """Tell whether it is one fee, split, brought and booked as it should be: as most are, so that this saves time."""
    if not len(current.fees) == len(current.deposits) == len(current.received) == 1:
        return False
    (fee,), ((topic, booked),), ((_, units),) = current.fees, current.deposits, current.received
    share = (fee.model_topic, fee.infrastructure_units, fee.infrastructure_units)
    return (
        (topic, booked, units) == share
        and fee.expected_units == booked
        and not (current.sent or current.payments or current.withdrawals)
    )


def costs_recorded_by_hand(current: ReserveTransaction) -> Iterator[tuple[str, InvoiceHash]]:
    """Yield model and invoice of the costs that were recorded without a payment in the same transaction."""
    paid = Counter((payment.model_topic, payment.invoice_hash) for payment in current.payments)
    yield from (Counter(current.costs) - paid).elements()


def _odd_fees(current: ReserveTransaction) -> Iterator[Oddity]:
    """Yield fees that were split otherwise than they should, and those that were booked otherwise than split."""
    by_cost = Counter(current.by_cost)
    for fee in current.fees:
        if by_cost[fee.model_topic, fee.units]:
            by_cost[fee.model_topic, fee.units] -= 1
        elif fee.expected_units not in {None, fee.infrastructure_units}:
            yield _odd(
                OddityKind.SPLIT, current, fee.infrastructure_units, topic=fee.model_topic, expected=fee.expected_units
            )
    shared = Counter((fee.model_topic, fee.infrastructure_units) for fee in current.fees if fee.infrastructure_units)
    booked = Counter(current.deposits)
    missing, beyond = (shared - booked).elements(), Counter((booked - shared).elements())
    for topic, units in missing:
        instead = next((other for other in beyond if other[0] == topic), None)
        beyond -= Counter([] if instead is None else [instead])
        yield _odd(OddityKind.NOT_CREDITED, current, 0 if instead is None else instead[1], topic=topic, expected=units)
    for topic, units in beyond.elements():
        yield _odd(OddityKind.UNEXPLAINED_DEPOSIT, current, units, topic=topic)


def _odd_arrivals(current: ReserveTransaction) -> Iterator[Oddity]:
    """Yield what came beside deposits, or what is lacking of them."""
    deposited = sum(units for _, units in current.deposits)
    beyond = sum(units for _, units in current.received) - deposited
    if beyond < 0:
        topic = current.deposits[0][0] if len(current.deposits) == 1 else None
        yield _odd(OddityKind.NOT_RECEIVED, current, deposited + beyond, topic=topic, expected=deposited)
        return
    gifts = _left_of(current.received, [deposited], [units for _, units in current.deposits])
    if sum(units for _, units in gifts) != beyond:
        gifts = [(current.received[0][0], beyond)] if beyond else []
    for giver, units in gifts:
        yield _odd(OddityKind.DONATION, current, units, account=giver)


def _left_of(transfers: list[tuple[ChecksumAddress, int]], *ways: list[int]) -> list[tuple[ChecksumAddress, int]]:
    """Return the transfers without those that carry the given amounts, by the first of the ways that they all fit."""
    for amounts in ways:
        left = list(transfers)
        for units in amounts:
            match = next((each for each in left if each[1] == units), None)
            if match is None:
                break
            left.remove(match)
        else:
            return [each for each in left if each[1]]
    return []


def _odd_departures(current: ReserveTransaction) -> Iterator[Oddity]:
    """Yield withdrawals, transfers that nothing explains, and payments without a transfer."""
    sent = Counter(current.sent)
    logged = Counter((payment.payee, payment.units) for payment in current.payments) + Counter(current.withdrawals)
    for taker, units in current.withdrawals:
        yield _odd(OddityKind.WITHDRAWAL, current, units, account=taker)
    beyond, missing = sent - logged, logged - sent
    for taker, units in missing.elements():
        instead = next((other for other in beyond if other[0] == taker), None)
        beyond -= Counter([] if instead is None else [instead])
        moved = 0 if instead is None else instead[1]
        yield _odd(OddityKind.NOT_TRANSFERRED, current, moved, expected=units, account=taker)
    for taker, units in beyond.elements():
        if units:
            yield _odd(OddityKind.UNEXPLAINED_TRANSFER, current, units, account=taker)


def _odd(
    kind: OddityKind,
    current: ReserveTransaction,
    units: int,
    *,
    expected: int | None = None,
    topic: str | None = None,
    account: ChecksumAddress | None = None,
) -> Oddity:
    return Oddity(kind=kind, units=units, place=current.place, expected=expected, model_topic=topic, account=account)

"""The movements of the reserve's money as the index tells them: what came, by which split, what left, and for whom."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final, cast

from eth_typing import ChecksumAddress

from hokctl.domain.calls import AbiValue
from hokctl.domain.protocol_events import DEPOSIT, FEE, PAYMENT, RESERVE_TOKEN, TRANSFER, WITHDRAWAL, ProtocolEvent
from hokctl.domain.units import InvoiceHash, ModelId, SafeTxHash, TxHash

EVENT_NAMES: Final = (DEPOSIT, FEE, PAYMENT, TRANSFER, WITHDRAWAL)


class MovementKind(StrEnum):
    """What a movement is."""

    FEE = "fee"
    """A usage fee, split between the model's account in the reserve and its pool."""
    DEPOSIT = "deposit"
    """Money for a model's account that no fee brought."""
    PAYMENT = "payment"
    WITHDRAWAL = "withdrawal"
    """An emergency withdrawal, which leaves the models' accounts as they are."""
    DONATION = "donation"
    """Money in the reserve that no model's account grew by."""
    UNEXPLAINED = "unexplained"
    """A change of the reserve's balance that no event explains, or a deposit that brought no money."""
    INVOICE = "invoice"
    """A line of an invoice that became due to its provider; no money moved."""
    GAS = "gas"
    """What a transaction cost, in the chain's own coin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRef:
    """A model as an event names it."""

    topic: str
    """The hash of its id, which is all that the event has."""
    model_id: ModelId | None
    """None where nothing names an id with this hash."""

    @property
    def label(self) -> str:
        """The id, or the hash where there is none."""
        return self.topic if self.model_id is None else self.model_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement. Amounts are base units of the reserve token, of gas in wei."""

    kind: MovementKind
    timestamp: int
    """In seconds since the epoch: of the block, or when the invoice became an obligation."""
    units: int
    """What moved as a whole; negative only where something unexplained is missing."""
    block_number: int | None = None
    log_index: int = 0
    tx_hash: TxHash | None = None
    model: ModelRef | None = None
    provider: str | None = None
    """By its name in the book or in the address book, else its address."""
    account: ChecksumAddress | None = None
    """The other side: who paid in, was paid, or paid the gas."""
    infrastructure_units: int = 0
    """Of a fee: what the model's account got."""
    profit_units: int = 0
    """Of a fee: what its pool got."""
    invoice: str | None = None
    invoice_hash: InvoiceHash | None = None
    settles: bool = False
    """Whether a payment settles an invoice of the book."""
    memo: str = ""
    safe_tx_hash: SafeTxHash | None = None
    safe_nonce: int | None = None

    @property
    def order(self) -> tuple[int, int, int, int]:
        """What movements sort by: time, then obligations before what settles them, then the place on the chain."""
        on_chain = self.block_number is not None
        return self.timestamp, int(on_chain), self.block_number or 0, self.log_index


def read_movements(events: Iterable[ProtocolEvent], reserve: ChecksumAddress) -> Iterator[Movement]:
    """Yield the movements of the reserve that `events`, those called EVENT_NAMES in the chain's order, tell of."""
    for _, group in groupby(events, key=lambda event: (event.block_number, event.tx_hash)):
        yield from _read_transaction(list(group), reserve)


def _read_transaction(events: list[ProtocolEvent], reserve: ChecksumAddress) -> Iterator[Movement]:
    fees = [event for event in events if event.name == FEE]
    # What the transfers brought, less what the events explain: a gift, or something that no event explains.
    rest = 0
    for event in events:
        if event.name == TRANSFER:
            rest += _units(event, "value") * _direction(event, reserve)
        elif event.name == FEE:
            yield _fee(event)
        elif event.name == DEPOSIT:
            rest -= _units(event, "amount")
            if not _take_fee(fees, event):
                yield _moved(event, MovementKind.DEPOSIT, _units(event, "amount"))
        elif event.name == PAYMENT:
            rest += _units(event, "amount")
            yield _payment(event)
        else:
            rest += _units(event, "amount")
            recipient = cast("ChecksumAddress", event.args["recipient"])
            yield _moved(event, MovementKind.WITHDRAWAL, _units(event, "amount"), account=recipient)
    if rest:
        yield _rest(events, rest, reserve)


def unexplained_transfers(events: Sequence[ProtocolEvent], reserve: ChecksumAddress) -> list[ProtocolEvent]:
    """Return the token's transfers of one transaction that are no part of a payment, a deposit or a withdrawal in it.

    A part is what has an event of its amount, or, one transfer for many events, comes with the others to their sum.
    """
    moved = [event for event in events if event.name == TRANSFER and _direction(event, reserve)]
    said = [
        _units(event, "amount") * (1 if event.name == DEPOSIT else -1)
        for event in events
        if event.name in {DEPOSIT, PAYMENT, WITHDRAWAL}
    ]
    left: dict[int, list[ProtocolEvent]] = {1: [], -1: []}
    for event in moved:
        units = _units(event, "value") * _direction(event, reserve)
        if units in said:
            said.remove(units)
        else:
            left[_direction(event, reserve)].append(event)
    for direction, transfers in left.items():
        rest = [abs(units) for units in said if units * direction > 0]
        if rest and sum(_units(event, "value") for event in transfers) == sum(rest):
            transfers.clear()
    return [*left[1], *left[-1]]


def _fee(event: ProtocolEvent) -> Movement:
    return Movement(
        kind=MovementKind.FEE,
        timestamp=event.timestamp,
        units=_units(event, "totalAmount"),
        block_number=event.block_number,
        log_index=event.log_index,
        tx_hash=event.tx_hash,
        model=_model(event),
        account=cast("ChecksumAddress", event.args["depositor"]),
        infrastructure_units=_units(event, "infrastructureAmount"),
        profit_units=_units(event, "profitAmount"),
    )


def _payment(event: ProtocolEvent) -> Movement:
    return Movement(
        kind=MovementKind.PAYMENT,
        timestamp=event.timestamp,
        units=_units(event, "amount"),
        block_number=event.block_number,
        log_index=event.log_index,
        tx_hash=event.tx_hash,
        model=_model(event),
        account=cast("ChecksumAddress", event.args["payee"]),
        invoice_hash=InvoiceHash("0x" + cast("bytes", event.args["invoiceHash"]).hex()),
        memo=str(event.args.get("memo", "")),
    )


def _take_fee(fees: list[ProtocolEvent], deposit: ProtocolEvent) -> bool:
    """Strike the fee that brought a deposit off the list; tell whether there was one."""
    for fee in fees:
        if (fee.model_topic, fee.args["infrastructureAmount"]) == (deposit.model_topic, deposit.args["amount"]):
            fees.remove(fee)
            return True
    return False


def _rest(events: list[ProtocolEvent], rest: int, reserve: ChecksumAddress) -> Movement:
    """Return what is left over: a gift of the first giver, or what lacks an explanation."""
    gifts = [event for event in events if event.name == TRANSFER and _direction(event, reserve) > 0]
    if rest > 0 and gifts:
        return _moved(gifts[0], MovementKind.DONATION, rest, account=cast("ChecksumAddress", gifts[0].args["from"]))
    return _moved(events[-1], MovementKind.UNEXPLAINED, rest)


def _moved(event: ProtocolEvent, kind: MovementKind, units: int, *, account: ChecksumAddress | None = None) -> Movement:
    return Movement(
        kind=kind,
        timestamp=event.timestamp,
        units=units,
        block_number=event.block_number,
        log_index=event.log_index,
        tx_hash=event.tx_hash,
        model=_model(event) if kind is MovementKind.DEPOSIT else None,
        account=account,
    )


def _model(event: ProtocolEvent) -> ModelRef:
    return ModelRef(topic=event.model_topic or "", model_id=event.model_id)


def _direction(event: ProtocolEvent, reserve: ChecksumAddress) -> int:
    """Return 1 for a transfer of the reserve token to the reserve, -1 for one from it, 0 for any other."""
    if event.contract != RESERVE_TOKEN:
        return 0
    return int(event.args["to"] == reserve) - int(event.args["from"] == reserve)


def _units(event: ProtocolEvent, name: str) -> int:
    value: AbiValue = event.args[name]
    return int(cast("int", value))

"""The movements of the reserve's money, event after event: what each transaction brought, took and booked.

The events of one transaction are held against each other, and only what they leave unexplained is kept: the memory
that is needed does not grow with the number of events.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, cast

from eth_typing import ChecksumAddress

from hokctl.domain.reconciliation import (
    LoggedSums,
    MadePayment,
    ModelSums,
    Oddity,
    OddityKind,
    Period,
    Place,
    Statement,
)
from hokctl.domain.splits import CostBasis, split_units
from hokctl.domain.units import InvoiceHash
from hokctl.services.reconciliation_transactions import Fee, ReserveTransaction, costs_recorded_by_hand, find_oddities

if TYPE_CHECKING:
    from hokctl.domain.protocol_events import ProtocolEvent

EVENT_NAMES: Final = (
    "ActualCostsRecorded",
    "EmergencyWithdrawal",
    "FeeDeposited",
    "FeeSplitCalculated",
    "InfrastructureAccrualBpsSet",
    "InfrastructureCostPaid",
    "InfrastructureDeposited",
    "ProviderSet",
    "Transfer",
)
"""The events that move the reserve's money, or say by which rule it moves."""
RESERVE: Final = "InfrastructureReserve"
ROUTER: Final = "UsageFeeRouter"


class Movements:
    """Takes the events of the index in their order, and knows in the end what moved and what does not fit."""

    def __init__(
        self,
        *,
        reserve: ChecksumAddress,
        token: ChecksumAddress,
        period: Period,
        splits: Mapping[str, int],
        dust_units: int,
        on_payment: Callable[[MadePayment], None],
    ) -> None:
        """Start before the first event.

        `splits` has the basis points of each model before the first change, by the hash of its id; a gift below
        `dust_units` is dust. `on_payment` is told each payment.
        """
        self.statement, self.sums = Statement(), LoggedSums()
        self.oddities: list[Oddity] = []
        """What happened in the period and is explained by nothing."""
        self.recorded_costs: list[tuple[str, InvoiceHash, Place]] = []
        """Costs that were recorded by hand: model, invoice, where."""
        self._reserve, self._token, self._period = reserve, token, period
        self._splits = dict(splits)
        self._dust_units, self._on_payment = dust_units, on_payment
        self._dust = Counter[str]()
        self._last_dust: Place | None = None
        self._providers: dict[str, ChecksumAddress] = {}
        self._current: ReserveTransaction | None = None
        self._held = 0
        self._takers: dict[str, Callable[[ProtocolEvent, ReserveTransaction], None]] = {
            "Transfer": self._take_transfer,
            "InfrastructureDeposited": self._take_deposit,
            "FeeSplitCalculated": self._take_calculation,
            "FeeDeposited": self._take_fee,
            "InfrastructureCostPaid": self._take_payment,
            "EmergencyWithdrawal": self._take_withdrawal,
            "ActualCostsRecorded": self._take_cost,
            "ProviderSet": self._take_provider,
            "InfrastructureAccrualBpsSet": self._take_split,
        }

    def take(self, event: "ProtocolEvent") -> None:
        """Take the next event."""
        current = self._current
        if current is None or current.place.tx_hash != event.tx_hash:
            self._settle()
            current = self._current = ReserveTransaction(place=place_of(event))
        self._takers[event.name](event, current)

    def finish(self) -> None:
        """Come to the end: there are no more events."""
        self._settle()
        if self._last_dust is not None:
            self.oddities.append(
                Oddity(
                    kind=OddityKind.DUST, units=self._dust["units"], count=self._dust["count"], place=self._last_dust
                )
            )

    def _take_transfer(self, event: "ProtocolEvent", current: ReserveTransaction) -> None:
        if event.address != self._token:
            return
        giver, taker, units = (cast("ChecksumAddress", value) for value in event.args.values())
        if taker == self._reserve:
            current.received.append((giver, int(units)))
        if giver == self._reserve:
            current.sent.append((taker, int(units)))

    def _take_deposit(self, event: "ProtocolEvent", current: ReserveTransaction) -> None:
        current.deposits.append((topic_of(event), _units(event, "amount")))

    def _take_calculation(self, event: "ProtocolEvent", current: ReserveTransaction) -> None:
        if event.args["costBasis"] == CostBasis.ORACLE:
            current.by_cost.append((topic_of(event), _units(event, "totalFee")))

    def _take_fee(self, event: "ProtocolEvent", current: ReserveTransaction) -> None:
        topic, units = topic_of(event), _units(event, "totalAmount")
        bps = self._splits.get(topic)
        current.fees.append(
            Fee(
                model_topic=topic,
                units=units,
                infrastructure_units=_units(event, "infrastructureAmount"),
                expected_units=None if bps is None else split_units(units, bps)[0],
            )
        )

    def _take_payment(self, event: "ProtocolEvent", current: ReserveTransaction) -> None:
        topic = topic_of(event)
        current.payments.append(
            MadePayment(
                model_topic=topic,
                payee=cast("ChecksumAddress", event.args["payee"]),
                units=_units(event, "amount"),
                invoice_hash=_invoice_hash(event),
                place=place_of(event),
                provider=self._providers.get(topic),
            )
        )

    def _take_withdrawal(self, event: "ProtocolEvent", current: ReserveTransaction) -> None:
        current.withdrawals.append((cast("ChecksumAddress", event.args["recipient"]), _units(event, "amount")))

    def _take_cost(self, event: "ProtocolEvent", current: ReserveTransaction) -> None:
        current.costs.append((topic_of(event), _invoice_hash(event)))

    def _take_provider(self, event: "ProtocolEvent", _: ReserveTransaction) -> None:
        self._providers[topic_of(event)] = cast("ChecksumAddress", event.args["provider"])

    def _take_split(self, event: "ProtocolEvent", _: ReserveTransaction) -> None:
        self._splits[topic_of(event)] = _units(event, "newBps")

    def _settle(self) -> None:
        """Close the accounts of the transaction at hand."""
        current, self._current = self._current, None
        if current is None:
            return
        inside = self._period.has(current.place.timestamp)
        self._add_up(current, inside=inside)
        for payment in current.payments:
            self._on_payment(payment)
        if inside:
            self.recorded_costs.extend((*cost, current.place) for cost in costs_recorded_by_hand(current))
            for oddity in find_oddities(current):
                self._note(oddity)

    def _add_up(self, current: ReserveTransaction, *, inside: bool) -> None:
        received, sent = sum(units for _, units in current.received), sum(units for _, units in current.sent)
        deposited, paid = sum(units for _, units in current.deposits), sum(each.units for each in current.payments)
        withdrawn = sum(units for _, units in current.withdrawals)
        models = self.sums.models
        for topic, units in current.deposits:
            models.setdefault(topic, ModelSums()).deposits += units
        for payment in current.payments:
            models.setdefault(payment.model_topic, ModelSums()).payments += payment.units
        self.sums.withdrawn += withdrawn
        self.sums.received += received
        self.sums.sent += sent
        self._held += received - sent
        told = self.statement
        if current.place.timestamp < self._period.since:
            told.opening = told.closing = self._held
        if inside:
            told.closing = self._held
            told.deposits, told.deposit_count = told.deposits + deposited, told.deposit_count + len(current.deposits)
            told.payments, told.payment_count = told.payments + paid, told.payment_count + len(current.payments)
            told.withdrawals += withdrawn
            told.withdrawal_count += len(current.withdrawals)
            told.donations += received - deposited
            told.unexplained += sent - paid - withdrawn

    @property
    def held(self) -> int:
        """What the reserve holds by the token's transfers."""
        return self._held

    def _note(self, oddity: Oddity) -> None:
        if oddity.kind is not OddityKind.DONATION:
            self.oddities.append(oddity)
            return
        self.statement.donation_count += 1
        if oddity.units >= self._dust_units:
            self.oddities.append(oddity)
            return
        self._dust.update(units=oddity.units, count=1)
        self._last_dust = oddity.place


def place_of(event: "ProtocolEvent") -> Place:
    """Return where an event was logged."""
    return Place(
        tx_hash=event.tx_hash,
        block_number=event.block_number,
        log_index=event.log_index,
        timestamp=event.timestamp,
    )


def topic_of(event: "ProtocolEvent") -> str:
    """Return the hash of the id of the model that an event is about; empty where that is not known."""
    return event.model_topic or ""


def _invoice_hash(event: "ProtocolEvent") -> InvoiceHash:
    return InvoiceHash("0x" + cast("bytes", event.args["invoiceHash"]).hex())


def _units(event: "ProtocolEvent", name: str) -> int:
    return cast("int", event.args[name])

"""The events of each transaction held against each other: what came, what went, what was booked, what is odd."""

from dataclasses import replace

import pytest
from eth_utils.address import to_checksum_address

from hokctl.domain.calls import AbiValue
from hokctl.domain.protocol_events import ProtocolEvent
from hokctl.domain.reconciliation import MadePayment, ModelSums, OddityKind, Period
from hokctl.domain.units import ZERO_HASH, ModelId, TxHash, model_topic
from hokctl.services.reconciliation_movements import Movements
from tests.unit.services.reconciliation_samples import DAY_S, PAYEE, START, STRANGER

pytestmark = pytest.mark.unit

RESERVE = to_checksum_address("0x" + "4e" * 20)
TOKEN = to_checksum_address("0x" + "05" * 20)
TREASURY = to_checksum_address("0x" + "7e" * 20)
BACKEND = to_checksum_address("0x" + "be" * 20)
M21, M22 = (model_topic(ModelId(model)) for model in ("21", "22"))
DUST = 5


class _Chain:
    """Makes events: one block a day, one transaction a block."""

    def __init__(self) -> None:
        self.events: list[ProtocolEvent] = []
        self.block = 0

    def transaction(self) -> None:
        self.block += 1

    def log(
        self, name: str, *, contract: str = "InfrastructureReserve", topic: str | None = None, **args: AbiValue
    ) -> None:
        self.add(name, contract, topic, args)

    def add(self, name: str, contract: str, topic: str | None, args: dict[str, AbiValue]) -> None:
        self.events.append(
            ProtocolEvent(
                block_number=self.block,
                block_hash=ZERO_HASH,
                timestamp=START + self.block * DAY_S,
                tx_hash=TxHash(f"0x{self.block:064x}"),
                log_index=len(self.events),
                contract=contract,
                address=TOKEN if name == "Transfer" else RESERVE,
                name=name,
                args=args,
                model_id=None,
                model_topic=topic,
            )
        )

    def move(self, giver: str, taker: str, units: int) -> None:
        self.add("Transfer", "USDC", None, {"from": giver, "to": taker, "value": units})

    def credit(self, topic: str, units: int) -> None:
        self.log("InfrastructureDeposited", topic=topic, amount=units, newBalance=0)

    def fee(self, topic: str, units: int, infrastructure: int) -> None:
        self.log("FeeDeposited", topic=topic, totalAmount=units, infrastructureAmount=infrastructure)

    def deposit(self, units: int, infrastructure: int, topic: str = M21) -> None:
        self.transaction()
        self.move(BACKEND, RESERVE, infrastructure)
        self.credit(topic, infrastructure)
        self.fee(topic, units, infrastructure)

    def pay(self, units: int, *, moved: int | None = None) -> None:
        self.transaction()
        self.log("InfrastructureCostPaid", topic=M21, payee=PAYEE, amount=units, invoiceHash=b"\x01" * 32)
        if moved != 0:
            self.move(RESERVE, PAYEE, units if moved is None else moved)

    def withdraw(self, units: int) -> None:
        self.transaction()
        self.log("EmergencyWithdrawal", recipient=TREASURY, amount=units)
        self.move(RESERVE, TREASURY, units)

    def split(self, bps: int) -> None:
        self.transaction()
        self.log("InfrastructureAccrualBpsSet", contract="HokusaiParams", topic=M21, oldBps=0, newBps=bps)


@pytest.fixture
def chain() -> _Chain:
    """Return an empty chain."""
    return _Chain()


def follow(chain: _Chain, payments: list[MadePayment] | None = None, **days: int) -> Movements:
    seen: list[MadePayment] = [] if payments is None else payments
    moved = Movements(
        reserve=RESERVE,
        token=TOKEN,
        period=Period(since=START + days.get("since", 0) * DAY_S, until=START + days.get("until", 1_000) * DAY_S),
        splits={M21: 8_000},
        dust_units=DUST,
        on_payment=seen.append,
    )
    for event in chain.events:
        moved.take(event)
    moved.finish()
    return moved


def kinds(moved: Movements) -> list[OddityKind]:
    return [oddity.kind for oddity in moved.oddities]


def test_honest_movements_leave_nothing_over_and_add_up(chain: _Chain) -> None:
    chain.deposit(100, 80)
    chain.pay(30)
    chain.split(7_000)
    chain.deposit(100, 70)
    moved = follow(chain)
    told = moved.statement
    assert moved.oddities == []
    assert (told.opening, told.deposits, told.payments, told.closing, told.adds_up) == (0, 150, 30, 120, True)
    assert (told.deposit_count, told.payment_count, moved.held) == (2, 1, 120)
    assert moved.sums.models == {M21: ModelSums(deposits=150, payments=30)}


def test_a_period_opens_with_what_was_there_and_closes_with_what_is_left(chain: _Chain) -> None:
    chain.deposit(100, 80)
    chain.pay(30)
    chain.withdraw(10)
    chain.deposit(100, 80)
    told = follow(chain, since=2, until=4).statement
    assert (told.opening, told.deposits, told.payments, told.withdrawals, told.closing) == (80, 0, 30, 10, 40)
    assert told.adds_up
    quiet = follow(chain, since=20, until=30)
    assert (quiet.statement.opening, quiet.statement.closing, quiet.oddities) == (120, 120, [])


def test_a_fee_split_by_other_basis_points_than_those_in_force(chain: _Chain) -> None:
    chain.deposit(100, 70)
    (odd,) = follow(chain).oddities
    assert (odd.kind, odd.units, odd.expected, odd.model_topic) == (OddityKind.SPLIT, 70, 80, M21)


def test_a_fee_of_a_model_whose_split_is_not_known_is_not_judged_by_it(chain: _Chain) -> None:
    chain.deposit(100, 3, topic=M22)
    assert follow(chain).oddities == []


def test_a_fee_that_was_split_by_what_its_calls_cost(chain: _Chain) -> None:
    for basis, odd in ((0, []), (1, [OddityKind.SPLIT])):
        chain.events.clear()
        chain.transaction()
        chain.move(BACKEND, RESERVE, 12)
        chain.credit(M21, 12)
        chain.log("FeeSplitCalculated", topic=M21, totalFee=100, infraShare=12, costBasis=basis)
        chain.fee(M21, 100, 12)
        assert kinds(follow(chain)) == odd


def test_a_batch_of_fees_with_one_transfer_and_a_share_of_nothing(chain: _Chain) -> None:
    chain.transaction()
    chain.move(BACKEND, RESERVE, 87)
    for topic, units in ((M21, 80), (M22, 7)):
        chain.credit(topic, units)
    chain.fee(M21, 100, 80)
    chain.fee(M22, 10, 7)
    chain.fee(M21, 1, 0)
    assert follow(chain).oddities == []


def test_a_deposit_past_the_router(chain: _Chain) -> None:
    chain.transaction()
    chain.move(STRANGER, RESERVE, 9)
    chain.credit(M22, 9)
    (odd,) = follow(chain).oddities
    assert (odd.kind, odd.units, odd.model_topic) == (OddityKind.UNEXPLAINED_DEPOSIT, 9, M22)


def test_a_fee_that_the_reserve_did_not_book_or_booked_otherwise(chain: _Chain) -> None:
    for booked in (0, 60):
        chain.events.clear()
        chain.transaction()
        chain.move(BACKEND, RESERVE, booked)
        if booked:
            chain.credit(M21, booked)
        chain.fee(M21, 100, 80)
        (odd,) = follow(chain).oddities
        assert (odd.kind, odd.units, odd.expected) == (OddityKind.NOT_CREDITED, booked, 80)


def test_a_deposit_whose_tokens_did_not_come(chain: _Chain) -> None:
    chain.transaction()
    chain.move(BACKEND, RESERVE, 79)
    chain.credit(M21, 80)
    chain.fee(M21, 100, 80)
    moved = follow(chain)
    (odd,) = moved.oddities
    assert (odd.kind, odd.units, odd.expected) == (OddityKind.NOT_RECEIVED, 79, 80)
    assert (moved.statement.donations, moved.statement.adds_up) == (-1, True)


@pytest.mark.parametrize("first", [True, False])
def test_a_gift_is_told_from_the_deposit_it_came_with(chain: _Chain, *, first: bool) -> None:
    chain.deposit(100, 80)
    chain.move(STRANGER, RESERVE, 44)
    if first:
        chain.events.insert(0, chain.events.pop())
    (odd,) = follow(chain).oddities
    assert (odd.kind, odd.units, odd.account) == (OddityKind.DONATION, 44, STRANGER)


def test_small_gifts_are_dust_and_told_once(chain: _Chain) -> None:
    for units in (1, DUST - 1, DUST):
        chain.transaction()
        chain.move(STRANGER, RESERVE, units)
    moved = follow(chain)
    assert [(odd.kind, odd.units, odd.count) for odd in moved.oddities] == [
        (OddityKind.DONATION, DUST, 1),
        (OddityKind.DUST, DUST, 2),
    ]
    assert (moved.statement.donations, moved.statement.donation_count) == (2 * DUST, 3)


def test_a_withdrawal_is_always_told(chain: _Chain) -> None:
    chain.deposit(100, 80)
    chain.withdraw(50)
    (odd,) = follow(chain).oddities
    assert (odd.kind, odd.units, odd.account) == (OddityKind.WITHDRAWAL, 50, TREASURY)


def test_money_that_leaves_without_a_word_and_words_without_money(chain: _Chain) -> None:
    chain.deposit(100, 80)
    chain.transaction()
    chain.move(RESERVE, STRANGER, 5)
    chain.pay(30, moved=0)
    moved = follow(chain)
    assert [(odd.kind, odd.units, odd.account) for odd in moved.oddities] == [
        (OddityKind.UNEXPLAINED_TRANSFER, 5, STRANGER),
        (OddityKind.NOT_TRANSFERRED, 0, PAYEE),
    ]
    assert (moved.held, moved.statement.adds_up) == (75, True)


def test_a_payment_that_moved_another_amount_than_it_logged(chain: _Chain) -> None:
    chain.deposit(100, 80)
    chain.pay(30, moved=29)
    (odd,) = follow(chain).oddities
    assert (odd.kind, odd.units, odd.expected) == (OddityKind.NOT_TRANSFERRED, 29, 30)


def test_payments_know_who_was_the_provider_at_that_moment(chain: _Chain) -> None:
    payments: list[MadePayment] = []
    chain.pay(1)
    chain.log("ProviderSet", topic=M21, provider=PAYEE)
    chain.pay(2)
    chain.log("ProviderSet", topic=M21, provider=STRANGER)
    chain.pay(3)
    follow(chain, payments)
    assert [(payment.units, payment.provider) for payment in payments] == [(1, None), (2, PAYEE), (3, STRANGER)]


def test_costs_that_a_payment_records_are_told_from_those_recorded_by_hand(chain: _Chain) -> None:
    hash_ = b"\x01" * 32
    chain.transaction()
    chain.log("ActualCostsRecorded", topic=M21, invoiceHash=hash_, amount=30)
    chain.log("InfrastructureCostPaid", topic=M21, payee=PAYEE, amount=30, invoiceHash=hash_)
    chain.move(RESERVE, PAYEE, 30)
    assert follow(chain).recorded_costs == []
    chain.transaction()
    chain.log("ActualCostsRecorded", topic=M21, invoiceHash=hash_, amount=30)
    ((topic, invoice_hash, place),) = follow(chain).recorded_costs
    assert (topic, invoice_hash, place.block_number) == (M21, "0x" + hash_.hex(), 2)


def test_transfers_of_other_tokens_are_not_the_reserves(chain: _Chain) -> None:
    chain.deposit(100, 80)
    chain.events[0] = replace(chain.events[0], address=STRANGER)
    assert kinds(follow(chain)) == [OddityKind.NOT_RECEIVED]

"""Faults seeded in a settled world, each by what would really cause it: reconcile finds each by its own code, alone."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hokctl.clients.erc20 import Erc20
from hokctl.clients.mock_usdc import MockUsdc
from hokctl.domain.amounts import format_units
from hokctl.domain.ports import JournalState
from hokctl.domain.units import ModelId
from hokctl.exit_codes import ExitCode
from hokctl.ledger.book import Ledger
from tests.counting import counting_proxy
from tests.reconciling import (
    DOCUMENT,
    afresh,
    book_as_paid,
    day_of_head,
    enter,
    fail_to_pay,
    journal,
    key_of_model,
    note_payment,
    pay,
    pay_by_hokctl,
    read_slot,
    replaced,
    reserve_of,
    rolled_back,
    settled_stage,
    slot_at,
    slot_of,
    sync,
    variable_of,
    write,
    write_slot,
)
from tests.standins import act
from tests.world import ACCOUNTS, BACKEND, DEPLOYER, MALLORY, TOGETHER, USDC, Stage, World

pytestmark = pytest.mark.faults

MOST_TRIPS: Final = 14
MOVEMENTS: Final = ("deposits", "donations", "payments", "withdrawals")
STRANGER: Final = ACCOUNTS[8]
"""In no address book."""
FOREVER: Final = ("--to", "2999-12-31")
TODAY: Final = "today"
Seed = Callable[[World], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How to spoil the settled world, and how reconcile is asked."""

    code: str
    seed: Seed
    argv: tuple[str, ...] = ()
    synced: bool = True
    """Whether the index is brought up to the head after it."""


FAULTS: Final[list[Fault]] = []


def fault(code: str, *argv: str, synced: bool = True) -> Callable[[Seed], Seed]:
    """Note a way to spoil the world, and the one code that it must be found by."""

    def note(seed: Seed) -> Seed:
        FAULTS.append(Fault(code=code, seed=seed, argv=argv, synced=synced))
        return seed

    return note


# Payments


@fault("payment-without-invoice")
def a_payment_that_nobody_owed(world: World) -> None:
    pay(world, "GHOST", USDC)


@fault("payment-outside-hokctl")
def an_invoice_paid_by_other_hands(world: World) -> None:
    pay(world, "B-1", 20 * USDC)


@fault("amount-differs")
def an_invoice_paid_with_another_amount(world: World) -> None:
    pay(world, "B-1", 20 * USDC + 1)


@fault("payee-differs")
def an_invoice_paid_to_somebody_else(world: World) -> None:
    pay(world, "B-1", 20 * USDC, payee=MALLORY)


@fault("model-differs")
def an_invoice_paid_from_another_model(world: World) -> None:
    pay(world, "B-1", 20 * USDC, model="22")


@fault("invoice-paid-twice")
def a_paid_invoice_paid_again_from_another_model(world: World) -> None:
    pay(world, "A-1", 50 * USDC, model="23")


@fault("void-invoice-paid")
def a_void_invoice_paid(world: World) -> None:
    pay(world, "C-1", 7 * USDC)


@fault("invoice-partly-paid")
def a_batch_that_left_out_a_line(world: World) -> None:
    pay(world, "B-2", 3 * USDC)


@fault("payment-not-booked", synced=False)
def a_book_that_forgot_a_payment(world: World) -> None:
    pay_by_hokctl(world, "B-1")
    sync(world)
    write("UPDATE invoices SET state = 'open', tx_hash = NULL WHERE number = 'B-1'")
    write("UPDATE invoice_lines SET paid_tx_hash = NULL WHERE units = '20000000'")


@fault("payment-missing")
def an_invoice_booked_as_paid_by_a_transaction_that_paid_another(world: World) -> None:
    book_as_paid("B-1", pay_by_hokctl(world, "B-2"))


@fault("payment-reverted")
def an_invoice_booked_as_paid_by_a_transaction_that_failed(world: World) -> None:
    book_as_paid("B-1", fail_to_pay(world, MALLORY))


@fault("payment-reorganised", synced=False)
def a_book_restored_from_before_a_reorganisation(world: World) -> None:
    with rolled_back(world):
        tx_hash, block = pay_by_hokctl(world, "B-1"), world.chain.at().block
    world.run("ledger", "sync")
    book_as_paid("B-1", tx_hash)
    note_payment("20000000", tx_hash, block)


@fault("payment-facts-differ", synced=False)
def a_book_that_names_another_block(world: World) -> None:
    tx_hash = pay_by_hokctl(world, "B-1")
    sync(world)
    book_as_paid("B-1", tx_hash)
    note_payment("20000000", tx_hash, world.chain.at(1).block)


@fault("document-paid-twice")
def one_document_paid_under_two_numbers(world: World) -> None:
    enter(world, "A-3", ("22", "5"))
    pay_by_hokctl(world, "A-3")
    write(
        "UPDATE invoices SET digest = NULL, document_hash = (SELECT document_hash FROM invoices WHERE number = 'A-2') "
        "WHERE number = 'A-3'"
    )


@fault("obligation-paid-twice")
def one_obligation_paid_under_two_numbers(world: World) -> None:
    for number in ("E-1", "E-2"):
        enter(world, number, ("22", "2"), options=("--period-start", "2025-05-01", "--period-end", "2025-05-31"))
        pay_by_hokctl(world, number)


@fault("payee-unknown")
def an_invoice_of_a_stranger_paid(world: World) -> None:
    enter(world, "F-1", ("21", "1"), options=("--provider", STRANGER))
    pay_by_hokctl(world, "F-1", "--allow", "payee-not-provider")


@fault("entered-after-payment")
def an_invoice_entered_when_it_was_paid(world: World) -> None:
    pay_by_hokctl(world, "B-1")
    write("UPDATE invoices SET entered_at = ? WHERE number = 'B-1'", world.chain.at().block.timestamp + 1)


@fault("paid-before-period")
def an_invoice_paid_before_its_period(world: World) -> None:
    enter(world, "G-1", ("22", "1"), options=("--period-start", "2998-01-01", "--period-end", "2998-01-31"))
    pay_by_hokctl(world, "G-1")


@fault("invoice-overdue")
def an_invoice_that_nobody_paid_in_time(world: World) -> None:
    enter(world, "H-1", ("22", "1"), options=("--due", "2020-01-31"))


# The book


@fault("invoice-hash-differs")
def a_number_changed_in_the_database(_: World) -> None:
    write("UPDATE invoices SET number = 'A-9' WHERE number = 'A-1'")


@fault("invoice-changed")
def an_amount_changed_in_the_database(_: World) -> None:
    write("UPDATE invoice_lines SET units = '6000000' WHERE units = '5000000'")


@fault("document-changed")
def a_document_written_over(_: World) -> None:
    Path(DOCUMENT).write_bytes(b"something else")


@fault("document-missing")
def a_document_lost(_: World) -> None:
    Path(DOCUMENT).unlink()


@fault("token-differs")
def an_invoice_in_another_token(_: World) -> None:
    write("UPDATE invoice_lines SET token_address = ? WHERE units = '20000000'", STRANGER)


@fault("provider-renamed")
def one_number_under_two_names_of_a_provider(world: World) -> None:
    config = Path("hokctl.toml")
    config.write_text(config.read_text(encoding="utf-8").replace("together =", "together-ai ="), encoding="utf-8")
    config.write_text(
        config.read_text(encoding="utf-8").replace("[signers.together-ai]", "[signers.together]"), encoding="utf-8"
    )
    world.ok("invoice", "add", "B-1", "--provider", TOGETHER, "--model", "22", "--amount", "20")


@fault("transaction-not-mined")
def a_transaction_that_nobody_mined(_: World) -> None:
    journal("0x" + "ab" * 32, JournalState.SENT)


@fault("transaction-unknown")
def a_transaction_that_a_reorganisation_took_back(world: World) -> None:
    with rolled_back(world):
        world.ok("provider", "set", "23", "together", "--signer", "deployer", "-y")


@fault("transaction-failed")
def a_transaction_that_failed_after_it_was_sent(world: World) -> None:
    journal(fail_to_pay(world, MALLORY), JournalState.SENT)


@fault("proposal-stale")
def a_proposal_whose_nonce_another_one_took(world: World) -> None:
    nonce = world.ok("invoice", "pay", "B-1", "--signer", "alice", "-y")["proposal"]["nonce"]
    argv = ("provider", "set", "23", "together", "--via", "safe", "--signer", "alice", "-y", "--nonce", str(nonce))
    other = world.ok(*argv)["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", other, "--signer", "bob", "-y")
    world.ok("safe", "execute", other, "--signer", "carol", "-y")


@fault("proposal-missing")
def a_proposal_that_was_lost(world: World) -> None:
    path = world.ok("invoice", "pay", "B-1", "--signer", "alice", "-y")["proposal"]["path"]
    shutil.rmtree(path)


@fault("proposal-pays-again")
def a_proposal_that_waits_to_pay_what_is_paid(world: World) -> None:
    world.ok("invoice", "pay", "B-1", "--signer", "alice", "-y")
    pay_by_hokctl(world, "B-1", "--allow", "invoice-already-proposed")


# Money


@fault("donation")
def a_gift(world: World) -> None:
    usdc = MockUsdc(world.deployment.suite.usdc_address)
    world.send(usdc.transfer(reserve_of(world).address, 5 * USDC, purpose="give"), DEPLOYER)


@fault("dust")
def a_gift_too_small_to_ask_about(world: World) -> None:
    usdc = MockUsdc(world.deployment.suite.usdc_address)
    world.send(usdc.transfer(reserve_of(world).address, 1, purpose="give"), DEPLOYER)


@fault("emergency-withdrawal")
def a_withdrawal(world: World) -> None:
    world.send(reserve_of(world).emergency_withdraw(100 * USDC, purpose="withdraw"), DEPLOYER)


@fault("reserve-shortfall", "--from", TODAY)
def a_withdrawal_before_the_period(world: World) -> None:
    world.send(reserve_of(world).emergency_withdraw(100 * USDC, purpose="withdraw"), DEPLOYER)
    world.mine(seconds=172_800)


@fault("deposit-unexplained")
def a_deposit_past_the_router(world: World) -> None:
    world.send(reserve_of(world).deposit(ModelId("22"), 9 * USDC, purpose="deposit"), DEPLOYER)


@fault("fee-split-differs")
def a_fee_split_by_other_basis_points(world: World) -> None:
    params = world.chain.at().get(world.deployment.suite.token_manager.get_params_address(ModelId("21")))
    slot = slot_of(world, params, (), 8_000, mask=0xFFFF)
    write_slot(world, params, slot, int(read_slot(world, params, slot), 16) - 1_000)
    world.send(world.deployment.suite.router.deposit_fee(ModelId("21"), 10 * USDC, purpose="fee"), BACKEND)
    write_slot(world, params, slot, int(read_slot(world, params, slot), 16) + 1_000)


@fault("deposit-not-credited")
def a_fee_that_the_reserve_did_not_book(world: World) -> None:
    with replaced(world, reserve_of(world).address):
        world.send(world.deployment.suite.router.deposit_fee(ModelId("21"), 10 * USDC, purpose="fee"), BACKEND)


@fault("deposit-not-received")
def a_deposit_without_money(world: World) -> None:
    with replaced(world, world.deployment.suite.usdc_address):
        world.send(reserve_of(world).deposit(ModelId("22"), 9 * USDC, purpose="deposit"), DEPLOYER)


@fault("transfer-unexplained")
def money_taken_from_the_reserve(world: World) -> None:
    usdc, reserve = world.deployment.suite.usdc_address, reserve_of(world).address
    router = world.deployment.suite.router_address
    number = variable_of(world, usdc, (BACKEND, router), 2**256 - 1)
    write_slot(world, usdc, slot_at(number, (reserve, MALLORY)), 30 * USDC)
    act(world, usdc, "transferFrom(address,address,uint256)", reserve, MALLORY, 30 * USDC, sender=MALLORY)


@fault("payment-not-transferred")
def a_payment_without_money(world: World) -> None:
    with replaced(world, world.deployment.suite.usdc_address):
        tx_hash = pay(world, "B-1", 20 * USDC)
    journal(tx_hash, JournalState.CONCLUDED)
    book_as_paid("B-1", tx_hash)


@fault("books-differ-from-logs")
def an_account_changed_in_the_contract(world: World) -> None:
    reserve = reserve_of(world)
    accrued = world.chain.at().get(reserve.accrued(ModelId("21")))
    slot = slot_of(world, reserve.address, (key_of_model("21"),), accrued, mask=2**128 - 1)
    write_slot(world, reserve.address, slot, int(read_slot(world, reserve.address, slot), 16) - 1)


@fault("balance-not-conserved")
def a_balance_changed_in_the_token(world: World) -> None:
    usdc, reserve = world.deployment.suite.usdc_address, reserve_of(world).address
    held = world.chain.at().get(Erc20(usdc).balance_of(reserve))
    write_slot(world, usdc, slot_of(world, usdc, (reserve,), held), held - 1)


# The index


@fault("index-incomplete", synced=False)
def an_event_lost_from_the_index(_: World) -> None:
    write("DELETE FROM events WHERE name = 'InfrastructureCostPaid' AND units = '5000000'")


@fault("index-reorganised", synced=False)
def an_index_of_blocks_that_are_gone(world: World) -> None:
    with rolled_back(world):
        world.mine()
        sync(world)


@fault("index-behind", *FOREVER, synced=False)
def an_index_that_ends_before_the_period(world: World) -> None:
    pay_by_hokctl(world, "B-1")


@pytest.fixture(scope="module")
def settled(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Build the settled world once."""
    with settled_stage(stage, tmp_path_factory.mktemp("settled")) as found:
        yield found


@pytest.fixture
def world(settled: Stage, tmp_path: Path) -> Iterator[World]:  # in place of the world of tests/world.py
    """Return the settled world as it was built, its book naming the document in the copy."""
    with afresh(settled, tmp_path) as found:
        write("UPDATE invoices SET document = ? WHERE document IS NOT NULL", str(Path(DOCUMENT).resolve()))
        yield found


def test_the_settled_world_has_nothing_left_over(world: World) -> None:
    ran = world.run("ledger", "reconcile", "-o", "json")
    assert (ran.exit_code, ran.json["findings"], ran.json["status"]) == (ExitCode.OK, [], "ok")


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case.seed.__name__)
def test_a_fault_is_found_by_its_own_code_and_nothing_else_is_reported(world: World, case: Fault) -> None:
    case.seed(world)
    if case.synced:
        sync(world)
    argv = [day_of_head(world) if word == TODAY else word for word in case.argv]
    ran = world.run("ledger", "reconcile", *argv, "-o", "json")
    findings = ran.json["findings"]
    assert [finding["code"] for finding in findings] == [case.code], findings
    expected = ExitCode.OK if findings[0]["severity"] == "info" else ExitCode.FINDINGS
    assert ran.exit_code == expected
    assert ran.json["data"]["reserve"]["adds_up"]


def test_at_least_forty_kinds_of_fault_are_seeded() -> None:
    assert len({case.code for case in FAULTS}) == len(FAULTS) >= 40


def test_the_report_says_what_was_compared(world: World) -> None:
    data = world.ok("ledger", "reconcile")
    head = world.chain.at().block.number
    assert (data["from"], data["to"], data["clean"]) == (None, None, True)
    assert data["index"]["last_block"] == head
    assert (data["transactions"], data["proposals"]) == (6, 1)
    shown = {
        name: one if isinstance(one, int) else (one["count"], one["amount"]["display"])
        for name, one in data["invoices"].items()
    }
    assert shown == {"paid": (2, "65.00"), "matched": (3, "65.00"), "open": (2, "27.00"), "void": 1}
    reserve = data["reserve"]
    assert {name: one["display"] for name, one in reserve.items() if isinstance(one, dict) and "display" in one} == {
        "opening": "0.00",
        "unexplained": "0.00",
        "closing": "1330.00",
        "balance": "1330.00",
        "owed": "1330.00",
    }
    assert {name: (reserve[name]["count"], reserve[name]["amount"]["display"]) for name in MOVEMENTS} == {
        "deposits": (5, "1395.00"),
        "donations": (0, "0.00"),
        "payments": (3, "65.00"),
        "withdrawals": (0, "0.00"),
    }


def test_the_text_says_the_same_in_words(world: World) -> None:
    a_gift(world)
    sync(world)
    ran = world.run("ledger", "reconcile", "--from", "2020-01-01", "--to", day_of_head(world))
    lines = {line.strip() for line in ran.stdout.splitlines()}
    assert ran.exit_code == ExitCode.FINDINGS
    assert {
        f"Reconciliation of 2020-01-01 to {day_of_head(world)}",
        "payments matched        3 of 3",
        "deposits (5)         1395.00 USDC",
        "other receipts (1)   5.00 USDC",
        "payments (3)         -65.00 USDC",
        "closing balance      1335.00 USDC",
    } <= lines
    assert not any("Nothing is left over" in line for line in lines)


def test_a_period_before_everything_is_empty_and_clean(world: World) -> None:
    data = world.ok("ledger", "reconcile", "--from", "2020-01-01", "--to", "2020-01-31")
    assert (data["from"], data["to"], data["invoices"]["paid"]["count"]) == ("2020-01-01", "2020-01-31", 0)
    assert (data["reserve"]["closing"]["display"], data["reserve"]["deposits"]["count"]) == ("0.00", 0)


def test_what_cannot_be_asked_is_refused(world: World) -> None:
    def refused(*argv: str) -> tuple[int, list[str]]:
        ran = world.run("ledger", "reconcile", *argv, "-o", "json")
        return ran.exit_code, [error["code"] for error in ran.json["errors"]]

    head = str(world.chain.at().block.number)
    world.mine()
    assert refused("--from", "2026-02-01", "--to", "2026-01-31") == (ExitCode.USAGE, ["period-order"])
    assert refused("--from", "yesterday") == (ExitCode.USAGE, ["invalid-date"])
    assert refused("--dust", "1e3") == (ExitCode.USAGE, ["invalid-amount"])
    assert refused("--block", str(int(head) + 1)) == (ExitCode.USAGE, ["block-not-indexed"])
    earlier = world.run("ledger", "reconcile", "--block", str(int(head) - 1), "-o", "json").json
    assert (earlier["block"]["number"], earlier["findings"]) == (int(head) - 1, [])
    Path("hokctl.db").unlink()
    assert refused() == (ExitCode.REFUSED, ["no-index"])


def test_reconciling_reads_in_few_round_trips_and_writes_nothing(world: World) -> None:
    before = Path("hokctl.db").read_bytes()
    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        world.ok("ledger", "reconcile")
    assert proxy.round_trips <= MOST_TRIPS
    assert Path("hokctl.db").read_bytes() == before


def test_an_index_that_another_process_takes_away_meanwhile_is_no_finding_but_a_reason_to_try_again(
    world: World,
) -> None:
    suite = world.deployment.suite
    with Ledger.open("sqlite:///hokctl.db") as ledger, counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        proxy.before["eth_getCode"] = ledger.index(31337, suite.reserve_address).drop
        ran = world.run("ledger", "reconcile", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (ExitCode.UNAVAILABLE, "index-moved")


HONEST = st.lists(
    st.one_of(
        st.tuples(st.just("fee"), st.sampled_from(["21", "22", "23"]), st.integers(1, 10**9)),
        st.tuples(st.just("split"), st.just("23"), st.integers(5_000, 10_000)),
        st.tuples(st.just("pay"), st.sampled_from(["21", "22"]), st.integers(1, 10**7)),
    ),
    min_size=2,
    max_size=6,
)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=HONEST)
def test_honest_histories_leave_nothing_over(
    settled: Stage, tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, str, int]]
) -> None:
    with afresh(settled, tmp_path_factory.mktemp("honest")) as world:
        for number, (what, model, amount) in enumerate(history):
            live_through(world, number, what, ModelId(model), amount)
        sync(world)
        document = world.run("ledger", "reconcile", "-o", "json").json
    assert (document["findings"], document["data"]["clean"]) == ([], True)
    paid = [amount for what, _, amount in history if what == "pay"]
    assert document["data"]["invoices"]["matched"]["count"] == 3 + len(paid)


def live_through(world: World, number: int, what: str, model: ModelId, amount: int) -> None:
    """Let one honest thing happen: a fee of so many units, a split in basis points, an invoice paid by hokctl."""
    suite = world.deployment.suite
    if what == "fee":
        world.send(suite.router.deposit_fee(model, amount, purpose="fee"), BACKEND)
    elif what == "split":
        params = suite.params_at(world.chain.at().get(suite.token_manager.get_params_address(model)))
        world.send(params.set_infrastructure_accrual_bps(amount, purpose="split"), DEPLOYER)
    else:
        enter(world, f"H-{number}", (model, format_units(amount, 6)))
        pay_by_hokctl(world, f"H-{number}")

"""hokctl treasury audit: what came in is accounted for, on every version; and what is not is found."""

from dataclasses import replace

import pytest

from hokctl.chain.log_history import LogHistory
from hokctl.clients.mock_usdc import MockUsdc
from hokctl.domain.amounts import TokenAmount
from hokctl.services.treasury_audit import audit_treasury
from hokctl.services.treasury_books import TreasuryBooks, read_books
from tests.authorities import impersonated
from tests.standins import act
from tests.versions import Shaped
from tests.world import BACKEND, DEPLOYER, MALLORY, TOGETHER, USDC, Ran, Stage, World

pytestmark = pytest.mark.cli

HASH = b"\x42" * 32


def codes(ran: Ran) -> set[tuple[str, str]]:
    """Return code and subject of all findings."""
    return {(one["code"], one["subject"]) for one in ran.json["findings"]}


def audit(world: World) -> Ran:
    """Audit the treasury."""
    return world.run("treasury", "audit", "-o", "json")


def test_money_that_came_in_is_accounted_for_on_every_version(shaped: Shaped) -> None:
    world = shaped.world
    suite, safe = world.deployment.suite, shaped.safe
    usdc = MockUsdc(suite.usdc_address)
    world.send(usdc.transfer(suite.reserve_address, 7 * USDC, purpose="donate"), BACKEND)
    with impersonated(world, safe):
        pay = "payInfrastructureCost(string,address,uint256,bytes32,string)"
        act(world, suite.reserve_address, pay, shaped.first, TOGETHER, 50 * USDC, HASH, "", sender=safe)
    ran = audit(world)
    assert (ran.exit_code, ran.json["findings"]) == (0, [])
    data = ran.data
    assert [int(data[key]["units"]) for key in ("total_accrued", "total_paid", "withdrawn", "balance")] == [
        1_150 * USDC,
        50 * USDC,
        0,
        1_107 * USDC,
    ]
    assert (data["donated_units"], data["solvent"]) == (str(7 * USDC), True)
    models = {model["model_id"]: int(model["accrued_units"]) for model in data["models"]}
    assert (models[shaped.first], models[shaped.second]) == (750 * USDC, 350 * USDC)
    assert {pool["model_id"] for pool in data["pools"]} == set(shaped.models)
    text = shaped.run("treasury", "audit")
    assert (text.exit_code, text.stderr) == (0, "")
    assert "Everything that came in is accounted for." in text.stdout


def test_what_was_withdrawn_is_accounted_for_and_leaves_a_shortfall(world: World) -> None:
    reserve = world.deployment.suite.reserve_address
    act(world, reserve, "emergencyWithdraw(uint256)", 400 * USDC, sender=DEPLOYER)
    ran = audit(world)
    assert (ran.exit_code, codes(ran)) == (5, {("reserve-shortfall", "reserve")})
    assert ran.data["withdrawn"]["units"] == str(400 * USDC)
    assert [model["solvent"] for model in ran.data["models"]] == [False, True, True]


def test_money_that_is_gone_or_lies_where_none_should_be_is_found(world: World) -> None:
    suite = world.deployment.suite
    usdc = MockUsdc(suite.usdc_address)
    (pool, *_) = world.chain.at().get(suite.factory.get_all_pools())
    counted = world.chain.at().get(suite.pool_at(pool).reserve_balance())
    act(world, usdc.address, "burn(address,uint256)", suite.reserve_address, 100 * USDC, sender=MALLORY)
    act(world, usdc.address, "burn(address,uint256)", pool, 1, sender=MALLORY)
    world.send(usdc.transfer(suite.router_address, 3, purpose="by mistake"), BACKEND)
    act(world, suite.reserve_address, "setTreasury(address)", MALLORY, sender=DEPLOYER)
    ran = audit(world)
    assert counted > 0
    assert ran.exit_code == 5
    assert codes(ran) == {
        ("balance-not-conserved", "InfrastructureReserve"),
        ("transfer-unexplained", "InfrastructureReserve"),
        ("reserve-shortfall", "reserve"),
        ("router-holds-money", "UsageFeeRouter"),
        ("pool-short", "pool of model 21"),
        ("treasury-not-multisig", MALLORY),
    }


@pytest.fixture(scope="module")
def books(stage: Stage) -> TreasuryBooks:
    """Return the books of the world as it is built."""
    snapshot, deployment = stage.world.chain.at(), stage.world.deployment
    history = LogHistory(snapshot.chain, deployment.deployed_at_block, snapshot.block.number)
    return read_books(snapshot, deployment, history)


def more(amount: TokenAmount, units: int) -> TokenAmount:
    """Return an amount and a little more."""
    return amount.token.amount(amount.units + units)


def found(books: TreasuryBooks) -> list[str]:
    """Return the codes of what is wrong."""
    return [finding.code for finding in audit_treasury(books)]


def test_each_law_is_told_apart(books: TreasuryBooks) -> None:
    state = books.state
    assert found(books) == []
    accrued = replace(state, total_accrued=more(state.total_accrued, 1))
    assert found(replace(books, state=accrued)) == ["accrual-not-conserved", "balance-not-conserved"]
    paid = replace(state, total_paid=more(state.total_paid, 1))
    assert found(replace(books, state=paid)) == ["payments-not-conserved", "balance-not-conserved"]
    assert found(replace(books, state=replace(state, balance=more(state.balance, 1)))) == ["balance-not-conserved"]


def test_books_that_differ_from_the_logs_are_told(books: TreasuryBooks) -> None:
    first, second, *rest = books.models
    swapped = (replace(first, accrued=first.accrued + 5), replace(second, accrued=second.accrued - 5), *rest)
    assert found(replace(books, models=swapped)) == ["books-differ-from-logs", "books-differ-from-logs"]
    assert "balance-not-conserved" in found(replace(books, withdrawn=3))
    assert found(replace(books, sent=books.sent + 1)) == ["transfer-unexplained"]


def test_a_model_without_a_name_is_told_and_counts(books: TreasuryBooks) -> None:
    first, *rest = books.models
    unnamed = replace(first, model_id=None)
    (finding,) = audit_treasury(replace(books, models=(unnamed, *rest)))
    assert (finding.code, finding.subject) == ("model-unnamed", first.topic)
    assert "800" in finding.message

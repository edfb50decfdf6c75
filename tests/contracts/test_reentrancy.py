"""A token that calls back in the middle of a transfer gets nowhere."""

from collections.abc import Callable

import pytest
from web3.contract.contract import ContractFunction

from .chain import Chain, Refusal
from .engines import Engine
from .harness import USD, Suite, invoice_hash, role

pytestmark = pytest.mark.contracts

LOCKED = Refusal("ReentrancyGuardReentrantCall")


@pytest.fixture(scope="module")
def hostile(engine: Engine) -> Suite:
    """The suite over a token that calls back and holds every role it could want."""
    suite = Suite(Chain(engine), "CallbackToken")
    suite.add_model("alpha")
    token = suite.usdc.address
    for contract, name in (
        (suite.reserve, "DEPOSITOR_ROLE"),
        (suite.reserve, "PAYER_ROLE"),
        (suite.router, "FEE_DEPOSITOR_ROLE"),
    ):
        suite.send(contract.functions.grantRole(role(name), token))
    suite.send(suite.reserve.functions.grantRole(b"\x00" * 32, token))
    suite.fee("alpha", 1000 * USD)
    return suite


CALLBACKS: dict[str, Callable[[Suite], ContractFunction]] = {
    "pay": lambda s: s.payment("alpha", USD, "R-1"),
    "batchPay": lambda s: s.reserve.functions.batchPayInfrastructureCosts(
        [("alpha", s.people.provider, USD, invoice_hash("R-2"), "")]
    ),
    "deposit": lambda s: s.reserve.functions.deposit("alpha", USD),
    "creditAccrual": lambda s: s.reserve.functions.creditAccrual("alpha", USD),
    "creditAccruals": lambda s: s.reserve.functions.creditAccruals(["alpha"], [USD]),
    "emergencyWithdraw": lambda s: s.reserve.functions.emergencyWithdraw(USD),
}


@pytest.mark.parametrize("name", CALLBACKS)
def test_reserve_refuses_to_be_entered_from_a_payment(hostile: Suite, name: str) -> None:
    target = hostile.reserve.address
    data = CALLBACKS[name](hostile)._encode_transaction_data()
    hostile.send(hostile.usdc.functions.arm(target, data))
    assert hostile.refusal(hostile.payment("alpha", USD, "R-0"), hostile.people.treasury) == LOCKED


def test_router_refuses_to_be_entered_from_a_fee(hostile: Suite) -> None:
    fee = hostile.router.functions.depositFee("alpha", USD)
    hostile.send(hostile.usdc.functions.arm(hostile.router.address, fee._encode_transaction_data()))
    assert hostile.refusal(fee, hostile.people.backend) == LOCKED


def test_pool_refuses_to_be_entered_from_a_purchase(hostile: Suite) -> None:
    pool = hostile.chain.at("HokusaiAMM", hostile.factory.functions.getPool("alpha").call())
    trader, usdc = hostile.people.trader, hostile.usdc.functions
    hostile.send(usdc.arm(hostile.people.stranger, b""))
    hostile.send(usdc.mint(trader, 100 * USD))
    hostile.send(usdc.approve(pool.address, 100 * USD), trader)
    for inner in (pool.functions.receiveFees(USD), pool.functions.buy(USD, 0, trader, 2**64)):
        hostile.send(usdc.arm(pool.address, inner._encode_transaction_data()))
        assert hostile.refusal(pool.functions.buy(10 * USD, 0, trader, 2**64), trader) == LOCKED

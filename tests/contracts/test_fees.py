"""Fees are split between reserve and pool; the router keeps nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .chain import Event, Refusal
from .harness import USD, Model, Suite, named, role, topic

pytestmark = pytest.mark.contracts


def test_fee_is_split_and_every_event_tells(suite: Suite, model: Model) -> None:
    backend = suite.people.backend
    events = suite.fee("alpha", 100 * USD)
    assert [event.name for event in events] == [
        "Transfer",
        "InfrastructureDeposited",
        "FeeDeposited",
        "Transfer",
        "FeesDeposited",
    ]
    assert events[0].args == {"from": backend.lower(), "to": suite.reserve.address.lower(), "value": 80 * USD}
    assert events[1] == Event(
        suite.reserve.address,
        "InfrastructureDeposited",
        {"modelId": topic("alpha"), "amount": 80 * USD, "newBalance": 80 * USD},
    )
    assert events[2] == Event(
        suite.router.address,
        "FeeDeposited",
        {
            "modelId": topic("alpha"),
            "poolAddress": model.pool.address.lower(),
            "depositor": backend.lower(),
            "totalAmount": 100 * USD,
            "infrastructureAmount": 80 * USD,
            "profitAmount": 20 * USD,
        },
    )
    assert events[3].args == {"from": backend.lower(), "to": model.pool.address.lower(), "value": 20 * USD}
    assert events[4] == Event(
        model.pool.address,
        "FeesDeposited",
        {
            "depositor": suite.router.address.lower(),
            "amount": 20 * USD,
            "newReserveBalance": 20 * USD,
            "newSpotPrice": 10_000,
        },
    )


def test_router_counts_fees_per_model_and_in_all(suite: Suite) -> None:
    suite.add_model("beta", 7000)
    suite.fee("alpha", 100 * USD)
    suite.fee("alpha", 50 * USD)
    suite.fee("beta", 10 * USD)
    router = suite.router.functions
    assert router.modelFees("alpha").call() == router.getModelFees("alpha").call() == 150 * USD
    assert router.getModelStats("beta").call() == [10 * USD, 7000, 3000]
    assert router.totalFeesDeposited().call() == 160 * USD
    assert router.getBalance().call() == 0


@pytest.mark.parametrize("bps", [5000, 7000, 8333, 10000])
@pytest.mark.parametrize("amount", [1, 3, 9_999, 123_456_789])
def test_infrastructure_rounds_down_and_profit_is_the_rest(suite: Suite, model: Model, bps: int, amount: int) -> None:
    suite.send(model.params.functions.setInfrastructureAccrualBps(bps), suite.people.governor)
    infrastructure, profit = suite.router.functions.calculateFeeSplit("alpha", amount).call()
    assert infrastructure == amount * bps // 10_000
    assert infrastructure + profit == amount
    suite.fee("alpha", amount)
    assert suite.accrued("alpha") == infrastructure
    assert model.pool.functions.reserveBalance().call() == profit


def test_fee_of_a_model_without_profit_leaves_the_pool_alone(suite: Suite) -> None:
    lean = suite.add_model("lean", 10_000)
    events = suite.fee("lean", 5 * USD)
    assert not named(events, "FeesDeposited")
    assert suite.balance(lean.pool.address) == 0
    assert suite.accrued("lean") == 5 * USD


def test_batch_splits_each_model_by_its_own_rate(suite: Suite) -> None:
    suite.add_model("beta", 7000)
    call = suite.router.functions.batchDepositFees(["alpha", "beta"], [100 * USD, 10 * USD])
    events = suite.send(call, suite.people.backend)
    assert suite.accrued("alpha") == 80 * USD
    assert suite.accrued("beta") == 7 * USD
    reserve_batch, router_batch = named(events, "BatchDeposited")
    assert reserve_batch.args == {"modelCount": 2, "totalAmount": 87 * USD}
    assert router_batch.args == {
        "totalAmount": 110 * USD,
        "totalInfrastructure": 87 * USD,
        "totalProfit": 23 * USD,
        "modelCount": 2,
        "depositor": suite.people.backend.lower(),
    }
    assert [event.args["totalAmount"] for event in named(events, "FeeDeposited")] == [100 * USD, 10 * USD]


def test_batch_tolerates_an_item_whose_infrastructure_rounds_to_zero(suite: Suite) -> None:
    beta = suite.add_model("beta")
    call = suite.router.functions.batchDepositFees(["alpha", "beta"], [USD, 1])
    events = suite.send(call, suite.people.backend)
    assert suite.accrued("beta") == 0
    assert beta.pool.functions.reserveBalance().call() == 1
    assert len(named(events, "InfrastructureDeposited")) == 1


def test_batch_of_dust_alone_reaches_the_pools(suite: Suite, model: Model) -> None:
    suite.send(suite.router.functions.batchDepositFees(["alpha", "alpha"], [1, 1]), suite.people.backend)
    assert model.pool.functions.reserveBalance().call() == 2
    assert suite.router.functions.modelFees("alpha").call() == 2


def test_fees_reach_a_pool_of_another_build_through_an_approval(suite: Suite, model: Model) -> None:
    chain, admin = suite.chain, suite.people.admin
    factory = chain.deploy("LegacyFactory", sender=admin)
    pool = chain.deploy("LegacyPool", suite.usdc.address, model.token.address, sender=admin)
    suite.send(factory.functions.setPool("old", pool.address))
    router = chain.deploy("UsageFeeRouter", factory.address, suite.usdc.address, suite.reserve.address, sender=admin)
    suite.send(suite.reserve.functions.grantRole(role("DEPOSITOR_ROLE"), router.address))
    suite.send(router.functions.grantRole(role("FEE_DEPOSITOR_ROLE"), suite.people.backend))
    suite.send(suite.usdc.functions.approve(router.address, 200 * USD), suite.people.backend)
    for _ in range(2):
        suite.send(router.functions.depositFee("old", 100 * USD), suite.people.backend)
    assert pool.functions.reserveBalance().call() == suite.balance(pool.address) == 40 * USD
    assert suite.accrued("old") == 160 * USD
    assert suite.balance(router.address) == 0


def test_fee_reaches_the_pool_while_its_trading_is_paused(suite: Suite, model: Model) -> None:
    suite.send(suite.factory.functions.pausePool("alpha"))
    suite.fee("alpha", 10 * USD)
    assert model.pool.functions.reserveBalance().call() == 2 * USD


def test_fee_is_refused_while_the_reserve_is_paused(suite: Suite) -> None:
    suite.send(suite.reserve.functions.pause())
    call = suite.router.functions.depositFee("alpha", USD)
    assert suite.refusal(call, suite.people.backend) == Refusal("EnforcedPause")


@pytest.mark.parametrize(
    ("model_id", "amount", "error"),
    [("alpha", 0, "ZeroAmount"), ("", 1, "EmptyString"), ("unknown", 1, "PoolNotFound"), (" alpha", 1, "PoolNotFound")],
)
def test_fee_refuses_what_makes_no_sense(suite: Suite, model_id: str, amount: int, error: str) -> None:
    call = suite.router.functions.depositFee(model_id, amount)
    assert suite.refusal(call, suite.people.backend) == Refusal(error)


def test_batch_refuses_lists_that_do_not_match(suite: Suite) -> None:
    backend, functions = suite.people.backend, suite.router.functions
    assert suite.refusal(functions.batchDepositFees([], []), backend) == Refusal("ArrayEmpty")
    mismatch = functions.batchDepositFees(["alpha"], [1, 2])
    assert suite.refusal(mismatch, backend) == Refusal("ArrayLengthMismatch", (1, 2))
    assert suite.refusal(functions.batchDepositFees(["alpha"], [0]), backend) == Refusal("ZeroAmount")


def test_split_of_an_unknown_model_is_refused(suite: Suite) -> None:
    assert suite.refusal(suite.router.functions.calculateFeeSplit("unknown", 1)) == Refusal("PoolNotFound")
    assert suite.refusal(suite.router.functions.getModelStats("unknown")) == Refusal("PoolNotFound")


def test_direct_deposit_accrues_for_a_model_with_a_pool(suite: Suite) -> None:
    backend, reserve = suite.people.backend, suite.reserve
    suite.send(reserve.functions.grantRole(role("DEPOSITOR_ROLE"), backend))
    suite.send(suite.usdc.functions.approve(reserve.address, 10 * USD), backend)
    suite.send(reserve.functions.deposit("alpha", 3 * USD), backend)
    suite.send(reserve.functions.batchDeposit(["alpha", "alpha"], [2 * USD, 0]), backend)
    assert suite.accrued("alpha") == reserve.functions.totalAccrued().call() == 5 * USD
    assert suite.refusal(reserve.functions.deposit("unknown", 1), backend) == Refusal("PoolNotFound")
    assert suite.refusal(reserve.functions.deposit("alpha", 0), backend) == Refusal("ZeroAmount")
    assert suite.refusal(reserve.functions.batchDeposit([], []), backend) == Refusal("ArrayEmpty")


def test_credit_needs_tokens_that_no_book_claims(suite: Suite, model: Model) -> None:
    backend, reserve = suite.people.backend, suite.reserve
    suite.fee("alpha", 100 * USD)
    suite.send(reserve.functions.grantRole(role("DEPOSITOR_ROLE"), backend))
    credit = reserve.functions.creditAccrual("alpha", 5)
    assert suite.refusal(credit, backend) == Refusal("CreditNotReceived", (80 * USD + 5, 80 * USD))
    batch = reserve.functions.creditAccruals(["alpha"], [5])
    assert suite.refusal(batch, backend) == Refusal("CreditNotReceived", (80 * USD + 5, 80 * USD))
    receive = model.pool.functions.receiveFees(5)
    assert suite.refusal(receive, backend) == Refusal("InsufficientSurplus", (5, 0))
    suite.send(suite.usdc.functions.mint(reserve.address, 5))
    suite.send(suite.usdc.functions.mint(model.pool.address, 5))
    suite.send(credit, backend)
    suite.send(receive, suite.people.stranger)
    assert suite.accrued("alpha") == 80 * USD + 5
    assert model.pool.functions.reserveBalance().call() == 20 * USD + 5


@given(amount=st.integers(1, 2**72), bps=st.integers(5000, 10_000))
@settings(max_examples=50, deadline=None)
def test_split_is_exact_for_any_amount_and_rate(deployed: tuple[Suite, Model], amount: int, bps: int) -> None:
    suite, model = deployed
    if model.params.functions.infrastructureAccrualBps().call() != bps:
        suite.send(model.params.functions.setInfrastructureAccrualBps(bps), suite.people.governor)
    infrastructure, profit = suite.router.functions.calculateFeeSplit("alpha", amount).call()
    assert infrastructure == amount * bps // 10_000
    assert infrastructure + profit == amount

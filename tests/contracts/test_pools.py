"""Pools: creation, trading, graduation, and administration through the factory."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .chain import Event, Refusal
from .harness import TOKEN, USD, ZERO_ADDRESS, Model, Suite, named, topic

pytestmark = pytest.mark.contracts

WEEK = 7 * 86_400
FOREVER = 2**64
THRESHOLD = 25_000 * USD


def graduate(suite: Suite, model: Model) -> list[Event]:
    """Return the events of the fee that lifts the pool over its threshold."""
    return suite.fee(model.model_id, 5 * THRESHOLD)


def approve_sale(suite: Suite, model: Model, amount: int) -> None:
    """Let the pool take the trader's tokens, after the buy-only period."""
    suite.chain.engine.advance(WEEK)
    suite.send(model.token.functions.approve(model.pool.address, amount), suite.people.trader)


def test_creation_is_told_and_the_pool_found(suite: Suite) -> None:
    factory = suite.factory.functions
    suite.send(suite.token_manager.functions.deployToken("beta", "B", "B", TOKEN))
    token = suite.token_manager.functions.getTokenAddress("beta").call()
    events = suite.send(factory.createPoolWithParams("beta", token, 200_000, 50, WEEK, 1000 * USD, 5 * USD))
    address = factory.getPool("beta").call()
    assert [event.name for event in events] == ["PoolCreated", "OwnershipTransferred"]
    assert events[0].args == {
        "modelId": topic("beta"),
        "poolAddress": address.lower(),
        "tokenAddress": token.lower(),
        "crr": 200_000,
        "tradeFee": 50,
        "ibrDuration": WEEK,
    }
    pool = suite.chain.at("HokusaiAMM", address).functions
    assert pool.modelId().call() == factory.getModelId(address).call() == factory.poolToModel(address).call() == "beta"
    assert pool.treasury().call() == suite.people.treasury
    assert pool.owner().call() == suite.factory.address
    assert pool.reserveToken().call() == suite.usdc.address
    assert (pool.FLAT_CURVE_THRESHOLD().call(), pool.FLAT_CURVE_PRICE().call()) == (1000 * USD, 5 * USD)
    created_at = suite.chain.w3.eth.get_block("latest")["timestamp"]
    assert pool.getTradeInfo().call() == [False, created_at + WEEK, False]
    assert factory.getPoolInfo("beta").call() == [address, token, 200_000, 50, 0, 5 * USD]
    assert factory.poolCount().call() == 2
    assert factory.poolAt(1).call() == factory.getAllPools().call()[1] == factory.allPools(1).call() == address
    assert factory.isPool(address).call()
    assert factory.hasPool("beta").call()
    assert not factory.isPool(token).call()


def test_creation_refuses_what_makes_no_sense(suite: Suite, model: Model) -> None:
    factory, token = suite.factory.functions, model.token.address
    suite.send(suite.token_manager.functions.deployToken("beta", "B", "B", TOKEN))
    beta = suite.token_manager.functions.getTokenAddress("beta").call()
    refusals = {
        factory.createPool("", token): Refusal("EmptyString"),
        factory.createPool("alpha", token): Refusal("PoolAlreadyExists", (model.pool.address.lower(),)),
        factory.createPool("gamma", token): Refusal("TokenMismatch", (ZERO_ADDRESS, token.lower())),
        factory.createPool("beta", token): Refusal("TokenMismatch", (beta.lower(), token.lower())),
        factory.createPool("gamma", ZERO_ADDRESS): Refusal("TokenMismatch", (ZERO_ADDRESS, ZERO_ADDRESS)),
        factory.createPoolWithParams("beta", beta, 49_999, 30, WEEK, 1, 1): Refusal(
            "ValueOutOfBounds", (49_999, 50_000, 500_000)
        ),
        factory.createPoolWithParams("beta", beta, 50_000, 1001, WEEK, 1, 1): Refusal("FeeTooHigh", (1001, 1000)),
        factory.createPoolWithParams("beta", beta, 50_000, 30, 1, 1, 1): Refusal(
            "ValueOutOfBounds", (1, 86_400, 30 * 86_400)
        ),
        factory.createPoolWithParams("beta", beta, 50_000, 30, WEEK, 0, 1): Refusal("ZeroAmount"),
        factory.createPoolWithParams("beta", beta, 50_000, 30, WEEK, 1, 0): Refusal("ZeroAmount"),
        factory.poolAt(1): Refusal("IndexOutOfBounds", (1, 1)),
        factory.getPoolInfo("gamma"): Refusal("PoolNotFound"),
        factory.pausePool("gamma"): Refusal("PoolNotFound"),
        factory.getModelId(token): Refusal("NotAPool", (token.lower(),)),
        factory.setTreasury(ZERO_ADDRESS): Refusal("ZeroAddress"),
        factory.setDefaults(100_000, 30, 1): Refusal("ValueOutOfBounds", (1, 86_400, 30 * 86_400)),
    }
    for call, refusal in refusals.items():
        assert suite.refusal(call) == refusal


def test_defaults_and_treasury_apply_to_later_pools(suite: Suite, model: Model) -> None:
    factory, guardian = suite.factory.functions, suite.people.guardian
    (changed,) = suite.send(factory.setDefaults(300_000, 10, 86_400))
    assert changed.args == {"newCrr": 300_000, "newTradeFee": 10, "newIbrDuration": 86_400}
    (moved,) = suite.send(factory.setTreasury(guardian))
    assert moved.args == {"newTreasury": guardian.lower()}
    beta = suite.add_model("beta").pool.functions
    assert (beta.crr().call(), beta.tradeFee().call(), beta.treasury().call()) == (300_000, 10, guardian)
    assert model.pool.functions.treasury().call() == suite.people.treasury


def test_factory_administers_its_pools(suite: Suite, model: Model) -> None:
    factory, pool, address = suite.factory.functions, model.pool.functions, model.pool.address
    owner = suite.factory.address.lower()
    suite.send(suite.usdc.functions.mint(address, 5 * USD))
    treasury = suite.people.treasury
    acts = [
        (factory.pausePool("alpha"), Event(address, "Paused", {"account": owner})),
        (factory.unpausePool("alpha"), Event(address, "Unpaused", {"account": owner})),
        (
            factory.setPoolParameters("alpha", 200_000, 50),
            Event(address, "ParametersUpdated", {"newCrr": 200_000, "newTradeFee": 50}),
        ),
        (
            factory.setPoolMaxTradeBps("alpha", 1000),
            Event(address, "MaxTradeBpsUpdated", {"oldBps": 2000, "newBps": 1000}),
        ),
        (
            factory.withdrawPoolTreasury("alpha", 5 * USD),
            Event(address, "TreasuryWithdrawal", {"recipient": treasury.lower(), "amount": 5 * USD}),
        ),
    ]
    for call, event in acts:
        assert suite.send(call)[0] == event
    assert pool.getPoolState().call()[3:] == [200_000, 50]
    assert pool.maxTradeBps().call() == 1000
    assert suite.balance(treasury) == 5 * USD
    refusals = {
        factory.unpausePool("alpha"): Refusal("ExpectedPause"),
        factory.setPoolParameters("alpha", 1, 0): Refusal("ValueOutOfBounds", (1, 50_000, 500_000)),
        factory.setPoolMaxTradeBps("alpha", 0): Refusal("ValueOutOfBounds", (0, 1, 5000)),
        factory.setPoolMaxTradeBps("alpha", 5001): Refusal("ValueOutOfBounds", (5001, 1, 5000)),
        factory.withdrawPoolTreasury("alpha", 0): Refusal("ZeroAmount"),
        factory.withdrawPoolTreasury("alpha", 1): Refusal("InsufficientSurplus", (1, 0)),
    }
    for refused, refusal in refusals.items():
        assert suite.refusal(refused) == refusal


def test_flat_purchase_costs_the_flat_price_and_the_fee_goes_to_the_treasury(suite: Suite, model: Model) -> None:
    events = suite.buy(model, 1000 * USD)
    (bought,) = named(events, "Buy")
    assert bought.args == {
        "buyer": suite.people.trader.lower(),
        "reserveIn": 1000 * USD,
        "tokensOut": 99_700 * TOKEN,
        "fee": 3 * USD,
        "spotPrice": 10_000,
    }
    assert model.token.functions.balanceOf(suite.people.trader).call() == 99_700 * TOKEN
    assert suite.balance(suite.people.treasury) == 3 * USD
    assert model.pool.functions.reserveBalance().call() == suite.balance(model.pool.address) == 997 * USD


def test_fees_lift_the_price_on_the_curve_for_good(suite: Suite, model: Model) -> None:
    events = graduate(suite, model)
    pool = model.pool.functions
    (transition,) = named(events, "PhaseTransition")
    assert (transition.args["fromPhase"], transition.args["toPhase"]) == (0, 1)
    assert transition.args["reserveBalance"] == THRESHOLD
    assert pool.hasGraduated().call()
    assert pool.getCurrentPhase().call() == 1
    assert pool.getPhaseInfo().call() == [1, THRESHOLD, THRESHOLD, 10_000, 100]
    supply = model.token.functions.totalSupply().call()
    expected = THRESHOLD * 10**24 // (supply * 100_000)
    assert pool.spotPrice().call() == named(events, "FeesDeposited")[0].args["newSpotPrice"] == expected
    suite.fee("alpha", 100 * USD)
    assert pool.spotPrice().call() > expected


def test_purchase_that_crosses_the_threshold_pays_both_prices(suite: Suite, model: Model) -> None:
    suite.fee("alpha", 5 * 24_000 * USD)
    pool = model.pool.functions
    quote = pool.getBuyQuote(4000 * USD).call()
    impact = pool.calculateBuyImpact(4000 * USD).call()
    events = suite.buy(model, 4000 * USD)
    (bought,) = named(events, "Buy")
    assert bought.args["tokensOut"] == quote == impact[0]
    assert bought.args["spotPrice"] == impact[2]
    assert 100_000 * TOKEN < quote < 399_000 * TOKEN
    assert named(events, "PhaseTransition")


def test_sale_waits_for_the_buy_only_period_and_pays(suite: Suite, model: Model) -> None:
    suite.buy(model, 10_000 * USD)
    pool, trader = model.pool.functions, suite.people.trader
    sell = pool.sell(1000 * TOKEN, 0, trader, FOREVER)
    assert suite.refusal(sell, trader) == Refusal("SellsNotEnabled", (pool.buyOnlyUntil().call(),))
    approve_sale(suite, model, 1000 * TOKEN)
    quote = pool.getSellQuote(1000 * TOKEN).call()
    assert quote == pool.calculateSellImpact(1000 * TOKEN).call()[0] == 9_970_000
    (sold,) = named(suite.send(sell, trader), "Sell")
    assert sold.args == {
        "seller": trader.lower(),
        "tokensIn": 1000 * TOKEN,
        "reserveOut": 9_970_000,
        "fee": 30_000,
        "spotPrice": 10_000,
    }
    assert suite.balance(trader) == 9_970_000
    assert pool.reserveBalance().call() == suite.balance(model.pool.address)


def test_graduation_outlasts_a_sale_below_the_threshold(suite: Suite, model: Model) -> None:
    suite.buy(model, 24_000 * USD)
    suite.fee("alpha", 5 * 2000 * USD)
    pool, trader = model.pool.functions, suite.people.trader
    assert pool.hasGraduated().call()
    approve_sale(suite, model, 50_000 * TOKEN)
    suite.send(pool.sell(50_000 * TOKEN, 0, trader, FOREVER), trader)
    assert pool.reserveBalance().call() < THRESHOLD
    assert pool.hasGraduated().call()


def test_trades_refuse_what_makes_no_sense(suite: Suite, model: Model) -> None:
    suite.buy(model, 1000 * USD)
    pool, trader = model.pool.functions, suite.people.trader
    now = suite.chain.w3.eth.get_block("latest")["timestamp"]
    expired = suite.refusal(pool.buy(1, 0, trader, now - 1), trader)
    assert (expired.name, expired.args[0]) == ("TransactionExpired", now - 1)
    assert suite.refusal(pool.buy(0, 0, trader, FOREVER), trader) == Refusal("ZeroAmount")
    assert suite.refusal(pool.buy(1, 0, ZERO_ADDRESS, FOREVER), trader) == Refusal("ZeroAddress")
    limit = 997 * USD * 2000 // 10_000
    assert suite.refusal(pool.buy(limit + 1, 0, trader, FOREVER), trader) == Refusal(
        "TradeTooLarge", (limit + 1, limit)
    )
    wanted = suite.refusal(pool.buy(USD, 10**24, trader, FOREVER), trader)
    assert wanted == Refusal("SlippageExceeded", (99_700_000 * 10**12, 10**24))
    approve_sale(suite, model, 10**30)
    supply = model.token.functions.totalSupply().call()
    assert suite.refusal(pool.sell(supply, 0, trader, FOREVER), trader) == Refusal("ExceedsSupply", (supply, supply))
    assert suite.refusal(pool.sell(1, 0, trader, FOREVER), trader) == Refusal("InsufficientOutput")
    assert suite.refusal(pool.sell(90_000 * TOKEN, 0, trader, FOREVER), trader).name == "TradeTooLarge"
    suite.send(suite.factory.functions.pausePool("alpha"))
    assert suite.refusal(pool.buy(1, 0, trader, FOREVER), trader) == Refusal("EnforcedPause")
    assert suite.refusal(pool.sell(1, 0, trader, FOREVER), trader) == Refusal("EnforcedPause")
    assert suite.refusal(pool.depositFees(0), trader) == Refusal("ZeroAmount")


def test_anyone_may_add_fees_to_a_pool(suite: Suite, model: Model) -> None:
    suite.send(suite.usdc.functions.approve(model.pool.address, 7), suite.people.backend)
    events = suite.send(model.pool.functions.depositFees(7), suite.people.backend)
    assert named(events, "FeesDeposited")[0].args["depositor"] == suite.people.backend.lower()
    assert model.pool.functions.reserveBalance().call() == 7


def test_pool_belongs_to_its_factory_for_good(suite: Suite, model: Model) -> None:
    implementation = suite.factory.functions.poolImplementation().call()
    again = suite.chain.at("HokusaiAMM", implementation).functions.initialize(100_000, 30)
    stranger = suite.people.stranger
    assert suite.refusal(again, stranger) == Refusal("OwnableUnauthorizedAccount", (stranger.lower(),))
    assert model.pool.functions.owner().call() == suite.factory.address


@given(share=st.integers(1, 2000), spent=st.integers(1, 5000))
@settings(max_examples=25, deadline=None)
def test_buying_and_selling_back_never_pays(deployed: tuple[Suite, Model], share: int, spent: int) -> None:
    suite, model = deployed
    engine, pool, trader = suite.chain.engine, model.pool.functions, suite.people.trader
    handle = engine.snapshot()
    try:
        suite.send(suite.factory.functions.setPoolParameters("alpha", 50_000 + 225 * share, 0))
        graduate(suite, model)
        before = suite.balance(trader)
        suite.buy(model, THRESHOLD * spent // 25_000)
        bought = model.token.functions.balanceOf(trader).call()
        approve_sale(suite, model, bought)
        suite.send(pool.sell(bought, 0, trader, FOREVER), trader)
        assert suite.balance(trader) - before <= THRESHOLD * spent // 25_000
        assert pool.reserveBalance().call() >= THRESHOLD
    finally:
        engine.restore(handle)

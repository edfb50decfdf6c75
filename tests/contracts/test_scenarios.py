"""The specification's own scenarios, end to end."""

import pytest

from .chain import Refusal
from .harness import USD, Suite, named, topic

pytestmark = pytest.mark.contracts

# Month by month: revenue, then the invoices paid at its end. In all $150k of revenue at 80 % and $118k of costs.
MONTHS = (
    (40_000, (("INV-2026-001", 30_000),)),
    (50_000, (("INV-2026-002", 25_000), ("INV-2026-003", 14_000))),
    (60_000, (("INV-2026-004", 49_000),)),
)


def test_hundred_dollars_split_eighty_twenty_and_fifty_paid(suite: Suite) -> None:
    model = suite.add_model("spec")
    suite.fee("spec", 100 * USD)
    assert suite.accrued("spec") == 80 * USD
    assert model.pool.functions.reserveBalance().call() == 20 * USD
    suite.pay("spec", 50 * USD, "INV-2024-001")
    assert suite.accrued("spec") == 30 * USD
    assert suite.reserve.functions.getAccrualRunway("spec", 10 * USD).call() == 3


def test_governance_moves_the_split_to_seventy_thirty_for_later_fees(suite: Suite) -> None:
    model = suite.add_model("spec")
    suite.fee("spec", 100 * USD)
    (event,) = suite.send(model.params.functions.setInfrastructureAccrualBps(7000), suite.people.governor)
    assert event.args == {"oldBps": 8000, "newBps": 7000, "updatedBy": suite.people.governor.lower()}
    suite.fee("spec", 100 * USD)
    assert suite.accrued("spec") == (80 + 70) * USD
    assert model.pool.functions.reserveBalance().call() == (20 + 30) * USD


def test_models_keep_their_own_splits_accounts_and_providers(suite: Suite) -> None:
    splits = {"lightweight": 6000, "standard": 8000, "heavy": 9500, "experimental": 10_000}
    people, reserve = suite.people, suite.reserve.functions
    for model_id, bps in splits.items():
        suite.add_model(model_id, bps)
        suite.send(reserve.setProvider(model_id, people.provider))
    backend = people.backend
    suite.send(suite.router.functions.batchDepositFees(list(splits), [1000 * USD] * 4), backend)
    assert {model_id: suite.accrued(model_id) for model_id in splits} == {
        model_id: bps * USD // 10 for model_id, bps in splits.items()
    }
    suite.pay("heavy", 950 * USD, "H-1")
    assert suite.refusal(suite.payment("lightweight", 601 * USD, "L-1"), people.treasury) == Refusal(
        "ExceedsAccrued", (601 * USD, 600 * USD)
    )
    assert reserve.getModelAccounting("heavy").call() == [0, 950 * USD, people.provider]
    assert reserve.getBalance().call() == (600 + 800 + 1000) * USD


def test_profit_raises_the_price_for_holders(suite: Suite) -> None:
    model = suite.add_model("spec")
    suite.buy(model, 24_000 * USD)
    suite.fee("spec", 10_000 * USD)
    price = model.pool.functions.spotPrice().call()
    suite.fee("spec", 10_000 * USD)
    assert model.pool.functions.spotPrice().call() > price


def test_three_months_leave_two_thousand_over(suite: Suite) -> None:
    model = suite.add_model("spec")
    people, reserve = suite.people, suite.reserve.functions
    suite.send(reserve.setProvider("spec", people.provider))
    for revenue, invoices in MONTHS:
        suite.fee("spec", revenue * USD)
        for number, amount in invoices:
            (paid,) = named(suite.pay("spec", amount * USD, number), "InfrastructureCostPaid")
            assert (paid.args["modelId"], paid.args["amount"]) == (topic("spec"), amount * USD)
    assert suite.router.functions.modelFees("spec").call() == 150_000 * USD
    assert reserve.totalAccrued().call() == 120_000 * USD
    assert reserve.totalPaid().call() == suite.balance(people.provider) == 118_000 * USD
    assert suite.accrued("spec") == reserve.getBalance().call() == 2000 * USD
    assert model.pool.functions.reserveBalance().call() == 30_000 * USD
    assert model.pool.functions.hasGraduated().call()
    assert (reserve.unallocated().call(), reserve.shortfall().call()) == (0, 0)
    refused = suite.refusal(suite.payment("spec", 2000 * USD + 1, "INV-2026-005"), people.treasury)
    assert refused == Refusal("ExceedsAccrued", (2000 * USD + 1, 2000 * USD))

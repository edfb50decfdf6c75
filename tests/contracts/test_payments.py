"""Invoices are paid out of a model's accrual, once each."""

from typing import Any

import pytest

from .chain import Event, Refusal
from .harness import USD, ZERO_ADDRESS, Model, Suite, invoice_hash, named, topic

pytestmark = pytest.mark.contracts


@pytest.fixture(autouse=True)
def _funded(suite: Suite) -> None:
    suite.fee("alpha", 1000 * USD)


def item(suite: Suite, model_id: str, amount: int, number: str, payee: str | None = None) -> tuple[Any, ...]:
    """Return one item of a batch payment."""
    return (model_id, payee or suite.people.provider, amount, invoice_hash(number), f"invoice {number}")


def test_payment_moves_money_and_its_event_is_the_record(suite: Suite) -> None:
    people = suite.people
    events = suite.pay("alpha", 500 * USD, "INV-1")
    assert named(events, "InfrastructureCostPaid") == [
        Event(
            suite.reserve.address,
            "InfrastructureCostPaid",
            {
                "modelId": topic("alpha"),
                "payee": people.provider.lower(),
                "invoiceHash": invoice_hash("INV-1"),
                "amount": 500 * USD,
                "memo": "invoice INV-1",
                "payer": people.treasury.lower(),
            },
        )
    ]
    transfer = {"from": suite.reserve.address.lower(), "to": people.provider.lower(), "value": 500 * USD}
    assert [event.args for event in named(events, "Transfer")] == [transfer]
    assert suite.balance(people.provider) == 500 * USD
    reserve = suite.reserve.functions
    assert reserve.getModelAccounting("alpha").call() == [300 * USD, 500 * USD, ZERO_ADDRESS]
    assert reserve.getNetAccrual("alpha").call() == reserve.accrued("alpha").call() == 300 * USD
    assert reserve.getProviderPayments("alpha").call() == reserve.paid("alpha").call() == 500 * USD
    assert reserve.totalAccrued().call() == 800 * USD
    assert reserve.totalPaid().call() == 500 * USD
    assert reserve.getBalance().call() == 300 * USD


def test_pay_refuses_amount_above_accrual(suite: Suite) -> None:
    refused = suite.refusal(suite.payment("alpha", 800 * USD + 1, "1"), suite.people.treasury)
    assert refused == Refusal("ExceedsAccrued", (800 * USD + 1, 800 * USD))
    suite.pay("alpha", 800 * USD, "1")
    assert suite.accrued("alpha") == 0


def test_pay_refuses_a_model_that_has_accrued_nothing(suite: Suite) -> None:
    refused = suite.refusal(suite.payment("unknown", 1, "1"), suite.people.treasury)
    assert refused == Refusal("ExceedsAccrued", (1, 0))


def test_pay_refuses_zero_amount_zero_payee_and_zero_hash(suite: Suite) -> None:
    treasury, pay = suite.people.treasury, suite.reserve.functions.payInfrastructureCost
    assert suite.refusal(suite.payment("alpha", 0, "1"), treasury) == Refusal("ZeroAmount")
    assert suite.refusal(suite.payment("alpha", 1, "1", ZERO_ADDRESS), treasury) == Refusal("ZeroAddress")
    zero_hash = pay("alpha", suite.people.provider, 1, b"\x00" * 32, "")
    assert suite.refusal(zero_hash, treasury) == Refusal("ZeroInvoiceHash")


def test_invoice_is_paid_once_per_model_payee_and_hash(suite: Suite) -> None:
    suite.add_model("beta")
    suite.fee("beta", 1000 * USD)
    people, is_paid = suite.people, suite.reserve.functions.isInvoicePaid
    assert not is_paid("alpha", people.provider, invoice_hash("1001")).call()
    suite.pay("alpha", 5 * USD, "1001")
    assert is_paid("alpha", people.provider, invoice_hash("1001")).call()
    refused = suite.refusal(suite.payment("alpha", 7 * USD, "1001"), people.treasury)
    assert refused == Refusal("InvoiceAlreadyPaid", (people.provider.lower(), invoice_hash("1001")))
    suite.pay("beta", 5 * USD, "1001")
    suite.pay("alpha", 5 * USD, "1001", people.other_provider)
    suite.pay("alpha", 5 * USD, "1002")
    assert not is_paid("beta", people.other_provider, invoice_hash("1001")).call()


def test_payee_need_not_be_the_provider(suite: Suite) -> None:
    suite.send(suite.reserve.functions.setProvider("alpha", suite.people.provider))
    suite.pay("alpha", USD, "1", suite.people.stranger)
    assert suite.balance(suite.people.stranger) == USD


def test_batch_pays_each_invoice_with_its_own_transfer(suite: Suite) -> None:
    items = [item(suite, "alpha", 10 * USD, "1"), item(suite, "alpha", 20 * USD, "2")]
    events = suite.send(suite.reserve.functions.batchPayInfrastructureCosts(items), suite.people.treasury)
    assert [event.args["value"] for event in named(events, "Transfer")] == [10 * USD, 20 * USD]
    assert [event.args["memo"] for event in named(events, "InfrastructureCostPaid")] == ["invoice 1", "invoice 2"]
    (completed,) = named(events, "BatchPaymentCompleted")
    assert completed.args == {"paymentCount": 2, "totalAmount": 30 * USD}
    assert suite.accrued("alpha") == 770 * USD
    assert suite.reserve.functions.totalPaid().call() == 30 * USD


def test_batch_checks_a_models_accrual_cumulatively(suite: Suite) -> None:
    items = [item(suite, "alpha", 500 * USD, "1"), item(suite, "alpha", 301 * USD, "2")]
    refused = suite.refusal(suite.reserve.functions.batchPayInfrastructureCosts(items), suite.people.treasury)
    assert refused == Refusal("ExceedsAccrued", (301 * USD, 300 * USD))
    assert suite.balance(suite.people.provider) == 0


def test_batch_refuses_the_same_invoice_twice(suite: Suite) -> None:
    items = [item(suite, "alpha", USD, "1"), item(suite, "alpha", USD, "1")]
    refused = suite.refusal(suite.reserve.functions.batchPayInfrastructureCosts(items), suite.people.treasury)
    assert refused == Refusal("InvoiceAlreadyPaid", (suite.people.provider.lower(), invoice_hash("1")))


def test_empty_batch_is_refused(suite: Suite) -> None:
    call = suite.reserve.functions.batchPayInfrastructureCosts([])
    assert suite.refusal(call, suite.people.treasury) == Refusal("ArrayEmpty")


def test_payments_stop_while_paused(suite: Suite) -> None:
    suite.send(suite.reserve.functions.pause())
    treasury = suite.people.treasury
    assert suite.refusal(suite.payment("alpha", USD, "1"), treasury) == Refusal("EnforcedPause")
    batch = suite.reserve.functions.batchPayInfrastructureCosts([item(suite, "alpha", USD, "1")])
    assert suite.refusal(batch, treasury) == Refusal("EnforcedPause")
    suite.send(suite.reserve.functions.unpause())
    suite.pay("alpha", USD, "1")


@pytest.mark.parametrize(("burn", "days"), [(100 * USD, 8), (801 * USD, 0), (300 * USD, 2), (0, 2**256 - 1)])
def test_runway_is_whole_days(suite: Suite, burn: int, days: int) -> None:
    assert suite.reserve.functions.getAccrualRunway("alpha", burn).call() == days


def test_long_memo_and_model_id_survive(suite: Suite) -> None:
    long_id = "model-" + "x" * 90
    suite.add_model(long_id)
    suite.fee(long_id, 10 * USD)
    call = suite.reserve.functions.payInfrastructureCost(
        long_id, suite.people.provider, USD, invoice_hash("1"), "m" * 1000
    )
    (paid,) = named(suite.send(call, suite.people.treasury), "InfrastructureCostPaid")
    assert paid.args["memo"] == "m" * 1000
    assert paid.args["modelId"] == topic(long_id)


def test_provider_is_set_per_model(suite: Suite, model: Model) -> None:
    people, reserve = suite.people, suite.reserve.functions
    events = suite.send(reserve.setProvider(model.model_id, people.provider))
    assert [event.args for event in events] == [{"modelId": topic("alpha"), "provider": people.provider.lower()}]
    suite.send(reserve.setProvider("beta", people.other_provider))
    assert reserve.provider("alpha").call() == people.provider
    assert reserve.provider("beta").call() == people.other_provider
    assert suite.refusal(reserve.setProvider("", people.provider)) == Refusal("EmptyString")
    assert suite.refusal(reserve.setProvider("alpha", ZERO_ADDRESS)) == Refusal("ZeroAddress")

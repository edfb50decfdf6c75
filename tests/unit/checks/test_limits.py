"""The limits of the policy, from facts alone: what passes them, by which invoice, and what counts."""

from dataclasses import replace

import pytest
from eth_typing import ChecksumAddress

from hokctl.checks.currencies import check_currency
from hokctl.checks.limits import Spending, check_policy, limits_a_day
from hokctl.checks.payments import PaymentFacts
from hokctl.config.policy import Policy
from hokctl.domain.findings import Finding
from hokctl.domain.invoices import hash_number
from hokctl.domain.units import ModelId
from tests.unit.checks.test_payments import PROVIDER, SOUND, STRANGER, USDC

pytestmark = pytest.mark.unit


def payment(number: str, dollars: int, payee: ChecksumAddress = PROVIDER, model: str = "21") -> PaymentFacts:
    amount = USDC.amount(dollars * 10**6)
    return replace(
        SOUND, number=number, invoice_hash=hash_number(number), amount=amount, payee=payee, model_id=ModelId(model)
    )


def spent(paid: int = 0, waiting: int = 0, payee: ChecksumAddress = PROVIDER) -> Spending:
    return Spending(day="2026-01-31", paid={payee: paid * 10**6}, waiting={payee: waiting * 10**6})


def found(policy: dict[str, object], *payments: PaymentFacts, spending: Spending | None = None) -> list[Finding]:
    return check_policy(payments, Policy.model_validate(policy), spending)


def codes(policy: dict[str, object], *payments: PaymentFacts, spending: Spending | None = None) -> list[str]:
    return [finding.code for finding in found(policy, *payments, spending=spending)]


def test_lines_of_one_invoice_are_one_payment() -> None:
    policy: dict[str, object] = {"limits": {"per_payment": "100"}}
    lines = payment("A", 60), payment("A", 41, model="22")
    assert codes(policy, *lines) == ["over-limit"]
    assert codes(policy, payment("A", 60), payment("B", 41)) == []
    assert codes(policy, payment("A", 60), replace(lines[1], payee=STRANGER)) == []


@pytest.mark.parametrize(
    ("paid", "waiting", "dollars", "over"),
    [(0, 0, 100, 0), (0, 0, 101, 1), (60, 0, 41, 1), (30, 30, 40, 0), (1, 99, 1, 1)],
)
def test_what_was_paid_and_what_waits_counts_for_the_payee(paid: int, waiting: int, dollars: int, over: int) -> None:
    policy: dict[str, object] = {"limits": {"per_payee_per_day": "100"}}
    assert codes(policy, payment("A", dollars), spending=spent(paid, waiting)) == ["over-payee-day-limit"] * over
    assert codes(policy, payment("A", dollars, STRANGER), spending=spent(100)) == ["over-payee-day-limit"] * (
        dollars > 100
    )


def test_the_invoice_that_passes_the_limit_is_named_with_what_counts() -> None:
    policy: dict[str, object] = {"limits": {"per_day": "100"}}
    payments = payment("A", 20), payment("B", 20, STRANGER), payment("C", 31), payment("D", 90)
    (finding,) = found(policy, *payments, spending=spent(20, 10))
    assert finding.code == "over-day-limit"
    assert finding.message == "Invoice C, 31.00 USDC of model 21, passes the limit of 100 USDC a day in all."
    assert finding.evidence == {
        "day": "2026-01-31 (UTC)",
        "limit": "100 USDC",
        "paid that day": "20.00 USDC",
        "waiting to be paid": "10.00 USDC",
        "in this plan before": "40.00 USDC",
        "invoice": "C",
    }


def test_the_table_of_one_payee_stands_in_place_of_the_general_limits() -> None:
    policy: dict[str, object] = {
        "limits": {"per_payee_per_day": "10"},
        "payees": {PROVIDER: {"per_payee_per_day": "50"}, STRANGER: {"per_day": "5"}},
    }
    assert codes(policy, payment("A", 50), spending=spent()) == []
    assert codes(policy, payment("A", 51), spending=spent()) == ["over-payee-day-limit"]
    assert codes(policy, payment("A", 6, STRANGER), spending=spent()) == ["over-payee-day-limit"]


def test_models_that_are_not_allowed_are_named_once_each() -> None:
    payments = payment("A", 1), payment("B", 1, model="22"), payment("C", 1, model="22")
    assert codes({"allowed_models": ["21"]}, *payments) == ["model-not-allowed"]


def test_days_are_only_asked_for_where_the_policy_counts_them() -> None:
    assert not limits_a_day(None)
    assert not limits_a_day(Policy.model_validate({"limits": {"per_payment": "1"}}))
    assert limits_a_day(Policy.model_validate({"limits": {"per_day": "1"}}))
    assert limits_a_day(Policy.model_validate({"payees": {PROVIDER: {"per_payee_per_day": "1"}}}))
    assert codes({"limits": {"per_day": "1"}}, payment("A", 2)) == []


def test_only_the_policy_takes_one_currency_for_another() -> None:
    assert check_currency("A", "USDC", "USDC", {}) == []
    assert check_currency("A", "USD", "USDC", {"USD": "USDC"}) == []
    (finding,) = check_currency("A", "USD", "USDC", {"EUR": "USDC", "USD": "DAI"})
    assert (finding.code, finding.allowable) == ("currency-differs", False)
    assert 'currencies = {USD = "USDC"}' in finding.remedy

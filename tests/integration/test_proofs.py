"""The proof afterwards: what a receipt shows against what the plan declared, each difference by its code."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hokctl.chain.receipts import parse_receipt
from hokctl.domain.outcomes import TransactionRecord
from hokctl.domain.plans import BalanceCondition, Plan
from hokctl.domain.units import TxHash
from hokctl.routes.decoding import plan_decoder
from hokctl.routes.records import to_record
from hokctl.services.emergencies import plan_withdrawal
from hokctl.services.proving import prove
from tests.world import DEPLOYER, World, receipt_of

pytestmark = pytest.mark.integration


def carried(world: World) -> tuple[Plan, TransactionRecord]:
    """Return a withdrawal, and the transaction that made it."""
    plan, _findings = plan_withdrawal(world.chain.at(), world.deployment, "50")
    tx_hash = TxHash(world.send(plan.calls[0], DEPLOYER))
    receipt = parse_receipt(receipt_of(world.chain, tx_hash), tx_hash)
    return plan, to_record(receipt, plan_decoder(plan, world.deployment.labels))


def test_what_was_declared_is_proved(world: World) -> None:
    plan, record = carried(world)
    assert any(isinstance(condition, BalanceCondition) for condition in plan.after)
    assert prove(world.chain, plan, [record]) == ()


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda plan: replace(plan, after=(*plan.after, plan.after[0])), ["event-missing"]),
        (lambda plan: replace(plan, after=(*plan.after, plan.after[-1])), ["balance-differs"]),
        (lambda plan: replace(plan, after=(*plan.after[:-1], replace(plan.after[-1], change=1))), ["balance-differs"]),
    ],
    ids=["a log that came once, declared twice", "a balance said twice", "another balance"],
)
def test_a_difference_is_found(world: World, change: Callable[[Plan], Plan], codes: list[str]) -> None:
    plan, record = carried(world)
    assert [finding.code for finding in prove(world.chain, change(plan), [record])] == codes


def test_a_log_that_comes_more_often_than_declared_is_found(world: World) -> None:
    plan, record = carried(world)
    twice = replace(record, events=(*record.events, record.events[0]))
    assert [finding.code for finding in prove(world.chain, plan, [twice])] == ["event-repeated"]


def test_a_transfer_of_another_amount_is_found(world: World) -> None:
    plan, record = carried(world)
    altered = tuple(event for event in record.events if event.name != "Transfer")
    found = {finding.code for finding in prove(world.chain, plan, [replace(record, events=altered)])}
    assert found == {"event-missing", "balance-differs"}

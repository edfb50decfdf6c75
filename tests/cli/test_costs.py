"""hokctl costs: estimates and actual costs, period by period, no invoice counted twice."""

from typing import Any

import pytest

from hokctl.domain.invoices import hash_number
from tests.live_operations import BY_DEPLOYER, Desk, desk, desk_stage
from tests.world import BACKEND, USDC, World

pytestmark = pytest.mark.cli
__all__ = ["desk", "desk_stage"]

PERIOD_S = 30 * 86_400
PAY = "payInfrastructureCost(string,address,uint256,bytes32,string)"


def pay(desk: Desk, number: str, amount: int) -> None:
    """Pay an invoice from the reserve, past hokctl."""
    invoice_hash = bytes.fromhex(hash_number(number)[2:])
    desk.act("InfrastructureReserve", PAY, "21", BACKEND, amount * USDC, invoice_hash, "")


def model(desk: Desk) -> Any:  # noqa: ANN401 - JSON
    """Return what is shown of model 21."""
    (found,) = desk.ok("costs", "show", "21")["models"]
    return found


def test_an_estimate_stands_beside_what_payments_recorded(desk: Desk) -> None:
    desk.ok("costs", "snapshot", "21", "100", *BY_DEPLOYER)
    pay(desk, "INV-1", 120)
    found = model(desk)
    assert (found["period"], found["estimated"]["display"], found["actual"]["display"]) == (0, "100.00", "120.00")
    assert (found["variance_bps"], found["history"], found["suggestion"]) == (2_000, [], None)
    assert desk.ok("costs", "snapshot", "21", "100", *BY_DEPLOYER)["plan"]["calls"] == []


def test_costs_paid_in_another_way_are_recorded_once(desk: Desk) -> None:
    data = desk.ok("costs", "record", "21", "40.50", "--invoice", "AWS-1", *BY_DEPLOYER)
    (event,) = data["outcome"]["transactions"][0]["events"]
    assert (event["args"]["amount"], event["args"]["invoiceHash"]) == ("40500000", hash_number("AWS-1"))
    assert model(desk)["actual"]["display"] == "40.50"
    again = ("costs", "record", "21", "40.50", *BY_DEPLOYER, "--invoice")
    assert desk.refused(*again, "AWS-1") == (6, "costs-already-recorded")
    assert desk.refused(*again, hash_number("AWS-1")) == (6, "costs-already-recorded")
    desk.ok("costs", "record", "22", "40.50", "--invoice", "AWS-1", *BY_DEPLOYER)


def test_an_invoice_that_the_reserve_paid_is_not_recorded_again(desk: Desk) -> None:
    pay(desk, "INV-1", 120)
    ran = desk.world.run("costs", "record", "21", "120", "--invoice", "INV-1", *BY_DEPLOYER)
    assert ran.exit_code == 6
    assert "was paid from the reserve, which recorded its costs" in ran.stderr
    assert model(desk)["actual"]["display"] == "120.00"


def test_an_invoice_that_is_to_be_paid_is_not_recorded_beforehand(desk: Desk) -> None:
    desk.ok("invoice", "add", "INV-9", "--model", "21", "--amount", "50", "--provider", "backend")
    record = ("costs", "record", "21", "50", "--invoice", "INV-9", "--dry-run")
    assert desk.refused(*record) == (6, "costs-of-open-invoice")
    desk.ok("invoice", "void", "INV-9")
    assert desk.run(*record).exit_code == 0


def test_periods_end_when_told_and_suggest_the_next_estimate(desk: Desk) -> None:
    for amount in (110, 120, 130):
        desk.act("InfrastructureReserve", "snapshotEstimatedCosts(string,uint256)", "21", 100 * USDC)
        pay(desk, f"INV-{amount}", amount)
        desk.world.mine(seconds=PERIOD_S + 600)
        if amount < 130:
            desk.act("InfrastructureReserve", "advancePeriod(string)", "21")
    desk.ok("costs", "advance", "21", *BY_DEPLOYER)
    assert desk.refused("costs", "advance", "21", *BY_DEPLOYER) == (8, "period-not-over")
    found = model(desk)
    assert [past["variance_bps"] for past in found["history"]] == [1_000, 2_000, 3_000]
    assert (found["period"], found["suggestion"]["adjustment_bps"]) == (3, 2_333)
    assert len(desk.ok("costs", "show", "21", "--periods", "2")["models"][0]["history"]) == 2
    assert "+30.00%" in desk.world.run("costs", "show", "21").stdout


def test_costs_of_a_period_that_is_over_are_recorded_there(desk: Desk) -> None:
    desk.ok("costs", "snapshot", "21", "100", *BY_DEPLOYER)
    desk.world.mine(seconds=PERIOD_S + 600)
    assert [one["code"] for one in desk.run("costs", "show").json["findings"]] == ["period-over"]
    desk.act("InfrastructureReserve", "advancePeriod(string)", "21")
    desk.ok("costs", "record", "21", "7", "--invoice", "AWS-0", "--period", "0", *BY_DEPLOYER)
    assert model(desk)["actual"]["display"] == "0.00"
    assert desk.refused("costs", "record", "21", "7", "--invoice", "AWS-2", "--period", "2", *BY_DEPLOYER) == (
        2,
        "out-of-bounds",
    )


def test_the_length_of_periods_is_set(desk: Desk) -> None:
    desk.ok("costs", "period", "14", *BY_DEPLOYER)
    assert desk.ok("costs", "show")["period_seconds"] == 14 * 86_400
    assert desk.ok("costs", "period", "14", *BY_DEPLOYER)["plan"]["calls"] == []


def test_a_reserve_that_compares_no_costs_says_so(world: World) -> None:
    for argv in (("show",), ("advance", "21", "--dry-run"), ("period", "14", "--dry-run")):
        ran = world.run("costs", *argv, "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "no-reconciliation")

"""hokctl oracle: costs queued by governors, applied by anyone, within limits that the router must set."""

import json

import pytest

from tests.live_operations import BY_DEPLOYER, MANIFEST, Desk, desk, desk_stage
from tests.world import World

pytestmark = pytest.mark.cli
__all__ = ["desk", "desk_stage"]

DAY_S = 86_400
LIMITS_OFF = ("--allow", "oracle-limits-off")


def test_the_first_cost_is_queued_and_takes_effect_once_anybody_applies_it(desk: Desk) -> None:
    before = desk.ok("oracle", "show", "21")["models"][0]
    assert (before["has_cost"], before["updated_at"], before["queued"]) == (False, None, None)
    data = desk.ok("oracle", "queue", "21", "2.50", *BY_DEPLOYER, *LIMITS_OFF)
    assert data["outcome"]["transactions"][0]["events"][0]["args"]["newCost"] == "2500000"
    queued = desk.ok("oracle", "show", "21")["models"][0]
    assert (queued["has_cost"], queued["queued"]["cost_per_thousand_calls"]["display"]) == (False, "2.50")
    desk.ok("oracle", "apply", "21", "--signer", "mallory", "-y", *LIMITS_OFF)
    after = desk.ok("oracle", "show", "21")
    (model,) = after["models"]
    assert (model["cost_per_thousand_calls"]["units"], model["queued"]) == ("2500000", None)
    assert model["end_user_price"]["units"] == str(2_500_000 * 10_000 // 8_500)
    assert after["gross_margin_bps"] == 1_500


def test_a_later_cost_waits_for_the_epoch(desk: Desk) -> None:
    desk.act("InfrastructureCostOracle", "setEstimatedCost(string,uint256,uint256)", "21", 2_500_000, 0)
    desk.act("InfrastructureCostOracle", "applyPendingUpdate(string)", "21")
    desk.ok("oracle", "queue", "21", "3", *BY_DEPLOYER, *LIMITS_OFF)
    assert desk.refused("oracle", "apply", "21", *BY_DEPLOYER) == (8, "cost-not-due")
    assert "can be applied from 20" in desk.world.run("oracle", "apply", "21", *BY_DEPLOYER).stderr
    desk.world.mine(seconds=30 * DAY_S + 600)
    desk.ok("oracle", "apply", "21", *BY_DEPLOYER, *LIMITS_OFF)
    assert desk.ok("oracle", "show", "21")["models"][0]["cost_per_thousand_calls"]["display"] == "3.00"


def test_what_is_queued_already_is_no_change_and_another_cost_replaces_it_with_a_warning(desk: Desk) -> None:
    desk.ok("oracle", "queue", "21", "2.50", *BY_DEPLOYER, *LIMITS_OFF)
    again = desk.run("oracle", "queue", "21", "2.5", *BY_DEPLOYER)
    assert (again.exit_code, again.data["plan"]["calls"]) == (0, [])
    other = desk.run("oracle", "queue", "21", "2.75", "--dry-run", *LIMITS_OFF)
    assert other.exit_code == 0
    assert "oracle-update-replaced" in [finding["code"] for finding in other.json["findings"]]


def test_limits_that_are_off_stop_a_cost_and_are_said_when_one_stands(desk: Desk) -> None:
    assert desk.refused("oracle", "queue", "21", "2.50", "--dry-run") == (6, "oracle-limits-off")
    assert desk.run("oracle", "queue", "21", "0", *BY_DEPLOYER).exit_code == 0
    assert [one["code"] for one in desk.run("oracle", "show").json["findings"]] == [
        "oracle-limits-off",
        "oracle-update-ready",
    ]


def test_a_cost_older_than_the_router_lets_count_is_said(desk: Desk) -> None:
    desk.ok("oracle", "limit", "--max-age", "1", "--max-share", "90%", *BY_DEPLOYER)
    cost = ("setEstimatedCost(string,uint256,uint256)", "21", 2_500_000, 0)
    desk.act("InfrastructureCostOracle", *cost)
    desk.act("InfrastructureCostOracle", "applyPendingUpdate(string)", "21")
    assert desk.run("oracle", "show").json["findings"] == []
    desk.world.mine(seconds=2 * DAY_S)
    assert [one["code"] for one in desk.run("oracle", "show").json["findings"]] == ["oracle-cost-stale"]


def test_margin_and_epoch_are_set_within_the_contracts_bounds(desk: Desk) -> None:
    desk.ok("oracle", "margin", "20%", *BY_DEPLOYER)
    desk.ok("oracle", "epoch", "60", *BY_DEPLOYER)
    data = desk.ok("oracle", "show", "21")
    assert (data["gross_margin_bps"], data["epoch_seconds"]) == (2_000, 60 * DAY_S)
    assert desk.ok("oracle", "epoch", "60", *BY_DEPLOYER)["plan"]["calls"] == []
    assert desk.ok("oracle", "margin", "2000", *BY_DEPLOYER)["plan"]["calls"] == []


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("queue", "21", "1000000.01"), (2, "out-of-bounds")),
        (("queue", "21", "2.5000001"), (2, "invalid-amount")),
        (("queue", "99", "2.50"), (2, "unknown-model")),
        (("apply", "21"), (6, "no-queued-cost")),
        (("margin", "9001"), (2, "out-of-bounds")),
        (("epoch", "366"), (2, "out-of-bounds")),
        (("limit",), (2, "no-limit")),
        (("limit", "--max-share", "10001"), (2, "out-of-bounds")),
    ],
)
def test_what_the_contract_would_not_take_is_refused(
    desk: Desk, argv: tuple[str, ...], expected: tuple[int, str]
) -> None:
    assert desk.refused("oracle", *argv, *BY_DEPLOYER) == expected


def test_people_read_costs_prices_and_limits(desk: Desk) -> None:
    desk.ok("oracle", "queue", "21", "2.50", *BY_DEPLOYER, *LIMITS_OFF)
    text = desk.world.run("oracle", "show").stdout
    assert "gross margin" in text
    assert "15.00%" in text or "15%" in text
    assert "30 days" in text
    assert "2.50 USDC" in text


def test_an_oracle_that_the_router_does_not_ask_is_said(desk: Desk) -> None:
    path = desk.world.directory / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["contracts"]["UsageFeeRouter"] = desk.world.deployment.suite.router_address
    path.write_text(json.dumps(manifest), encoding="utf-8")
    ran = desk.run("oracle", "show")
    assert [one["code"] for one in ran.json["findings"]] == ["oracle-not-asked"]
    assert ran.data["asked_by_router"] is None
    assert desk.refused("oracle", "limit", "--max-age", "1", "--dry-run") == (6, "no-router-limits")


@pytest.mark.parametrize(
    ("argv", "missing"),
    [
        (("oracle", "show"), "InfrastructureCostOracle"),
        (("whitelist", "show"), "PurchaserWhitelist"),
        (("claims", "show"), "PendingClaimsEscrow"),
    ],
)
def test_a_deployment_without_the_contract_says_so(world: World, argv: tuple[str, ...], missing: str) -> None:
    ran = world.run(*argv, "-o", "json")
    (error,) = ran.json["errors"]
    assert (ran.exit_code, error["code"]) == (6, "missing-contract")
    assert error["message"] == f"The deployment on devnet has no {missing}: its manifest names none."

"""hokctl split recommend, preview and history: what a split should be, would do, and was."""

from typing import Any

import pytest

from tests.versions import Shaped
from tests.world import DEPLOYER, World

pytestmark = pytest.mark.cli


def advice(world: World, *argv: str) -> dict[str, Any]:
    return {model["model_id"]: model for model in world.ok("split", "recommend", *argv)["models"]}


def test_the_measured_fees_and_burn_tell_which_share_is_enough(past: World) -> None:
    model = advice(past)["21"]
    assert (model["daily_revenue"]["display"], model["daily_burn"]["display"]) == ("10.00", "5.00")
    assert (model["revenue_source"], model["revenue_sample"]["count"], model["burn_source"]) == (
        "measured",
        1,
        "measured",
    )
    assert (model["sustain_bps"], model["target_bps"], model["recommended_bps"]) == (5000, 0, 5000)
    assert (model["verdict"], model["command"]) == ("minimum", "hokctl split set 21 5000")
    assert model["measured_infrastructure_bps"] == 8000


def test_a_target_in_less_time_needs_a_larger_share(past: World) -> None:
    model = advice(past, "23", "--target-days", "50", "--over-days", "10")["23"]
    # (50 + 10) days of 2.50 less 65 accrued are 85, of 10 days of 10 in fees.
    assert (model["must_come_in"]["display"], model["target_bps"], model["recommended_bps"]) == ("85.00", 8500, 8500)
    assert (model["verdict"], model["profile"]) == ("within", "compute-heavy")
    text = past.run("split", "recommend", "23", "--target-days", "50", "--over-days", "10").stdout
    for part in (
        "(50 + 10) days x 2.50 USDC - 65.00 USDC accrued = 85.00 USDC",
        "85.00 USDC / (10 days x 10.00 USDC) = 85%",
        "measured: 1 fee, ",
        ", over 10 days",
        "hokctl split set 23 8500",
    ):
        assert part in text


def test_where_even_all_of_it_is_too_little_it_says_what_is_missing(past: World) -> None:
    ran = past.run("split", "recommend", "23", "--target-days", "90", "--over-days", "10", "-o", "json")
    (model,) = ran.data["models"]
    assert (ran.exit_code, model["verdict"], model["recommended_bps"], model["command"]) == (
        0,
        "not-enough",
        None,
        None,
    )
    assert (model["missing_daily"]["display"], model["missing_daily_revenue"]["display"]) == ("8.50", "8.50")
    assert [finding["code"] for finding in ran.json["findings"]] == ["split-not-enough"]
    without = advice(past)["22"]
    assert (without["sustain_bps"], without["verdict"], without["missing_daily"]["units"]) == (
        None,
        "not-enough",
        "2333334",
    )


def test_burn_and_fees_can_be_given_and_an_unknown_burn_recommends_nothing(past: World) -> None:
    model = advice(past, "21", "--daily-burn", "40", "--daily-revenue", "50")["21"]
    # (30 + 30) days of 40 less 1230 accrued are 1170, of 30 days of 50 in fees.
    assert (model["sustain_bps"], model["target_bps"], model["recommended_bps"]) == (8000, 7800, 8000)
    assert (model["revenue_source"], model["revenue_sample"], model["command"]) == ("given", None, None)
    unknown = advice(past, "--burn", "declared")["23"]
    assert (unknown["verdict"], unknown["recommended_bps"]) == ("unknown", None)
    assert "The burn is unknown" in past.run("split", "recommend", "23", "--burn", "declared").stdout
    for argv in (("--daily-revenue", "1"), ("--daily-burn", "1"), ("21", "22", "--daily-revenue", "1")):
        assert past.run("split", "recommend", *argv).exit_code == 2


def test_a_preview_shows_before_and_after(past: World) -> None:
    data = past.ok("split", "preview", "21", "50%")
    before, after = data["before"], data["after"]
    assert [one["of_1000"]["infrastructure"]["display"] for one in (before, after)] == ["800.00", "500.00"]
    assert [one["daily"]["profit"]["display"] for one in (before, after)] == ["2.00", "5.00"]
    assert [(one["covered"], one["net_runway_state"]) for one in (before, after)] == [(True, "unlimited")] * 2
    data = past.ok("split", "preview", "21", "5000", "--daily-burn", "11", "--daily-revenue", "10")
    assert [one["net_runway_days"] for one in (data["before"], data["after"])] == [410, 205]
    text = past.run("split", "preview", "21", "50%").stdout
    assert "To set it: hokctl split set 21 5000" in text
    assert "profit of 1,000 USDC" in text


def test_a_preview_keeps_to_the_bounds_of_the_contract(past: World) -> None:
    for split, code in (("4999", "split-out-of-bounds"), ("half", "invalid-split")):
        ran = past.run("split", "preview", "21", split, "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, code)


def test_a_preview_lists_the_changes_that_wait_for_signatures(world: World) -> None:
    assert world.ok("split", "preview", "21", "60%")["pending"] == []
    proposal = world.ok("split", "set", "21", "7000", "--signer", "alice", "--yes")["proposal"]
    (waiting,) = world.ok("split", "preview", "21", "60%")["pending"]
    assert waiting == {
        "bps": 7000,
        "safe": world.safe,
        "nonce": proposal["nonce"],
        "safe_tx_hash": proposal["safe_tx_hash"],
    }
    assert world.ok("split", "preview", "22", "60%")["pending"] == []
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "--yes")
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "bob", "--yes")
    assert world.ok("split", "preview", "21", "60%")["pending"] == []


def test_the_history_tells_every_change(world: World) -> None:
    world.ok("split", "set", "23", "70%", "--signer", "deployer", "--yes")
    sent = world.ok("split", "set", "23", "75%", "--signer", "deployer", "--yes")["outcome"]["transactions"][0]
    (model,) = world.ok("split", "history", "23")["models"]
    assert (model["initial_bps"], model["infrastructure_accrual_bps"]) == (9000, 7500)
    assert [(one["old_bps"], one["new_bps"], one["updated_by"]) for one in model["changes"]] == [
        (9000, 7000, DEPLOYER),
        (7000, 7500, DEPLOYER),
    ]
    assert model["changes"][-1]["tx_hash"] == sent["tx_hash"]
    assert model["changes"][-1]["changed_at"] == world.chain.at().block.timestamp
    text = world.run("split", "history").stdout
    assert "Never changed: 21 (80%), 22 (70%)." in text


@pytest.mark.parametrize("kind", ["v2", "live"])
def test_other_versions_are_advised_and_remember_too(request: pytest.FixtureRequest, kind: str) -> None:
    shaped: Shaped = request.getfixturevalue(kind)
    model = advice(shaped.world, shaped.first, "--daily-burn", "20", "--window-days", "10")[shaped.first]
    assert (model["revenue_sample"]["total"]["display"], model["by_oracle"]) == ("1000.00", False)
    assert model["recommended_bps"] == model["min_bps"]
    (history,) = shaped.ok("split", "history", shaped.first)["models"]
    assert (history["initial_bps"], history["changes"]) == (8000, [])

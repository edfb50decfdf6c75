"""hokctl runway: how long the reserve lasts, and never more than is known."""

import pytest

from tests.world import TOGETHER, World

pytestmark = pytest.mark.cli


def test_an_unknown_burn_is_not_an_unlimited_runway(world: World) -> None:
    models = world.ok("runway")["models"]
    assert {(m["runway_state"], m["runway_days"], m["burn_source"]) for m in models} == {("unknown", None, "none")}


def test_a_given_burn_gives_whole_days_and_a_date(world: World) -> None:
    (model,) = world.ok("runway", "21", "--daily-burn", "99.99")["models"]
    assert (
        model.items()
        >= {
            "model_id": "21",
            "accrued": {"units": "800000000", "decimals": 6, "symbol": "USDC", "display": "800.00"},
            "paid": {"units": "0", "decimals": 6, "symbol": "USDC", "display": "0.00"},
            "daily_burn": {"units": "99990000", "decimals": 6, "symbol": "USDC", "display": "99.99"},
            "burn_source": "given",
            "runway_days": 8,
            "runway_state": "limited",
            "depleted_at": model["depleted_at"],
            "provider": TOGETHER,
            "infrastructure_accrual_bps": 8000,
            "profit_share_bps": 2000,
        }.items()
    )
    assert model["contract_runway_days"] == "8"
    assert {name: model[name] for name in ("burn_sample", "accrual", "net", "trend")} == dict.fromkeys(
        ("burn_sample", "accrual", "net", "trend")
    )
    assert model["target"]["missing"]["display"] == "2199.70"
    assert len(model["depleted_at"]) == len("2026-01-01")


def test_no_burn_at_all_is_unlimited(world: World) -> None:
    (model,) = world.ok("runway", "21", "--daily-burn", "0")["models"]
    assert (model["runway_state"], model["runway_days"]) == ("unlimited", None)


def test_the_declared_burn_is_used(world: World) -> None:
    with (world.directory / "hokctl.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[models."22"]\ndaily_burn = "35"\n')
    data = world.ok("runway")
    by_id = {model["model_id"]: model for model in data["models"]}
    assert (by_id["22"]["runway_days"], by_id["22"]["burn_source"]) == (10, "declared")
    assert data["total_accrued"]["display"] == "1150.00"


def test_a_short_runway_fails_a_pipeline(world: World) -> None:
    ran = world.run("runway", "21", "--daily-burn", "200", "--fail-under", "7", "-o", "json")
    assert ran.exit_code == 5
    assert [finding["code"] for finding in ran.json["findings"]] == ["short-runway"]
    assert world.run("runway", "21", "--daily-burn", "100", "--fail-under", "8").exit_code == 0
    unknown = world.run("runway", "21", "--fail-under", "1", "-o", "json")
    assert (unknown.exit_code, unknown.json["findings"][0]["code"]) == (5, "runway-unknown")


def test_a_given_burn_is_for_exactly_one_model(world: World) -> None:
    assert world.run("runway", "--daily-burn", "1").exit_code == 2
    assert world.run("runway", "21", "22", "--daily-burn", "1").exit_code == 2


def test_unknown_models_and_odd_ids_are_usage_errors(world: World) -> None:
    for model, code in (("99", "unknown-model"), ("2 1", "invalid-model-id"), (" 21", "invalid-model-id")):
        ran = world.run("runway", model, "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, code)


def test_text_says_everything_in_one_table(world: World) -> None:
    ran = world.run("runway", "21", "--daily-burn", "100")
    assert ran.exit_code == 0
    assert "8 days" in ran.stdout
    assert "together" in ran.stdout
    assert ran.stderr == ""

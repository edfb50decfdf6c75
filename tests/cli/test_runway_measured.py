"""hokctl runway, measured: two months of deposits and payments on the chain, and invoices in the book."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.months import Deposit, Pay, live_through
from tests.versions import Shaped
from tests.world import TOGETHER, USDC, World

pytestmark = pytest.mark.cli


def by_id(world: World, *argv: str) -> dict[str, Any]:
    return {model["model_id"]: model for model in world.ok("runway", *argv)["models"]}


def test_the_burn_is_measured_over_the_days_of_the_window(past: World, lived: date) -> None:
    model = by_id(past)["21"]
    assert (model["burn_source"], model["daily_burn"]["display"]) == ("measured", "5.00")
    sample = model["burn_sample"]
    assert (sample["count"], sample["days"], sample["total"]["display"]) == (2, 30, "150.00")
    assert sample["first"] == sample["last"] == str(lived + timedelta(days=60))
    assert sample["window"] == {
        "first": str(lived + timedelta(days=41)),
        "last": str(lived + timedelta(days=70)),
        "days": 30,
    }
    assert (model["accrued"]["display"], model["runway_days"]) == ("1230.00", 246)
    assert model["depleted_at"] == str(lived + timedelta(days=70 + 246))
    assert model["contract_runway_days"] == "246"


def test_deposits_that_cover_a_measured_burn_are_unlimited_at_that_rate_only(past: World) -> None:
    model = by_id(past)["21"]
    assert model["accrual"]["daily"]["display"] == "8.00"
    assert model["net"] == {
        "daily": {"units": "-3000000", "decimals": 6, "symbol": "USDC", "display": "-3.00"},
        "covered": True,
        "runway_state": "unlimited",
        "runway_days": None,
        "depleted_at": None,
    }
    assert model["runway_state"] == "limited"
    assert "unlimited at the measured rate" in past.run("runway", "21").stdout


def test_a_burn_that_somebody_declared_is_never_unlimited_for_its_deposits(past: World) -> None:
    model = by_id(past, "21", "--daily-burn", "4", "--net")["21"]
    assert (model["net"]["covered"], model["net"]["runway_state"], model["runway_days"]) == (True, "unknown", 307)
    assert "covered if the burn is as given" in past.run("runway", "21", "--daily-burn", "4", "--net").stdout
    assert by_id(past, "21", "--daily-burn", "4")["21"]["net"] is None


def test_the_window_before_shows_the_trend(past: World) -> None:
    trend = by_id(past)["21"]["trend"]
    assert (trend["daily_burn"]["display"], trend["daily_accrual"]["display"]) == ("2.00", "13.333333")
    assert by_id(past)["22"]["trend"]["daily_burn"] is None


def test_a_burn_is_rounded_up_and_the_runway_down(past: World) -> None:
    model = by_id(past)["22"]
    assert (model["daily_burn"]["units"], model["runway_days"], model["net"]["runway_days"]) == ("2333334", 119, 119)


def test_a_young_model_is_measured_over_the_days_it_has_lived(past: World) -> None:
    model = by_id(past)["23"]
    assert (model["burn_sample"]["days"], model["daily_burn"]["display"], model["runway_days"]) == (10, "2.50", 26)
    assert model["accrual"]["daily"]["display"] == "9.00"


def test_a_longer_window_looks_back_further_and_an_empty_one_knows_nothing(past: World) -> None:
    model = by_id(past, "--window-days", "60")["21"]
    assert (model["burn_sample"]["count"], model["burn_sample"]["days"]) == (3, 60)
    assert model["daily_burn"]["display"] == "3.50"
    empty = by_id(past, "--window-days", "3")["21"]
    assert (empty["runway_state"], empty["burn_source"], empty["daily_burn"]) == ("unknown", "none", None)
    ran = past.run("runway", "--window-days", "3")
    assert "is unknown: nothing tells the burn" in ran.stdout
    assert past.run("runway", "--window-days", "3", "--fail-under", "1").exit_code == 5


def test_a_declared_burn_comes_before_a_measured_one_unless_that_is_asked_for(past: World) -> None:
    with (past.directory / "hokctl.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[models."21"]\ndaily_burn = "41"\n')
    assert by_id(past)["21"]["daily_burn"]["display"] == "41.00"
    assert by_id(past)["21"]["net"]["daily"]["display"] == "33.00"
    assert by_id(past, "--burn", "measured")["21"]["daily_burn"]["display"] == "5.00"
    only = by_id(past, "--burn", "declared")
    assert (only["22"]["runway_state"], only["21"]["accrual"]) == ("unknown", None)


def test_invoices_tell_the_burn_by_the_days_they_are_for(past: World, lived: date) -> None:
    def add(number: str, amount: str, first: int, last: int, provider: str = "together", *more: str) -> None:
        period = (
            "--period-start",
            str(lived + timedelta(days=first)),
            "--period-end",
            str(lived + timedelta(days=last)),
        )
        past.ok("invoice", "add", number, "--model", "21", "--amount", amount, "--provider", provider, *period, *more)

    add("A-1", "310", 31, 61)
    add("A-1", "620", 31, 61, "mallory")
    add("A-2", "30", 68, 97)
    model = by_id(past, "--burn", "invoices")["21"]
    # Window: days 41 to 70. 21 of 31 days of 930, and 3 of 30 days of 30, over 24 days.
    assert model["daily_burn"]["display"] == "26.375"
    sample = model["burn_sample"]
    assert (sample["count"], sample["days"], sample["total"]["display"]) == (3, 24, "633.00")
    assert model["burn_source"] == "invoices"
    add("E-1", "999", 50, 60, "backend", "--currency", "EUR")
    past.ok("invoice", "void", "A-2")
    assert by_id(past, "--burn", "invoices")["21"]["daily_burn"]["display"] == "30.00"
    assert by_id(past)["21"]["burn_source"] == "measured"
    assert by_id(past, "--burn", "invoices")["22"]["runway_state"] == "unknown"
    # A policy may take one currency for the token: (21 / 31 * 930 + 999) over 21 days, rounded up.
    (past.directory / "policy.toml").write_text('currencies = { EUR = "USDC" }\n', encoding="utf-8")
    past.write_config(policy="policy.toml")
    assert by_id(past, "--burn", "invoices")["21"]["daily_burn"]["display"] == "77.571429"


def test_little_time_left_is_warned_of_without_failing(past: World) -> None:
    for burn, code, severity in (("200", "low-runway", "warning"), ("600", "critical-runway", "error")):
        ran = past.run("runway", "21", "--daily-burn", burn, "-o", "json")
        assert ran.exit_code == 0
        assert [(one["code"], one["severity"]) for one in ran.json["findings"]] == [(code, severity)]
    ran = past.run("runway", "21", "--daily-burn", "600", "--fail-under", "5", "-o", "json")
    assert ran.exit_code == 5
    assert [(one["code"], one["severity"]) for one in ran.json["findings"]] == [("short-runway", "error")]
    assert past.ok("runway", "21", "--daily-burn", "100")["models"][0]["target"] == {
        "days": 30,
        "missing": {"units": "1770000000", "decimals": 6, "symbol": "USDC", "display": "1770.00"},
    }


def test_kept_logs_and_logs_read_anew_tell_the_same(past: World) -> None:
    assert by_id(past) == by_id(past) == by_id(past, "--no-cache")


def test_a_block_of_the_past_is_measured_as_it_was_then(past: World) -> None:
    head = past.chain.at().block.number
    model = by_id(past, "--block", str(head - 5), "--window-days", "40")["21"]
    assert (model["daily_burn"]["display"], model["accrued"]["display"]) == ("1.50", "1380.00")


def test_odd_options_are_usage_errors(past: World) -> None:
    assert past.run("runway", "--window-days", "0").exit_code == 2
    assert past.run("runway", "21", "--daily-burn", "1", "--burn", "measured").exit_code == 2
    assert past.run("runway", "--burn", "guessed").exit_code == 2


@pytest.mark.parametrize("kind", ["v2", "live"])
def test_other_versions_are_measured_the_same_way(request: pytest.FixtureRequest, kind: str) -> None:
    shaped: Shaped = request.getfixturevalue(kind)
    calls = int(shaped.calls[1]) if shaped.calls else None
    past = (
        Deposit(40, shaped.first, 300 * USDC),
        Pay(41, ((shaped.first, TOGETHER, 150 * USDC),)),
    )
    live_through(shaped.world, past, until=60, calls=calls)
    (model,) = shaped.ok("runway", shaped.first)["models"]
    assert (model["daily_burn"]["display"], model["runway_days"], model["contract_runway_days"]) == ("5.00", 178, "178")
    assert model["accrual"]["daily"]["display"] == "8.00"


def test_a_plot_shows_the_days_that_were_and_those_to_come(past: World, lived: date) -> None:
    ran = past.run("runway", "22", "--daily-burn", "8", "--plot")
    assert ran.exit_code == 0
    assert "\x1b[" not in ran.stdout
    for part in (
        "Reserve of model 22",
        "• accrued, at the end of each day",
        f". at the burn of 8.00 USDC a day: 35 days, until {lived + timedelta(days=105)}",
        "day (UTC)",
        str(lived + timedelta(days=70)),
    ):
        assert part in ran.stdout
    path = past.ok("runway", "22", "--plot")["models"][0]["path"]
    assert len(path) == 30
    assert (path[0]["accrued"]["display"], path[-1]["accrued"]["display"]) == ("350.00", "280.00")
    assert path[-1]["date"] == str(lived + timedelta(days=70))
    assert "path" not in past.ok("runway", "22")["models"][0]
    unknown = past.run("runway", "22", "--window-days", "3", "--plot").stdout
    assert "Reserve of model 22" in unknown
    assert "at the burn" not in unknown


def test_a_book_that_cannot_be_opened_costs_only_what_it_would_have_told(past: World) -> None:
    path = past.directory / "hokctl.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("sqlite:///hokctl.db", "sqlite:///nowhere/at/all.db"), encoding="utf-8"
    )
    (past.directory / "nowhere").write_text("a file where a directory should be", encoding="utf-8")
    assert by_id(past)["21"]["burn_source"] == "measured"
    ran = past.run("runway", "21", "--window-days", "3")
    assert ran.exit_code == 0
    assert "The invoices in the book are left out" in ran.stderr
    assert past.run("runway", "21", "--burn", "invoices").exit_code != 0

"""hokctl fee on deployments of other versions: calls, the cost oracle, and what becomes of the tokens."""

import pytest

from hokctl.clients.erc20 import Erc20
from tests.authorities import impersonated
from tests.standins import act
from tests.versions import Shaped
from tests.world import BACKEND, DEPLOYER

pytestmark = pytest.mark.cli

BACKEND_SENDS = ("--signer", "backend", "-y")


def set_cost(live: Shaped, cost: int) -> None:
    """Give the first model a cost per thousand calls."""
    assert live.timelock is not None
    oracle = live.world.deployment.contract("InfrastructureCostOracle")
    with impersonated(live.world, live.timelock):
        act(live.world, oracle, "setEstimatedCost(string,uint256,uint256)", live.first, cost, 0, sender=live.timelock)
    act(live.world, oracle, "applyPendingUpdate(string)", live.first, sender=DEPLOYER)


def deposit_both_ways(shaped: Shaped, signatures: list[str]) -> None:
    one = shaped.ok("fee", "deposit", shaped.first, "100", *BACKEND_SENDS)
    path = shaped.world.directory / "fees.csv"
    path.write_text(f"model,amount\n{shaped.first},10\n{shaped.second},20\n", encoding="utf-8")
    several = shaped.ok("fee", "deposit", "--file", "fees.csv", *BACKEND_SENDS)
    assert [data["plan"]["calls"][-1]["signature"] for data in (one, several)] == signatures
    accrued = {model["model_id"]: model["accrued"]["display"] for model in shaped.ok("runway")["models"]}
    assert (accrued[shaped.first], accrued[shaped.second]) == ("888.00", "364.00")


def test_v2_deposits_are_declared_in_full_and_proved(v2: Shaped) -> None:
    deposit_both_ways(v2, ["depositFee(string,uint256)", "batchDepositFees(string[],uint256[])"])
    ran = v2.run("fee", "deposit", v2.first, "1", "--calls", "5", *BACKEND_SENDS, "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, "calls-not-taken")
    assert "v2.0.0" in ran.json["errors"][0]["message"]


def test_live_deposits_are_declared_in_full_and_proved(live: Shaped) -> None:
    deposit_both_ways(live, ["depositFee(string,uint256,uint256)", "batchDepositFees(string[],uint256[],uint256[])"])


def test_a_missing_allowance_is_given_and_used_up(live: Shaped) -> None:
    usdc, router = live.world.deployment.suite.usdc_address, live.world.deployment.suite.router_address
    act(live.world, usdc, "approve(address,uint256)", router, 0, sender=BACKEND)
    data = live.ok("fee", "deposit", live.first, "7", "--calls", "12", *BACKEND_SENDS)
    assert len(data["outcome"]["transactions"]) == 2
    assert live.world.chain.at().get(Erc20(usdc).allowance(BACKEND, router)) == 0


def test_with_a_cost_the_calls_decide_and_none_are_refused(live: Shaped) -> None:
    set_cost(live, 2_000_000)
    quote = live.ok("fee", "quote", live.first, "100", "--calls", "5000")
    assert (quote["cost_basis"], quote["calls"], quote["infrastructure"]["display"]) == ("oracle", "5000", "10.00")
    assert "the cost of 5000 calls" in live.run("fee", "quote", live.first, "100", "--calls", "5000").stdout
    path = live.world.directory / "fees.csv"
    path.write_text(f"model,amount,calls\n{live.first},100,0\n{live.second},10,5\n", encoding="utf-8")
    for argv in (
        ("fee", "quote", live.first, "100"),
        ("fee", "deposit", live.first, "100", *BACKEND_SENDS),
        ("fee", "deposit", live.first, "100", "--calls", "0", *BACKEND_SENDS),
        ("fee", "deposit", "--file", "fees.csv", *BACKEND_SENDS),
    ):
        ran = live.run(*argv, "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "calls-needed")
    path.write_text(f"model,amount,calls\n{live.first},100,5000\n{live.second},10,5\n", encoding="utf-8")
    events = live.ok("fee", "deposit", "--file", "fees.csv", *BACKEND_SENDS)["outcome"]["transactions"][0]["events"]
    bases = [event["args"]["costBasis"] for event in events if event["name"] == "FeeSplitCalculated"]
    assert bases == ["0", "1"]


def test_advice_on_a_split_says_where_the_oracle_decides(live: Shaped) -> None:
    set_cost(live, 2_000_000)
    for argv in (("recommend", live.first), ("preview", live.first, "70%")):
        ran = live.run("split", *argv, "--daily-burn", "1", "-o", "json")
        assert (ran.exit_code, [one["code"] for one in ran.json["findings"]]) == (0, ["split-by-oracle"])
    assert live.ok("split", "recommend", live.second, "--daily-burn", "1")["models"][0]["by_oracle"] is False


def test_a_cost_that_does_not_count_still_asks_for_calls(live: Shaped) -> None:
    set_cost(live, 2_000_000)
    assert live.timelock is not None
    router = live.world.deployment.suite.router_address
    with impersonated(live.world, live.timelock):
        act(live.world, router, "setMaxCostAge(uint256)", 60, sender=live.timelock)
    live.world.mine(seconds=3_600)
    ran = live.run("fee", "quote", live.first, "100", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "calls-needed")
    assert live.ok("fee", "quote", live.first, "100", "--calls", "5000")["cost_basis"] == "percentage"


def test_a_deactivated_model_takes_no_fees(live: Shaped) -> None:
    assert live.timelock is not None
    registry = live.world.deployment.suite.registry_address
    with impersonated(live.world, live.timelock):
        act(live.world, registry, "deactivateStringModel(string)", live.first, sender=live.timelock)
    for argv in (("quote", live.first, "1"), ("deposit", live.first, "1", *BACKEND_SENDS)):
        ran = live.run("fee", *argv, "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "model-deactivated")

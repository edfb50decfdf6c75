"""hokctl params and split on deployments of other versions: bounds, scales, vesting, and a queue that nothing reads."""

from typing import Any

import pytest
from eth_typing import ChecksumAddress

from hokctl.clients.codec import encode_call
from hokctl.domain.units import ModelId
from tests.authorities import impersonated
from tests.standins import act
from tests.versions import Shaped
from tests.world import DEPLOYER

pytestmark = pytest.mark.cli

WEI = 10**18
QUEUE = "queueParamUpdate(string,string,uint256)"
SPLIT = "infrastructureAccrualBps"
WITHOUT_EFFECT = "queued-split-without-effect"


def params_of(shaped: Shaped, model: str) -> ChecksumAddress:
    manager = shaped.world.deployment.suite.token_manager
    return shaped.world.chain.at().get(manager.get_params_address(ModelId(model)))


def codes(document: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [finding["code"] for finding in document["findings"]]


def check_bounds(shaped: Shaped, low: int) -> None:
    (model,) = shaped.ok("split", "show", shaped.first)["models"]
    assert (model["min_bps"], model["max_bps"]) == (low, 10_000)
    below = shaped.run("split", "set", shaped.first, str(low - 1), "--dry-run", "-o", "json")
    assert (below.exit_code, below.json["errors"][0]["code"]) == (2, "split-out-of-bounds")


def test_the_bounds_of_the_split_are_the_contracts_own_on_live(live: Shaped) -> None:
    check_bounds(live, 1_000)


def test_v2_has_its_own_bounds_and_no_vesting(v2: Shaped) -> None:
    check_bounds(v2, 5_000)
    assert v2.ok("params", "show", v2.first)["live"] is None
    ran = v2.run("params", "set", v2.first, "vesting-cliff", "30d", "--dry-run", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, "unknown-parameter")


def test_the_live_reward_rate_is_set_in_whole_tokens_and_proved_as_stored(live: Shaped) -> None:
    data = live.ok("params", "set", live.first, "tokens-per-delta-one", "300000", "--signer", "alice", "-y")
    assert f"300000 (stored as {300_000 * WEI})" in data["plan"]["calls"][0]["purpose"]
    live.finish(data)
    shown = live.ok("params", "show", live.first)
    assert (shown["version"], shown["tokens_per_delta_one"]) == ("live", str(300_000 * WEI))
    assert (
        live.ok("params", "set", live.first, "tokens-per-delta-one", str(300_000 * WEI), "--dry-run")["plan"]["calls"]
        == []
    )
    for wrong in ("99", "20000000"):
        ran = live.run("params", "set", live.first, "tokens-per-delta-one", wrong, "--dry-run", "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, "invalid-parameter")


def test_vesting_is_planned_as_a_whole_and_nonsense_refused(live: Shaped) -> None:
    plan = live.run("params", "set", live.first, "vesting-cliff", "30d", "--dry-run", "-o", "json")
    assert plan.exit_code == 0, plan.stdout
    assert plan.data["plan"]["calls"][0]["args"][0]["value"] == [True, "1000", "31536000", "2592000"]
    for key, value in (("vesting-cliff", "x"), ("vesting-enabled", "maybe"), ("vesting-immediate-unlock", "101%")):
        ran = live.run("params", "set", live.first, key, value, "--dry-run", "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, "invalid-parameter")


def test_vesting_is_changed_and_proved(live: Shaped) -> None:
    live.change("params", "set", live.first, "vesting-immediate-unlock", "20%")
    live.change("params", "set", live.first, "oracle-price-per-thousand-usd", "1234")
    shown = live.ok("params", "show", live.first)["live"]
    assert (shown["vesting"]["immediate_unlock_bps"], shown["oracle_price_per_thousand_usd"]) == (2_000, "1234")
    assert "vesting-immediate-unlock       20%" in live.run("params", "show", live.first).stdout


def test_a_queued_split_is_pointed_out_and_changes_nothing(live: Shaped) -> None:
    params = params_of(live, live.first)
    assert codes(live.run("params", "show", live.first, "-o", "json").json) == []
    with impersonated(live.world, live.safe):
        act(live.world, params, QUEUE, live.first, SPLIT, 9_000, sender=live.safe)
    for argv in (("params", "show", live.first), ("split", "show")):
        ran = live.run(*argv, "-o", "json")
        assert (ran.exit_code, codes(ran.json)) == (0, [WITHOUT_EFFECT])
        assert "has NO effect on the split" in ran.json["findings"][0]["message"]
        assert f"{SPLIT} = 9000, not before 20" in ran.json["findings"][0]["message"]
    assert live.ok("params", "show", live.first)["queued"][0]["value"] == "9000"
    live.world.mine(seconds=31 * 86_400)
    act(live.world, params, "applyPendingUpdates(string)", live.first, sender=DEPLOYER)
    ran = live.run("split", "show", live.first, "-o", "json")
    assert ran.data["models"][0]["infrastructure_accrual_bps"] == 8_000
    assert codes(ran.json) == [WITHOUT_EFFECT]
    assert "on record" in ran.json["findings"][0]["message"]


def test_calls_that_queue_a_split_are_found_wherever_they_are_read(live: Shaped) -> None:
    data = "0x" + encode_call(QUEUE, (live.first, SPLIT, 9_000)).hex()
    ran = live.run("tx", "decode", data, "--to", params_of(live, live.first), "-o", "json")
    assert codes(ran.json) == [WITHOUT_EFFECT]

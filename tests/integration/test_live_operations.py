"""Oracle, costs, whitelist and claims on the live version, as it is governed on mainnet."""

from typing import Any

import pytest

from hokctl.clients.mock_usdc import MockUsdc
from hokctl.domain.invoices import hash_number
from tests.authorities import impersonated
from tests.standins import act
from tests.versions import Shaped
from tests.world import ALICE, DEPLOYER, MALLORY, TOGETHER, USDC

pytestmark = pytest.mark.integration
PAY = "payInfrastructureCost(string,address,uint256,bytes32,string)"
ALLOWED = ("--allow", "oracle-limits-off")


def codes(ran: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Return the codes of the findings of a run."""
    return [finding["code"] for finding in ran.json["findings"]]


def test_a_cost_goes_through_safe_and_timelock_and_is_applied_by_anyone(live: Shaped) -> None:
    shown = live.ok("oracle", "show")
    assert shown["oracle"] == shown["asked_by_router"] == live.world.deployment.contracts["InfrastructureCostOracle"]
    assert shown["limits_on"] is False
    data = live.ok("oracle", "queue", live.first, "2.50", *ALLOWED, "--signer", "alice", "-y")
    assert data["operation"]["timelock"] == live.timelock
    live.finish(data)
    assert live.ok("oracle", "show", live.first)["models"][0]["queued"] is not None
    live.ok("oracle", "apply", live.first, *ALLOWED, "--signer", "mallory", "-y")
    after = live.run("oracle", "show", live.first, "-o", "json")
    assert after.data["models"][0]["cost_per_thousand_calls"]["display"] == "2.50"
    assert codes(after) == ["oracle-limits-off"]


def test_limits_of_the_router_let_a_cost_pass(live: Shaped) -> None:
    limits = ("oracle", "limit", "--max-age", "1", "--max-share", "90%")
    live.change(*limits)
    assert live.ok("oracle", "show")["limits_on"] is True
    assert live.ok(*limits, "--signer", "alice", "-y")["plan"]["calls"] == []
    ran = live.run("oracle", "queue", live.first, "2.50", "--dry-run", "-o", "json")
    assert (ran.exit_code, codes(ran)) == (0, [])


def test_costs_are_estimated_by_the_safe_and_recorded_by_payments(live: Shaped) -> None:
    live.change("costs", "snapshot", live.first, "100")
    reserve, paid = live.world.deployment.suite.reserve_address, bytes.fromhex(hash_number("INV-1")[2:])
    with impersonated(live.world, live.safe):
        act(live.world, reserve, PAY, live.first, TOGETHER, 120 * USDC, paid, "", sender=live.safe)
    (model,) = live.ok("costs", "show", live.first)["models"]
    assert (model["actual"]["display"], model["variance_bps"]) == ("120.00", 2_000)
    ran = live.run("costs", "record", live.first, "120", "--invoice", "INV-1", "--signer", "alice", "-y", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "costs-already-recorded")
    live.change("costs", "record", live.first, "7", "--invoice", "AWS-1")
    assert live.ok("costs", "show", live.first)["models"][0]["actual"]["display"] == "127.00"


def test_the_list_is_asked_by_the_pools_and_changed_by_the_safe(live: Shaped) -> None:
    live.change("whitelist", "add", "alice", "mallory")
    live.change("whitelist", "remove", "mallory")
    shown = live.ok("whitelist", "show")
    assert ALICE in shown["listed"]
    assert MALLORY not in shown["listed"]
    assert sorted((*shown["asked_by"], *shown["open_pools"])) == sorted(live.models)


def test_claims_are_held_per_token_and_rescued_by_the_safe_alone(live: Shaped) -> None:
    contracts, usdc = live.world.deployment.contracts, live.world.deployment.suite.usdc_address
    live.world.send(MockUsdc(usdc).mint(contracts["PendingClaimsEscrow"], 5 * USDC, purpose="mint"), DEPLOYER)
    assert {one["model_id"] for one in live.ok("claims", "show")["tokens"]} == {*live.models, None}
    live.change("claims", "rescue", "usdc", "treasury", "2")
    live.change("claims", "pause")
    shown = live.run("claims", "show", "-o", "json")
    assert codes(shown) == ["claims-paused", "escrow-rescued"]
    assert shown.data["paused"] is True


def test_a_signer_of_the_safe_reads_sentences(live: Shaped) -> None:
    data = live.ok("whitelist", "add", "mallory", "--signer", "alice", "-y")
    shown = live.run("safe", "check", data["proposal"]["safe_tx_hash"]).stdout
    assert f"Let {MALLORY} buy" in shown or "buy, on the list" in shown


def test_v2_refuses_what_only_the_live_version_has(v2: Shaped) -> None:
    cases = (
        (("oracle", "show"), "missing-contract"),
        (("oracle", "limit", "--max-age", "1", "--dry-run"), "no-router-limits"),
        (("costs", "show"), "no-reconciliation"),
        (("whitelist", "check", "alice"), "missing-contract"),
        (("claims", "show"), "missing-contract"),
    )
    for argv, code in cases:
        ran = v2.run(*argv, "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, code), argv

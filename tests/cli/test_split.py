"""hokctl split: shown to everyone, changed by whoever governs the model."""

import pytest

from hokctl.domain.authority import RoleRequired
from hokctl.domain.roles import GOV_ROLE
from tests.world import ALICE, BOB, CAROL, World

pytestmark = pytest.mark.cli


def test_show_tells_split_and_bounds_of_every_model(world: World) -> None:
    models = world.ok("split", "show")["models"]
    assert [(m["model_id"], m["infrastructure_accrual_bps"], m["profit_share_bps"]) for m in models] == [
        ("21", 8000, 2000),
        ("22", 7000, 3000),
        ("23", 9000, 1000),
    ]
    assert {(m["min_bps"], m["max_bps"]) for m in models} == {(5000, 10000)}
    assert {kind["kind"] for m in models for kind in m["authority"]} == {"safe", "eoa"}


def test_show_as_text_names_shares_in_percent(world: World) -> None:
    ran = world.run("split", "show", "21")
    assert ran.exit_code == 0
    assert "80%" in ran.stdout
    assert "20%" in ran.stdout
    assert "22" not in ran.stdout.split()


def test_a_governor_with_one_key_changes_the_split_directly(world: World) -> None:
    data = world.ok("split", "set", "23", "70%", "--signer", "deployer", "--yes")
    (transaction,) = data["outcome"]["transactions"]
    assert transaction["status"] == "success"
    assert [event["name"] for event in transaction["events"]] == ["InfrastructureAccrualBpsSet"]
    assert data["route"]["kind"] == "direct"
    assert data["proposal"] is None
    assert world.ok("split", "show", "23")["models"][0]["infrastructure_accrual_bps"] == 7000


def test_a_safe_that_governs_gets_a_proposal(world: World) -> None:
    ran = world.run("split", "set", "21", "7000", "--signer", "alice", "--yes", "-o", "json")
    assert ran.exit_code == 0
    assert ran.json["status"] == "pending"
    proposal = ran.data["proposal"]
    assert proposal["safe"] == world.safe
    assert proposal["confirmations"] == [ALICE]
    assert proposal["threshold"] == 2
    assert set(ran.data["route"]["authority"]["owners"]) == {ALICE, BOB, CAROL}
    assert world.ok("split", "show", "21")["models"][0]["infrastructure_accrual_bps"] == 8000


def test_a_dry_run_shows_the_whole_plan_and_needs_no_signer(world: World) -> None:
    ran = world.run("split", "set", "21", "70%", "--dry-run")
    assert ran.exit_code == 0
    for part in ("Change the split of model 21", "setInfrastructureAccrualBps(uint16)", "safeTxHash", "Dry run"):
        assert part in ran.stdout
    assert not (world.directory / "proposals").exists()


def test_the_present_split_needs_no_change(world: World) -> None:
    data = world.ok("split", "set", "21", "80%")
    assert data["plan"]["calls"] == []
    assert data["outcome"] is None


def test_a_stranger_is_refused_and_told_who_may(world: World) -> None:
    ran = world.run("split", "set", "23", "70%", "--signer", "mallory", "--yes", "--via", "direct", "-o", "json")
    assert ran.exit_code == 6
    (error,) = ran.json["errors"]
    assert error["code"] == "nobody-may"
    assert "GOV_ROLE" in error["message"]


def test_without_a_terminal_nothing_is_sent_unasked(world: World) -> None:
    ran = world.run("split", "set", "23", "70%", "--signer", "deployer")
    assert ran.exit_code == 2
    assert "--yes" in ran.stderr
    assert world.ok("split", "show", "23")["models"][0]["infrastructure_accrual_bps"] == 9000


def test_the_plan_demands_what_the_contract_demands(world: World) -> None:
    params = world.ok("split", "show", "21")["models"][0]["params"]
    requirement = RoleRequired(contract=params, role=GOV_ROLE)
    ran = world.run("split", "set", "21", "70%", "--signer", "mallory", "--dry-run")
    assert ran.exit_code == 6
    assert str(requirement) in ran.stderr or "not an owner" in ran.stderr


@pytest.mark.parametrize("split", ["4999", "10001", "80.5.1%", "-1", "80,5%", ""])
def test_a_split_that_makes_no_sense_is_a_usage_error(world: World, split: str) -> None:
    ran = world.run("split", "set", "21", split, "--dry-run", "-o", "json")
    assert ran.exit_code == 2
    assert ran.json["errors"][0]["code"] in {"invalid-split", "split-out-of-bounds"}

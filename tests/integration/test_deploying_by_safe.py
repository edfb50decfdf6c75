"""Deploying through a Safe: one transaction, signed by its owners, whose contracts stand where the plan said."""

from typing import Any

import pytest

from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.config.manifest import read_manifest
from hokctl.config.writing import render_toml
from tests.world import World, write_spec

pytestmark = pytest.mark.integration

CREATED = ["ModelRegistry", "TokenManager", "MockUSDC", "HokusaiAMMFactory", "InfrastructureReserve", "UsageFeeRouter"]
APPLY = ("deploy", "apply", "--via", "safe", "--signer")


@pytest.fixture
def blank(world: World) -> World:
    """Return the world without its manifest: everything would be deployed anew."""
    (world.directory / "deployments" / "devnet.json").unlink()
    return world


def name_models(world: World, *model_ids: str) -> None:
    """Write a specification with these models."""
    models = [
        {
            "model_id": model_id,
            "name": f"Model {model_id}",
            "symbol": f"M{model_id}",
            "initial_supply": "1000",
            "license_uri": "https://hokusai.ai/licenses/default",
            "provider": "together",
        }
        for model_id in model_ids
    ]
    spec = {"treasury": "treasury", "admin": "treasury", "backend": "backend", "usdc": "mock", "models": models}
    (world.directory / "spec.toml").write_text(render_toml(spec), encoding="utf-8")


def execute(world: World, proposed: Any) -> Any:  # noqa: ANN401 - JSON
    """Have bob confirm what alice proposed, and mallory execute it."""
    safe_tx_hash = proposed["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    return world.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")


def test_a_safe_deploys_the_whole_suite_in_one_transaction_and_adds_the_rest_later(blank: World) -> None:
    name_models(blank, "21", "22")
    path = blank.directory / "deployments" / "devnet.json"
    proposed = blank.ok(*APPLY, "alice", "-y")
    assert [call["purpose"] for call in proposed["plan"]["calls"]][:6] == [f"Create {name}" for name in CREATED]
    announced = read_manifest(path)
    assert (announced.contracts, announced.pending) == ({}, proposed["contracts"])
    executed = execute(blank, proposed)
    assert len(executed["outcome"]["transactions"]) == 1

    # Somebody else, who has no manifest, finds everything where it must be.
    path.unlink()
    adopted = blank.ok(*APPLY, "bob", "-y")
    assert (adopted["plan"]["calls"], adopted["contracts"]) == ([], proposed["contracts"])
    manifest = read_manifest(path)
    assert (manifest.deployer, manifest.contracts, manifest.pending) == (blank.safe, proposed["contracts"], None)
    assert manifest.deployed_at_block == executed["outcome"]["transactions"][0]["block"]
    assert blank.ok("deploy", "plan")["plan"]["calls"] == []

    name_models(blank, "21", "22", "23")
    more = blank.ok("deploy", "apply", "--signer", "alice", "-y")
    assert {change["name"].partition(":")[0] for change in more["changes"]} == {"model 23"}
    execute(blank, more)
    assert blank.ok("deploy", "apply", "--signer", "alice", "-y")["plan"]["calls"] == []
    verified = blank.run("deploy", "verify", "-o", "json")
    assert (verified.exit_code, verified.json["findings"]) == (0, [])


def test_the_same_deployment_is_proposed_once(blank: World) -> None:
    write_spec(blank.directory, models=False)
    planned = blank.ok("deploy", "plan", "--safe", "treasury")
    proposed = blank.ok(*APPLY, "alice", "-y")
    # The manifest says now that the Safe deploys: an owner's key alone does not begin a second deployment.
    again = blank.ok("deploy", "apply", "--signer", "alice", "-y")
    assert planned["plan"]["plan_hash"] == proposed["plan"]["plan_hash"] == again["plan"]["plan_hash"]
    assert proposed["proposal"]["safe_tx_hash"] == again["proposal"]["safe_tx_hash"]
    assert planned["contracts"] == again["contracts"]
    assert int(planned["estimated_gas"]) > 12_000_000
    status = blank.run("deploy", "status", "-o", "json")
    assert (status.exit_code, set(status.data["pending"])) == (5, set(proposed["contracts"]))


def test_another_deployment_does_not_collide(blank: World) -> None:
    write_spec(blank.directory, models=False)
    first = blank.ok("deploy", "plan", "--safe", "treasury")["contracts"]
    write_spec(blank.directory, models=False, treasury="carol")
    second = blank.ok("deploy", "plan", "--safe", "treasury")["contracts"]
    assert not set(first.values()) & set(second.values())


def test_what_does_not_fit_into_one_transaction_is_refused_before_it_is_signed(blank: World) -> None:
    name_models(blank, "21", "22", "23")
    ran = blank.run(*APPLY, "alice", "-y", "-o", "json")
    (finding,) = [one for one in ran.json["findings"] if one["severity"] == "error"]
    assert (ran.exit_code, finding["code"]) == (6, "gas-over-cap")
    assert "Deploy fewer models at a time" in finding["remedy"]
    assert not (blank.directory / "deployments" / "devnet.json").exists()


def test_a_signer_reads_what_is_created_with_which_arguments(blank: World) -> None:
    write_spec(blank.directory, models=False)
    ran = blank.run("deploy", "plan", "--safe", "treasury")
    assert f"CreateCall {SAFE_1_4_1.create_call}" in ran.stdout
    assert "creates        ModelRegistry" in ran.stdout
    assert f"_treasury       {blank.safe}" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) < 1_000

"""Deploying through a Safe: one transaction, signed by its owners, whose contracts stand where the plan said."""

import io
from typing import Any

import pytest

from hokctl.clients.codec import encode_call
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.config.manifest import read_manifest
from hokctl.config.writing import render_toml
from tests.artifact_layouts import hardhat2, suite_with_libraries
from tests.deploy_states import write_small_spec
from tests.world import ALICE, DEPLOYER, World, write_spec

pytestmark = pytest.mark.integration

CREATED = ["ModelRegistry", "TokenManager", "MockUSDC", "HokusaiAMMFactory", "InfrastructureReserve", "UsageFeeRouter"]
APPLY = ("deploy", "apply", "--via", "safe", "--signer")


class Terminal(io.StringIO):
    """Someone sits there and types what the test says."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


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


def test_what_was_declined_or_refused_leaves_nothing_and_a_key_may_deploy(
    blank: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_spec(blank.directory, models=False)
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    declined = blank.run(*APPLY, "alice")
    taken = blank.directory / "taken.json"
    taken.write_text("{}", encoding="utf-8")
    refused = blank.run(*APPLY, "alice", "-y", "--out", str(taken))
    assert (declined.exit_code, refused.exit_code) == (1, 6)
    assert "Not confirmed" in declined.stdout
    assert not (blank.directory / "deployments" / "devnet.json").exists()
    assert not list((blank.directory / "proposals").rglob("*.json"))
    assert blank.ok("deploy", "plan", "--signer", "alice")["deployer"] == ALICE


def test_what_a_safe_has_announced_is_its_own_until_a_key_is_asked_for(blank: World) -> None:
    write_small_spec(blank)
    path = blank.directory / "deployments" / "devnet.json"
    proposed = blank.ok(*APPLY, "alice", "-y")
    # A key that owns nothing of the Safe does not deploy the same a second time by mistake.
    ran = blank.run("deploy", "apply", "--signer", "deployer", "-y", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "not-an-owner")
    pending = read_manifest(path).pending or {}
    assert pending.items() <= proposed["contracts"].items()
    # Nothing of it is there: the deployment is the key's from now on, and says so.
    blank.ok("deploy", "apply", "--via", "direct", "--signer", "deployer", "-y")
    manifest = read_manifest(path)
    assert (manifest.deployer, manifest.pending) == (DEPLOYER, None)
    assert all(manifest.contracts[name] != address for name, address in pending.items())
    assert set(pending) == {"InfrastructureReserve", "UsageFeeRouter"}


def test_a_build_with_libraries_is_deployed_by_a_safe_linked_to_where_it_puts_them(blank: World) -> None:
    artifacts = str(hardhat2(blank.directory, suite_with_libraries()))
    write_spec(blank.directory, models=False)
    with_builds = (*APPLY, "alice", "-y", "--artifacts", artifacts)
    ran = blank.run(*with_builds, "-o", "json")
    assert (ran.exit_code, {one["code"] for one in ran.json["findings"]}) == (0, {"creation-unknown"})
    calls, contracts = ran.data["plan"]["calls"], ran.data["contracts"]
    assert [call["purpose"] for call in calls][:3] == [
        "Create LinkedBase",
        "Create LinkedLibrary",
        "Create ModelRegistry",
    ]
    execute(blank, ran.data)
    adopted = blank.ok(*with_builds)
    assert (adopted["plan"]["calls"], adopted["contracts"]) == ([], contracts)
    registry = contracts["ModelRegistry"]
    data = [encode_call("isContract(address)", (account,)) for account in (registry, ALICE)]
    asked = [("eth_call", [{"to": registry, "data": "0x" + one.hex()}, "latest"]) for one in data]
    assert [int(str(answer), 16) for answer in blank.chain.request_batch(asked)] == [1, 0]

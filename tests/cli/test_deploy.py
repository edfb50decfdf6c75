"""hokctl deploy, as a user runs it."""

from pathlib import Path

import pytest

from hokctl.config.manifest import read_manifest, write_manifest
from tests.world import DEPLOYER, MALLORY, World, write_spec

pytestmark = pytest.mark.cli

MANIFEST = Path("deployments/devnet.json")


def test_plan_of_a_finished_deployment_is_empty(world: World) -> None:
    ran = world.run("deploy", "plan", "-o", "json")
    suite = world.deployment.suite
    assert (ran.exit_code, ran.stderr, ran.json["status"]) == (0, "", "ok")
    plan = ran.data.pop("plan")
    title = "Change the deployment on devnet to what its specification says"
    assert (plan["calls"], plan["title"], plan["after"]) == ([], title, [])
    data = {**ran.data}
    del data["plan"]
    assert data == {
        "route": None,
        "proposal": None,
        "outcome": None,
        "effect": None,
        "manifest": str(world.directory / MANIFEST),
        "deployer": DEPLOYER,
        "contracts": {
            "ModelRegistry": suite.registry_address,
            "TokenManager": suite.token_manager_address,
            "USDC": suite.usdc_address,
            "HokusaiAMMFactory": suite.factory_address,
            "InfrastructureReserve": suite.reserve_address,
            "UsageFeeRouter": suite.router_address,
        },
        "changes": [],
        "estimated_gas": None,
        "estimated_cost": None,
    }
    assert [finding["code"] for finding in ran.json["findings"]] == ["provider-missing", "deployer-keeps-power"]


def test_plan_of_a_finished_deployment_says_so(world: World) -> None:
    ran = world.run("deploy", "plan")
    assert ran.exit_code == 0
    assert "No changes: the chain already is as asked for." in ran.stdout
    assert f"UsageFeeRouter         {world.deployment.suite.router_address}" in ran.stdout
    assert "to be created" not in ran.stdout


def test_plan_without_a_manifest_shows_every_step_and_sends_nothing(world: World) -> None:
    MANIFEST.unlink()
    head = world.chain.at().block.number
    ran = world.run("deploy", "plan", "--signer", "deployer")
    assert ran.exit_code == 0
    assert "1. Create ModelRegistry" in ran.stdout
    assert "Grant PAYER_ROLE on InfrastructureReserve" in ran.stdout
    assert "step 31  send transaction 31 of 31: List the pool of model 23" in ran.stdout
    assert "Simulated with debug_traceCall" in ran.stdout
    assert "(to be created)" in ran.stdout
    assert "Dry run: nothing was sent." in ran.stdout
    assert (world.chain.at().block.number, MANIFEST.exists()) == (head, False)


def test_a_first_plan_needs_the_deployer_s_address_and_no_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    MANIFEST.unlink()
    config, text = Path("hokctl.toml"), Path("hokctl.toml").read_text(encoding="utf-8")
    watched = f'[signers.watched]\nkind = "none"\naddress = "{DEPLOYER}"\n'
    secret = f'[signers.secret]\nkind = "environment"\nvariable = "DEPLOYER_KEY"\naddress = "{DEPLOYER}"\n'
    config.write_text(f"{text}\n{watched}\n{secret}", encoding="utf-8")
    monkeypatch.delenv("DEPLOYER_KEY", raising=False)
    by_key, *others = (world.ok("deploy", "plan", "--signer", name) for name in ("deployer", "watched", "secret"))
    assert by_key["deployer"] == DEPLOYER
    assert [(other["contracts"], other["plan"]["calls"]) for other in others] == [
        (by_key["contracts"], by_key["plan"]["calls"])
    ] * 2


def test_plan_without_signer_assumes_the_deployer_of_the_manifest(world: World) -> None:
    manifest = read_manifest(MANIFEST)
    contracts = {name: address for name, address in manifest.contracts.items() if name != "UsageFeeRouter"}
    write_manifest(MANIFEST, manifest.model_copy(update={"contracts": contracts}))
    ran = world.run("deploy", "plan", "-o", "json")
    assert ran.exit_code == 0
    assert ran.data["route"]["authority"] == {"kind": "eoa", "address": DEPLOYER}
    assert [call["purpose"] for call in ran.data["plan"]["calls"]] == [
        "Create UsageFeeRouter",
        "Grant DEPOSITOR_ROLE on InfrastructureReserve",
        "Grant FEE_DEPOSITOR_ROLE on UsageFeeRouter",
        "Grant DEFAULT_ADMIN_ROLE on UsageFeeRouter",
    ]


def test_apply_asks_before_it_sends(world: World) -> None:
    MANIFEST.unlink()
    head = world.chain.at().block.number
    ran = world.run("deploy", "apply", "--signer", "deployer")
    assert ran.exit_code == 2
    assert "There is no terminal to confirm at." in ran.stderr
    assert (world.chain.at().block.number, MANIFEST.exists()) == (head, False)


def test_apply_as_a_dry_run_needs_no_key(world: World) -> None:
    MANIFEST.unlink()
    write_spec(world.directory, admin="deployer")
    ran = world.run("deploy", "apply", "--dry-run", "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (0, "ok")
    assert len(ran.data["plan"]["calls"]) == 26
    assert not MANIFEST.exists()


def test_apply_through_a_safe_needs_no_key_to_look(world: World) -> None:
    MANIFEST.unlink()
    write_spec(world.directory, models=False)
    ran = world.run("deploy", "apply", "--dry-run", "-o", "json")
    assert (ran.exit_code, ran.data["deployer"]) == (0, world.safe)
    assert ran.data["route"]["kind"] == "safe"


def test_apply_needs_an_account_that_can_create_contracts(world: World) -> None:
    MANIFEST.unlink()
    write_spec(world.directory, models=False, admin=world.deployment.suite.registry_address)
    ran = world.run("deploy", "apply", "--dry-run", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "missing-signer")


def test_apply_of_a_finished_deployment_changes_nothing(world: World) -> None:
    before = MANIFEST.read_bytes()
    ran = world.run("deploy", "apply", "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.data["plan"]["calls"], ran.data["outcome"]) == (0, [], None)
    assert MANIFEST.read_bytes() == before


def test_apply_writes_down_what_it_finds(world: World) -> None:
    text = MANIFEST.read_text(encoding="utf-8")
    world.ok("model", "add", "24", "--name", "Hokusai X", "--symbol", "HX", "--signer", "deployer", "--yes")
    complete = MANIFEST.read_text(encoding="utf-8")
    MANIFEST.write_text(text, encoding="utf-8")
    with (world.directory / "spec.toml").open("a", encoding="utf-8") as spec:
        spec.write('\n[[models]]\nmodel_id = "24"\nname = "Hokusai X"\nsymbol = "HX"\ninitial_supply = "1000"\n')
        spec.write('license_uri = "https://hokusai.ai/licenses/default"\ngovernor = "deployer"\n')
    assert world.ok("deploy", "apply", "--signer", "deployer", "--yes")["plan"]["calls"] == []
    assert '"model_id": "24"' in MANIFEST.read_text(encoding="utf-8")
    assert '"model_id": "24"' in complete


def test_mock_usdc_is_refused_on_a_production_network(world: World) -> None:
    world.write_config(production=True)
    MANIFEST.unlink()
    ran = world.run("deploy", "apply", "--config", "hokctl.toml", "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "mock-on-production")
    assert not MANIFEST.exists()


def test_a_treasury_with_one_key_stops_a_production_deployment(world: World) -> None:
    world.write_config(production=True)
    MANIFEST.unlink()
    usdc = world.deployment.suite.usdc_address
    write_spec(world.directory, models=False, treasury=MALLORY, usdc=usdc)
    argv = ("deploy", "apply", "--config", "hokctl.toml", "--signer", "deployer", "--yes", "-o", "json")
    refused = world.run(*argv)
    assert (refused.exit_code, refused.json["status"]) == (6, "refused")
    assert refused.json["findings"][0]["code"] == "treasury-not-multisig"
    assert not MANIFEST.exists()
    codes = [finding["code"] for finding in refused.json["findings"] if finding["severity"] == "error"]
    assert codes[1:] == ["backend-key-unattested", "monitoring-unattested", "test-run-unattested"]
    allowed = world.run(*argv, *(word for code in codes for word in ("--allow", code)))
    assert (allowed.exit_code, allowed.json["status"]) == (0, "ok")


@pytest.mark.parametrize(("usdc", "code"), [("mallory", "usdc-no-code"), ("treasury", "usdc-decimals")])
def test_a_reserve_token_that_is_none_is_refused(world: World, usdc: str, code: str) -> None:
    MANIFEST.unlink()
    write_spec(world.directory, models=False, usdc=usdc)
    ran = world.run("deploy", "plan", "--signer", "deployer", "-o", "json")
    assert (ran.exit_code, ran.json["findings"][0]["code"]) == (6, code)


def test_plan_without_specification_says_how_to_name_one(world: World) -> None:
    world.write_config(spec=None)
    ran = world.run("deploy", "plan", "-o", "json")
    assert (ran.exit_code, ran.json["errors"]) == (
        3,
        [
            {
                "code": "no-spec",
                "message": "Nothing says what a deployment on 'devnet' is to look like.",
                "hint": "Name a specification with --spec, or as `spec` in [networks.devnet] of the configuration.",
            }
        ],
    )


def test_specification_that_is_not_there_is_named(world: World) -> None:
    ran = world.run("deploy", "plan", "--spec", "nowhere.toml", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "unreadable-file")
    assert "nowhere.toml" in ran.json["errors"][0]["message"]


def test_manifest_of_another_chain_is_refused(world: World) -> None:
    MANIFEST.write_text(MANIFEST.read_text(encoding="utf-8").replace("31337", "1"), encoding="utf-8")
    ran = world.run("deploy", "plan", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "manifest-chain")


def test_example_specification_can_be_deployed(world: World) -> None:
    MANIFEST.unlink()
    spec = Path(__file__).parents[2] / "examples" / "deployment.toml"
    ran = world.run("deploy", "apply", "--spec", str(spec), "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (0, "ok")

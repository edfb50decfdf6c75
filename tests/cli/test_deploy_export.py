"""hokctl deploy export: the manifests that other tools read, written from the chain, and read back."""

import json
from pathlib import Path
from typing import Any

import pytest

from hokctl.config.manifest import Manifest, read_manifest, write_manifest
from hokctl.domain.roles import FEE_DEPOSITOR_ROLE, PAYER_ROLE
from tests.versions import Shaped, ShapedWorld
from tests.world import BACKEND, DEPLOYER, MALLORY, World

pytestmark = pytest.mark.cli

OWN = Path("deployments/devnet.json")
SHAPES = ("hokctl", "addresses", "latest", "v2")


def export(world: World, shape: str) -> Any:  # noqa: ANN401 - JSON
    """Return what is exported on stdout."""
    ran = world.run("deploy", "export", "--format", shape)
    assert ran.exit_code == 0, ran.stderr
    return json.loads(ran.stdout)


def without_history(manifest: Manifest) -> dict[str, Any]:
    """Return what a manifest says but for transactions, and accounts that are named after roles."""
    return manifest.model_copy(update={"transactions": {}, "accounts": {}, "deployer": None}).model_dump()


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_exported_can_be_imported_and_is_the_same(world: World, shape: str) -> None:
    first = world.ok("deploy", "export", "--format", shape, "--out", "exported.json")
    assert json.loads(Path("exported.json").read_text(encoding="utf-8")) == first["document"]
    world.ok("deploy", "import", "exported.json", "--out", "imported.json")
    imported = read_manifest(Path("imported.json"))
    assert without_history(imported) == without_history(read_manifest(OWN))
    # And back again: the one that was taken over is exported to the very same document.
    write_manifest(OWN.with_name("taken.json"), imported)
    world.write_config(manifest="deployments/taken.json")
    second = export(world, shape)
    if shape in {"latest", "v2"}:
        assert second == first["document"]
    else:
        assert {**second, "deployer": None} == {**first["document"], "deployer": None, **_unkept(second)}


def _unkept(document: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of hokctl's own manifest that no other shape carries."""
    return {key: document[key] for key in ("transactions", "accounts", "$comment") if key in document}


def test_live_shape_lists_every_holder_as_the_chain_has_it(world: World) -> None:
    reserve = world.deployment.suite.reserve
    world.send(reserve.grant_role(PAYER_ROLE, MALLORY, purpose="p"), DEPLOYER)
    document = export(world, "latest")
    payers = document["roles"]["InfrastructureReserve"]["PAYER_ROLE"]
    assert set(payers) == {world.safe, MALLORY}
    assert document["roles"]["InfrastructureReserve"]["treasury"] == world.safe
    assert document["roles"]["ModelRegistry"]["owner"] == DEPLOYER
    assert (document["chainId"], document["treasury"], document["backendService"]) == ("31337", world.safe, BACKEND)
    assert document["config"]["factoryDefaults"]["tradeFee"] == 30
    assert document["config"]["reserveToken"] == world.deployment.suite.usdc_address
    assert set(document["deploymentBlocks"]) == set(document["contracts"])
    assert min(document["deploymentBlocks"].values()) == read_manifest(OWN).deployed_at_block
    token, pool = document["tokens"][0], document["pools"][0]
    assert (token["modelId"], token["symbol"], token["configKey"]) == ("21", "LSCOR", "lscor")
    assert (pool["flatCurveThreshold"], pool["tradeFee"]) == ("25000000000", 30)


def test_roles_of_the_manifest_are_never_repeated(world: World) -> None:
    document = export(world, "v2")
    document["roles"]["InfrastructureReserve_PAYER"] = MALLORY
    Path("stale.json").write_text(json.dumps(document), encoding="utf-8")
    world.ok("deploy", "import", "stale.json", "--out", "deployments/stale.json")
    world.write_config(manifest="deployments/stale.json")
    assert export(world, "v2")["roles"]["InfrastructureReserve_PAYER"] == world.safe


def test_flat_shape_says_which_role_it_has_no_room_for(world: World) -> None:
    assert export(world, "v2")["roles"]["UsageFeeRouter_FEE_DEPOSITOR"] == BACKEND
    router = world.deployment.suite.router
    world.send(router.grant_role(FEE_DEPOSITOR_ROLE, MALLORY, purpose="p"), DEPLOYER)
    ran = world.run("deploy", "export", "--format", "v2", "-o", "json")
    assert ran.exit_code == 0
    assert "UsageFeeRouter_FEE_DEPOSITOR" not in ran.data["document"]["roles"]
    subjects = [one["subject"] for one in ran.json["findings"] if one["code"] == "manifest-role-left-out"]
    assert "UsageFeeRouter_FEE_DEPOSITOR" in subjects


def test_export_of_addresses_has_numbers_and_words_of_its_own(world: World) -> None:
    document = export(world, "addresses")
    suite = world.deployment.suite
    assert (document["chainId"], document["reserveToken"]["decimals"]) == (31337, 6)
    assert document["reserveToken"]["address"] == suite.usdc_address
    assert "USDC" not in document["contracts"]
    assert document["tokens"][0]["ammPool"] == read_manifest(OWN).models[0].pool
    assert "roles" not in document


def test_an_existing_file_of_another_content_is_left_alone(world: World) -> None:
    Path("there.json").write_text("{}", encoding="utf-8")
    ran = world.run("deploy", "export", "--out", "there.json", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "out-taken")
    assert Path("there.json").read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize("kind", ["v2", "live"])
def test_what_other_scripts_wrote_is_taken_over_and_exported_in_every_shape(
    request: pytest.FixtureRequest, kind: str
) -> None:
    shaped: Shaped = request.getfixturevalue(kind)
    world = shaped.world
    assert isinstance(world, ShapedWorld)
    ran = shaped.run("deploy", "import", world.manifest, "--out", "deployments/taken.json", "-o", "json")
    assert (ran.exit_code, ran.json["findings"]) == (0, [])
    taken = read_manifest(Path("deployments/taken.json"))
    world.write_config(manifest="deployments/taken.json")
    chain, owner = world.chain.at(), {}
    for name, contract in (("ModelRegistry", "registry"), ("HokusaiAMMFactory", "factory")):
        owner[name] = chain.get(getattr(world.deployment.suite, contract).owner())
    for shape in ("latest", "v2", "addresses"):
        document = shaped.ok("deploy", "export", "--format", shape, "--out", f"{shape}.json")["document"]
        again = read_manifest(Path(f"{shape}.json"))
        assert (again.contracts, again.models) == (taken.contracts, taken.models), shape
        assert (again.chain_id, again.deployed_at_block) in {(31337, taken.deployed_at_block), (31337, None)}, shape
        assert {one["modelId"] for one in document["tokens"]} == set(shaped.models)
        if shape == "latest":
            assert {name: document["roles"][name]["owner"] for name in owner} == owner
        if shape == "v2":
            assert document["roles"]["InfrastructureReserve_PAYER"] == shaped.safe

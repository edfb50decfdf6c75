"""hokctl deploy with builds of Hardhat 2, Hardhat 3 and Foundry, with libraries of their own."""

from pathlib import Path

import pytest

from hokctl.clients.codec import encode_call
from hokctl.config.manifest import read_manifest
from tests.artifact_layouts import LAYOUTS, hardhat2, suite_with_libraries
from tests.world import DEPLOYER, MALLORY, World, write_spec

pytestmark = pytest.mark.cli

MANIFEST = Path("deployments/devnet.json")


def is_contract(world: World, account: str) -> bool:
    """Return what the registry says, which asks a library, which asks another one."""
    registry = read_manifest(MANIFEST).contracts["ModelRegistry"]
    data = "0x" + encode_call("isContract(address)", (account,)).hex()
    return int(str(world.chain.request("eth_call", [{"to": registry, "data": data}, "latest"])), 16) == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_build_with_libraries_is_deployed_linked_and_found_again(world: World, layout: str) -> None:
    artifacts = str(LAYOUTS[layout](world.directory, suite_with_libraries()))
    MANIFEST.unlink()
    write_spec(world.directory, models=False)
    applied = world.run("deploy", "apply", "--artifacts", artifacts, "--signer", "deployer", "--yes", "-o", "json")
    assert applied.exit_code == 0, applied.stdout
    purposes = [call["purpose"] for call in applied.data["plan"]["calls"]]
    assert purposes[:3] == ["Create LinkedBase", "Create LinkedLibrary", "Create ModelRegistry"]
    manifest = read_manifest(MANIFEST)
    assert {"LinkedBase", "LinkedLibrary"} < set(manifest.contracts)
    assert (is_contract(world, manifest.contracts["USDC"]), is_contract(world, MALLORY)) == (True, False)
    again = world.ok("deploy", "plan", "--artifacts", artifacts)
    assert again["plan"]["calls"] == []


def test_a_library_that_is_there_is_linked_and_not_deployed_again(world: World) -> None:
    artifacts = str(hardhat2(world.directory, suite_with_libraries()))
    MANIFEST.unlink()
    write_spec(world.directory, models=False)
    arguments = ("--artifacts", artifacts, "--signer", "deployer", "--yes")
    world.ok("deploy", "apply", *arguments)
    library = read_manifest(MANIFEST).contracts["LinkedLibrary"]
    MANIFEST.rename("deployments/first.json")
    write_spec(world.directory, models=False, libraries={"LinkedLibrary": library})
    planned = world.ok("deploy", "plan", "--artifacts", artifacts, "--signer", "deployer")
    created = [call["purpose"] for call in planned["plan"]["calls"] if call["purpose"].startswith("Create ")]
    assert created[0] == "Create ModelRegistry"
    assert library[2:].lower() in planned["plan"]["calls"][0]["data"]
    write_spec(world.directory, models=False, libraries={"LinkedLibrary": MALLORY})
    ran = world.run("deploy", "plan", "--artifacts", artifacts, "--signer", "deployer", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "library-without-code")


def test_a_library_that_is_nowhere_stops_the_plan(world: World) -> None:
    builds = suite_with_libraries()
    del builds["LinkedBase"]
    artifacts = str(hardhat2(world.directory, builds))
    MANIFEST.unlink()
    head = world.chain.at().block.number
    ran = world.run("deploy", "apply", "--artifacts", artifacts, "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "library-not-linked")
    assert world.chain.at().block.number == head
    assert DEPLOYER not in ran.json["errors"][0]["message"]

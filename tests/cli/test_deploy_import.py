"""hokctl deploy import, as the operator of a deployment that hokctl did not make runs it."""

import json
from pathlib import Path
from typing import Any

import pytest

from hokctl.config.manifest import read_manifest
from tests.world import BACKEND, MALLORY, World

pytestmark = pytest.mark.cli

OWN = Path("deployments/devnet.json")
GIVEN = Path("given.json")
TAKEN = Path("taken.json")


def foreign(world: World, **changes: object) -> dict[str, Any]:
    """Write the world's deployment as the scripts of v2.0.0 would have, with stale roles, and return it."""
    manifest = read_manifest(OWN)
    contracts = dict(manifest.contracts)
    document = {
        "network": "sepolia",
        "chainId": "31337",
        "deployer": manifest.deployer,
        "treasury": world.safe,
        "backendService": BACKEND,
        "contracts": {"MockUSDC": contracts.pop("USDC"), **contracts},
        "tokens": [
            {"modelId": model.model_id, "address": model.token, "paramsAddress": model.params}
            for model in manifest.models
        ],
        "pools": [
            {"modelId": model.model_id, "tokenAddress": model.token, "ammAddress": model.pool}
            for model in manifest.models
        ],
        "roles": {"InfrastructureReserve_PAYER": MALLORY.lower()},
        "gasUsed": {},
        **changes,
    }
    GIVEN.write_text(json.dumps(document), encoding="utf-8")
    return document


def codes(ran: Any) -> list[str]:  # noqa: ANN401 - a run
    """Return the codes of the findings of a run with JSON output."""
    return [finding["code"] for finding in ran.json["findings"]]


def test_manifest_of_other_scripts_becomes_hokctls_own(world: World) -> None:
    foreign(world)
    ran = world.run("deploy", "import", str(GIVEN), "--out", str(TAKEN), "-o", "json")
    assert (ran.exit_code, ran.stderr, ran.json["status"]) == (0, "", "ok")
    own, taken = read_manifest(OWN), read_manifest(TAKEN)
    assert taken == own.model_copy(
        update={"transactions": {}, "accounts": {"treasury": world.safe, "backendService": BACKEND}}
    )
    assert codes(ran) == []
    assert ran.data == {"manifest": json.loads(TAKEN.read_text()), "path": str(TAKEN), "written": True}
    assert MALLORY not in TAKEN.read_text()


def test_deployment_that_was_taken_over_works_like_hokctls_own(world: World) -> None:
    foreign(world)
    OWN.unlink()
    ran = world.run("deploy", "import", str(GIVEN))
    assert ran.exit_code == 0
    assert f"Written to {world.directory / OWN}: 6 contracts, 3 models." in ran.stdout
    assert world.run("split", "show", "21").exit_code == 0
    assert world.ok("deploy", "plan")["plan"]["calls"] == []


def test_manifest_that_was_taken_over_is_the_same_the_second_time(world: World) -> None:
    foreign(world)
    arguments = ("deploy", "import", str(GIVEN), "--out", str(TAKEN))
    first = world.ok(*arguments)
    before = TAKEN.read_bytes()
    assert world.ok(*arguments) == first
    assert world.ok("deploy", "import", str(TAKEN), "--out", "again.json")["manifest"] == first["manifest"]
    assert (TAKEN.read_bytes(), Path("again.json").read_bytes()) == (before, before)


def test_another_manifest_is_not_overwritten(world: World) -> None:
    foreign(world)
    before = OWN.read_bytes()
    ran = world.run("deploy", "import", str(GIVEN), "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "out-taken")
    assert OWN.read_bytes() == before


def test_contracts_that_the_file_lacks_are_found_through_the_others(world: World) -> None:
    suite = world.deployment.suite
    foreign(world, contracts={"UsageFeeRouter": suite.router_address}, tokens=[], pools=[])
    ran = world.run("deploy", "import", str(GIVEN), "--out", str(TAKEN), "-o", "json")
    assert ran.exit_code == 0
    own, taken = read_manifest(OWN), read_manifest(TAKEN)
    assert (taken.contracts, taken.models) == (own.contracts, own.models)
    assert codes(ran) == ["manifest-contract-added"] * 5 + ["manifest-model-added"] * 3


def test_block_that_the_file_gets_wrong_is_corrected(world: World) -> None:
    foreign(world, deploymentBlocks={"$comment": "from memory", "ModelRegistry": 1})
    ran = world.run("deploy", "import", str(GIVEN), "--out", str(TAKEN), "-o", "json")
    assert (ran.exit_code, codes(ran)) == (0, ["manifest-block"])
    assert read_manifest(TAKEN).deployed_at_block == read_manifest(OWN).deployed_at_block


@pytest.mark.parametrize("name", ["UsageFeeRouter", "InfrastructureReserve", "TokenManager", "DeltaVerifier"])
def test_address_without_code_is_a_finding_and_nothing_is_written(world: World, name: str) -> None:
    contracts = {**foreign(world)["contracts"], name: MALLORY}
    foreign(world, contracts=contracts)
    ran = world.run("deploy", "import", str(GIVEN), "--out", str(TAKEN), "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (5, "findings")
    assert codes(ran)[0] == "manifest-no-code"
    assert (TAKEN.exists(), ran.data["written"], ran.data["path"]) == (False, False, None)


def test_contract_in_the_place_of_another_is_a_finding(world: World) -> None:
    contracts = foreign(world)["contracts"]
    foreign(world, contracts={**contracts, "InfrastructureReserve": contracts["ModelRegistry"]})
    ran = world.run("deploy", "import", str(GIVEN), "--out", str(TAKEN))
    assert ran.exit_code == 5
    assert "has no factory(), so it is no InfrastructureReserve." in ran.stdout
    assert "The chain disagrees with the file; nothing was written." in ran.stdout
    assert f"UsageFeeRouter.infraReserve() is {contracts['InfrastructureReserve']} on the chain" in ran.stdout
    assert not TAKEN.exists()


@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("tokens", {"modelId": "21", "address": MALLORY}),
        ("tokens", {"modelId": "99", "address": MALLORY}),
        ("pools", {"modelId": "22", "ammAddress": MALLORY}),
    ],
)
def test_model_that_is_another_on_the_chain_is_a_finding(world: World, section: str, entry: dict[str, str]) -> None:
    foreign(world, **{"tokens": [], "pools": [], section: [entry]})
    ran = world.run("deploy", "import", str(GIVEN), "--out", str(TAKEN), "-o", "json")
    assert ran.exit_code == 5
    assert codes(ran)[0] == "manifest-model"
    assert ran.json["findings"][0]["subject"] == entry["modelId"]
    assert not TAKEN.exists()


def test_file_of_another_chain_is_refused(world: World) -> None:
    foreign(world, chainId="1")
    ran = world.run("deploy", "import", str(GIVEN), "--out", str(TAKEN), "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "manifest-chain")


def test_file_that_leads_to_no_factory_is_refused(world: World) -> None:
    foreign(world, contracts={"ModelRegistry": world.deployment.suite.registry_address}, tokens=[], pools=[])
    ran = world.run("deploy", "import", str(GIVEN), "--out", str(TAKEN), "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "no-factory-in-manifest")


def test_router_of_the_first_version_is_left_out(world: World) -> None:
    contracts = foreign(world)["contracts"]
    del contracts["InfrastructureReserve"]
    # Of the router's views this contract has factory() and reserveToken() alone, as the first version's has.
    router = world.deployment.suite.reserve_address
    foreign(world, contracts={**contracts, "UsageFeeRouter": router})
    ran = world.run("deploy", "import", str(GIVEN), "--out", str(TAKEN), "-o", "json")
    assert (ran.exit_code, codes(ran)) == (0, ["router-without-reserve"])
    assert set(read_manifest(TAKEN).contracts) == {"ModelRegistry", "TokenManager", "HokusaiAMMFactory", "USDC"}


def test_contract_that_is_no_router_of_any_version_is_a_finding(world: World) -> None:
    contracts = foreign(world)["contracts"]
    foreign(world, contracts={**contracts, "UsageFeeRouter": contracts["MockUSDC"]})
    ran = world.run("deploy", "import", str(GIVEN), "--out", str(TAKEN), "-o", "json")
    assert (ran.exit_code, set(codes(ran))) == (5, {"manifest-wiring"})

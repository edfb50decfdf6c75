"""Deployments where versions stand beside each other: the old system's models, other factories, mixed contracts."""

import json
from pathlib import Path
from typing import Any

import pytest

from hokctl.domain.units import ModelId
from hokctl.domain.versions import Version
from hokctl.services.version_mixes import check_versions, describe_versions
from hokctl.services.versions import Versions
from tests.standins import create
from tests.versions import Shaped
from tests.world import DEPLOYER, World

pytestmark = pytest.mark.cli


def codes(document: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [finding["code"] for finding in document["findings"]]


def change_manifest(world: World, change: Any) -> None:  # noqa: ANN401 - a function on JSON
    path = next(iter(Path(world.directory, "deployments").glob("*.json")))
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_model_of_the_old_system_is_listed_as_legacy_and_refused(world: World) -> None:
    manager = world.deployment.suite.token_manager
    params = world.chain.at().get(manager.get_params_address(ModelId("22")))
    # Whose old params know roles, and nothing of a split.
    old = create(world, "TestOtherVersions", DEPLOYER)
    world.chain.request("anvil_setCode", [params, world.chain.request("eth_getCode", [old, "latest"])])
    for argv in (("model", "list"), ("split", "show")):
        splits = {model["model_id"]: model["infrastructure_accrual_bps"] for model in world.ok(*argv)["models"]}
        assert splits == {"21": 8_000, "22": None, "23": 9_000}
        assert "legacy" in world.run(*argv).stdout
    assert world.run("model", "show", "22").exit_code == 0
    for refused in (
        ("fee", "quote", "22", "1"),
        ("fee", "deposit", "22", "1", "--signer", "backend", "-y"),
        ("split", "set", "22", "80%", "--dry-run"),
    ):
        ran = world.run(*refused, "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "legacy-model")
        assert "infrastructureAccrualBps()" in ran.json["errors"][0]["message"]


def test_a_pool_of_another_factory_is_a_finding(world: World) -> None:
    assert codes(world.run("model", "list", "-o", "json").json) == []
    pool = create(world, "LegacyPool", world.deployment.suite.usdc_address, world.deployment.suite.usdc_address)
    change_manifest(world, lambda document: document["models"][0].update(pool=pool))
    ran = world.run("model", "list", "-o", "json")
    assert (ran.exit_code, codes(ran.json)) == (0, ["foreign-pool"])
    assert pool in ran.json["findings"][0]["message"]


def test_a_factory_that_is_not_the_routers_is_a_finding(v2: Shaped) -> None:
    suite = v2.world.deployment.suite
    other = create(
        v2.world,
        "V2HokusaiAMMFactory",
        suite.registry_address,
        suite.token_manager_address,
        suite.usdc_address,
        v2.safe,
    )
    change_manifest(v2.world, lambda document: document["contracts"].update(HokusaiAMMFactory=other))
    found = codes(v2.run("model", "list", "-o", "json").json)
    assert found[0] == "foreign-factory"
    assert "wiring" in codes(v2.run("doctor", "-o", "json").json)


def test_doctor_tells_each_contracts_version(shaped: Shaped) -> None:
    ran = shaped.run("doctor", "-o", "json")
    details = {check["name"]: check["detail"] for check in ran.data["checks"]}
    version = {"suite": "suite", "v2": "v2.0.0", "live": "live"}[shaped.kind]
    for contract in (
        "ModelRegistry",
        "TokenManager",
        "HokusaiAMMFactory",
        "InfrastructureReserve",
        "UsageFeeRouter",
    ):
        assert details[contract].endswith(f"bytes of code, {version}")
    assert details["protocol"].startswith(
        {"suite": "v2.0.0 with the additions", "v2": "v2.0.0", "live": "live"}[shaped.kind]
    )
    assert "mixed-versions" not in codes(ran.json)


def test_a_mix_that_cannot_work_is_a_finding_of_the_doctor(live: Shaped) -> None:
    suite = live.world.deployment.suite
    reserve = create(live.world, "V2InfrastructureReserve", suite.usdc_address, suite.factory_address, live.safe)
    code = live.world.chain.request("eth_getCode", [reserve, "latest"])
    live.world.chain.request("anvil_setCode", [suite.reserve_address, code])
    ran = live.run("doctor", "-o", "json")
    assert ran.exit_code == 5
    assert "mixed-versions" in codes(ran.json)
    assert "InfrastructureReserve v2.0.0" in ran.stdout


def test_a_suite_beside_an_older_factory_works() -> None:
    versions = Versions(
        router=Version.SUITE,
        reserve=Version.SUITE,
        factory=Version.V2,
        token_manager=Version.V2,
        registry=Version.V2,
    )
    assert check_versions(versions) == ()
    assert describe_versions(versions).startswith("mixed: ModelRegistry v2.0.0")


@pytest.mark.parametrize(
    ("model", "code", "exit_code"), [("gpt", "decimal-model-id", 2), ("31", "model-add-unsupported", 6)]
)
def test_live_models_are_not_added_and_ids_are_decimal(live: Shaped, model: str, code: str, exit_code: int) -> None:
    ran = live.run("model", "add", model, "--name", "N", "--symbol", "S", "--dry-run", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (exit_code, code)

"""Verifying a deployment: each seeded difference is found by its code, and nothing else is."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from eth_typing import ChecksumAddress

from hokctl.chain.wire import to_data
from hokctl.clients.ownable import Ownable2Step
from hokctl.config.manifest import read_manifest, write_manifest
from hokctl.config.writing import render_toml
from hokctl.domain.calls import AbiValue
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, DEPLOYER_ROLE, MINTER_ROLE, PAUSER_ROLE, PAYER_ROLE
from hokctl.domain.units import ModelId
from hokctl.services.models import read_reserve
from tests.authorities import impersonated
from tests.counting import counting_proxy
from tests.standins import STAND_INS, act, create, grant, revoke
from tests.version_builds import V2_MODELS
from tests.version_yard import LICENSE
from tests.versions import Shaped
from tests.world import DEPLOYER, MALLORY, Stage, World, write_spec

pytestmark = pytest.mark.integration

MANIFEST = Path("deployments/devnet.json")
MODEL = ModelId("21")
MOST_ROUND_TRIPS = 11


@pytest.fixture(scope="module", autouse=True)
def handed_over(stage: Stage) -> Iterator[None]:
    """Hand everything of the world to its Safe, as `deploy handoff` does."""
    world = stage.world
    snapshot = world.chain.request("evm_snapshot", [])
    suite, safe = world.deployment.suite, world.safe
    with impersonated(world, safe):
        for address in (suite.registry_address, suite.token_manager_address, suite.factory_address):
            world.send(Ownable2Step(address).transfer_ownership(safe, purpose="hand over"), DEPLOYER)
            act(world, address, "acceptOwnership()", sender=safe)
        act(world, suite.token_manager_address, "setFeeRecipient(address)", safe, sender=safe)
        for address, roles in (
            (suite.reserve_address, (PAUSER_ROLE, DEFAULT_ADMIN_ROLE)),
            (suite.router_address, (DEFAULT_ADMIN_ROLE,)),
            (suite.token_manager_address, (DEPLOYER_ROLE, DEFAULT_ADMIN_ROLE)),
        ):
            for role in roles:
                revoke(world, address, role, DEPLOYER, sender=safe)
    yield
    world.chain.request("evm_revert", [snapshot])


def by_safe(world: World, target: ChecksumAddress, signature: str, *args: AbiValue) -> None:
    with impersonated(world, world.safe):
        act(world, target, signature, *args, sender=world.safe)


def set_code(world: World, address: str, code: bytes) -> None:
    world.chain.request("anvil_setCode", [address, to_data(code)])


def code_at(world: World, address: str) -> bytes:
    return bytes.fromhex(str(world.chain.request("eth_getCode", [address, "latest"]))[2:])


def other_code(world: World) -> None:
    suite = world.deployment.suite
    set_code(world, suite.router_address, code_at(world, suite.reserve_address))


def tampered_code(world: World) -> None:
    address = world.deployment.suite.registry_address
    code = bytearray(code_at(world, address))
    code[1_000] ^= 1
    set_code(world, address, bytes(code))


def other_metadata(world: World) -> None:
    address = world.deployment.suite.registry_address
    code = bytearray(code_at(world, address))
    code[-20] ^= 1
    set_code(world, address, bytes(code))


def no_code(world: World) -> None:
    set_code(world, world.deployment.suite.registry_address, b"")


def other_immutable(world: World) -> None:
    suite = world.deployment.suite
    old, new = (bytes.fromhex(address[2:]) for address in (suite.reserve_address, MALLORY))
    set_code(world, suite.router_address, code_at(world, suite.router_address).replace(old, new))


def other_clone(world: World) -> None:
    pool = world.chain.at().get(world.deployment.suite.factory.pools(MODEL))
    code = code_at(world, pool)
    set_code(world, pool, code.replace(code[10:30], bytes.fromhex(create(world, "CallbackToken")[2:])))


def revoked_role(world: World) -> None:
    by_safe(
        world,
        world.deployment.suite.reserve_address,
        "revokeRole(bytes32,address)",
        bytes.fromhex(PAYER_ROLE[2:]),
        world.safe,
    )


def extra_role(world: World) -> None:
    with impersonated(world, world.safe):
        grant(world, world.deployment.suite.reserve_address, PAYER_ROLE, MALLORY, sender=world.safe)


def extra_minter(world: World) -> None:
    with impersonated(world, world.safe):
        grant(world, world.deployment.suite.token_manager_address, MINTER_ROLE, MALLORY, sender=world.safe)


def other_split(world: World) -> None:
    (model,) = read_reserve(world.chain.at(), world.deployment, (MODEL,)).models
    by_safe(world, model.params, "setInfrastructureAccrualBps(uint16)", 6_000)


def other_reward(world: World) -> None:
    (model,) = read_reserve(world.chain.at(), world.deployment, (MODEL,)).models
    by_safe(world, model.params, "setTokensPerDeltaOne(uint256)", 6_000)


def other_license(world: World) -> None:
    (model,) = read_reserve(world.chain.at(), world.deployment, (MODEL,)).models
    by_safe(world, model.params, "setLicenseRef(bytes32,string)", bytes(32), "https://hokusai.ai/licenses/default")


def other_governor(world: World) -> None:
    (model,) = read_reserve(world.chain.at(), world.deployment, (MODEL,)).models
    with impersonated(world, world.safe):
        grant(world, model.params, DEFAULT_ADMIN_ROLE, MALLORY, sender=world.safe)


def other_treasury(world: World) -> None:
    by_safe(world, world.deployment.suite.reserve_address, "setTreasury(address)", MALLORY)


def other_provider(world: World) -> None:
    by_safe(world, world.deployment.suite.reserve_address, "setProvider(string,address)", MODEL, MALLORY)


def other_pool(world: World) -> None:
    by_safe(
        world, world.deployment.suite.factory_address, "setPoolParameters(string,uint256,uint256)", MODEL, 200_000, 30
    )


def other_defaults(world: World) -> None:
    by_safe(world, world.deployment.suite.factory_address, "setDefaults(uint256,uint256,uint256)", 200_000, 30, 604_800)


def other_verifier(world: World) -> None:
    by_safe(world, world.deployment.suite.token_manager_address, "setDeltaVerifier(address)", MALLORY)


def other_recipient(world: World) -> None:
    by_safe(world, world.deployment.suite.token_manager_address, "setFeeRecipient(address)", MALLORY)


def revoked_minter(world: World) -> None:
    pool = world.chain.at().get(world.deployment.suite.factory.pools(MODEL))
    by_safe(world, world.deployment.suite.token_manager_address, "revokeAMM(address)", pool)


def foreign_owner(world: World) -> None:
    by_safe(world, world.deployment.suite.registry_address, "transferOwnership(address)", MALLORY)
    act(world, world.deployment.suite.registry_address, "acceptOwnership()", sender=MALLORY)


def offered_ownership(world: World) -> None:
    by_safe(world, world.deployment.suite.registry_address, "transferOwnership(address)", MALLORY)


def deployer_owns(world: World) -> None:
    by_safe(world, world.deployment.suite.registry_address, "transferOwnership(address)", DEPLOYER)
    act(world, world.deployment.suite.registry_address, "acceptOwnership()", sender=DEPLOYER)


def deployer_pauses(world: World) -> None:
    with impersonated(world, world.safe):
        grant(world, world.deployment.suite.reserve_address, PAUSER_ROLE, DEPLOYER, sender=world.safe)


def deployer_governs(world: World) -> None:
    (model,) = read_reserve(world.chain.at(), world.deployment, (MODEL,)).models
    with impersonated(world, world.safe):
        grant(world, model.params, DEFAULT_ADMIN_ROLE, DEPLOYER, sender=world.safe)


def missing_model(world: World) -> None:
    text = (world.directory / "spec.toml").read_text(encoding="utf-8")
    more = '[[models]]\nmodel_id = "24"\nname = "X"\nsymbol = "X"\ninitial_supply = "1"\nlicense_uri = "x"\n'
    (world.directory / "spec.toml").write_text(f"{text}\n{more}", encoding="utf-8")


def unspecified_model(world: World) -> None:
    text = (world.directory / "spec.toml").read_text(encoding="utf-8")
    kept = text[: text.rindex("[[models]]")]
    (world.directory / "spec.toml").write_text(kept, encoding="utf-8")


def other_manifest(world: World) -> None:
    manifest = read_manifest(world.directory / MANIFEST)
    first, *others = manifest.models
    wrong = first.model_copy(update={"pool": MALLORY})
    write_manifest(MANIFEST, manifest.model_copy(update={"models": (wrong, *others)}))


Seed = Callable[[World], None]
SEEDED: tuple[dict[Seed, tuple[str, str]], ...] = (
    {
        tampered_code: ("code-differs", "ModelRegistry"),
        other_immutable: ("contract-miswired", "UsageFeeRouter"),
        other_clone: ("implementation-differs", "model 21"),
    },
    {
        revoked_role: ("role-missing", "InfrastructureReserve"),
        extra_minter: ("role-unexpected", "TokenManager"),
        other_governor: ("role-unexpected", "model 21"),
        foreign_owner: ("owner-differs", "ModelRegistry"),
    },
    {
        extra_role: ("role-unexpected", "InfrastructureReserve"),
        offered_ownership: ("pending-owner-foreign", "ModelRegistry"),
        revoked_minter: ("minter-missing", "model 21"),
        other_verifier: ("delta-verifier-differs", "TokenManager"),
        other_manifest: ("manifest-differs", "model 21"),
    },
    {
        other_split: ("split-differs", "model 21"),
        other_treasury: ("treasury-differs", "InfrastructureReserve"),
        other_defaults: ("defaults-differ", "HokusaiAMMFactory"),
        other_recipient: ("fee-recipient-differs", "TokenManager"),
        missing_model: ("model-missing", "model 24"),
    },
    {
        other_reward: ("reward-differs", "model 21"),
        other_license: ("license-differs", "model 21"),
        other_provider: ("provider-differs", "model 21"),
        other_pool: ("pool-differs", "model 21"),
        unspecified_model: ("model-unspecified", "model 23"),
    },
)


@pytest.mark.parametrize("seeds", SEEDED, ids=lambda seeds: "-".join(seed.__name__ for seed in seeds))
def test_each_difference_is_found_by_its_code_and_nothing_else(
    world: World, seeds: dict[Seed, tuple[str, str]]
) -> None:
    for seed in seeds:
        seed(world)
    ran = world.run("deploy", "verify", "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (5, "findings"), ran.stderr
    found = [(finding["code"], finding["subject"]) for finding in ran.json["findings"]]
    assert sorted(found) == sorted(seeds.values())


def test_what_the_deployer_has_not_handed_over_is_one_finding_with_its_powers(world: World) -> None:
    deployer_owns(world)
    deployer_pauses(world)
    deployer_governs(world)
    ran = world.run("deploy", "verify", "-o", "json")
    (finding,) = ran.json["findings"]
    assert (ran.exit_code, finding["code"], finding["subject"]) == (5, "handoff-pending", DEPLOYER)
    assert finding["evidence"] == {
        "ModelRegistry": "owner",
        "InfrastructureReserve": "PAUSER_ROLE",
        "model 21": "DEFAULT_ADMIN_ROLE",
    }
    rows = [line for line in world.run("deploy", "status").stdout.splitlines() if "  handoff-pending" in line]
    assert {row.split("  ")[0] for row in rows} == {"ModelRegistry", "InfrastructureReserve", "model 21"}


def test_a_contract_that_is_another_one_is_found_by_its_code(world: World) -> None:
    other_code(world)
    ran = world.run("deploy", "verify", "-o", "json")
    assert [(finding["code"], finding["subject"]) for finding in ran.json["findings"]] == [
        ("code-differs", "UsageFeeRouter")
    ]


def test_a_clean_deployment_is_clean(world: World) -> None:
    ran = world.run("deploy", "verify", "-o", "json")
    assert (ran.exit_code, ran.json["findings"], ran.data["differs"]) == (0, [], False)
    assert {contract["code"] for contract in ran.data["contracts"]} == {"exact"}
    assert len(ran.data["contracts"]) == 6 + 3 * 3
    status = world.run("deploy", "status")
    assert status.exit_code == 0
    assert "Everything is as it should be." in status.stdout


def test_without_a_specification_code_wiring_and_manifest_are_compared(world: World) -> None:
    world.write_config(spec=None)
    extra_role(world)
    clean = world.run("deploy", "verify", "-o", "json")
    assert (clean.exit_code, clean.json["findings"]) == (0, [])
    other_immutable(world)
    ran = world.run("deploy", "verify", "-o", "json")
    assert (ran.exit_code, [finding["code"] for finding in ran.json["findings"]]) == (5, ["contract-miswired"])


def test_other_metadata_is_a_note(world: World) -> None:
    other_metadata(world)
    ran = world.run("deploy", "verify", "-o", "json")
    assert (ran.exit_code, [finding["code"] for finding in ran.json["findings"]]) == (0, ["code-metadata"])


def test_a_contract_that_is_gone_is_found(world: World) -> None:
    no_code(world)
    ran = world.run("deploy", "verify", "-o", "json")
    found = {(finding["code"], finding["subject"]) for finding in ran.json["findings"]}
    assert ran.exit_code == 5
    assert ("code-missing", "ModelRegistry") in found


def test_verifying_takes_few_round_trips(world: World) -> None:
    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        assert world.run("deploy", "verify").exit_code == 0
        assert proxy.round_trips <= MOST_ROUND_TRIPS


def test_a_deployment_under_way_shows_what_is_to_come(world: World) -> None:
    manifest = read_manifest(MANIFEST)
    contracts = {name: at for name, at in manifest.contracts.items() if name != "UsageFeeRouter"}
    write_manifest(
        MANIFEST, manifest.model_copy(update={"contracts": contracts, "pending": {"UsageFeeRouter": MALLORY}})
    )
    ran = world.run("deploy", "status", "-o", "json")
    assert ran.exit_code == 5
    assert ran.data["pending"] == {"UsageFeeRouter": f"to be created at {MALLORY}"}


@pytest.fixture
def builds(tmp_path: Path) -> Callable[[str], Path]:
    """Return what lays the stand-ins of one version out as a build of the protocol, under the protocol's names."""

    def lay_out(prefix: str) -> Path:
        directory = tmp_path / "builds"
        directory.mkdir()
        for path in sorted(STAND_INS.glob("*.json"), key=lambda one: one.stem.startswith(prefix)):
            if path.stem.startswith(("V2", "Live")) and not path.stem.startswith(prefix):
                continue
            name = path.stem.removeprefix(prefix).replace("PoolDeployer", "HokusaiAMMPoolDeployer")
            artifact = {**json.loads(path.read_text(encoding="utf-8")), "contractName": name}
            (directory / f"{name}.json").write_text(json.dumps(artifact), encoding="utf-8")
        return directory

    return lay_out


@pytest.mark.parametrize(("version", "prefix"), [("v2", "V2"), ("live", "Live")])
def test_other_versions_raise_no_false_alarm_and_their_code_is_compared_with_their_builds(
    version: str, prefix: str, request: pytest.FixtureRequest, builds: Callable[[str], Path]
) -> None:
    shaped: Shaped = request.getfixturevalue(version)
    alone = shaped.world.run("deploy", "verify", "-o", "json")
    assert (alone.exit_code, [finding["code"] for finding in alone.json["findings"]]) == (0, ["code-not-compared"])
    ran = shaped.world.run("deploy", "verify", "--artifacts", str(builds(prefix)), "-o", "json")
    assert (ran.exit_code, ran.json["findings"]) == (0, [])
    assert {one["code"] for one in ran.data["contracts"] if one["subject"] != "USDC"} == {"exact"}


def specified(shaped: Shaped, models: list[dict[str, object]], **values: object) -> list[str]:
    """Write what a version's world is to be like; return the codes of what differs, but that there is no build."""
    usdc = shaped.world.deployment.suite.usdc_address
    path = write_spec(shaped.world.directory, models=False, usdc=usdc, **values)
    if models:
        path.write_text(path.read_text(encoding="utf-8") + "\n" + render_toml({"models": models}), encoding="utf-8")
    ran = shaped.run("deploy", "verify", "--spec", "spec.toml", "-o", "json")
    assert "code-not-compared" in [finding["code"] for finding in ran.json["findings"]], ran.stdout
    return [finding["code"] for finding in ran.json["findings"] if finding["code"] != "code-not-compared"]


def test_a_specification_that_describes_v2_misses_no_role_that_v2_does_not_ask_for(v2: Shaped) -> None:
    models: list[dict[str, object]] = [
        {
            "model_id": model.model_id,
            "name": f"Hokusai {model.symbol}",
            "symbol": model.symbol,
            "initial_supply": "1000",
            "infrastructure_accrual_bps": model.split_bps,
            "provider": "together",
            "license_uri": LICENSE[1],
            "license_hash": f"0x{LICENSE[0].hex()}",
        }
        for model in V2_MODELS
    ]
    assert specified(v2, models) == []
    assert specified(v2, models, payer="mallory") == ["role-missing", "role-unexpected"]


def test_a_specification_of_the_live_version_misses_no_role_that_it_does_not_ask_for(live: Shaped) -> None:
    found = specified(
        live, [], admin=live.timelock, payer="treasury", pauser="treasury", factory_defaults={"crr_ppm": 200_000}
    )
    assert found == ["model-unspecified"] * len(live.models)

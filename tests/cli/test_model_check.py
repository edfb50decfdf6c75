"""`hokctl model check` on every version: clean, squatted, half made, and with a foreign factory."""

import json
from pathlib import Path

import pytest
from eth_typing import ChecksumAddress

from hokctl.domain.roles import GOV_ROLE
from hokctl.domain.units import ModelId
from hokctl.exit_codes import ExitCode
from tests.authorities import impersonated
from tests.standins import act, create, grant
from tests.version_builds import LIVE_PARAMS_TYPE, VESTING
from tests.version_yard import LICENSE, SUPPLY
from tests.versions import Shaped
from tests.world import DEPLOYER, MALLORY, Ran

pytestmark = pytest.mark.cli

DEPLOYS = {
    "v2": "deployTokenWithParams(string,string,string,uint256,(uint256,uint16,bytes32,string,address))",
    "live": f"deployTokenWithParams(string,string,string,uint256,{LIVE_PARAMS_TYPE})",
}


def squat(shaped: Shaped, model_id: str, governor: ChecksumAddress = MALLORY) -> None:
    """Have mallory deploy a token under a free id, which anyone may."""
    rates = {"v2": (1_000, 8_000, *LICENSE, governor), "live": (1_000, 8_000, 0, *LICENSE, governor, VESTING)}
    manager = shaped.world.deployment.suite.token_manager_address
    names = (model_id, "Hokusai Squat", "SQUAT", SUPPLY)
    act(shaped.world, manager, DEPLOYS[shaped.kind], *names, rates[shaped.kind], sender=MALLORY)


def codes(ran: Ran) -> set[tuple[str, str]]:
    """Return the code and subject of every finding."""
    return {(finding["code"], finding["subject"]) for finding in ran.json["findings"]}


def test_every_version_is_clean_as_built(shaped: Shaped) -> None:
    data = shaped.ok("model", "check")
    assert {model["model_id"] for model in data["models"]} == set(shaped.models)
    first = next(model for model in data["models"] if model["model_id"] == shaped.first)
    assert first["governors"] == [shaped.safe]
    assert (first["squatted"], first["pool_may_mint"]) == (False, True)
    assert first["pool_owner"] == shaped.world.deployment.suite.factory_address


@pytest.mark.parametrize("kind", sorted(DEPLOYS))
def test_squatted_model_is_found_though_no_manifest_names_it(kind: str, request: pytest.FixtureRequest) -> None:
    shaped: Shaped = request.getfixturevalue(kind)
    squat(shaped, "99")
    ran = shaped.run("model", "check", "-o", "json")
    assert ran.exit_code == ExitCode.FINDINGS
    assert codes(ran) == {("model-squatted", "model 99")}
    found = {model["model_id"]: model for model in ran.data["models"]}
    assert (found["99"]["governors"], found["99"]["squatted"]) == ([MALLORY], True)
    assert shaped.run("model", "check", shaped.first).exit_code == ExitCode.OK
    assert shaped.run("model", "check", "99").exit_code == ExitCode.FINDINGS


def test_policy_says_whose_models_are_whose(v2: Shaped) -> None:
    squat(v2, "99")
    Path("policy.toml").write_text('[roles."HokusaiParams/99"]\nGOV_ROLE = ["mallory"]\n', encoding="utf-8")
    ran = v2.run("model", "check", "--policy", "policy.toml", "-o", "json")
    assert codes(ran) == {("model-not-registered", "model 99")}
    Path("policy.toml").write_text('[roles.HokusaiParams]\nGOV_ROLE = ["bob"]\n', encoding="utf-8")
    ran = v2.run("model", "check", v2.first, "--policy", "policy.toml", "-o", "json")
    assert codes(ran) == {("model-squatted", f"model {v2.first}")}


def test_who_is_trusted_is_told_only_where_no_policy_speaks(v2: Shaped) -> None:
    assert "  trusted (no policy)  treasury\n" in v2.run("model", "check").stdout
    policy = Path("policy.toml")
    policy.write_text('[roles.UsageFeeRouter]\nFEE_DEPOSITOR_ROLE = ["backend"]\n', encoding="utf-8")
    silent = v2.run("model", "check", "--policy", "policy.toml").stdout
    assert "  trusted where the policy is silent  treasury\n" in silent
    policy.write_text('[roles.HokusaiParams]\nGOV_ROLE = ["treasury"]\n', encoding="utf-8")
    assert "trusted" not in v2.run("model", "check", "--policy", "policy.toml").stdout


def test_model_in_further_hands_is_found(live: Shaped) -> None:
    token, params = (
        next(model[kind] for model in live.ok("model", "check")["models"] if model["model_id"] == live.first)
        for kind in ("token", "params")
    )
    with impersonated(live.world, live.safe):
        grant(live.world, params, GOV_ROLE, MALLORY, sender=live.safe)
        act(live.world, token, "transferOwnership(address)", MALLORY, sender=live.safe)
    ran = live.run("model", "check", live.first, "-o", "json")
    assert codes(ran) == {("model-power-foreign", f"model {live.first}")}
    (finding,) = ran.json["findings"]
    assert set(finding["evidence"].values()) == {MALLORY}
    assert len(finding["evidence"]) == 2


def test_half_made_model_is_found(v2: Shaped) -> None:
    suite, world = v2.world.deployment.suite, v2.world
    pool = next(model["pool"] for model in v2.ok("model", "check")["models"] if model["model_id"] == v2.first)
    squat(v2, "23", governor=v2.safe)
    with impersonated(world, v2.safe):
        act(world, suite.token_manager_address, "revokeAMM(address)", pool, sender=v2.safe)
        token = world.chain.at().get(suite.token_manager.get_token_address(ModelId("23")))
        act(world, suite.factory_address, "createPool(string,address)", "23", token, sender=v2.safe)
    assert codes(v2.run("model", "check", "-o", "json")) == {
        ("pool-not-authorised", f"model {v2.first}"),
        ("model-not-registered", "model 23"),
        ("pool-not-registered", "model 23"),
        ("pool-not-authorised", "model 23"),
    }


def test_router_of_another_factory_is_found(v2: Shaped) -> None:
    suite, world = v2.world.deployment.suite, v2.world
    parts = (suite.registry_address, suite.token_manager_address, suite.usdc_address, DEPLOYER)
    other = create(world, "V2HokusaiAMMFactory", *parts)
    router = create(world, "V2UsageFeeRouter", other, suite.usdc_address, suite.reserve_address)
    path = world.directory / "deployments" / "devnet-v2-latest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["contracts"]["UsageFeeRouter"] = router
    path.write_text(json.dumps(manifest), encoding="utf-8")
    ran = v2.run("model", "check", "-o", "json")
    assert ("foreign-factory", "UsageFeeRouter") in codes(ran)


def test_text_names_who_governs(v2: Shaped) -> None:
    text = v2.run("model", "check").stdout
    assert "treasury" in text
    assert "Every model is in known hands" in text


def test_unknown_model_is_refused(v2: Shaped) -> None:
    assert v2.run("model", "check", "77").exit_code == ExitCode.USAGE

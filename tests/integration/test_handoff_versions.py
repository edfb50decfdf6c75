"""Handing over what others have deployed, of v2.0.0 and of the live version."""

from pathlib import Path
from typing import Any

import pytest

from hokctl.clients.codec import word_from_hex
from hokctl.config.writing import render_toml
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE
from hokctl.domain.units import ZERO_HASH
from tests.authorities import impersonated
from tests.standins import act, grant
from tests.versions import Shaped
from tests.world import DEPLOYER, MALLORY, World

pytestmark = pytest.mark.integration

PARAMS = (1_000, 8_000, word_from_hex(ZERO_HASH), "https://hokusai.ai", DEPLOYER)
DEPLOY = "deployTokenWithParams(string,string,string,uint256,(uint256,uint16,bytes32,string,address))"


def specify(world: World, **values: object) -> None:
    """Write a specification that names the Safe for everything that `values` do not say."""
    spec = {"treasury": "treasury", "admin": "treasury", "backend": "backend", **values}
    spec["usdc"] = world.deployment.suite.usdc_address
    Path("spec.toml").write_text(render_toml(spec), encoding="utf-8")
    world.write_config(spec="spec.toml")


def handoff(world: World, *argv: str) -> Any:  # noqa: ANN401 - JSON
    return world.run("deploy", "handoff", "--deployer", "deployer", *argv, "-o", "json")


def names(found: Any) -> set[str]:  # noqa: ANN401 - JSON
    return {f"{one['contract']}.{one['power']}" for one in found}


def test_v2_is_handed_over_in_one_step_and_its_frozen_roles_are_named(v2: Shaped) -> None:
    world, suite = v2.world, v2.world.deployment.suite
    specify(world)
    assert handoff(world).data["handoff"]["holds_nothing"] is True
    with impersonated(world, v2.safe):
        grant(world, suite.token_manager_address, DEFAULT_ADMIN_ROLE, DEPLOYER, sender=v2.safe)
        for contract in (suite.token_manager_address, suite.factory_address):
            act(world, contract, "transferOwnership(address)", DEPLOYER, sender=v2.safe)
    act(world, suite.token_manager_address, "setFeeRecipient(address)", DEPLOYER, sender=DEPLOYER)
    act(world, suite.token_manager_address, DEPLOY, "99", "Squatted", "SQ", 10**18, PARAMS, sender=DEPLOYER)

    ran = handoff(world, "--signer", "deployer", "-y")
    assert ran.exit_code == 5, ran.stdout
    found = ran.data["handoff"]
    assert (found["open"], found["pending"]) == ([], [])
    (kept,) = found["kept"]
    assert (kept["contract"], kept["power"]) == ("HokusaiParams", "GOV_ROLE")
    assert kept["reason"] == f"nobody can revoke it: DEFAULT_ADMIN_ROLE there is with {suite.token_manager_address}"
    assert world.chain.at().get(suite.factory.owner()) == v2.safe
    assert world.chain.at().get(suite.token_manager.fee_recipient()) == v2.safe


def test_what_a_handover_of_the_live_version_forgot_is_taken_and_the_rest_named(live_leftovers: Shaped) -> None:
    shaped, world = live_leftovers, live_leftovers.world
    assert shaped.timelock is not None
    specify(world, admin=shaped.timelock, pauser="treasury")
    first = handoff(world, "--signer", "deployer", "-y")
    assert first.exit_code == 5
    before = names(first.data["handoff"]["open"])
    assert {"InfrastructureReserve.treasury", "TokenManager.MINTER_ROLE", "TokenManager.feeRecipient"} <= before
    assert names(first.data["handoff"]["kept"]) == {"HokusaiAMM.treasury"}, "a pool's treasury is fixed"
    for _ in range(3):
        ran = handoff(world, "--signer", "alice", "-y")
        if not ran.data["plan"]["calls"]:
            break
        shaped.finish(ran.data)
    found = ran.data["handoff"]
    assert (ran.exit_code, names(found["kept"])) == (5, {"HokusaiAMM.treasury"})
    assert names(found["open"]) == {"DataContributionRegistry.VERIFIER_ROLE"}
    reasons = {one["evidence"]["reason"] for one in ran.json["findings"] if "VERIFIER_ROLE" in one["message"]}
    assert reasons == {f"only {MALLORY} can take it"}, "whoever holds the role that became its admin"


@pytest.mark.parametrize(
    ("kind", "argv"),
    [
        ("v2", ("grant", "feeRecipient", "alice")),
        ("v2", ("move", "owner", "--from", "treasury", "--to", "alice", "--contract", "factory")),
        ("live_leftovers", ("grant", "pauser", "alice")),
        ("live_leftovers", ("grant", "feeRecipient", "alice")),
    ],
)
def test_what_single_powers_of_each_version_do_is_declared_in_whole(
    request: pytest.FixtureRequest, kind: str, argv: tuple[str, ...]
) -> None:
    shaped: Shaped = request.getfixturevalue(kind)
    ran = shaped.run("roles", *argv, "--signer", "alice", "--dry-run", "-o", "json")
    assert (ran.exit_code, len(ran.data["plan"]["calls"])) == (0, 1), ran.stdout
    assert [one["code"] for one in ran.json["findings"] if one["code"].startswith(("effect", "simulation"))] == []


def test_frozen_roles_of_v2_are_said(v2: Shaped) -> None:
    for argv in (("grant", "GOV_ROLE", "alice"), ("revoke", "GOV_ROLE", "treasury")):
        ran = v2.run("roles", *argv, "--model", "21", "--signer", "alice", "-y", "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "unrotatable-power")

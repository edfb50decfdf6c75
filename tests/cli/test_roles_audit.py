"""hokctl roles list and audit: who holds what, and what was not agreed."""

from collections.abc import Iterable
from typing import Any

import pytest

from hokctl.domain.roles import (
    FEE_DEPOSITOR_ROLE,
    MINTER_ROLE,
    PAUSER_ROLE,
    PAYER_ROLE,
)
from tests.policies import suite_policy, write_policy
from tests.standins import act, create_timelock, grant, revoke
from tests.world import ALICE, DEPLOYER, MALLORY, Ran, World

pytestmark = pytest.mark.cli

Told = set[tuple[str, str]]


def audit(world: World, policy: dict[str, Any] | None = None) -> Ran:
    """Audit with a policy; the world's own fits."""
    path = write_policy(world, suite_policy() if policy is None else policy)
    return world.run("roles", "audit", "--policy", str(path), "-o", "json")


def told(ran: Ran) -> Told:
    """Return code and subject of every finding that is not accepted."""
    return {(one["code"], one["subject"]) for one in ran.json["findings"] if one["severity"] != "info"}


def kept(subjects: Iterable[str]) -> Told:
    """Return the findings that the deployer kept these powers."""
    return {("deployer-kept-power", subject) for subject in subjects}


def test_a_clean_deployment_gives_no_finding(world: World) -> None:
    ran = audit(world)
    assert (ran.exit_code, ran.json["status"], ran.json["findings"]) == (0, "ok", [])
    assert ran.data["policy"].endswith("policy.toml")
    assert (ran.data["incomplete"], ran.data["denied"], ran.data["deployers"]) == ([], [], [DEPLOYER])
    text = world.run("roles", "audit", "--policy", "policy.toml")
    assert (text.exit_code, text.stderr) == (0, "")
    assert "Everything is held as agreed." in text.stdout


def test_the_configured_policy_is_used_and_none_leaves_the_general_rules(world: World) -> None:
    assert told(world.run("roles", "audit", "-o", "json")) >= kept(["owner of ModelRegistry"])
    write_policy(world, suite_policy())
    world.write_config(policy="policy.toml")
    assert world.run("roles", "audit").exit_code == 0


def test_without_a_policy_whatever_the_deployer_kept_is_found(world: World) -> None:
    ran = world.run("roles", "audit", "-o", "json")
    assert ran.exit_code == 5
    assert told(ran) == {
        *kept(
            [
                "owner of HokusaiAMMFactory",
                "owner of ModelRegistry",
                "owner of TokenManager",
                "feeRecipient of TokenManager",
                "DEFAULT_ADMIN_ROLE on TokenManager",
                "DEPLOYER_ROLE on TokenManager",
                "DEFAULT_ADMIN_ROLE on InfrastructureReserve",
                "PAUSER_ROLE on InfrastructureReserve",
                "DEFAULT_ADMIN_ROLE on UsageFeeRouter",
                "DEFAULT_ADMIN_ROLE on HokusaiParams of model 23",
                "GOV_ROLE on HokusaiParams of model 23",
            ]
        ),
        ("hot-key", DEPLOYER),
    }


def test_every_leftover_is_found_and_nothing_else(world: World) -> None:
    suite = world.deployment.suite
    for contract, role, account in (
        (suite.reserve_address, PAYER_ROLE, DEPLOYER),
        (suite.router_address, FEE_DEPOSITOR_ROLE, DEPLOYER),
        (suite.token_manager_address, MINTER_ROLE, DEPLOYER),
        (suite.token_manager_address, MINTER_ROLE, MALLORY),
    ):
        grant(world, contract, role, account)
    act(world, suite.reserve_address, "setTreasury(address)", DEPLOYER, sender=DEPLOYER)
    act(world, suite.factory_address, "setTreasury(address)", MALLORY, sender=DEPLOYER)
    grant(world, suite.reserve_address, PAUSER_ROLE, ALICE)
    revoke(world, suite.reserve_address, PAUSER_ROLE, ALICE)
    grant(world, suite.reserve_address, PAUSER_ROLE, ALICE)
    last = world.chain.at().block.number
    act(world, suite.factory_address, "transferOwnership(address)", MALLORY, sender=DEPLOYER)
    policy = suite_policy(audit={"hot_key_limit": 99, "contracts_only": ["treasury"]})
    ran = audit(world, policy)
    assert ran.exit_code == 5
    assert told(ran) == {
        *kept(
            [
                "PAYER_ROLE on InfrastructureReserve",
                "FEE_DEPOSITOR_ROLE on UsageFeeRouter",
                "MINTER_ROLE on TokenManager",
                "treasury of InfrastructureReserve",
            ]
        ),
        ("power-not-in-policy", "MINTER_ROLE on TokenManager"),
        ("power-not-in-policy", "pendingOwner of HokusaiAMMFactory"),
        ("unexpected-holder", "treasury of HokusaiAMMFactory"),
        ("key-holds-power", "treasury of InfrastructureReserve"),
        ("key-holds-power", "treasury of HokusaiAMMFactory"),
        ("missing-holder", "treasury of InfrastructureReserve"),
        ("missing-holder", "treasury of HokusaiAMMFactory"),
        ("unexpected-holder", "PAUSER_ROLE on InfrastructureReserve"),
    }
    (minter,) = [one["evidence"] for one in ran.json["findings"] if one["subject"] == "MINTER_ROLE on TokenManager"][1:]
    assert (minter["holder"], minter["kind"]) == (MALLORY, "eoa")
    pausers = [one for one in ran.data["holdings"] if (one["power"], one["holder"]) == ("PAUSER_ROLE", ALICE)]
    assert pausers[0]["since"]["block"] == last


def test_a_timelock_behind_must_be_in_the_policy_too(world: World) -> None:
    timelock = create_timelock(world, proposers=[world.safe], executors=[world.safe], admin=MALLORY)
    grant(world, world.deployment.suite.reserve_address, PAUSER_ROLE, timelock)
    policy = suite_policy()
    policy["roles"]["InfrastructureReserve"]["PAUSER_ROLE"].append(timelock)
    policy["roles"]["TimelockController"] = {
        "PROPOSER_ROLE": ["treasury"],
        "CANCELLER_ROLE": ["treasury"],
        "EXECUTOR_ROLE": ["treasury"],
    }
    assert told(audit(world, policy)) == {
        ("power-not-in-policy", "DEFAULT_ADMIN_ROLE on TimelockController"),
        ("key-holds-power", "DEFAULT_ADMIN_ROLE on TimelockController"),
    }


def test_the_list_says_what_each_holder_is_and_since_when(world: World) -> None:
    data = world.ok("roles", "list", "--contract", world.deployment.suite.reserve_address)
    safe = next(one for one in data["holdings"] if one["power"] == "PAYER_ROLE")
    assert (safe["kind"], safe["name"], safe["model_id"]) == ("safe", "treasury", None)
    assert set(safe["since"]) == {"block", "tx_hash"}
    assert data["accounts"][world.safe]["threshold"] == 2
    text = world.run("roles", "list").stdout
    assert "FEE_DEPOSITOR_ROLE" in text
    assert "each confirmed at block" in text

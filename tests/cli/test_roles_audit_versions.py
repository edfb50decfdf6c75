"""hokctl roles audit on deployments of v2.0.0 and of the live version, clean and with everything that was forgotten."""

import pytest

from hokctl.clients.token_manager import InitialParams, NewToken
from hokctl.domain.units import ModelId
from tests.cli.test_roles_audit import kept, told
from tests.policies import live_policy, write_policy
from tests.versions import Shaped
from tests.world import DEPLOYER, MALLORY, Ran

pytestmark = pytest.mark.cli

ADMIN_OF_VERIFIERS = "0x59a1c48e5837ad7a7f3dcedcbe129bf3249ec4fbf651fd4f5e2600ead39fe2f5"
"""The role that hands out VERIFIER_ROLE in the world of leftovers; nobody has a name for it."""
FORGOTTEN = (
    "PAYER_ROLE on InfrastructureReserve",
    "FEE_DEPOSITOR_ROLE on UsageFeeRouter",
    "VERIFIER_ROLE on DataContributionRegistry",
    "MINTER_ROLE on TokenManager",
    "DEPLOYER_ROLE on TokenManager",
    "DEFAULT_ADMIN_ROLE on PurchaserWhitelist",
    "WHITELIST_ADMIN_ROLE on PurchaserWhitelist",
    "feeRecipient of TokenManager",
    "treasury of InfrastructureReserve",
    "treasury of HokusaiAMMFactory",
    "treasury of HokusaiAMM of models 27, 28, 30",
)
"""The five kinds of power that the records of the live handover show the deployer to have kept."""


def audit(shaped: Shaped) -> Ran:
    """Audit a live deployment with the policy that fits it."""
    timelock, people = str(shaped.timelock), shaped.accounts
    path = write_policy(shaped.world, live_policy(timelock, people["relayer"], people["settler"]))
    return shaped.run("roles", "audit", "--policy", str(path), "-o", "json")


def test_a_clean_live_deployment_gives_no_finding(live: Shaped) -> None:
    ran = audit(live)
    assert (ran.exit_code, ran.json["findings"]) == (0, [])
    assert live.run("roles", "audit").exit_code == 0


def test_everything_that_was_forgotten_on_the_live_deployment_is_found_and_nothing_else(
    live_leftovers: Shaped,
) -> None:
    ran = audit(live_leftovers)
    relayer = live_leftovers.accounts["relayer"]
    assert ran.exit_code == 5
    assert told(ran) == {
        *kept(FORGOTTEN),
        ("unexpected-holder", "MINTER_ROLE on TokenManager"),
        ("unexpected-holder", "FEE_DEPOSITOR_ROLE on UsageFeeRouter"),
        ("power-not-in-policy", f"{ADMIN_OF_VERIFIERS} on DataContributionRegistry"),
        ("role-admin-changed", "VERIFIER_ROLE on DataContributionRegistry"),
        ("hot-key", DEPLOYER),
        *(
            ("key-holds-power", subject)
            for subject in FORGOTTEN
            if subject.startswith(("treasury", "DEFAULT", "MINTER"))
        ),
        *(("missing-holder", subject) for subject in FORGOTTEN if "treasury" in subject or "Whitelist" in subject),
        ("missing-holder", "feeRecipient of TokenManager"),
        ("missing-holder", "VERIFIER_ROLE on DataContributionRegistry"),
    }
    strangers = {one["evidence"]["holder"] for one in ran.json["findings"] if one["code"] == "unexpected-holder"}
    assert strangers == {MALLORY, relayer}
    minters = [one for one in ran.json["findings"] if one["subject"] == "MINTER_ROLE on TokenManager"]
    assert {one["evidence"]["holder"] for one in minters if one["code"] == "key-holds-power"} == {DEPLOYER, MALLORY}


def test_without_a_policy_the_forgotten_and_the_stranger_who_mints_are_found_too(live_leftovers: Shaped) -> None:
    ran = live_leftovers.run("roles", "audit", "-o", "json")
    assert told(ran) == {
        *kept(FORGOTTEN),
        ("key-holds-power", "MINTER_ROLE on TokenManager"),
        ("role-admin-changed", "VERIFIER_ROLE on DataContributionRegistry"),
        ("hot-key", DEPLOYER),
    }


def test_who_came_back_holds_the_role_since_then(live_leftovers: Shaped) -> None:
    relayer, router = live_leftovers.accounts["relayer"], live_leftovers.world.deployment.suite.router_address
    data = live_leftovers.ok("roles", "list", "--holder", relayer)
    (held,) = [one for one in data["holdings"] if one["address"] == router]
    chain = live_leftovers.world.chain
    receipt = chain.request("eth_getTransactionReceipt", [held["since"]["tx_hash"]])
    assert int(str(receipt["blockNumber"]), 16) == held["since"]["block"]
    assert held["since"]["block"] > 1


def test_on_v2_a_role_that_cannot_move_is_told_and_can_be_accepted(v2: Shaped) -> None:
    found = v2.run("roles", "audit", "-o", "json")
    assert (found.exit_code, told(found)) == (5, {("role-cannot-move", "GOV_ROLE on HokusaiParams")})
    accepted = {"code": "role-cannot-move", "power": "HokusaiParams.GOV_ROLE", "reason": "v2.0.0 is so"}
    path = write_policy(v2.world, {"audit": {"accepted": [accepted]}})
    ran = v2.run("roles", "audit", "--policy", str(path), "-o", "json")
    assert {code for code, _ in told(ran)} == {"power-not-in-policy"}
    assert [one["code"] for one in ran.json["findings"] if one["severity"] == "info"] == ["role-cannot-move"]


def test_a_model_that_a_stranger_squats_on_v2_is_audited_though_it_has_no_pool(v2: Shaped) -> None:
    manager = v2.world.deployment.suite.token_manager
    token = NewToken(model_id=ModelId("99"), name="Squatted", symbol="SQT", total_supply_units=10**18)
    terms = InitialParams(
        tokens_per_delta_one=1_000,
        infrastructure_accrual_bps=8_000,
        license_hash="0x" + "11" * 32,
        license_uri="https://example.org",
        governor=MALLORY,
    )
    v2.world.send(manager.deploy_token_with_params(token, terms, purpose="squat"), MALLORY)
    assert told(v2.run("roles", "audit", "-o", "json")) == {
        ("role-cannot-move", "GOV_ROLE on HokusaiParams"),
        ("key-holds-power", "GOV_ROLE on HokusaiParams of model 99"),
    }

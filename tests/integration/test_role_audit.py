"""The rules of the audit, on the powers of the world as it is built, and on changes of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_typing import ChecksumAddress

from hokctl.config.policy import read_policy
from hokctl.config.settings import load_settings
from hokctl.config.writing import render_toml
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.powers import Holding, Origin, Powers, RoleAdmin
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, GOV_ROLE, MINTER_ROLE, PAYER_ROLE, RoleId
from hokctl.domain.units import ModelId, TxHash
from hokctl.services.powers import read_powers
from hokctl.services.role_audit import audit_roles
from hokctl.services.role_lists import UnknownContractError, choose_holdings
from tests.policies import suite_policy
from tests.world import ALICE, BACKEND, DEPLOYER, MALLORY, TOGETHER, Stage

pytestmark = pytest.mark.integration

Told = set[tuple[str, str]]
ORIGIN = Origin(block_number=7, tx_hash=TxHash("0x" + "77" * 32))
LIMIT = {"hot_key_limit": 11}


@pytest.fixture(scope="module")
def powers(stage: Stage) -> Powers:
    """Return the powers over the world as it is built; alice and mallory are keys that hold nothing."""
    world = stage.world
    found = read_powers(world.chain.at(), world.deployment)
    key = found.kinds[DEPLOYER]
    return replace(found, kinds={**found.kinds, **{one: replace(key, address=one) for one in (ALICE, MALLORY)}})


def audit(stage: Stage, tmp_path: Path, powers: Powers, policy: dict[str, Any] | None = None) -> tuple[Finding, ...]:
    """Return what is wrong by a policy; the world's own fits."""
    path = tmp_path / "policy.toml"
    path.write_text(render_toml(suite_policy() if policy is None else policy), encoding="utf-8")
    settings = load_settings(stage.template / "hokctl.toml").settings
    agreed = read_policy(path, lambda text: settings.resolve_address(text, settings.network("devnet")))
    return audit_roles(powers, agreed).findings


def told(findings: tuple[Finding, ...]) -> Told:
    """Return code and subject of every finding that is not accepted."""
    return {(one.code, one.subject) for one in findings if one.severity is not Severity.INFO}


def address_of(powers: Powers, name: str, model_id: str | None = None) -> Any:  # noqa: ANN401 - an address
    """Return where a contract is."""
    return next(one.address for one in powers.contracts if (one.name, one.model_id) == (name, model_id))


def with_holding(powers: Powers, name: str, power: str, holder: Any, **fields: Any) -> Powers:  # noqa: ANN401
    """Return the powers with one more."""
    more = Holding(
        contract=name,
        address=address_of(powers, name, fields.get("model_id")),
        power=power,
        role=fields.get("role"),
        model_id=fields.get("model_id"),
        holder=holder,
        since=fields.get("since", ORIGIN),
    )
    return replace(powers, holdings=(*powers.holdings, more))


def test_a_holder_that_the_policy_misses_is_named_with_its_models(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    policy = suite_policy()
    policy["roles"]["HokusaiParams"]["GOV_ROLE"] = ["treasury", "alice"]
    assert told(audit(stage, tmp_path, powers, policy)) == {
        ("missing-holder", "GOV_ROLE on HokusaiParams of models 21, 22")
    }


def test_an_empty_list_means_nobody(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    policy = suite_policy()
    policy["roles"]["UsageFeeRouter"]["FEE_DEPOSITOR_ROLE"] = []
    (found,) = audit(stage, tmp_path, powers, policy)
    assert (found.code, found.subject) == ("unexpected-holder", "FEE_DEPOSITOR_ROLE on UsageFeeRouter")
    assert found.evidence["holder"] == BACKEND


def test_a_role_is_listed_by_its_id_as_well(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    policy = suite_policy()
    holders = policy["roles"]["InfrastructureReserve"].pop("PAYER_ROLE")
    policy["roles"]["InfrastructureReserve"][PAYER_ROLE] = holders
    assert audit(stage, tmp_path, powers, policy) == ()
    policy["roles"]["InfrastructureReserve"][PAYER_ROLE] = ["alice"]
    assert told(audit(stage, tmp_path, powers, policy)) == {
        ("missing-holder", "PAYER_ROLE on InfrastructureReserve"),
        ("unexpected-holder", "PAYER_ROLE on InfrastructureReserve"),
    }


def test_a_hot_key_with_many_powers_is_warned_of_and_can_be_accepted(
    stage: Stage, tmp_path: Path, powers: Powers
) -> None:
    limited = suite_policy(audit={"hot_key_limit": 10})
    assert told(audit(stage, tmp_path, powers, limited)) == {("hot-key", DEPLOYER)}
    entry = {"code": "hot-key", "holder": "deployer", "reason": "a devnet"}
    (found,) = audit(stage, tmp_path, powers, suite_policy(audit={"hot_key_limit": 10, "accepted": [entry]}))
    assert (found.code, found.severity) == ("hot-key", Severity.INFO)
    assert found.message.endswith("Accepted: a devnet")


def test_an_accepted_finding_that_is_not_there_is_said(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    entry = {"code": "hot-key", "holder": "alice", "reason": "none yet"}
    (found,) = audit(stage, tmp_path, powers, suite_policy(audit={**LIMIT, "accepted": [entry]}))
    assert (found.code, found.severity) == ("accepted-unused", Severity.INFO)


def test_accepting_one_account_or_power_accepts_no_other(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    for account in (MALLORY, ALICE):
        powers = with_holding(powers, "TokenManager", "MINTER_ROLE", account, role=MINTER_ROLE)
    entry = {"code": "power-not-in-policy", "power": "TokenManager.MINTER_ROLE", "holder": "alice", "reason": "tests"}
    rules = {**LIMIT, "contracts_only": []}
    (found, accepted) = audit(stage, tmp_path, powers, suite_policy(audit={**rules, "accepted": [entry]}))
    assert (found.evidence["holder"], accepted.severity) == (MALLORY, Severity.INFO)
    other = {**entry, "power": "UsageFeeRouter.DEFAULT_ADMIN_ROLE"}
    findings = audit(stage, tmp_path, powers, suite_policy(audit={**rules, "accepted": [other]}))
    assert [one.code for one in findings] == ["power-not-in-policy"] * 2 + ["accepted-unused"]


def test_a_policy_for_a_contract_that_is_not_there_is_a_finding(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    policy = suite_policy()
    policy["roles"]["PurchaserWhitelist"] = {"WHITELIST_ADMIN_ROLE": ["treasury"]}
    policy["roles"]["HokusaiParams/99"] = {"GOV_ROLE": ["treasury"]}
    assert told(audit(stage, tmp_path, powers, policy)) == {
        ("policy-without-contract", "PurchaserWhitelist"),
        ("policy-without-contract", "HokusaiParams/99"),
    }


def test_a_contract_without_code_is_a_finding(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    contracts = tuple(replace(one, has_code=one.name != "ModelRegistry") for one in powers.contracts)
    assert told(audit(stage, tmp_path, replace(powers, contracts=contracts))) == {
        ("contract-without-code", "ModelRegistry")
    }


def test_a_changed_role_admin_is_a_finding(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    admins = tuple(
        replace(one, admin=GOV_ROLE, changed=ORIGIN)
        if (one.contract, one.role) == ("TokenManager", MINTER_ROLE)
        else one
        for one in powers.admins
    )
    findings = audit(stage, tmp_path, replace(powers, admins=admins))
    assert told(findings) == {
        ("role-admin-changed", "MINTER_ROLE on TokenManager"),
        ("role-cannot-move", "MINTER_ROLE on TokenManager"),
    }
    assert findings[0].evidence["since_block"] == "7"


def test_a_role_whose_admin_is_a_contract_that_cannot_act_is_told_once_for_all_models(
    stage: Stage, tmp_path: Path, powers: Powers
) -> None:
    manager = address_of(powers, "TokenManager")
    holdings = tuple(
        replace(one, holder=manager) if (one.contract, one.role) == ("HokusaiParams", DEFAULT_ADMIN_ROLE) else one
        for one in powers.holdings
    )
    policy = suite_policy()
    for name in ("HokusaiParams", "HokusaiParams/23"):
        del policy["roles"][name]["DEFAULT_ADMIN_ROLE"]
    (found,) = audit(stage, tmp_path, replace(powers, holdings=holdings), policy)
    assert (found.code, found.subject, found.evidence["models"]) == (
        "role-cannot-move",
        "GOV_ROLE on HokusaiParams",
        "21, 22, 23",
    )
    assert f"TokenManager {manager}" in found.message


def test_where_logs_and_chain_disagree_is_told(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    payer = next(one for one in powers.holdings if one.role == PAYER_ROLE)
    odd = replace(powers, denied=(replace(payer, holder=MALLORY),))
    odd = replace(odd, holdings=tuple(replace(one, since=None) if one == payer else one for one in odd.holdings))
    assert told(audit(stage, tmp_path, odd)) == {
        ("power-denied", "PAYER_ROLE on InfrastructureReserve"),
        ("power-not-logged", "PAYER_ROLE on InfrastructureReserve"),
    }


def test_a_timelock_with_unknown_logs_makes_the_audit_incomplete(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    late = replace(powers, late=(replace(powers.contracts[0], name="TimelockController", address=TOGETHER),))
    assert told(audit(stage, tmp_path, late)) == {("audit-incomplete", TOGETHER)}


def test_a_pending_owner_counts_without_a_policy_too(powers: Powers) -> None:
    offered = with_holding(powers, "HokusaiAMMFactory", "pendingOwner", MALLORY)
    found = audit_roles(offered, None).findings
    assert ("ownership-pending", "pendingOwner of HokusaiAMMFactory") in told(found)


def test_what_no_key_may_hold_counts_whatever_the_roles_say_where_the_policy_names_it(
    stage: Stage, tmp_path: Path, powers: Powers
) -> None:
    policy = suite_policy(audit={**LIMIT, "contracts_only": ["owner", "HokusaiParams/23.GOV_ROLE"]})
    assert told(audit(stage, tmp_path, powers, policy)) == {
        ("key-holds-power", "owner of ModelRegistry"),
        ("key-holds-power", "owner of HokusaiAMMFactory"),
        ("key-holds-power", "owner of TokenManager"),
        ("key-holds-power", "GOV_ROLE on HokusaiParams of model 23"),
    }


def test_a_protocol_contract_with_a_power_that_is_not_its_own_is_no_exception(
    stage: Stage, tmp_path: Path, powers: Powers
) -> None:
    router = address_of(powers, "UsageFeeRouter")
    odd = with_holding(powers, "InfrastructureReserve", "PAYER_ROLE", router, role=PAYER_ROLE)
    assert told(audit(stage, tmp_path, odd)) == {("unexpected-holder", "PAYER_ROLE on InfrastructureReserve")}


def test_an_unknown_role_is_not_in_the_policy(stage: Stage, tmp_path: Path, powers: Powers) -> None:
    role = RoleId("0x" + "12" * 32)
    odd = with_holding(powers, "HokusaiParams", role, MALLORY, role=role, model_id=ModelId("22"))
    odd = replace(
        odd,
        admins=(
            *odd.admins,
            RoleAdmin(
                contract="HokusaiParams",
                address=address_of(odd, "HokusaiParams", "22"),
                model_id=ModelId("22"),
                role=role,
                admin=DEFAULT_ADMIN_ROLE,
            ),
        ),
    )
    assert told(audit(stage, tmp_path, odd)) == {("power-not-in-policy", f"{role} on HokusaiParams of model 22")}


@pytest.mark.parametrize(
    ("contract", "holder", "expected"),
    [
        ("usagefeerouter", None, 3),
        (None, BACKEND, 1),
        ("HokusaiParams", DEPLOYER, 2),
        ("HokusaiParams", MALLORY, 0),
        (None, None, 40),
    ],
)
def test_holdings_are_chosen_by_contract_and_holder(
    powers: Powers,
    contract: str | None,
    holder: ChecksumAddress | None,
    expected: int,
) -> None:
    assert len(choose_holdings(powers, contract, holder)) == expected


def test_an_unknown_contract_is_refused_with_those_that_there_are(powers: Powers) -> None:
    with pytest.raises(UnknownContractError) as caught:
        choose_holdings(powers, "Reserve", None)
    assert "InfrastructureReserve" in caught.value.hint

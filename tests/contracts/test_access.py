"""Who may do what, at birth and later; nobody without the role changes anything."""

from collections.abc import Callable

import pytest
from web3.contract import Contract
from web3.contract.contract import ContractFunction

from .chain import Event, Refusal
from .harness import ADMIN_ROLE, ZERO_ADDRESS, Model, Suite, role

pytestmark = pytest.mark.contracts

HASH = b"\x01" * 32
Guarded = Callable[[Suite, Model], ContractFunction]

BY_ROLE: dict[str, tuple[str, Guarded]] = {
    "deposit": ("DEPOSITOR_ROLE", lambda s, _: s.reserve.functions.deposit("alpha", 1)),
    "batchDeposit": ("DEPOSITOR_ROLE", lambda s, _: s.reserve.functions.batchDeposit(["alpha"], [1])),
    "creditAccrual": ("DEPOSITOR_ROLE", lambda s, _: s.reserve.functions.creditAccrual("alpha", 1)),
    "creditAccruals": ("DEPOSITOR_ROLE", lambda s, _: s.reserve.functions.creditAccruals(["alpha"], [1])),
    "pay": ("PAYER_ROLE", lambda s, _: s.payment("alpha", 1, "1")),
    "batchPay": (
        "PAYER_ROLE",
        lambda s, _: s.reserve.functions.batchPayInfrastructureCosts([("alpha", s.people.provider, 1, HASH, "")]),
    ),
    "pause": ("PAUSER_ROLE", lambda s, _: s.reserve.functions.pause()),
    "unpause": ("", lambda s, _: s.reserve.functions.unpause()),
    "emergencyWithdraw": ("", lambda s, _: s.reserve.functions.emergencyWithdraw(1)),
    "setProvider": ("", lambda s, _: s.reserve.functions.setProvider("alpha", s.people.provider)),
    "setTreasury": ("", lambda s, _: s.reserve.functions.setTreasury(s.people.guardian)),
    "depositFee": ("FEE_DEPOSITOR_ROLE", lambda s, _: s.router.functions.depositFee("alpha", 1)),
    "batchDepositFees": ("FEE_DEPOSITOR_ROLE", lambda s, _: s.router.functions.batchDepositFees(["alpha"], [1])),
    "deployToken": ("DEPLOYER_ROLE", lambda s, _: s.token_manager.functions.deployToken("squat", "S", "S", 1)),
    "deployTokenWithParams": (
        "DEPLOYER_ROLE",
        lambda s, _: s.token_manager.functions.deployTokenWithParams(
            "squat", "S", "S", 1, (1000, 8000, HASH, "", s.people.stranger)
        ),
    ),
    "setInfrastructureAccrualBps": ("GOV_ROLE", lambda _, m: m.params.functions.setInfrastructureAccrualBps(7000)),
    "setLicenseRef": ("GOV_ROLE", lambda _, m: m.params.functions.setLicenseRef(HASH, "")),
    "setTokensPerDeltaOne": ("GOV_ROLE", lambda _, m: m.params.functions.setTokensPerDeltaOne(100)),
}

BY_OWNER: dict[str, Guarded] = {
    "authorizeAMM": lambda s, _: s.token_manager.functions.authorizeAMM(s.people.stranger),
    "revokeAMM": lambda s, m: s.token_manager.functions.revokeAMM(m.pool.address),
    "setDeltaVerifier": lambda s, _: s.token_manager.functions.setDeltaVerifier(s.people.stranger),
    "setDeploymentFee": lambda s, _: s.token_manager.functions.setDeploymentFee(1),
    "setFeeRecipient": lambda s, _: s.token_manager.functions.setFeeRecipient(s.people.stranger),
    "createPool": lambda s, m: s.factory.functions.createPool("alpha", m.token.address),
    "createPoolWithParams": lambda s, m: s.factory.functions.createPoolWithParams(
        "alpha", m.token.address, 100_000, 30, 86_400, 1, 1
    ),
    "setDefaults": lambda s, _: s.factory.functions.setDefaults(100_000, 30, 86_400),
    "factory.setTreasury": lambda s, _: s.factory.functions.setTreasury(s.people.stranger),
    "pausePool": lambda s, _: s.factory.functions.pausePool("alpha"),
    "unpausePool": lambda s, _: s.factory.functions.unpausePool("alpha"),
    "setPoolParameters": lambda s, _: s.factory.functions.setPoolParameters("alpha", 100_000, 30),
    "setPoolMaxTradeBps": lambda s, _: s.factory.functions.setPoolMaxTradeBps("alpha", 1000),
    "withdrawPoolTreasury": lambda s, _: s.factory.functions.withdrawPoolTreasury("alpha", 1),
    "registerModel": lambda s, m: s.registry.functions.registerModel(1, m.token.address, "accuracy"),
    "registerModelAutoId": lambda s, m: s.registry.functions.registerModelAutoId(m.token.address, "accuracy"),
    "registerStringModel": lambda s, m: s.registry.functions.registerStringModel("a", m.token.address, "accuracy"),
    "registerPool": lambda s, m: s.registry.functions.registerPool("a", m.pool.address),
    "deactivateModel": lambda s, _: s.registry.functions.deactivateModel(1),
    "updateMetric": lambda s, _: s.registry.functions.updateMetric(1, "f1"),
    "updateModel": lambda s, m: s.registry.functions.updateModel(1, m.token.address),
    "token.setController": lambda s, m: m.token.functions.setController(s.people.stranger),
    "pool.pause": lambda _, m: m.pool.functions.pause(),
    "pool.unpause": lambda _, m: m.pool.functions.unpause(),
    "pool.setParameters": lambda _, m: m.pool.functions.setParameters(100_000, 30),
    "pool.setMaxTradeBps": lambda _, m: m.pool.functions.setMaxTradeBps(1000),
    "pool.withdrawTreasury": lambda _, m: m.pool.functions.withdrawTreasury(1),
    "pool.initialize": lambda _, m: m.pool.functions.initialize(100_000, 30),
    "pool.transferOwnership": lambda s, m: m.pool.functions.transferOwnership(s.people.stranger),
    "pool.renounceOwnership": lambda _, m: m.pool.functions.renounceOwnership(),
}


def role_id(name: str) -> bytes:
    """Return the id of a role, the admin's for an empty name."""
    return role(name) if name else ADMIN_ROLE


@pytest.mark.parametrize("name", BY_ROLE)
def test_stranger_without_the_role_is_refused(suite: Suite, model: Model, name: str) -> None:
    role_name, build = BY_ROLE[name]
    stranger = suite.people.stranger
    refused = suite.refusal(build(suite, model), stranger)
    assert refused == Refusal("AccessControlUnauthorizedAccount", (stranger.lower(), role_id(role_name)))


@pytest.mark.parametrize("name", BY_OWNER)
def test_stranger_who_is_not_the_owner_is_refused(suite: Suite, model: Model, name: str) -> None:
    stranger = suite.people.stranger
    assert suite.refusal(BY_OWNER[name](suite, model), stranger) == Refusal(
        "OwnableUnauthorizedAccount", (stranger.lower(),)
    )


def guarded(suite: Suite, model: Model) -> dict[str, tuple[Contract, str]]:
    """Return the contracts with roles, each with its only administrator."""
    admin = suite.people.admin
    return {
        "reserve": (suite.reserve, admin),
        "router": (suite.router, admin),
        "token_manager": (suite.token_manager, admin),
        "params": (model.params, suite.people.governor),
    }


@pytest.mark.parametrize("name", ["reserve", "router", "token_manager", "params"])
def test_last_admin_can_neither_renounce_nor_be_revoked(suite: Suite, model: Model, name: str) -> None:
    contract, account = guarded(suite, model)[name]
    sender = suite.people.governor if name == "params" else suite.people.admin
    last = Refusal("LastAdmin", (account.lower(),))
    functions = contract.functions
    assert functions.adminCount().call() == 1
    assert suite.refusal(functions.renounceRole(ADMIN_ROLE, account), sender) == last
    assert suite.refusal(functions.revokeRole(ADMIN_ROLE, account), sender) == last
    assert suite.refusal(functions.grantRole(ADMIN_ROLE, ZERO_ADDRESS), sender) == Refusal("ZeroAddress")
    guardian = suite.people.guardian
    suite.send(functions.grantRole(ADMIN_ROLE, guardian), sender)
    suite.send(functions.grantRole(ADMIN_ROLE, guardian), sender)
    assert functions.adminCount().call() == 2
    suite.send(functions.renounceRole(ADMIN_ROLE, account), sender)
    assert suite.refusal(functions.renounceRole(ADMIN_ROLE, guardian), guardian) == Refusal(
        "LastAdmin", (guardian.lower(),)
    )
    assert functions.adminCount().call() == 1


def test_roles_at_birth_are_few(suite: Suite, model: Model) -> None:
    admin, governor = suite.people.admin, suite.people.governor
    held = [
        (suite.reserve, "", admin),
        (suite.reserve, "PAUSER_ROLE", admin),
        (suite.router, "", admin),
        (suite.token_manager, "", admin),
        (suite.token_manager, "DEPLOYER_ROLE", admin),
        (model.params, "", governor),
        (model.params, "GOV_ROLE", governor),
    ]
    not_held = [
        (suite.reserve, "PAYER_ROLE", admin),
        (suite.reserve, "DEPOSITOR_ROLE", admin),
        (suite.router, "FEE_DEPOSITOR_ROLE", admin),
        (suite.token_manager, "MINTER_ROLE", admin),
        (model.params, "", suite.token_manager.address),
        (model.params, "GOV_ROLE", suite.token_manager.address),
    ]
    assert all(contract.functions.hasRole(role_id(name), account).call() for contract, name, account in held)
    assert not any(contract.functions.hasRole(role_id(name), account).call() for contract, name, account in not_held)


def test_grant_and_revoke_are_told(suite: Suite) -> None:
    people, reserve = suite.people, suite.reserve
    args = {
        "role": role("PAYER_ROLE"),
        "account": people.guardian.lower(),
        "sender": people.admin.lower(),
    }
    granted = suite.send(reserve.functions.grantRole(role("PAYER_ROLE"), people.guardian))
    assert granted == [Event(reserve.address, "RoleGranted", args)]
    revoked = suite.send(reserve.functions.revokeRole(role("PAYER_ROLE"), people.guardian))
    assert revoked == [Event(reserve.address, "RoleRevoked", args)]


def test_governor_rotates_the_governance_role(suite: Suite, model: Model) -> None:
    people, params = suite.people, model.params.functions
    assert params.getRoleAdmin(role("GOV_ROLE")).call() == ADMIN_ROLE
    suite.send(params.grantRole(role("GOV_ROLE"), people.guardian), people.governor)
    suite.send(params.revokeRole(role("GOV_ROLE"), people.governor), people.governor)
    suite.send(params.setInfrastructureAccrualBps(7000), people.guardian)
    assert suite.refusal(params.setInfrastructureAccrualBps(8000), people.governor).name == (
        "AccessControlUnauthorizedAccount"
    )


@pytest.mark.parametrize("name", ["registry", "token_manager", "factory"])
def test_ownership_changes_in_two_steps(suite: Suite, name: str) -> None:
    contract: Contract = getattr(suite, name)
    functions, guardian, admin = contract.functions, suite.people.guardian, suite.people.admin
    started = suite.send(functions.transferOwnership(guardian))
    parties = {"previousOwner": admin.lower(), "newOwner": guardian.lower()}
    assert started == [Event(contract.address, "OwnershipTransferStarted", parties)]
    assert functions.owner().call() == admin
    assert functions.pendingOwner().call() == guardian
    stranger = suite.people.stranger
    assert suite.refusal(functions.acceptOwnership(), stranger).name == "OwnableUnauthorizedAccount"
    accepted = suite.send(functions.acceptOwnership(), guardian)
    assert accepted == [Event(contract.address, "OwnershipTransferred", parties)]
    assert suite.refusal(functions.renounceOwnership(), guardian) == Refusal(
        "OwnershipNotRenounceable", (guardian.lower(),)
    )

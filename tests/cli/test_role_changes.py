"""hokctl roles grant, revoke and move: given first, taken afterwards, and never from the last who can act."""

import io
from typing import Any

import pytest
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.access_control import AccessControl
from hokctl.clients.ownable import Ownable2Step
from hokctl.config.writing import render_toml
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, PAUSER_ROLE, PAYER_ROLE, RoleId
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.services.models import read_reserve
from tests.authorities import Handed, hand_over
from tests.standins import create_timelock, grant, revoke
from tests.world import ALICE, BOB, CAROL, DEPLOYER, World

pytestmark = pytest.mark.cli

KEY = ("--signer", "deployer", "-y")
RESERVE = ("--contract", "reserve")


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def holds(world: World, account: str, role: RoleId, contract: ChecksumAddress | None = None) -> bool:
    where = contract or world.deployment.suite.reserve_address
    return world.chain.at().get(AccessControl(where).has_role(role, to_checksum_address(account)))


def params_of(world: World, model_id: str) -> ChecksumAddress:
    (model,) = read_reserve(world.chain.at(), world.deployment, (ModelId(model_id),)).models
    return model.params


def refused(world: World, *argv: str) -> tuple[int, str]:
    """Return the exit code and the code of the error, or of the first finding that blocks."""
    ran = world.run("roles", *argv, "-o", "json")
    errors = ran.json["errors"] or [one for one in ran.json["findings"] if one["severity"] == "error"]
    return ran.exit_code, errors[0]["code"]


def called(data: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [call["signature"].partition("(")[0] for call in data["plan"]["calls"]]


def test_a_key_grants_and_revokes_and_doing_it_again_changes_nothing(world: World) -> None:
    first = world.ok("roles", "grant", "PAUSER_ROLE", "bob", *RESERVE, *KEY)
    assert (called(first), len(first["outcome"]["transactions"])) == (["grantRole"], 1)
    assert first["change"] == {
        "action": "grant",
        "power": "PAUSER_ROLE",
        "contract": "InfrastructureReserve",
        "address": world.deployment.suite.reserve_address,
        "model_id": None,
        "from": None,
        "to": BOB,
        "holders_before": [DEPLOYER, world.safe],
        "note": None,
    }
    assert holds(world, BOB, PAUSER_ROLE)
    again = world.run("roles", "grant", "PAUSER_ROLE", "bob", *RESERVE, *KEY)
    assert (again.exit_code, "holds PAUSER_ROLE on InfrastructureReserve already" in again.stdout) == (0, True)
    world.ok("roles", "revoke", "InfrastructureReserve.PAUSER_ROLE", "bob", *KEY)
    assert not holds(world, BOB, PAUSER_ROLE)
    assert called(world.ok("roles", "revoke", "PAUSER_ROLE", "bob", *RESERVE, *KEY)) == []
    assert called(world.ok("roles", "grant", "PAUSER_ROLE", "bob", *RESERVE, *KEY)) == ["grantRole"]
    assert holds(world, BOB, PAUSER_ROLE), "the same once more is a new transaction"


def test_a_key_moves_in_two_transactions_and_grants_first(world: World) -> None:
    data = world.ok("roles", "move", "PAYER_ROLE", "--from", "treasury", "--to", "alice", *KEY)
    events = [[event["name"] for event in one["events"]] for one in data["outcome"]["transactions"]]
    assert events == [["RoleGranted"], ["RoleRevoked"]]
    assert (holds(world, ALICE, PAYER_ROLE), holds(world, world.safe, PAYER_ROLE)) == (True, False)
    again = world.ok("roles", "move", "PAYER_ROLE", "--from", "treasury", "--to", "alice", *KEY)
    assert (called(again), again["change"]["note"] is not None) == ([], True)


def test_a_move_that_lost_its_first_half_goes_on_with_the_second(world: World) -> None:
    grant(world, world.deployment.suite.reserve_address, PAYER_ROLE, ALICE)
    data = world.ok("roles", "move", "PAYER_ROLE", "--from", "treasury", "--to", "alice", *KEY)
    assert called(data) == ["revokeRole"]


@pytest.mark.parametrize("kind", ["safe", "timelock"])
def test_a_safe_and_a_timelock_move_in_one_batch(world: World, kind: str) -> None:
    authority: Handed = hand_over(world, kind)
    options = ("--from", authority.holder, "--to", "carol", *authority.options)
    data = world.ok("roles", "move", "PAUSER_ROLE", *RESERVE, *options)
    assert called(data) == ["grantRole", "revokeRole"]
    assert not holds(world, CAROL, PAUSER_ROLE)
    authority.finish(data)
    assert holds(world, CAROL, PAUSER_ROLE)
    assert not holds(world, authority.holder, PAUSER_ROLE)


def test_ownership_is_offered_and_accepted_by_the_same_command(world: World) -> None:
    registry = Ownable2Step(world.deployment.suite.registry_address)
    move = ("roles", "move", "owner", "--from", "deployer", "--to", "treasury", "--contract", "registry")
    offered = world.ok(*move, *KEY)
    assert (called(offered), "stays the owner" in offered["change"]["note"]) == (["transferOwnership"], True)
    assert world.chain.at().get(registry.owner()) == DEPLOYER
    accepting = world.ok(*move, "--signer", "alice", "-y")
    assert (called(accepting), accepting["route"]["authority"]["address"]) == (["acceptOwnership"], world.safe)
    Handed(world=world, kind="safe", holder=world.safe).finish(accepting)
    assert world.chain.at().get(registry.owner()) == world.safe
    assert called(world.ok(*move, "--signer", "alice", "-y")) == []


def test_accounts_that_contracts_name_are_moved_and_cleared(world: World) -> None:
    manager = world.deployment.suite.token_manager
    moved = world.ok("roles", "move", "feeRecipient", "--from", "deployer", "--to", "treasury", *KEY)
    assert [event["name"] for event in moved["outcome"]["transactions"][0]["events"]] == ["FeeRecipientUpdated"]
    assert world.chain.at().get(manager.fee_recipient()) == world.safe
    world.ok("roles", "grant", "deltaVerifier", "bob", *KEY)
    assert world.chain.at().get(manager.delta_verifier()) == BOB
    world.ok("roles", "revoke", "TokenManager.deltaVerifier", "bob", *KEY)
    assert world.chain.at().get(manager.delta_verifier()) == ZERO_ADDRESS
    assert refused(world, "revoke", "feeRecipient", "treasury", *KEY) == (6, "power-not-revocable")


def test_the_last_who_can_hand_out_roles_is_never_removed(world: World) -> None:
    on_params = ("--contract", "params", "--model", "23", *KEY)
    assert refused(world, "revoke", "DEFAULT_ADMIN_ROLE", "deployer", *on_params) == (6, "last-admin")
    params = params_of(world, "23")
    grant(world, params, DEFAULT_ADMIN_ROLE, world.deployment.suite.router_address)
    ran = world.run("roles", "revoke", "DEFAULT_ADMIN_ROLE", "deployer", *on_params)
    assert (ran.exit_code, "cannot act" in ran.stderr) == (6, True), "one who can never act does not count"
    world.ok("roles", "move", "DEFAULT_ADMIN_ROLE", "--from", "deployer", "--to", "treasury", *on_params)
    assert holds(world, world.safe, DEFAULT_ADMIN_ROLE, params)


def test_the_last_proposer_of_a_timelock_is_never_removed(world: World) -> None:
    timelock = create_timelock(world, proposers=[world.safe])
    argv = ("PROPOSER_ROLE", "treasury", "--contract", timelock, "--signer", "alice", "-y")
    assert refused(world, "revoke", *argv) == (6, "last-admin")


def test_frozen_powers_of_v2_are_said_and_not_tried(world: World) -> None:
    suite, params = world.deployment.suite, params_of(world, "23")
    grant(world, params, DEFAULT_ADMIN_ROLE, suite.token_manager_address)
    revoke(world, params, DEFAULT_ADMIN_ROLE, DEPLOYER)
    ran = world.run("roles", "grant", "GOV_ROLE", "treasury", "--model", "23", *KEY, "-o", "json")
    (error,) = ran.json["errors"]
    assert (ran.exit_code, error["code"]) == (6, "unrotatable-power")
    assert f"held by TokenManager {suite.token_manager_address}, which has no function" in error["message"]
    pool = ("--contract", "pool", "--model", "23", *KEY)
    assert refused(world, "grant", "owner", "treasury", *pool) == (6, "unrotatable-power")


def test_what_nobody_holds_is_not_moved(world: World) -> None:
    options = ("--from", "mallory", "--to", "alice", *KEY)
    assert refused(world, "move", "PAYER_ROLE", *options) == (6, "power-not-held")
    assert refused(world, "move", "owner", "--contract", "factory", *options) == (6, "power-not-held")
    assert refused(world, "move", "feeRecipient", *options) == (6, "power-not-held")
    assert refused(world, "move", "PAYER_ROLE", "--from", "alice", "--to", "alice", *KEY) == (2, "same-account")


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("grant", "PAYER_ROLE", "RESERVE", *RESERVE), "impossible-holder"),
        (("grant", "PAYER_ROLE", "REGISTRY", *RESERVE), "holder-cannot-act"),
        (("grant", "DEFAULT_ADMIN_ROLE", "ROUTER", *RESERVE), "holder-cannot-act"),
        (("grant", "PAYER_ROLE", "LOOK-ALIKE", *RESERVE), "holder-look-alike"),
        (("grant", "PAYER_ROLE", "alice", "--contract", "router"), "role-without-use"),
        (("grant", "MINTER_ROLE", "alice", "--contract", "registry"), "no-such-power"),
        (("grant", "pauser", "alice"), "no-such-power"),
        (("revoke", "owner", "deployer", "--contract", "factory"), "power-not-revocable"),
    ],
)
def test_who_could_do_nothing_with_it_or_is_not_meant_gets_no_power(
    world: World, argv: tuple[str, ...], code: str
) -> None:
    suite = world.deployment.suite
    stand_for = {
        "RESERVE": suite.reserve_address,
        "REGISTRY": suite.registry_address,
        "ROUTER": suite.router_address,
        "LOOK-ALIKE": to_checksum_address(f"{ALICE[:6]}{'0' * 32}{ALICE[-4:]}"),
    }
    assert refused(world, *(stand_for.get(word, word) for word in argv), *KEY) == (6, code)


def test_what_speaks_against_the_policy_must_be_allowed_by_name(world: World) -> None:
    policy = {"roles": {"InfrastructureReserve": {"PAUSER_ROLE": ["treasury"]}}}
    (world.directory / "policy.toml").write_text(render_toml(policy), encoding="utf-8")
    world.write_config(policy="policy.toml")
    move = ("move", "PAUSER_ROLE", *RESERVE, "--from", "treasury", "--to", "bob", *KEY)
    ran = world.run("roles", *move, "-o", "json")
    assert ran.exit_code == 6
    assert [finding["code"] for finding in ran.json["findings"]] == ["policy-forbids-holder", "policy-expects-holder"]
    world.ok("roles", *move, "--allow", "policy-forbids-holder", "--allow", "policy-expects-holder")
    assert holds(world, BOB, PAUSER_ROLE)
    world.ok("roles", "grant", "PAUSER_ROLE", "treasury", *RESERVE, *KEY)


def test_an_administrator_that_nobody_wrote_down_is_confirmed_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = world.accounts[8]
    argv = ("roles", "grant", "DEFAULT_ADMIN_ROLE", stranger, *RESERVE, "--signer", "deployer")
    assert refused(world, *argv[1:], "-y") == (6, "unknown-administrator")
    monkeypatch.setattr("sys.stdin", Terminal("y\n" + stranger[2:10] + "\n"))
    assert world.run(*argv).exit_code == 1, "the beginning is not the end"
    monkeypatch.setattr("sys.stdin", Terminal("y\n" + stranger[-8:].lower() + "\n"))
    assert world.run(*argv).exit_code == 0
    assert holds(world, stranger, DEFAULT_ADMIN_ROLE)
    again = ("roles", "grant", "DEFAULT_ADMIN_ROLE", world.accounts[9], *RESERVE, *KEY)
    world.ok(*again, "--allow", "administration-changes-hands")


def test_a_lone_key_gives_no_power_away_in_production(world: World) -> None:
    world.write_config(production=True)
    argv = ("grant", "DEFAULT_ADMIN_ROLE", "mallory", *RESERVE, "--dry-run", "--via", "direct")
    ran = world.run("roles", *argv, "--config", "hokctl.toml", "-o", "json")
    codes = [finding["code"] for finding in ran.json["findings"]]
    assert (ran.exit_code, codes) == (6, ["lone-key", "holder-single-key"])


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("PAYRE_ROLE", "alice"), "unknown-function"),
        (("setProvider", "alice"), "not-a-power"),
        (("treasury", "alice"), "not-a-power"),
        (("owner", "alice"), "ambiguous-function"),
        (("DEFAULT_ADMIN_ROLE", "alice"), "ambiguous-function"),
        (("GOV_ROLE", "alice"), "model-needed"),
        (("oracle.GOV_ROLE", "alice"), "contract-missing"),
        (("PAYER_ROLE", "0x0000000000000000000000000000000000000000"), "invalid-address"),
    ],
)
def test_a_power_that_is_not_clear_is_asked_back(world: World, argv: tuple[str, ...], code: str) -> None:
    assert refused(world, "grant", *argv, *KEY) == (2, code)


def test_dry_run_shows_all_and_sends_nothing(world: World) -> None:
    before = world.chain.at().block.number
    ran = world.run("roles", "move", "PAYER_ROLE", "--from", "treasury", "--to", "alice", "--dry-run")
    assert (ran.exit_code, world.chain.at().block.number) == (0, before)
    for words in ("Grant PAYER_ROLE", "Revoke PAYER_ROLE", "Dry run"):
        assert words in ran.stdout

"""hokctl emergency: the brake, who can pull it, and what a withdrawal leaves behind."""

import pytest
from eth_typing import ChecksumAddress

from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, PAUSER_ROLE
from tests.standins import TWO_DAYS_S, create_timelock, grant, revoke
from tests.world import DEPLOYER, World

pytestmark = pytest.mark.cli


def test_status_names_who_can_do_what(world: World) -> None:
    data = world.ok("emergency", "status")
    assert data["paused"] is False
    holders = {one["action"]: {holder["address"] for holder in one["holders"]} for one in data["actions"]}
    assert world.safe in holders["pause the reserve"]
    assert world.safe in holders["withdraw to the treasury"]
    assert DEPLOYER in holders["pause pools"] & holders["unpause pools"]


def test_status_tells_how_soon_each_action_can_be_done(world: World) -> None:
    reserve = world.deployment.suite.reserve_address
    timelock = create_timelock(world, proposers=[world.safe])
    for role in (PAUSER_ROLE, DEFAULT_ADMIN_ROLE):
        grant(world, reserve, role, timelock)
        revoke(world, reserve, role, DEPLOYER)
    revoke_as_timelock(world, reserve, timelock)
    actions = {one["action"]: one for one in world.ok("emergency", "status")["actions"]}
    assert (actions["pause the reserve"]["delay_s"], actions["unpause the reserve"]["delay_s"]) == (0, TWO_DAYS_S)
    assert [hop["address"] for hop in actions["withdraw to the treasury"]["paths"][0]["hops"]] == [world.safe, timelock]
    text = world.run("emergency", "status").stdout
    assert "withdraw to the treasury  2 days    2-of-3 Safe" in text


def revoke_as_timelock(world: World, reserve: ChecksumAddress, timelock: ChecksumAddress) -> None:
    """Take the admin's role from the Safe, as the timelock would."""
    world.chain.request("anvil_setBalance", [timelock, hex(10**20)])
    world.chain.request("anvil_impersonateAccount", [timelock])
    revoke(world, reserve, DEFAULT_ADMIN_ROLE, world.safe, sender=timelock)


def test_pause_stops_payments_and_unpause_lets_them_go_on(world: World) -> None:
    world.ok("emergency", "pause", "--signer", "deployer", "--yes")
    assert world.ok("emergency", "status")["paused"] is True
    ran = world.run("fee", "deposit", "21", "1", "--signer", "backend", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["findings"][0]["code"]) == (6, "simulation-reverted")
    assert "paused" in ran.json["findings"][0]["message"]
    assert world.ok("emergency", "pause", "--signer", "deployer")["plan"]["calls"] == []
    world.ok("emergency", "unpause", "--signer", "deployer", "--yes")
    assert world.ok("emergency", "status")["paused"] is False


def test_pools_are_paused_by_model(world: World) -> None:
    world.ok("emergency", "pause", "--pools", "21", "--signer", "deployer", "--yes")
    assert world.ok("emergency", "status")["paused_pools"] == ["21"]
    data = world.ok("emergency", "pause", "--pools", "all", "--signer", "deployer", "--yes")
    assert [call["args"][0]["value"] for call in data["plan"]["calls"]] == ["22", "23"]
    world.ok("emergency", "unpause", "--pools", "all", "--signer", "deployer", "--yes")
    assert world.ok("emergency", "status")["paused_pools"] == []


def test_a_withdrawal_says_what_it_leaves_uncovered(world: World) -> None:
    ran = world.run("emergency", "withdraw", "all", "--signer", "deployer", "--yes", "-o", "json")
    assert ran.exit_code == 0
    assert [finding["code"] for finding in ran.json["findings"]] == ["leaves-shortfall"]
    names = [event["name"] for event in ran.data["outcome"]["transactions"][0]["events"]]
    assert "EmergencyWithdrawal" in names
    assert world.ok("treasury", "status")["balance"]["units"] == "0"


def test_a_withdrawal_through_the_safe_is_proposed(world: World) -> None:
    ran = world.run("emergency", "withdraw", "100", "--via", "safe", "--signer", "alice", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["status"]) == (0, "pending")
    assert world.ok("treasury", "status")["balance"]["display"] == "1150.00"


@pytest.mark.parametrize(
    ("amount", "exit_code", "code"),
    [
        ("0", 2, "zero-amount"),
        ("1e3", 2, "invalid-amount"),
        ("2000", 6, "exceeds-balance"),
        ("ALL", 2, "invalid-amount"),
    ],
)
def test_an_amount_that_cannot_be_withdrawn(world: World, amount: str, exit_code: int, code: str) -> None:
    ran = world.run("emergency", "withdraw", amount, "--signer", "deployer", "--yes", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (exit_code, code)


def test_status_as_text_is_readable(world: World) -> None:
    ran = world.run("emergency", "status")
    assert ran.exit_code == 0
    assert "running" in ran.stdout
    assert "2-of-3 Safe" in ran.stdout

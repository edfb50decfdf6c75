"""hokctl treasury: what the reserve holds against what it owes."""

import pytest

from hokctl.clients.mock_usdc import MockUsdc
from tests.world import ALICE, DEPLOYER, MALLORY, World

pytestmark = pytest.mark.cli


def test_status_adds_up(world: World) -> None:
    data = world.ok("treasury", "status")
    assert data["balance"]["display"] == data["owed"]["display"] == "1150.00"
    assert data["shortfall"]["units"] == data["unallocated"]["units"] == "0"
    assert data["solvent"] is True
    assert data["treasury"]["address"] == world.safe
    assert data["treasury"]["safe"]["threshold"] == 2


def test_a_donation_is_unallocated(world: World) -> None:
    usdc = MockUsdc(world.deployment.suite.usdc_address)
    world.send(usdc.mint(world.deployment.suite.reserve_address, 5, purpose="donate"), MALLORY)
    assert world.ok("treasury", "status")["unallocated"]["display"] == "0.000005"


def test_a_shortfall_is_a_finding(world: World) -> None:
    reserve = world.deployment.suite.reserve
    world.send(reserve.emergency_withdraw(150_000_000, purpose="drain"), DEPLOYER)
    ran = world.run("treasury", "status", "-o", "json")
    assert ran.exit_code == 0
    assert ran.data["shortfall"]["display"] == "150.00"
    assert ran.data["solvent"] is False
    assert [finding["code"] for finding in ran.json["findings"]] == ["reserve-shortfall"]
    assert "lacks 150.00 USDC" in world.run("treasury", "status").stdout


def test_a_treasury_with_one_key_is_refused_unless_allowed_by_name(world: World) -> None:
    ran = world.run("treasury", "set", "alice", "--signer", "deployer", "--yes", "-o", "json")
    assert ran.exit_code == 6
    assert [finding["code"] for finding in ran.json["findings"]] == ["treasury-not-multisig"]
    allowed = ("--allow", "treasury-not-multisig", "--via", "direct")
    world.ok("treasury", "set", "alice", "--signer", "deployer", "--yes", *allowed)
    assert world.ok("treasury", "status")["treasury"]["address"] == ALICE


def test_the_present_treasury_needs_no_change(world: World) -> None:
    assert world.ok("treasury", "set", "treasury", "--signer", "deployer")["plan"]["calls"] == []

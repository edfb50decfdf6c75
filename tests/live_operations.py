"""The world with the live protocol's oracle, router, reserve, whitelist, escrow and vault beside the suite's rest.

    from tests.live_operations import Desk, desk, desk_stage

    def test_something(desk: Desk) -> None:
        desk.ok("oracle", "queue", "21", "2.50", *BY_DEPLOYER)

The deployer administers all of them; the router's limits are off.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from eth_typing import ChecksumAddress

from hokctl.clients.mock_usdc import MockUsdc
from hokctl.domain.calls import AbiValue
from hokctl.domain.roles import DEPOSITOR_ROLE, PAUSER_ROLE, PAYER_ROLE, role_id
from tests.standins import act, create, grant
from tests.world import BACKEND, DEPLOYER, USDC, Ran, Stage, World, isolate

BY_DEPLOYER: Final = ("--signer", "deployer", "-y")
ACCRUED: Final = 800 * USDC
CLAIMS: Final = 1_000 * USDC
MANIFEST: Final = "deployments/devnet.json"
NAMES: Final = {
    "InfrastructureCostOracle": (1_500,),
    "PurchaserWhitelist": (),
    "PendingClaimsEscrow": (),
}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The world, and where its further contracts stand."""

    world: World
    contracts: dict[str, ChecksumAddress]

    def run(self, *argv: str) -> Ran:
        """Run hokctl with JSON output."""
        return self.world.run(*argv, "-o", "json")

    def ok(self, *argv: str) -> Any:  # noqa: ANN401 - a test says what it expects
        """Run hokctl with JSON output, expect success, and return the data."""
        return self.world.ok(*argv)

    def refused(self, *argv: str) -> tuple[int, str]:
        """Run hokctl, expect that it refuses; return the exit code and the code of the error or blocking finding."""
        ran = self.run(*argv)
        errors = ran.json["errors"] or [one for one in ran.json["findings"] if one["severity"] == "error"]
        assert errors, ran.stdout
        return ran.exit_code, errors[0]["code"]

    def act(self, contract: str, signature: str, *args: AbiValue, sender: ChecksumAddress = DEPLOYER) -> None:
        """Send any call past hokctl."""
        act(self.world, self.contracts[contract], signature, *args, sender=sender)


@pytest.fixture(scope="module")
def desk_stage(stage: Stage) -> Iterator[tuple[Stage, dict[str, ChecksumAddress]]]:
    """Create the contracts once a module."""
    world = stage.world
    snapshot = world.chain.request("evm_snapshot", [])
    contracts = {name: create(world, name, DEPLOYER, *more) for name, more in NAMES.items()}
    contracts["RewardVestingVault"] = create(world, "RewardVestingVault", DEPLOYER)
    suite = world.deployment.suite
    reserve = create(world, "LiveInfrastructureReserve", suite.usdc_address, suite.factory_address, DEPLOYER)
    oracle = contracts["InfrastructureCostOracle"]
    contracts["InfrastructureReserve"] = reserve
    contracts["UsageFeeRouter"] = create(
        world, "LiveUsageFeeRouter", suite.factory_address, suite.usdc_address, reserve, oracle
    )
    for role in (PAYER_ROLE, PAUSER_ROLE, DEPOSITOR_ROLE):
        grant(world, reserve, role, DEPLOYER)
    grant(world, contracts["PendingClaimsEscrow"], role_id("RELEASER_ROLE"), DEPLOYER)
    usdc = MockUsdc(suite.usdc_address)
    for account in (DEPLOYER, contracts["PendingClaimsEscrow"]):
        world.send(usdc.mint(account, CLAIMS, purpose="mint"), DEPLOYER)
    world.send(usdc.approve(reserve, ACCRUED, purpose="approve"), DEPLOYER)
    act(world, reserve, "deposit(string,uint256)", "21", ACCRUED, sender=DEPLOYER)
    act(world, reserve, "setProvider(string,address)", "21", BACKEND, sender=DEPLOYER)
    yield stage, contracts
    world.chain.request("evm_revert", [snapshot])


@pytest.fixture
def desk(
    desk_stage: tuple[Stage, dict[str, ChecksumAddress]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """Return the world with those contracts in its manifest, afresh for each test."""
    stage, contracts = desk_stage
    directory = tmp_path / "work"
    shutil.copytree(stage.template, directory)
    isolate(directory, tmp_path, monkeypatch)
    manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    manifest["contracts"] |= contracts
    (directory / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    snapshot = stage.world.chain.request("evm_snapshot", [])
    try:
        yield Desk(world=replace(stage.world, directory=directory), contracts=contracts)
    finally:
        stage.world.chain.request("evm_revert", [snapshot])

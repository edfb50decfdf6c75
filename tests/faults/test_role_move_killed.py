"""A move of a role that is killed goes on where it was; and what somebody has undone meanwhile is done again."""

from collections.abc import Iterator

import pytest
from eth_typing import ChecksumAddress

from hokctl.clients.access_control import AccessControl
from hokctl.domain.outcomes import TransactionRecord
from hokctl.domain.roles import PAUSER_ROLE, PAYER_ROLE, RoleId
from hokctl.domain.units import TxHash
from hokctl.ledger.book import Ledger
from hokctl.services.planning import build_plan
from hokctl.services.power_progress import ProvingProgress, StepNotProvedError
from hokctl.services.power_steps import Power, calls_of, conditions_of, grant_step
from tests.faults.test_killed import Scene
from tests.killing import Nursery, Strike, reaping_proxy
from tests.standins import revoke
from tests.world import ALICE, BOB, DEPLOYER, World

pytestmark = pytest.mark.faults

MOVE = ["roles", "move", "PAYER_ROLE", "--from", "treasury", "--to", "alice", "--signer", "deployer", "-y"]
GRANT = ["roles", "grant", "PAUSER_ROLE", "bob", "--contract", "reserve", "--signer", "deployer", "-y"]


@pytest.fixture
def scene(world: World) -> Iterator[Scene]:
    with Nursery() as nursery, reaping_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        nursery.warm([*MOVE, "--dry-run"], world.directory)
        yield Scene(world, nursery, proxy)


def holds(world: World, account: ChecksumAddress, role: RoleId) -> bool:
    reserve = AccessControl(world.deployment.suite.reserve_address)
    return world.chain.at().get(reserve.has_role(role, account))


def test_a_killed_move_revokes_only_after_the_grant_and_sends_nothing_twice(scene: Scene) -> None:
    world, sent = scene.world, scene.sent_by(DEPLOYER)
    snapshot = world.chain.request("evm_snapshot", [])
    assert scene.run(MOVE).exit_code == 0
    first, second = scene.proxy.broadcasts
    for step, after in ((first, False), (first, True), (first + 2, False), (second, False), (second, True)):
        world.chain.request("evm_revert", [snapshot])
        snapshot = world.chain.request("evm_snapshot", [])
        (world.directory / "hokctl.db").unlink()
        assert scene.run(MOVE, Strike("request", step, after=after)).killed
        assert any(holds(world, payer, PAYER_ROLE) for payer in (world.safe, ALICE)), "never without a payer"
        again = scene.run(MOVE)
        assert (again.exit_code, holds(world, ALICE, PAYER_ROLE)) == (0, True), again.stdout
        assert not holds(world, world.safe, PAYER_ROLE)
        assert scene.sent_by(DEPLOYER) == sent + 2, (step, after)


def test_what_a_killed_run_did_and_somebody_undid_is_done_again(scene: Scene) -> None:
    world = scene.world
    snapshot = world.chain.request("evm_snapshot", [])
    assert scene.run(GRANT).exit_code == 0
    (broadcast,) = scene.proxy.broadcasts
    world.chain.request("evm_revert", [snapshot])
    (world.directory / "hokctl.db").unlink()
    assert scene.run(GRANT, Strike("request", broadcast, after=True)).killed
    assert holds(world, BOB, PAUSER_ROLE)
    revoke(world, world.deployment.suite.reserve_address, PAUSER_ROLE, BOB)
    again = scene.run(GRANT)
    assert (again.exit_code, holds(world, BOB, PAUSER_ROLE)) == (0, True), again.stdout


def test_a_step_that_the_chain_does_not_show_stops_the_rest(world: World) -> None:
    deployment = world.deployment
    power = Power(contract="InfrastructureReserve", address=deployment.suite.reserve_address, name="PAUSER_ROLE")
    step = grant_step(power, PAUSER_ROLE, BOB, admin=RoleId("0x" + "00" * 32))
    snapshot = world.chain.at()
    plan = build_plan(snapshot, deployment, "grant", calls_of([step]), after=conditions_of([step]), moves_funds=True)
    with Ledger.open("sqlite://") as ledger:
        progress = ProvingProgress(world.chain, lambda: ledger.journal, plan, [step])
        progress.begin()
        record = TransactionRecord(
            tx_hash=TxHash("0x" + "ab" * 32),
            block_number=snapshot.block.number,
            gas_used=1,
            gas_price_wei=1,
            succeeded=True,
            contract_address=None,
            events=(),
        )
        with pytest.raises(StepNotProvedError, match="Nothing was sent after it"):
            progress.mined(0, record)

"""kill -9 at every step of a handoff: nothing is granted, offered or revoked twice, and the end is the same."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hokctl.chain.logs import get_logs
from hokctl.clients.events import decode_logs
from hokctl.clients.power_events import POWER_TOPICS
from hokctl.config.manifest import read_manifest
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, DEPLOYER_ROLE
from tests.authorities import impersonated
from tests.brink import Brink, undone
from tests.faults.test_killed import Scene
from tests.killing import Nursery, Strike, reaping_proxy
from tests.standins import act, create_timelock, revoke
from tests.world import DEPLOYER, World, write_spec

pytestmark = pytest.mark.faults

ARGV = ["deploy", "handoff", "--signer", "deployer", "-y"]
TRANSACTIONS = 5
SETTLING = 5
"""How many requests the last transaction takes until it is settled in the journal."""


@pytest.fixture
def scene(world: World) -> Iterator[Scene]:
    """A deployment without models, of which a part is handed over: five transactions are left, one of each kind."""
    Path("deployments/devnet.json").unlink()
    write_spec(world.directory, models=False)
    world.ok("deploy", "apply", "--signer", "deployer", "-y")
    contracts = read_manifest(Path("deployments/devnet.json")).contracts
    revoke(world, contracts["UsageFeeRouter"], DEFAULT_ADMIN_ROLE, DEPLOYER)
    for role in (DEPLOYER_ROLE, DEFAULT_ADMIN_ROLE):
        revoke(world, contracts["TokenManager"], role, DEPLOYER)
    for name in ("ModelRegistry", "HokusaiAMMFactory"):
        act(world, contracts[name], "transferOwnership(address)", world.safe, sender=DEPLOYER)
        with impersonated(world, world.safe):
            act(world, contracts[name], "acceptOwnership()", sender=world.safe)
    write_spec(world.directory, models=False, pauser=create_timelock(world, proposers=[world.safe]))
    with Nursery() as nursery, reaping_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        with undone(world):
            nursery.warm(ARGV, world.directory)
        yield Scene(world, nursery, proxy)


def strikes_of(scene: Scene) -> list[Strike]:
    """Return the moments from just before the first transaction on: before every request, and after each broadcast.

    Before that a run only reads. After any other request is before the next one.
    """
    life, broadcasts = scene.run(ARGV), scene.proxy.broadcasts
    assert (life.exit_code, life.files, len(broadcasts)) == (0, 0, TRANSACTIONS), life.stdout
    # The proof at the end only reads again, for as long as there are contracts: a few moments stand for all.
    last = broadcasts[-1] + SETTLING
    before = [Strike("request", step, after=False) for step in (*range(broadcasts[0] - 1, last), life.requests - 1)]
    return [*before, *(Strike("request", step, after=True) for step in broadcasts)]


def powers_given(world: World, since: int) -> Counter[str]:
    """Return every change of power that the chain has logged since a block, and how often."""
    last = world.chain.at().block.number
    addresses = sorted(set(read_manifest(Path("deployments/devnet.json")).contracts.values()))
    logs = get_logs(world.chain, addresses, [POWER_TOPICS], since + 1, last)
    return Counter(f"{one.address} {one.name} {[argument.value for argument in one.args]}" for one in decode_logs(logs))


def test_a_handoff_survives_a_kill_at_every_step_and_nothing_is_done_twice(scene: Scene) -> None:
    world, start = scene.world, scene.world.chain.at().block
    sent = scene.sent_by(DEPLOYER)
    with undone(world):
        strikes = strikes_of(scene)
        wanted = powers_given(world, start.number)
    assert set(wanted.values()) == {1}
    hit, ended = [], set()
    with Brink() as brink:
        for strike in brink.walk(ARGV, world.directory, at=strikes):
            hit.append(strike)
            with undone(world):
                again = scene.run(ARGV)
                ended.add(len(scene.proxy.broadcasts))
                assert (again.exit_code, json.loads(again.stdout)["status"]) == (0, "pending"), (strike, again.stdout)
                assert powers_given(world, start.number) == wanted, strike
                assert scene.sent_by(DEPLOYER) == sent + TRANSACTIONS, strike
    assert len(hit) == len(strikes)
    assert set(hit) == set(strikes)
    assert brink.life.exit_code == 0
    assert ended == set(range(TRANSACTIONS + 1)), "some kills left everything to do, some nothing"

"""kill -9 before and after every broadcast and every write of a deployment: the next run ends it, the same as ever.

Every write is one of the journal or of the manifest. Between two of these steps a run only reads, so a death there
leaves what a death at the step before leaves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.brink import Brink, undone
from tests.deploy_states import MANIFEST, deployed_state, write_small_spec
from tests.killing import Life, Nursery, Strike
from tests.world import World, write_spec

pytestmark = pytest.mark.faults

APPLY: Final = ["deploy", "apply", "--signer", "deployer", "-y"]
BROADCAST: Final = b"eth_sendRawTransaction"
TRANSACTIONS: Final = 5
MANY: Final = 100
MODEL: Final = """
[[models]]
model_id = "31"
name = "Hokusai K"
symbol = "HK"
initial_supply = "1000"
license_uri = "https://hokusai.ai/licenses/default"
provider = "together"
"""


@dataclass
class Scene:
    """A deployment about to begin, from which it can begin again and again."""

    world: World
    nursery: Nursery

    def run(self, strike: Strike | None = None) -> Life:
        """Run the deployment in a process of its own."""
        return self.nursery.run(APPLY, self.world.directory, None, strike)

    def state(self) -> list[Any]:
        """Return what is there now."""
        return deployed_state(self.world)

    def assert_finished(self) -> None:
        """Nothing is left to do, and nobody is told otherwise."""
        assert self.world.ok("deploy", "plan", "--signer", "deployer")["changes"] == []


@pytest.fixture
def stand(world: World) -> Iterator[Scene]:
    MANIFEST.unlink()
    world.ok("invoice", "list")  # makes the book, which every run would make anew
    with Nursery() as nursery:
        yield Scene(world, nursery)


@pytest.fixture
def whole(stand: Scene) -> Scene:
    """Return a deployment of everything, with one model."""
    write_spec(stand.world.directory, models=False, admin="deployer")
    with Path("spec.toml").open("a", encoding="utf-8") as spec:
        spec.write(MODEL)
    with undone(stand.world):
        stand.nursery.warm(APPLY, stand.world.directory)
    return stand


@pytest.fixture
def small(stand: Scene) -> Scene:
    """Return a deployment of reserve and router onto the world's factory: five transactions."""
    write_small_spec(stand.world)
    with undone(stand.world):
        stand.nursery.warm(APPLY, stand.world.directory)
    return stand


def strikes_of(life: Life, broadcasts: int) -> set[Strike]:
    """Return every moment at which a run that went well could have died."""
    assert life.exit_code == 0, life.stdout + life.stderr
    steps = {"request": broadcasts, "file": life.files, "journal": life.journal}
    return {
        Strike(kind, step, after) for kind, count in steps.items() for step in range(count) for after in (False, True)
    }


def test_a_deployment_survives_a_kill_before_and_after_every_broadcast_and_write(small: Scene) -> None:
    world = small.world
    with undone(world):
        life, undisturbed = small.run(), small.state()
    hit: list[Strike] = []
    with Brink() as brink:
        for strike in brink.walk(APPLY, world.directory, only=BROADCAST):
            hit.append(strike)
            with undone(world):
                again = small.run()
                assert again.exit_code == 0, (strike, again.codes, again.stdout[-2000:])
                assert small.state() == undisturbed, strike
    assert set(hit) == strikes_of(life, TRANSACTIONS)
    assert len(hit) == len(set(hit))
    assert (brink.life.exit_code, brink.life.requests, small.state()) == (0, TRANSACTIONS, undisturbed)
    small.assert_finished()


def test_a_whole_deployment_ends_the_same_when_every_run_dies_one_step_further(whole: Scene) -> None:
    world = whole.world
    snapshot = world.chain.request("evm_snapshot", [])
    assert whole.run().exit_code == 0
    undisturbed = whole.state()
    world.chain.request("evm_revert", [snapshot])
    MANIFEST.unlink()
    for book in world.directory.glob("hokctl.db*"):
        book.unlink()
    world.ok("invoice", "list")
    # The first write of each run announces what is to come; the second is the next step.
    deaths = 0
    while (life := whole.run(Strike("write", 1, after=True))).killed:
        deaths += 1
        assert deaths < MANY, "every run comes one step further"
    assert life.exit_code == 0, life.stdout
    assert whole.state() == undisturbed
    assert deaths > len(undisturbed[0]["transactions"]) * 2
    whole.assert_finished()

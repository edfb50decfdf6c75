"""kill -9 before and after every broadcast and every write of a deployment: the next run ends it, the same as ever.

Between two of these steps a run only reads, so a death there leaves what a death at the step before leaves.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.deploy_states import MANIFEST, deployed_state, write_small_spec
from tests.killing import Life, Nursery, ReapingProxy, Strike, reaping_proxy
from tests.world import World, write_spec

pytestmark = pytest.mark.faults

APPLY: Final = ["deploy", "apply", "--signer", "deployer", "-y"]
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
    proxy: ReapingProxy

    def run(self, strike: Strike | None = None) -> Life:
        """Run the deployment in a process of its own."""
        return self.nursery.run(APPLY, self.world.directory, self.proxy, strike)

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
    with Nursery() as nursery, reaping_proxy(world.url, only=b"eth_sendRawTransaction") as proxy:
        world.write_config(rpc_url=proxy.url)
        yield Scene(world, nursery, proxy)


@pytest.fixture
def whole(stand: Scene) -> Scene:
    """Return a deployment of everything, with one model."""
    write_spec(stand.world.directory, models=False, admin="deployer")
    with Path("spec.toml").open("a", encoding="utf-8") as spec:
        spec.write(MODEL)
    stand.nursery.warm(["deploy", "plan", "--signer", "deployer"], stand.world.directory)
    return stand


@pytest.fixture
def small(stand: Scene) -> Scene:
    """Return a deployment of reserve and router onto the world's factory: five transactions."""
    write_small_spec(stand.world)
    stand.nursery.warm(["deploy", "plan", "--signer", "deployer"], stand.world.directory)
    return stand


def strikes_of(life: Life) -> list[Strike]:
    """Return every moment of a run that went well at which another is to die."""
    assert life.exit_code == 0, life.stdout + life.stderr
    steps = {"request": life.requests, "file": life.files, "journal": life.journal}
    return [
        Strike(kind, step, after)
        for kind, count in steps.items()
        for step in range(count)
        # Before a write that is no broadcast there is what the step before left, save before the very first.
        for after in ((False, True) if kind == "request" or step == 0 else (True,))
    ]


def play(scene: Scene) -> Iterator[tuple[Strike, list[Any]]]:
    """Run once undisturbed, then once for each step, killed there; each time from the same state."""
    world = scene.world
    start = world.directory.with_name("start")
    shutil.copytree(world.directory, start)
    snapshot = world.chain.request("evm_snapshot", [])
    life = scene.run()
    undisturbed = scene.state()
    for strike in strikes_of(life):
        world.chain.request("evm_revert", [snapshot])
        snapshot = world.chain.request("evm_snapshot", [])
        for path in world.directory.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(start, world.directory, dirs_exist_ok=True)
        assert scene.run(strike).killed, strike
        yield strike, undisturbed


def test_a_deployment_survives_a_kill_at_every_step(small: Scene) -> None:
    count = 0
    for strike, undisturbed in play(small):
        again = small.run()
        assert again.exit_code == 0, (strike, again.codes, again.stdout[-2000:])
        assert small.state() == undisturbed, strike
        count += 1
    assert count > 5 * 6, "before and after each broadcast, after each write of journal and manifest"
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

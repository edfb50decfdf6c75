"""kill -9 at every step of propose, sign and execute: nothing is sent twice or lost, and the next run knows."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hokctl.domain.units import ModelId
from tests.killing import Life, Nursery, ReapingProxy, Strike, reaping_proxy
from tests.world import ALICE, BOB, USDC, World

pytestmark = pytest.mark.faults

AMOUNT = 50 * USDC


@dataclass
class Scene:
    """A payment of an invoice, brought up to one command, from which it can be played again and again."""

    world: World
    nursery: Nursery
    proxy: ReapingProxy

    def run(self, argv: list[str], strike: Strike | None = None) -> Life:
        """Run hokctl in a process of its own."""
        return self.nursery.run(argv, self.world.directory, self.proxy, strike)

    @property
    def proposal(self) -> Path | None:
        """The directory of the one proposal, if there is one."""
        found = list(self.world.directory.glob("proposals/31337/*/*"))
        assert len(found) <= 1
        return found[0] if found else None

    @property
    def safe_tx_hash(self) -> str:
        """The hash of the one proposal."""
        assert self.proposal is not None
        return self.proposal.name.partition("-")[2]

    @property
    def paid(self) -> int:
        """What the reserve has paid for model 21, in base units."""
        reserve = self.world.deployment.suite.reserve
        return self.world.chain.at("latest").get(reserve.paid(ModelId("21")))

    def sent_by(self, account: str) -> int:
        """How many transactions of `account` are in blocks."""
        return int(str(self.world.chain.request("eth_getTransactionCount", [account, "latest"])), 16)


@pytest.fixture
def scene(world: World) -> Iterator[Scene]:
    with Nursery() as nursery, reaping_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
        yield Scene(world, nursery, proxy)


def strikes_of(life: Life) -> list[Strike]:
    """Return every moment of a run that went well at which another may die."""
    assert life.exit_code == 0, life.stdout + life.stderr
    steps = [("request", step) for step in range(life.requests)] + [("file", step) for step in range(life.files)]
    return [Strike(kind, step, after) for kind, step in steps for after in (False, True)]


def play(scene: Scene, argv: list[str]) -> Iterator[Strike]:
    """Run `argv` once undisturbed, then once for each of its steps, killed there; each time from the same state."""
    world = scene.world
    start = world.directory.with_name("start")
    shutil.rmtree(start, ignore_errors=True)
    shutil.copytree(world.directory, start)
    snapshot = world.chain.request("evm_snapshot", [])
    strikes = strikes_of(scene.run(argv))
    assert len(strikes) >= 8
    for strike in strikes:
        world.chain.request("evm_revert", [snapshot])
        snapshot = world.chain.request("evm_snapshot", [])
        for path in world.directory.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(start, world.directory, dirs_exist_ok=True)
        assert scene.run(argv, strike).killed, strike
        yield strike


def confirmations(scene: Scene) -> set[str]:
    assert scene.proposal is not None
    return {path.name.partition(".")[0] for path in scene.proposal.glob("*.signature.json")}


def test_a_proposal_survives_a_kill_at_every_step(scene: Scene) -> None:
    argv = ["invoice", "pay", "INV-1", "--signer", "alice", "-y"]
    ended = set()
    for strike in play(scene, argv):
        again = scene.run(argv)
        ended.add(again.exit_code)
        if again.exit_code:
            # The proposal stands, perhaps without its first signature: it is named, and can be confirmed.
            assert (again.exit_code, again.codes[0]) == (6, "invoice-already-proposed"), (strike, again.stdout)
            assert scene.safe_tx_hash in again.stdout
            scene.world.ok("safe", "sign", scene.safe_tx_hash, "--signer", "alice", "-y")
        assert confirmations(scene) == {ALICE}, strike
        (waiting,) = scene.world.ok("safe", "queue")["proposals"]
        assert waiting["confirmations"] == [ALICE]
    assert ended == {0, 6}, "the first kills left nothing behind, the last ones a proposal"


def test_a_confirmation_survives_a_kill_at_every_step(scene: Scene) -> None:
    scene.world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")
    argv = ["safe", "sign", scene.safe_tx_hash, "--signer", "bob", "-y"]
    for strike in play(scene, argv):
        again = scene.run(argv)
        assert again.exit_code == 0, (strike, again.codes, again.stdout[-3000:])
        assert confirmations(scene) == {ALICE, BOB}, strike


def test_an_execution_survives_a_kill_at_every_step_and_is_sent_once(scene: Scene) -> None:
    scene.world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")
    scene.world.ok("safe", "sign", scene.safe_tx_hash, "--signer", "bob", "-y")
    argv = ["safe", "execute", scene.safe_tx_hash, "--signer", "alice", "-y"]
    sent, ended = scene.sent_by(ALICE), set()
    for strike in play(scene, argv):
        again = scene.run(argv)
        if again.exit_code:
            assert (again.exit_code, again.codes) == (6, ["already-executed"]), (strike, again.stdout)
        ended.add(again.exit_code)
        assert scene.paid == AMOUNT, strike
        assert scene.sent_by(ALICE) == sent + 1, strike
        assert scene.proposal is not None
        assert json.loads((scene.proposal / "executed.json").read_text(encoding="utf-8"))["tx_hash"]
        (invoice,) = scene.world.ok("invoice", "list")["invoices"]
        assert invoice["state"] == "paid", (strike, invoice)
    assert ended == {0, 6}, "some kills left work to finish, the last ones none"

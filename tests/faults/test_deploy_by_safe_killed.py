"""kill -9 while a Safe deploys: one proposal, one execution, the same contracts, whoever runs it again and how."""

import json
import shutil
from collections.abc import Iterator
from typing import Any, Final

import pytest

from hokctl.config.manifest import read_manifest
from tests.deploy_states import MANIFEST, deployed_state
from tests.faults.test_killed import Scene, confirmations
from tests.killing import Life, Nursery, Strike, reaping_proxy
from tests.world import ALICE, MALLORY, World, write_spec

pytestmark = pytest.mark.faults

PLAIN: Final = ["deploy", "apply", "--signer", "alice", "-y"]
APPLY: Final = [*PLAIN, "--via", "safe"]


@pytest.fixture
def scene(world: World) -> Iterator[Scene]:
    """Return reserve and router, to be deployed onto the world's factory by the Safe."""
    suite = world.deployment.suite
    MANIFEST.unlink()
    write_spec(
        world.directory, models=False, scope="infrastructure", factory=suite.factory_address, usdc=suite.usdc_address
    )
    world.ok("invoice", "list")  # makes the book, which every run would make anew
    with Nursery() as nursery, reaping_proxy(world.url, only=b"eth_sendRawTransaction") as proxy:
        world.write_config(rpc_url=proxy.url)
        nursery.warm([*APPLY, "--dry-run"], world.directory)
        yield Scene(world, nursery, proxy)


def play(scene: Scene, argv: list[str], strikes: list[Strike]) -> Iterator[Strike]:
    """Run `argv` once for each strike, killed there; each time from the state of now."""
    world, start = scene.world, scene.world.directory.with_name("start")
    shutil.rmtree(start, ignore_errors=True)
    shutil.copytree(world.directory, start)
    snapshot = world.chain.request("evm_snapshot", [])
    for strike in strikes:
        world.chain.request("evm_revert", [snapshot])
        snapshot = world.chain.request("evm_snapshot", [])
        for path in world.directory.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(start, world.directory, dirs_exist_ok=True)
        assert scene.run(argv, strike).killed, strike
        yield strike


def files_of(life: Life) -> list[Strike]:
    """Return the moments before the first file of a run that went well, and after each of its files."""
    assert life.exit_code == 0, life.stdout + life.stderr
    return [Strike("file", 0, after=False), *(Strike("file", step, after=True) for step in range(life.files))]


def proposed(scene: Scene) -> tuple[str, set[str], Any]:
    """Return the one proposal, who has confirmed it, and the manifest."""
    return scene.safe_tx_hash, confirmations(scene), json.loads(MANIFEST.read_text(encoding="utf-8"))


def test_a_deployment_is_proposed_once_though_the_proposing_is_killed_at_every_file(scene: Scene) -> None:
    strikes = files_of(scene.run(APPLY))
    undisturbed = proposed(scene)
    assert (undisturbed[1], len(strikes)) == ({ALICE}, 4), "the announcement, the proposal, the signature"
    shutil.rmtree(scene.world.directory / "proposals")
    MANIFEST.unlink()
    plainly = 0
    for strike in play(scene, APPLY, strikes):
        # Nothing is proposed that is not announced: the owner's key alone does not begin a deployment of its own.
        assert MANIFEST.exists() or scene.proposal is None, strike
        plainly += MANIFEST.exists()
        again = scene.run(PLAIN if MANIFEST.exists() else APPLY)
        assert (again.exit_code, again.requests) == (0, 0), (strike, again.stdout[-2000:])
        assert proposed(scene) == undisturbed, strike
    assert plainly == len(strikes) - 1


def test_a_proposed_deployment_is_executed_and_adopted_once_though_both_are_killed(scene: Scene) -> None:
    world = scene.world
    assert scene.run(APPLY).exit_code == 0
    predicted = read_manifest(MANIFEST).pending or {}
    assert set(predicted) == {"InfrastructureReserve", "UsageFeeRouter"}
    world.ok("safe", "sign", scene.safe_tx_hash, "--signer", "bob", "-y")
    execute = ["safe", "execute", scene.safe_tx_hash, "--signer", "mallory", "-y"]
    sent, ended = scene.sent_by(MALLORY), []
    for strike in play(scene, execute, [Strike("request", 0, after) for after in (False, True)]):
        again = scene.run(execute)
        ended.append((again.exit_code, again.codes))
        # A contract's nonce begins with 1, and counts what it has created.
        assert (scene.sent_by(MALLORY), scene.sent_by(world.safe)) == (sent + 1, 1 + len(predicted)), strike
    assert ended == [(0, []), (0, [])]

    announced = MANIFEST.read_bytes()
    strikes = files_of(scene.run(PLAIN))
    undisturbed = deployed_state(world)
    assert read_manifest(MANIFEST).contracts.items() >= predicted.items()
    MANIFEST.write_bytes(announced)
    for strike in play(scene, PLAIN, strikes):
        again = scene.run(PLAIN)
        assert (again.exit_code, json.loads(again.stdout)["data"]["plan"]["calls"]) == (0, []), strike
        assert deployed_state(world) == undisturbed, strike

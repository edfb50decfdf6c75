"""A folder of proposals in git: owners sign apart from each other, and their clones merge."""

import shutil
import subprocess
from pathlib import Path

import pytest

from hokctl.domain.units import ModelId
from tests.world import ALICE, BOB, CAROL, USDC, World

pytestmark = pytest.mark.integration


def git(directory: Path, *argv: str) -> str:
    identity = ["-c", "user.name=owner", "-c", "user.email=owner@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", "-C", str(directory), *identity, *argv], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def office(world: World, name: str, origin: Path) -> Path:
    """Return the working directory of one more person: the same configuration, a book and a clone of their own."""
    directory = world.directory.with_name(name)
    directory.mkdir()
    for file in ("hokctl.toml", "spec.toml"):
        shutil.copy(world.directory / file, directory / file)
    shutil.copytree(world.directory / "deployments", directory / "deployments")
    git(directory, "clone", "--quiet", str(origin), "proposals")
    return directory


def share(directory: Path, message: str) -> None:
    """Commit what is new in a clone, take in what others did, and push it."""
    clone = directory / "proposals"
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", message)
    if git(clone, "ls-remote", "origin"):
        git(clone, "pull", "--quiet", "--no-rebase", "--no-edit")
    git(clone, "push", "--quiet", "origin", "HEAD")


def test_two_owners_sign_in_two_clones_at_once_and_a_third_executes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = tmp_path / "proposals.git"
    git(tmp_path, "init", "--quiet", "--bare", str(origin))
    alice = office(world, "alice", origin)
    monkeypatch.chdir(alice)
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    proposal = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]
    share(alice, "Propose to pay INV-1")
    bob, carol = office(world, "bob", origin), office(world, "carol", origin)

    for directory, signer in ((bob, "bob"), (carol, "carol")):
        monkeypatch.chdir(directory)
        signed = world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", signer, "-y")["proposal"]
        assert len(signed["confirmations"]) == 2, "neither knows of the other"
    for directory in (bob, carol):
        share(directory, "Confirm INV-1")

    git(alice / "proposals", "pull", "--quiet")
    monkeypatch.chdir(alice)
    (waiting,) = world.ok("safe", "queue")["proposals"]
    assert sorted(waiting["confirmations"]) == sorted((ALICE, BOB, CAROL))
    # Mallory owns nothing: whoever pays the gas may execute.
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y")
    assert world.chain.at("latest").get(world.deployment.suite.reserve.paid(ModelId("21"))) == 50 * USDC
    share(alice, "INV-1 is paid")

    git(bob / "proposals", "pull", "--quiet")
    monkeypatch.chdir(bob)
    ran = world.run("safe", "execute", proposal["safe_tx_hash"], "--signer", "bob", "-y", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "already-executed")

"""Proposing through a Safe: nonces that were chosen, a Safe that was demanded, and the proposal as a file."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.world import MALLORY, World

pytestmark = pytest.mark.cli

SPLIT = ("split", "set", "21", "70%", "--signer", "alice", "-y")


def outcome(world: World, *argv: str) -> tuple[int, list[str], list[str]]:
    """Return the exit code, and the codes of findings and of errors."""
    ran = world.run(*argv, "-o", "json")
    document = ran.json
    return (
        ran.exit_code,
        [item["code"] for item in document["findings"]],
        [item["code"] for item in document["errors"]],
    )


def queue(world: World) -> list[Any]:
    found = world.ok("safe", "queue")["proposals"]
    assert isinstance(found, list)
    return found


def execute_one(world: World) -> None:
    """Use the Safe's nonce 0."""
    proposal = world.ok("split", "set", "22", "60%", "--signer", "alice", "-y")["proposal"]
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "bob", "-y")


@pytest.mark.parametrize("option", ["--yes", "--dry-run"])
def test_a_nonce_that_the_safe_has_used_is_refused(world: World, option: str) -> None:
    execute_one(world)
    argv = ("split", "set", "21", "70%", "--signer", "alice", "--nonce", "0", option)
    assert outcome(world, *argv) == (6, ["stale-nonce"], [])
    assert queue(world) == []


def test_a_nonce_beyond_a_gap_is_proposed_with_a_warning(world: World) -> None:
    assert outcome(world, *SPLIT, "--nonce", "3") == (0, ["nonce-gap", "future-nonce"], [])
    ran = world.run("split", "set", "22", "60%", "--signer", "alice", "--dry-run")
    assert "No proposal has nonce 0 to 2" in ran.stdout


def test_a_nonce_that_another_proposal_waits_with_is_proposed_with_a_warning(world: World) -> None:
    first = world.ok(*SPLIT)["proposal"]["safe_tx_hash"]
    ran = world.run("split", "set", "22", "60%", "--signer", "alice", "-y", "--nonce", "0", "-o", "json")
    (finding,) = ran.json["findings"]
    title = "Change the split of model 21 from 80% to 70% for infrastructure"
    assert (ran.exit_code, finding["code"], finding["evidence"]) == (0, "nonce-conflict", {f"cancels {first}": title})


def test_proposing_the_same_again_says_so_and_counts_who_confirmed(world: World) -> None:
    world.ok(*SPLIT)
    ran = world.run("split", "set", "21", "70%", "--signer", "bob", "--dry-run")
    assert "[already-proposed]" in ran.stdout
    assert "confirmations  1 of 2" in ran.stdout


@pytest.mark.parametrize("safe", ["mallory", MALLORY])
def test_a_safe_that_may_not_is_refused_instead_of_another_one(world: World, safe: str) -> None:
    ran = world.run(*SPLIT, "--safe", safe)
    assert ran.exit_code == 6
    assert MALLORY in ran.stderr
    assert "GOV_ROLE" in ran.stderr
    assert world.safe in ran.stderr
    assert queue(world) == []


def test_a_demanded_safe_goes_before_a_key_that_may_too(world: World) -> None:
    argv = ("emergency", "pause", "--dry-run")
    assert world.ok(*argv, "--signer", "deployer")["route"]["kind"] == "direct"
    assert world.ok(*argv, "--signer", "alice", "--safe", world.safe)["route"]["authority"]["address"] == world.safe


def test_a_demanded_safe_contradicts_the_direct_route(world: World) -> None:
    argv = ("emergency", "pause", "--signer", "deployer", "-y", "--via", "direct", "--safe", world.safe)
    assert outcome(world, *argv) == (6, [], ["route-unavailable"])


@pytest.mark.parametrize("verb", ["sign", "execute"])
def test_signing_and_executing_refuse_a_proposal_of_another_safe_than_the_demanded(world: World, verb: str) -> None:
    safe_tx_hash = world.ok(*SPLIT)["proposal"]["safe_tx_hash"]
    argv = ("safe", verb, safe_tx_hash, "--signer", "bob", "-y", "--safe", MALLORY)
    assert outcome(world, *argv) == (6, [], ["other-safe"])


def test_out_also_writes_the_proposal_to_a_file(world: World, tmp_path: Path) -> None:
    path = tmp_path / "new" / "proposal.json"
    proposal = world.ok(*SPLIT, "--out", str(path))["proposal"]

    assert path.read_bytes() == Path(proposal["path"], "proposal.json").read_bytes()
    assert [entry["safe_tx_hash"] for entry in queue(world)] == [proposal["safe_tx_hash"]]
    assert world.ok("tx", "decode", str(path))


def test_out_leaves_the_nonce_and_the_check_for_duplicates_to_the_shared_folder(world: World, tmp_path: Path) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y", "--out", str(tmp_path / "1.json"))
    assert world.ok(*SPLIT, "--out", str(tmp_path / "2.json"))["proposal"]["nonce"] == 1
    again = ("invoice", "pay", "INV-1", "--signer", "alice", "-y", "--out", str(tmp_path / "3.json"))
    exit_code, (stop, *_), _ = outcome(world, *again)
    assert (exit_code, stop) == (6, "invoice-already-proposed")
    assert not (tmp_path / "3.json").exists()


def test_out_in_a_dry_run_writes_nothing(world: World, tmp_path: Path) -> None:
    path = tmp_path / "proposal.json"
    world.ok("split", "set", "21", "70%", "--signer", "alice", "--dry-run", "--out", str(path))
    assert not path.exists()


def test_out_never_goes_over_a_file(world: World, tmp_path: Path) -> None:
    path = tmp_path / "proposal.json"
    path.write_text("mine")
    assert outcome(world, *SPLIT, "--out", str(path)) == (6, [], ["out-taken"])
    assert path.read_text() == "mine"
    assert queue(world) == []


def test_out_that_cannot_be_written_leaves_no_proposal(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = world.run(*SPLIT, "--out", str(tmp_path / "file" / "proposal.json"))
    assert ran.exit_code == 1
    assert queue(world) == []


def test_out_is_refused_where_nothing_is_proposed(world: World, tmp_path: Path) -> None:
    path = str(tmp_path / "proposal.json")
    direct = ("split", "set", "23", "70%", "--signer", "deployer", "-y", "--out", path)
    assert outcome(world, *direct) == (6, [], ["route-unavailable"])
    assert world.ok("split", "show", "23")["models"][0]["infrastructure_accrual_bps"] == 9000
    safe_tx_hash = world.ok(*SPLIT)["proposal"]["safe_tx_hash"]
    for verb in ("sign", "execute"):
        argv = ("safe", verb, safe_tx_hash, "--signer", "bob", "-y", "--out", path)
        assert outcome(world, *argv) == (6, [], ["route-unavailable"])


def test_the_hashes_in_the_file_are_those_that_were_shown(world: World, tmp_path: Path) -> None:
    path = tmp_path / "proposal.json"
    proposal = world.ok(*SPLIT, "--out", str(path))["proposal"]
    written = json.loads(path.read_text())
    assert (written["message_hash"], written["domain_hash"]) == (proposal["message_hash"], proposal["domain_hash"])


def test_signing_twice_says_that_it_changes_nothing(world: World) -> None:
    safe_tx_hash = world.ok(*SPLIT)["proposal"]["safe_tx_hash"]
    ran = world.run("safe", "sign", safe_tx_hash, "--signer", "alice", "-y")
    assert ran.exit_code == 0
    assert "nothing: already confirmed by owner" in ran.stderr
    assert "1 more owner confirms: hokctl safe sign" in ran.stderr


def test_a_refusal_says_how_the_finding_is_accepted(world: World) -> None:
    refused = ("treasury", "set", "mallory", "--signer", "deployer", "--dry-run")
    assert "To go on all the same: --allow treasury-not-multisig" in world.run(*refused).stdout
    ran = world.run("split", "set", "21", "70%", "--signer", "alice", "--nonce", "2", "--dry-run")
    assert "--allow" not in ran.stdout


def test_the_next_command_can_be_pasted(world: World) -> None:
    ran = world.run("invoice", "add", "May 2026", "--model", "21", "--amount", "50")
    assert "Next: hokctl invoice pay 'May 2026'" in ran.stdout

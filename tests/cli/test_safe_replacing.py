"""hokctl safe approve, reject and replace."""

from typing import Any

import pytest

from tests.world import ALICE, BOB, World

pytestmark = pytest.mark.cli


def propose(world: World, bps: str, *options: str) -> dict[str, Any]:
    """Propose another split as alice."""
    proposal = world.ok("split", "set", "21", bps, "--signer", "alice", "-y", *options)["proposal"]
    assert isinstance(proposal, dict)
    return proposal


def codes(world: World, *argv: str) -> tuple[int, list[str]]:
    ran = world.run("safe", *argv, "-o", "json")
    return ran.exit_code, [item["code"] for item in (*ran.json["findings"], *ran.json["errors"])]


def carry_out(world: World, safe_tx_hash: str) -> None:
    """Sign as bob and execute as mallory."""
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    world.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")


@pytest.mark.parametrize("by_nonce", [False, True])
def test_a_rejection_uses_up_the_nonce_and_says_what_it_cancels(world: World, *, by_nonce: bool) -> None:
    doomed = propose(world, "70%")
    reference = "0" if by_nonce else doomed["safe_tx_hash"]
    done = world.ok("safe", "reject", reference, "--signer", "alice", "-y")

    assert done["proposal"]["nonce"] == doomed["nonce"] == 0
    assert [item["safe_tx_hash"] for item in done["cancels"]] == [doomed["safe_tx_hash"]]
    assert done["plan"]["calls"][0] | {"purpose": ""} == {
        "to": world.safe,
        "label": "Safe",
        "signature": done["plan"]["calls"][0]["signature"],
        "args": [],
        "data": "0x",
        "value": "0",
        "purpose": "",
    }
    carry_out(world, done["proposal"]["safe_tx_hash"])
    assert codes(world, "execute", doomed["safe_tx_hash"], "--dry-run") == (6, ["proposal-replaced"])
    assert world.ok("safe", "info")["nonce"] == 1


def test_rejecting_what_nobody_here_knows_is_told(world: World) -> None:
    exit_code, found = codes(world, "reject", "0", "--signer", "alice", "-y")
    assert (exit_code, "cancels-nothing-known" in found) == (0, True)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("reject", "0xdeadbeef"), (2, "unknown-proposal")),
        (("reject", "zz"), (2, "unknown-proposal")),
        (("reject", "7"), (6, "nothing-to-replace")),
        (("reject",), (2, "usage")),
        (("reject", "0", "--nonce", "3"), (6, "route-unavailable")),
        (("reject", "0", "--signer", "mallory"), (6, "not-an-owner")),
        (("replace", "0xdeadbeef"), (2, "unknown-proposal")),
        (("replace",), (2, "usage")),
        (("approve", "0xdeadbeef"), (2, "unknown-proposal")),
        (("approve",), (2, "usage")),
    ],
)
def test_bad_input_is_refused(world: World, argv: tuple[str, ...], expected: tuple[int, str]) -> None:
    options = () if "--signer" in argv else ("--signer", "alice")
    exit_code, found = codes(world, *argv, *options, "-y")
    assert (exit_code, found[-1]) == expected


def test_a_used_nonce_cannot_be_rejected(world: World) -> None:
    first = propose(world, "70%")
    carry_out(world, first["safe_tx_hash"])
    exit_code, found = codes(world, "reject", first["safe_tx_hash"], "--signer", "alice", "-y")
    assert (exit_code, "stale-nonce" in found) == (6, True)


def test_a_later_plan_takes_the_place_of_an_earlier_one(world: World) -> None:
    first, second = propose(world, "70%"), propose(world, "60%")
    done = world.run(
        "safe",
        "replace",
        first["safe_tx_hash"],
        "--with",
        second["safe_tx_hash"],
        "--signer",
        "alice",
        "-y",
        "-o",
        "json",
    )
    assert done.exit_code == 0, done.stdout
    assert (done.data["proposal"]["nonce"], second["nonce"]) == (0, 1)
    assert [item["safe_tx_hash"] for item in done.data["cancels"]] == [first["safe_tx_hash"]]
    assert "proposed-twice" in [item["code"] for item in done.json["findings"]]
    carry_out(world, done.data["proposal"]["safe_tx_hash"])
    assert world.ok("split", "show", "21")["models"][0]["infrastructure_accrual_bps"] == 6000


def test_a_plan_whose_nonce_was_used_is_proposed_anew(world: World) -> None:
    first = propose(world, "70%")
    assert codes(world, "replace", first["safe_tx_hash"], "--signer", "alice", "-y") == (6, ["nothing-to-replace"])
    rejection = world.ok("safe", "reject", first["safe_tx_hash"], "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    both = ("--with", rejection, "--signer", "alice", "-y")
    assert codes(world, "replace", first["safe_tx_hash"], *both) == (6, ["nothing-to-replace"])
    carry_out(world, rejection)
    done = world.ok("safe", "replace", first["safe_tx_hash"], "--signer", "alice", "-y")
    assert done["proposal"]["nonce"] == 1
    assert codes(world, "replace", rejection, "--signer", "alice", "-y") == (6, ["already-executed"])


def test_a_plan_is_not_brought_back_when_the_facts_have_changed_since(world: World) -> None:
    first, rival = propose(world, "70%"), propose(world, "60%", "--nonce", "0")
    carry_out(world, rival["safe_tx_hash"])
    exit_code, found = codes(world, "replace", first["safe_tx_hash"], "--signer", "alice", "-y")
    assert (exit_code, any(code.startswith("effect-") for code in found)) == (6, True)


def test_an_approval_on_the_chain_counts_without_any_file(world: World) -> None:
    proposal = propose(world, "70%")
    dry = world.ok("safe", "approve", proposal["safe_tx_hash"], "--signer", "bob", "--dry-run")
    assert (dry["owner"], dry["approves"], dry["outcome"]) == (BOB, proposal["safe_tx_hash"], None)
    assert dry["effects"] != []
    done = world.ok("safe", "approve", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    assert done["plan"]["calls"][0]["signature"] == "approveHash(bytes32)"
    shown = world.ok("safe", "show", proposal["safe_tx_hash"])
    assert set(shown["proposal"]["confirmations"]) == {ALICE, BOB}
    assert shown["standing"] == "executable"
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y")


def test_only_owners_approve(world: World) -> None:
    proposal = propose(world, "70%")
    argv = ("approve", proposal["safe_tx_hash"])
    assert codes(world, *argv, "--signer", "mallory", "-y") == (6, ["not-an-owner"])
    assert codes(world, *argv, "--safe", "mallory", "--signer", "alice", "-y") == (6, ["not-an-owner"])
    assert codes(world, *argv, "--dry-run") == (6, ["missing-signer"])
    assert codes(world, "sign", proposal["safe_tx_hash"], "--for", "mallory", "--signer", "alice", "-y") == (
        6,
        ["not-an-owner"],
    )

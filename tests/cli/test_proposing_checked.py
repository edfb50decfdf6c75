"""What a proposer signs went through the same list of checks as what the other owners sign."""

import json
from typing import Any

import pytest

from hokctl.config.writing import render_toml
from tests.world import ALICE, BOB, CAROL, DEPLOYER, TOGETHER, World

pytestmark = pytest.mark.cli

SPLIT = ("split", "set", "21", "70%")
BY_ALICE = ("--signer", "alice", "-y")
DRIFTED = {"treasury": {"owners": [ALICE, BOB, DEPLOYER], "threshold": 2}}


def outcome(world: World, *argv: str) -> tuple[int, list[str]]:
    """Return the exit code, and the codes of findings and of errors."""
    document = world.run(*argv, "-o", "json").json
    found = [*document["findings"], *document["errors"]]
    return document["exit_code"], [item["code"] for item in found]


def queue(world: World) -> list[Any]:
    found = world.ok("safe", "queue")["proposals"]
    assert isinstance(found, list)
    return found


def write_policy(world: World, **tables: object) -> None:
    """Write policy.toml; by default it knows the Safe as it is."""
    registered = {"owners": [ALICE, BOB, CAROL], "threshold": 2}
    policy = {"safes": {"treasury": registered}, **tables}
    (world.directory / "policy.toml").write_text(render_toml(policy), encoding="utf-8")
    world.write_config(policy="policy.toml")


def add(world: World, number: str = "INV-1", *options: str) -> None:
    world.ok("invoice", "add", number, "--model", "21", "--amount", "50", *options)


@pytest.mark.parametrize("options", [BY_ALICE, ("--via", "safe", "-y"), ("--dry-run",)], ids=["signed", "not", "dry"])
@pytest.mark.parametrize(
    "argv",
    [
        SPLIT,
        ("invoice", "pay", "INV-1"),
        ("safe", "reject", "0"),
        ("emergency", "pause", "--safe", "treasury"),
        ("safe", "owners", "threshold", "3"),
    ],
    ids=" ".join,
)
def test_a_safe_that_drifted_stops_its_proposers(world: World, argv: tuple[str, ...], options: tuple[str, ...]) -> None:
    add(world)
    write_policy(world, safes=DRIFTED)
    if argv[:2] in {("safe", "reject"), ("safe", "owners")}:
        options = tuple(item for item in options if item not in {"--via", "safe"})
    exit_code, found = outcome(world, *argv, *options)
    assert (exit_code, "safe-drift" in found) == (6, True)
    assert queue(world) == []


def test_what_is_allowed_by_name_is_told_and_goes_on_to_the_simulation(world: World) -> None:
    write_policy(world, safes=DRIFTED)
    ran = world.run(*SPLIT, *BY_ALICE, "--allow", "safe-drift", "-o", "json")
    assert (ran.exit_code, [one["code"] for one in ran.json["findings"]]) == (0, ["safe-drift"])
    assert {one["id"]: one["verdict"] for one in ran.data["checks"]}["simulation"] == "ok"
    assert ran.data["effect"] is not None


def test_proposing_shows_the_list_as_signing_does(world: World) -> None:
    add(world)
    write_policy(world)
    proposed = world.run("invoice", "pay", "INV-1", *BY_ALICE, "-o", "json")
    signed = world.run("safe", "sign", proposed.data["proposal"]["safe_tx_hash"], "--signer", "bob", "-y", "-o", "json")
    mine, theirs = ({one["id"]: one for one in ran.data["checks"]} for ran in (proposed, signed))
    assert list(mine) == list(theirs)
    assert {id_: (one["verdict"], one["codes"]) for id_, one in mine.items()} == {
        id_: (one["verdict"], one["codes"]) for id_, one in theirs.items()
    }
    assert proposed.data["device"] == signed.data["device"]
    assert proposed.json["findings"] == signed.json["findings"] != []
    assert mine["signatures"]["looked_at"] == [{"name": "confirmations", "value": "none yet"}]


def test_no_finding_is_told_twice_and_invoices_go_by_their_number(world: World) -> None:
    add(world, "INV-1", "--provider", "mallory")
    for number, argv in enumerate((("--dry-run",), BY_ALICE)):
        ran = world.run("invoice", "pay", "INV-1", *argv, "-o", "json")
        codes = [one["code"] for one in ran.json["findings"]]
        assert codes == ["payee-not-provider", "first-time-payee"], number
    ran = world.run("invoice", "pay", "INV-1", *BY_ALICE, "-o", "json")
    told = [json.dumps(one, sort_keys=True) for one in ran.json["findings"]]
    assert len(told) == len(set(told))
    codes = [one["code"] for one in ran.json["findings"]]
    assert len(codes) == len(set(codes))
    assert [one["subject"] for one in ran.json["findings"] if one["code"] == "invoice-already-proposed"] == ["INV-1"]


def test_the_policys_limits_stop_the_proposer(world: World) -> None:
    add(world)
    write_policy(world, limits={"per_payment": "49"})
    exit_code, found = outcome(world, "invoice", "pay", "INV-1", *BY_ALICE)
    assert (exit_code, "over-limit" in found) == (6, True)
    assert queue(world) == []


def test_a_replacement_passes_the_checks_of_its_payment(world: World) -> None:
    doomed = world.ok(*SPLIT, *BY_ALICE)["proposal"]["safe_tx_hash"]
    add(world)
    payment = world.ok("invoice", "pay", "INV-1", *BY_ALICE)["proposal"]["safe_tx_hash"]
    write_policy(world, limits={"per_payment": "49"})
    exit_code, found = outcome(world, "safe", "replace", doomed, "--with", payment, *BY_ALICE)
    assert (exit_code, "over-limit" in found) == (6, True)
    write_policy(world)
    assert outcome(world, "safe", "replace", doomed, "--with", payment, *BY_ALICE)[0] == 0


def test_a_second_node_that_is_silent_stops_the_proposer(world: World) -> None:
    world.write_config(second_rpc_url="http://127.0.0.1:1")
    assert outcome(world, *SPLIT, *BY_ALICE) == (6, ["second-node-silent"])
    assert queue(world) == []


def test_files_for_a_safe_go_through_the_list_without_a_nonce(world: World) -> None:
    add(world)
    path = world.directory / "out.json"
    write_policy(world, limits={"per_payment": "49"})
    argv = ("invoice", "pay", "INV-1", "--via", "export", "--out", str(path), "-y")
    assert outcome(world, *argv)[0] == 6
    assert not path.exists()
    write_policy(world)
    checks = {one["id"]: one for one in world.ok(*argv)["checks"]}
    assert checks["nonce"]["verdict"] == "not-applicable"
    assert {"name": TOGETHER, "value": "together"} in checks["payee"]["looked_at"]
    assert path.exists()

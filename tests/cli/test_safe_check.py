"""`safe check`: the whole list before a signature, as scripts and people read it."""

from typing import Any

import pytest

from hokctl.checks.check_list import CHECKS
from hokctl.config.writing import render_toml
from hokctl.exit_codes import ExitCode
from tests.counting import counting_proxy
from tests.world import OWNERS, World

pytestmark = pytest.mark.cli


def propose(world: World, number: str = "INV-1") -> Any:  # noqa: ANN401 - a document
    world.ok("invoice", "add", number, "--model", "21", "--amount", "50")
    return world.ok("invoice", "pay", number, "--signer", "alice", "-y")["proposal"]


def check(world: World, reference: str) -> Any:  # noqa: ANN401 - a document
    return world.run("safe", "check", reference, "-o", "json").json


def verdicts(document: Any) -> dict[str, str]:  # noqa: ANN401 - a document
    return {one["id"]: one["verdict"] for one in document["data"]["checks"]}


def write_policy(world: World, **registered: object) -> None:
    safe = {"owners": list(OWNERS), "threshold": 2, "version": "1.4.1", **registered}
    policy = {"first_time_payee": "allow", "safes": {"treasury": safe}}
    (world.directory / "policy.toml").write_text(render_toml(policy), encoding="utf-8")
    world.write_config(policy="policy.toml")


def test_check_lists_every_check_and_ends_with_5_on_a_warning(world: World) -> None:
    document = check(world, propose(world)["safe_tx_hash"])

    assert (document["exit_code"], document["status"]) == (ExitCode.FINDINGS, "findings")
    assert [one["id"] for one in document["data"]["checks"]] == [
        *(one.id for one in CHECKS if one.run is not None),
        "simulation",
    ]
    assert {code for code, verdict in verdicts(document).items() if verdict == "finding"} == {"first-payment"}


def test_check_of_a_sound_proposal_ends_with_0(world: World) -> None:
    proposal = propose(world)
    write_policy(world)
    document = check(world, proposal["safe_tx_hash"])

    assert (document["exit_code"], document["findings"]) == (ExitCode.OK, [])
    assert verdicts(document)["safe-registry"] == "ok"


def test_check_shows_three_computations_of_the_hash_and_the_screens_of_a_ledger(world: World) -> None:
    proposal = propose(world)
    document = check(world, proposal["safe_tx_hash"])
    (hashes,) = [one for one in document["data"]["checks"] if one["id"] == "hashes"]
    by = {one["name"]: one["value"] for one in hashes["looked_at"]}

    for who in ("hokctl", "eth_account", "the Safe"):
        assert by[f"safe_tx_hash by {who}"] == proposal["safe_tx_hash"]
        assert by[f"domain hash by {who}"] == proposal["domain_hash"]
    device = document["data"]["device"]
    assert device["blind"][1] == {"label": "Message hash", "value": "0x" + proposal["message_hash"][2:].upper()}
    assert [one["label"] for one in device["clear"]][:3] == ["To", "Value", "Operation type"]
    assert device["hidden"][0] == {"label": "Nonce", "value": "0"}
    text = world.run("safe", "check", proposal["safe_tx_hash"]).stdout
    assert "On a Ledger, in this order, when it signs blindly" in text


def test_a_safe_that_drifted_from_the_registry_is_neither_signed_nor_executed(world: World) -> None:
    proposal = propose(world)
    write_policy(world, threshold=3)

    assert verdicts(check(world, proposal["safe_tx_hash"]))["safe-registry"] == "finding"
    for verb in ("sign", "execute"):
        ran = world.run("safe", verb, proposal["safe_tx_hash"], "--signer", "bob", "-y", "-o", "json")
        if verb == "sign":
            assert (ran.exit_code, ran.json["findings"][0]["code"]) == (ExitCode.REFUSED, "safe-drift")
    allowed = world.run(
        "safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y", "--allow", "safe-drift", "-o", "json"
    )
    assert allowed.exit_code == 0
    assert verdicts(allowed.json)["simulation"] == "ok"


def test_a_second_node_that_agrees_is_asked_and_one_that_is_down_stops(world: World) -> None:
    proposal = propose(world)
    write_policy(world)
    world.write_config(policy="policy.toml", second_rpc_url=world.url)
    assert verdicts(check(world, proposal["safe_tx_hash"]))["second-node"] == "ok"

    world.write_config(policy="policy.toml", second_rpc_url="http://127.0.0.1:9")
    document = check(world, proposal["safe_tx_hash"])
    assert [finding["code"] for finding in document["findings"]] == ["second-node-silent"]
    ran = world.run("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    assert ran.exit_code == ExitCode.REFUSED


def test_the_evidence_names_what_looked(world: World) -> None:
    document = check(world, propose(world)["safe_tx_hash"])
    (tool,) = [one for one in document["data"]["checks"] if one["id"] == "tool"]
    names = [one["name"] for one in tool["looked_at"]]

    assert names == ["plan hash", "block", "hokctl", "Python", "libraries", "configuration", "policy"]


def test_a_check_takes_few_round_trips(world: World) -> None:
    proposal = propose(world)
    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        check(world, proposal["safe_tx_hash"])
        assert proxy.round_trips == 3

"""hokctl safe: creating, reviewing, signing and executing."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hokctl.clients.safe import Safe
from hokctl.domain.units import ModelId, TxHash
from hokctl.safe.packing import pack_signatures
from hokctl.safe.store import FolderStore
from hokctl.services.executions import Execution
from tests.counting import counting_proxy
from tests.world import ALICE, BOB, CAROL, MALLORY, World

pytestmark = pytest.mark.cli


def propose(world: World, number: str = "INV-1", *options: str, amount: str = "50") -> dict[str, Any]:
    """Propose to pay an invoice as alice, and return the proposal."""
    world.ok("invoice", "add", number, "--model", "21", "--amount", amount)
    proposal = world.ok("invoice", "pay", number, "--signer", "alice", "-y", *options)["proposal"]
    assert isinstance(proposal, dict)
    return proposal


def codes(world: World, *argv: str) -> tuple[int, list[str]]:
    ran = world.run(*argv, "-o", "json")
    document = ran.json
    return ran.exit_code, [item["code"] for item in (*document["findings"], *document["errors"])]


def test_info_shows_who_and_what_acts_for_the_safe(world: World) -> None:
    assert world.ok("safe", "info") == {
        "safe": world.safe,
        "version": "1.4.1",
        "owners": [ALICE, BOB, CAROL],
        "threshold": 2,
        "nonce": 0,
        "singleton": "0x29fcB43b46531BcA003ddC8FCB67FFE91900C762",
        "fallback_handler": "0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99",
        "guard": None,
        "modules": [],
        "more_modules": False,
    }
    assert "2 of 3" in world.run("safe", "info", "--safe", world.safe).stdout


def test_info_refuses_what_is_no_safe(world: World) -> None:
    assert codes(world, "safe", "info", "--safe", "alice") == (2, ["not-a-safe"])


def test_without_a_safe_the_only_one_in_the_folder_is_meant(world: World) -> None:
    world.write_config(safe=None)
    assert codes(world, "safe", "queue") == (3, ["no-safe"])

    world.write_config()
    proposal = propose(world)
    world.write_config(safe=None)
    assert world.ok("safe", "queue")["safe"] == proposal["safe"] == world.safe


def test_queue_is_what_the_command_surface_promises(world: World) -> None:
    proposal = propose(world)
    queue = world.ok("safe", "queue")

    (entry,) = queue.pop("proposals")
    created_at = entry.pop("created_at")
    assert isinstance(created_at, int)
    assert queue == {"safe": world.safe, "nonce": 0, "threshold": 2}
    assert entry == {
        "safe_tx_hash": proposal["safe_tx_hash"],
        "nonce": 0,
        "title": "Pay invoice INV-1 of together: 50.00 USDC",
        "confirmations": [ALICE],
        "kinds": {ALICE: "eip712"},
        "executable": False,
        "source": "folder",
    }
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    assert world.ok("safe", "queue")["proposals"][0]["executable"] is True
    assert f"hokctl safe execute {proposal['safe_tx_hash'][:10]}" in world.run("safe", "queue").stdout


def test_queue_names_gaps_and_conflicts(world: World) -> None:
    first = propose(world, "INV-1")
    rival = propose(world, "INV-2", "--nonce", "0")
    propose(world, "INV-3", "--nonce", "3")
    propose(world, "INV-4", "--nonce", "5")
    ran = world.run("safe", "queue", "-o", "json")

    assert (ran.exit_code, ran.json["status"]) == (0, "ok")
    found = {finding["code"]: finding for finding in ran.json["findings"]}
    assert found["nonce-gap"]["message"] == "No proposal has nonce 1 to 2, 4, so the ones after it cannot be executed."
    assert {first["safe_tx_hash"], rival["safe_tx_hash"]} == set(
        found["nonce-conflict"]["evidence"]["proposals"].split(", ")
    )
    assert codes(world, "safe", "sign", first["safe_tx_hash"], "--dry-run") == (
        0,
        ["nonce-conflict", "first-time-payee", "similar-payment"],
    )


def test_queue_names_what_can_no_longer_be_executed(world: World) -> None:
    first = propose(world, "INV-1")
    rival = propose(world, "INV-2", "--nonce", "0")
    world.ok("safe", "sign", first["safe_tx_hash"], "--signer", "bob", "-y")
    world.ok("safe", "execute", first["safe_tx_hash"], "--signer", "mallory", "-y")
    ran = world.run("safe", "queue", "-o", "json")

    assert ran.data["proposals"] == []
    (finding,) = ran.json["findings"]
    assert (finding["code"], finding["subject"]) == ("stale-proposal", rival["safe_tx_hash"])
    assert codes(world, "safe", "execute", rival["safe_tx_hash"], "--dry-run") == (6, ["proposal-replaced"])
    assert codes(world, "safe", "sign", rival["safe_tx_hash"], "--dry-run") == (6, ["stale-nonce"])
    assert world.ok("invoice", "pay", "INV-2", "--signer", "alice", "-y")["proposal"]["nonce"] == 1


def test_a_tampered_proposal_is_named_and_not_signed(world: World) -> None:
    proposal = propose(world)
    path = Path(proposal["path"]) / "proposal.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["plan"]["calls"][0]["args"][2]["value"] = "1"
    path.write_text(json.dumps(document), encoding="utf-8")

    assert codes(world, "safe", "queue") == (0, ["proposal-untrusted"])
    assert codes(world, "safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")[0] == 6
    assert codes(world, "safe", "execute", proposal["safe_tx_hash"], "--signer", "bob", "-y")[0] == 6


def test_show_says_what_the_bytes_do(world: World) -> None:
    proposal = propose(world)
    shown = world.ok("safe", "show", proposal["safe_tx_hash"][:12])

    assert shown["proposal"] == proposal
    assert shown["kinds"] == {ALICE: "eip712"}
    assert (shown["standing"], shown["executed_by"], shown["proposer"]) == ("needs-confirmations", None, ALICE)
    assert shown["next"] == f"hokctl safe sign {proposal['safe_tx_hash'][:10]}"
    (effect,) = shown["effects"]
    assert effect.startswith(f'Pay 50.00 USDC to together {world.accounts[5]} for model "21"')
    text = world.run("safe", "show", proposal["safe_tx_hash"]).stdout
    assert proposal["domain_hash"] in text
    assert effect in text


@pytest.mark.parametrize("reference", ["0x1234", "zz", "0x" + "00" * 32])
def test_a_reference_that_names_no_proposal_is_refused(world: World, reference: str) -> None:
    propose(world)

    assert codes(world, "safe", "show", reference) == (2, ["unknown-proposal"])


def test_sign_adds_an_owners_confirmation_once(world: World) -> None:
    proposal = propose(world)
    ran = world.run("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y", "-o", "json")

    assert (ran.exit_code, ran.json["status"]) == (0, "pending")
    assert [finding["code"] for finding in ran.json["findings"]] == ["first-time-payee"]
    assert ran.data["proposal"]["confirmations"] == [BOB, ALICE]
    assert ran.data["route"]["steps"][1:] == [
        f"confirm it as owner {BOB}",
        "anyone executes: hokctl safe execute",
    ]
    again = world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    assert again["proposal"]["confirmations"] == [BOB, ALICE]


def test_sign_shows_the_review_before_it_asks(world: World) -> None:
    proposal = propose(world)
    ran = world.run("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob")

    assert ran.exit_code == 2
    assert "There is no terminal to confirm at" in ran.stderr
    assert "the Safe will: Pay 50.00 USDC to together" in ran.stderr
    assert proposal["safe_tx_hash"] in ran.stderr
    assert world.ok("safe", "queue")["proposals"][0]["confirmations"] == [ALICE]


def test_sign_refuses_a_stranger_and_needs_a_key(world: World) -> None:
    proposal = propose(world)

    assert codes(world, "safe", "sign", proposal["safe_tx_hash"], "--signer", "mallory", "-y") == (6, ["not-an-owner"])
    assert codes(world, "safe", "sign", proposal["safe_tx_hash"], "-y") == (6, ["missing-signer"])
    assert codes(world, "safe", "sign", proposal["safe_tx_hash"], "--dry-run") == (0, ["first-time-payee"])


def test_sign_refuses_what_the_chain_would_refuse_by_now(world: World) -> None:
    proposal = propose(world)
    world.ok("emergency", "pause", "--signer", "deployer", "-y")

    assert codes(world, "safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y") == (
        6,
        ["reserve-paused", "first-time-payee"],
    )


def test_sign_simulates_what_no_check_knows(world: World) -> None:
    world.ok("split", "set", "21", "70%", "--signer", "alice", "-y")
    proposal = world.ok("safe", "queue")["proposals"][0]
    params = world.deployment.suite.token_manager.get_params_address
    address = world.chain.at().get(params(ModelId("21")))
    world.chain.request("anvil_setCode", [address, "0x5f5ffd"])
    exit_code, found = codes(world, "safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")

    assert (exit_code, found) == (6, ["simulation-reverted"])


def test_sign_refuses_a_plan_that_names_a_contract_falsely(world: World) -> None:
    proposal = propose(world)
    manifest = world.directory / "deployments" / "devnet.json"
    document = json.loads(manifest.read_text(encoding="utf-8"))
    contracts = document["contracts"]
    contracts["InfrastructureReserve"], contracts["UsageFeeRouter"] = (
        contracts["UsageFeeRouter"],
        contracts["InfrastructureReserve"],
    )
    manifest.write_text(json.dumps(document), encoding="utf-8")

    assert "label-mismatch" in codes(world, "safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")[1]


def test_sign_needs_no_manifest(world: World) -> None:
    proposal = propose(world)
    (world.directory / "deployments" / "devnet.json").unlink()

    assert codes(world, "safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y") == (0, [])


def test_a_later_nonce_can_be_signed_but_not_executed(world: World) -> None:
    first, second = propose(world, "INV-1"), propose(world, "INV-2")
    assert (first["nonce"], second["nonce"]) == (0, 1)
    assert codes(world, "safe", "sign", second["safe_tx_hash"], "--signer", "bob", "-y") == (
        0,
        ["first-time-payee", "similar-payment", "future-nonce"],
    )
    ran = world.run("safe", "execute", second["safe_tx_hash"], "--signer", "bob", "-y")

    assert ran.exit_code == 8
    assert f"the Safe's next is 0: {first['safe_tx_hash']} comes first" in ran.stderr
    assert f"hokctl safe execute {first['safe_tx_hash'][:10]}" in ran.stderr


def test_a_gap_before_it_is_named(world: World) -> None:
    proposal = propose(world, "INV-1", "--nonce", "4")
    ran = world.run("safe", "execute", proposal["safe_tx_hash"], "--dry-run")

    assert (ran.exit_code, "no proposal in the folder has that nonce" in ran.stderr) == (8, True)


def test_execute_waits_for_the_threshold(world: World) -> None:
    proposal = propose(world)
    ran = world.run("safe", "execute", proposal["safe_tx_hash"], "--signer", "alice", "-y")

    assert ran.exit_code == 8
    assert "has 1 of the 2 confirmations that it takes" in ran.stderr
    assert BOB in ran.stderr
    assert CAROL in ran.stderr


def test_execute_needs_a_key_but_a_dry_run_does_not(world: World) -> None:
    proposal = propose(world)
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")

    assert codes(world, "safe", "execute", proposal["safe_tx_hash"], "-y") == (6, ["missing-signer"])
    assert world.ok("safe", "execute", proposal["safe_tx_hash"], "--dry-run")["outcome"] is None
    assert world.ok("safe", "queue")["nonce"] == 0


def test_execute_by_anyone_proves_what_happened(world: World) -> None:
    proposal = propose(world)
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    ran = world.run("safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y", "-o", "json")
    (transaction,) = ran.data["outcome"]["transactions"]

    assert (ran.exit_code, ran.json["status"]) == (0, "ok")
    assert [finding["code"] for finding in ran.json["findings"]] == ["first-time-payee"]
    assert [event["name"] for event in transaction["events"]] == [
        "SafeMultiSigTransaction",
        "InfrastructureCostPaid",
        "Transfer",
        "ExecutionSuccess",
    ]
    paid = transaction["events"][1]["args"]
    assert (paid["modelId"], paid["payee"], paid["amount"]) == ("21", world.accounts[5], "50000000")
    assert ran.data["proposal"]["safe_tx_hash"] == proposal["safe_tx_hash"]
    assert world.ok("safe", "show", proposal["safe_tx_hash"])["executed_by"] == transaction["tx_hash"]


def test_execute_refuses_a_second_time_and_names_the_first(world: World) -> None:
    proposal = propose(world)
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    (done,) = world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "bob", "-y")["outcome"]["transactions"]
    ran = world.run("safe", "execute", proposal["safe_tx_hash"], "--signer", "bob", "-y", "-o", "json")

    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "already-executed")
    assert done["tx_hash"] in ran.json["errors"][0]["message"]


def test_a_proposal_for_another_chain_is_refused(world: World) -> None:
    store = FolderStore(world.directory / "proposals")
    here = store.get(propose(world)["safe_tx_hash"])
    elsewhere = replace(here, safe_tx=replace(here.safe_tx, chain_id=31338), plan=replace(here.plan, chain_id=31338))
    store.add(elsewhere)

    for verb in ("show", "sign", "execute"):
        assert codes(world, "safe", verb, elsewhere.safe_tx_hash) == (6, ["proposal-chain"])


class Terminal(io.StringIO):
    """Someone sits there and types what the test says."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


@pytest.mark.parametrize(("answer", "exit_code", "confirmed"), [("n\n", 1, [ALICE]), ("y\n", 0, [BOB, ALICE])])
def test_sign_does_what_the_person_answers(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: str, exit_code: int, confirmed: list[str]
) -> None:
    proposal = propose(world)
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    ran = world.run("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob")

    assert ran.exit_code == exit_code
    assert "Do you want to confirm this Safe transaction?" in ran.stderr
    assert world.ok("safe", "queue")["proposals"][0]["confirmations"] == confirmed


def test_execute_sends_nothing_when_the_person_says_no(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = propose(world)
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    monkeypatch.setattr("sys.stdin", Terminal("no\n"))
    ran = world.run("safe", "execute", proposal["safe_tx_hash"], "--signer", "bob")

    assert (ran.exit_code, "Not confirmed: nothing was sent." in ran.stdout) == (1, True)
    assert world.ok("safe", "queue")["nonce"] == 0


def test_an_execution_that_reverts_after_all_is_told_and_not_noted(world: World) -> None:
    proposal = propose(world)
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    store = FolderStore(world.directory / "proposals")
    safe_tx = store.get(proposal["safe_tx_hash"]).safe_tx
    signatures = pack_signatures(store.confirmations(safe_tx.safe_tx_hash))
    rival = Safe(world.safe).exec_transaction(safe_tx.fields, signatures, purpose="be faster")
    argv = ("safe", "execute", proposal["safe_tx_hash"], "--signer", "bob", "-y")

    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        proxy.before["eth_sendRawTransaction"] = lambda: world.send(rival, MALLORY)
        assert codes(world, *argv) == (7, ["first-time-payee", "execution-failed"])
    world.write_config()
    assert world.ok("safe", "show", proposal["safe_tx_hash"])["executed_by"] is None
    assert world.ok("invoice", "show", "INV-1")["invoice"]["state"] == "proposed"

    assert world.run(*argv).exit_code == 0, "the next run finds what the other one did"
    assert world.ok("invoice", "show", "INV-1")["invoice"]["state"] == "paid"


def test_an_execution_that_used_up_its_nonce_in_vain_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = propose(world)
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    failure = Execution(tx_hash=TxHash("0x" + "ab" * 32), succeeded=False)
    monkeypatch.setattr("hokctl.services.executions.find_execution", lambda *_, **__: failure)

    argv = ("safe", "execute", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    assert codes(world, *argv) == (7, ["execution-failed"])


def test_create_makes_a_safe_at_the_predicted_address_once(world: World) -> None:
    options = ("--owner", "alice", "--owner", "mallory", "--threshold", "2")
    planned = world.ok("safe", "create", *options, "--signer", "mallory", "--dry-run")
    done = world.ok("safe", "create", *options, "--signer", "mallory", "-y")
    made = world.ok("safe", "info", "--safe", done["safe"])

    assert done["safe"] == planned["safe"] == made["safe"]
    assert (made["owners"], made["threshold"], made["version"]) == ([ALICE, MALLORY], 2, "1.4.1")
    assert done["outcome"]["transactions"][0]["events"][1]["args"]["proxy"] == done["safe"]
    again = world.ok("safe", "create", *options, "--signer", "mallory", "-y")
    assert (again["plan"]["calls"], again["outcome"]) == ([], None)
    other = world.ok("safe", "create", *options, "--salt-nonce", "1", "--dry-run")
    assert other["safe"] != done["safe"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--owner", "alice", "--threshold", "2"], "invalid-safe-setup"),
        (["--owner", "alice", "--owner", "alice", "--threshold", "1"], "invalid-safe-setup"),
        (["--owner", "nobody", "--threshold", "1"], "unknown-name"),
        (["--owner", "alice", "--threshold", "0"], "usage"),
        (["--threshold", "1"], "usage"),
    ],
)
def test_create_refuses_what_makes_no_safe(world: World, options: list[str], code: str) -> None:
    assert codes(world, "safe", "create", *options, "--signer", "alice", "-y") == (2, [code])


def test_create_works_before_anything_is_deployed(world: World) -> None:
    (world.directory / "deployments" / "devnet.json").unlink()

    assert world.run("safe", "create", "--owner", "bob", "--threshold", "1", "--signer", "bob", "-y").exit_code == 0

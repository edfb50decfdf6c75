"""hokctl with a Transaction Service beside the folder: proposing, signing and executing together and apart."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from hokctl.safe.store import FolderStore
from tests.transaction_service import FakeService, fake_service
from tests.world import ALICE, BOB, CAROL, MALLORY, TOGETHER, World

pytestmark = pytest.mark.integration


@pytest.fixture
def service(world: World) -> Iterator[FakeService]:
    """A service for the world's chain, named by its configuration."""
    with fake_service(world.chain) as running:
        world.write_config(transaction_service=running.url)
        yield running


def propose(world: World, number: str = "INV-1", *options: str) -> dict[str, Any]:
    world.ok("invoice", "add", number, "--model", "21", "--amount", "50")
    proposal = world.ok("invoice", "pay", number, "--signer", "alice", "-y", *options)["proposal"]
    assert isinstance(proposal, dict)
    return proposal


def codes(world: World, *argv: str) -> tuple[int, list[str]]:
    ran = world.run(*argv, "-o", "json")
    return ran.exit_code, [item["code"] for item in (*ran.json["findings"], *ran.json["errors"])]


def clear_folder(world: World) -> None:
    """Be somebody who has never had the folder."""
    shutil.rmtree(world.directory / "proposals", ignore_errors=True)


def paid(world: World) -> int:
    return world.chain.at().get(world.deployment.suite.usdc.balance_of(TOGETHER))


def test_a_proposal_stands_in_folder_and_service_and_is_signed_in_both(world: World, service: FakeService) -> None:
    proposal = propose(world)
    (record,) = service.records.values()
    assert record["safeTxHash"] == proposal["safe_tx_hash"]
    assert [one["owner"] for one in record["confirmations"]] == [ALICE]
    assert record["trusted"] is True

    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    assert sorted(one["owner"] for one in record["confirmations"]) == sorted([ALICE, BOB])
    queue = world.ok("safe", "queue")
    assert [(one["source"], one["executable"]) for one in queue["proposals"]] == [("both", True)]
    assert queue["differences"] == []
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y")
    assert paid(world) == 50_000_000
    assert len(service.writes()) == 2


def test_the_plan_travels_as_a_note_of_two_hundred_characters(world: World, service: FakeService) -> None:
    world.ok("invoice", "add", "INV-" + "9" * 60, "--model", "21", "--amount", "50")
    world.ok("invoice", "pay", "INV-" + "9" * 60, "--signer", "alice", "-y")
    (record,) = service.records.values()
    assert len(record["origin"]) <= 200
    assert '"name": "hokctl"' in record["origin"]

    clear_folder(world)
    (entry,) = world.ok("safe", "queue", "--from", "service")["proposals"]
    assert entry["title"].startswith("Pay invoice INV-99999")


def test_known_from_the_service_alone_a_proposal_is_retold_and_nobody_vouches_for_its_effect(
    world: World, service: FakeService
) -> None:
    proposal = propose(world)
    clear_folder(world)
    shown = world.ok("safe", "show", proposal["safe_tx_hash"])
    assert shown["plan"]["calls"][0]["signature"].startswith("payInfrastructureCost")

    exit_code, found = codes(world, "safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    assert (exit_code, "effect-undeclared" in found) == (6, True)
    assert len(service.records[proposal["safe_tx_hash"]]["confirmations"]) == 1
    allow = ("--allow", "effect-undeclared")
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y", *allow)
    assert len(service.records[proposal["safe_tx_hash"]]["confirmations"]) == 2
    kept = FolderStore(world.directory / "proposals").get(proposal["safe_tx_hash"])
    assert kept.plan.declared is False
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y", *allow)
    assert paid(world) == 50_000_000


def test_a_service_that_is_down_loses_nothing_and_sync_heals(world: World, service: FakeService) -> None:
    service.failures = {method: {"status": 500, "text": "<h1>Server Error (500)</h1>"} for method in ("GET", "POST")}
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    ran = world.run("invoice", "pay", "INV-1", "--signer", "alice", "-y", "-o", "json")
    assert (ran.exit_code, [one["code"] for one in ran.json["findings"]]) == (0, ["first-time-payee", "service-lags"])
    assert codes(world, "safe", "queue") == (0, ["service-not-asked"])
    assert codes(world, "safe", "sync") == (4, ["service-failing"])
    assert service.records == {}

    service.failures = {}
    before = world.ok("safe", "sync", "--dry-run")
    assert [(one["kind"], one["sync"]) for one in before["differences"]] == [("only-in-folder", "can-sync")]
    assert service.records == {}
    after = world.ok("safe", "sync")
    assert ([one["sync"] for one in after["differences"]], after["in_step"]) == (["synced"], True)
    assert [one["owner"] for one in next(iter(service.records.values()))["confirmations"]] == [ALICE]
    writes = len(service.writes())
    assert world.ok("safe", "sync")["differences"] == []
    assert len(service.writes()) == writes


def test_a_lost_answer_is_looked_after_and_nothing_is_sent_twice(world: World, service: FakeService) -> None:
    service.lose_answers = True
    proposal = propose(world)
    assert len(service.writes()) == 1
    ran = world.run("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y", "-o", "json")

    assert ran.exit_code == 0
    assert "service-lags" not in [one["code"] for one in ran.json["findings"]]
    assert len(service.writes()) == 2
    assert len(service.records[proposal["safe_tx_hash"]]["confirmations"]) == 2


def test_two_who_share_no_folder_meet_at_the_service(world: World, service: FakeService) -> None:
    proposal = propose(world)
    mine = world.directory / "mine"
    (world.directory / "proposals").rename(mine)
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "carol", "-y", "--allow", "effect-undeclared")
    clear_folder(world)
    mine.rename(world.directory / "proposals")

    differences = world.ok("safe", "queue")["differences"]
    assert [(one["kind"], one["owner"]) for one in differences] == [("confirmation-only-at-service", CAROL)]
    (entry,) = world.ok("safe", "queue", "--from", "folder")["proposals"]
    assert (entry["confirmations"], entry["source"]) == ([ALICE], "folder")
    world.ok("safe", "sync")
    store = FolderStore(world.directory / "proposals")
    assert {one.owner for one in store.confirmations(proposal["safe_tx_hash"])} == {ALICE, CAROL}
    assert len(service.writes()) == 2
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y")
    assert paid(world) == 50_000_000


def test_what_only_the_service_has_is_brought_to_the_folder_once_an_owner_has_signed_it(
    world: World, service: FakeService
) -> None:
    proposal = propose(world)
    clear_folder(world)
    record = service.records[proposal["safe_tx_hash"]]
    signed = list(record["confirmations"])
    record |= {"confirmations": [], "trusted": False}
    (left,) = world.ok("safe", "sync")["differences"]
    assert (left["kind"], left["sync"]) == ("only-at-service", "left")
    assert "no owner has signed" in left["reason"]
    assert not (world.directory / "proposals").exists()

    record |= {"confirmations": signed, "trusted": True}
    (copied,) = world.ok("safe", "sync")["differences"]
    assert copied["sync"] == "synced"
    (entry,) = world.ok("safe", "queue", "--from", "folder")["proposals"]
    assert entry["confirmations"] == [ALICE]


def test_hidden_proposals_are_seen(world: World, service: FakeService) -> None:
    proposal = propose(world)
    service.records[proposal["safe_tx_hash"]] |= {"trusted": False}
    clear_folder(world)
    assert len(world.ok("safe", "queue")["proposals"]) == 1


def test_every_page_is_read_and_next_is_never_followed(world: World, service: FakeService) -> None:
    for number in range(3):
        propose(world, f"INV-{number}")
    clear_folder(world)
    service.page_limit = 1
    assert [one["nonce"] for one in world.ok("safe", "queue")["proposals"]] == [0, 1, 2]
    assert [dict(seen.query).get("offset") for seen in service.seen[-3:]] == [None, "1", "2"]


def test_executed_elsewhere_is_found_on_the_chain_before_the_service_knows(world: World, service: FakeService) -> None:
    proposal = propose(world)
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    mine, theirs = world.directory / "proposals", world.directory / "theirs"
    shutil.copytree(mine, theirs)
    done = world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y")
    shutil.rmtree(mine)
    theirs.rename(mine)
    assert service.records[proposal["safe_tx_hash"]]["isExecuted"] is False

    (difference,) = world.ok("safe", "sync")["differences"]
    assert (difference["kind"], difference["tx_hash"]) == ("executed", done["outcome"]["transactions"][0]["tx_hash"])
    assert f"hokctl safe execute {proposal['safe_tx_hash'][:10]}" in difference["reason"]
    service.index()
    assert world.ok("safe", "queue")["proposals"] == []


def test_an_approval_that_the_service_found_is_counted_by_the_chain_and_not_copied(
    world: World, service: FakeService
) -> None:
    from hokctl.clients.safe import Safe

    proposal = propose(world)
    world.send(Safe(world.safe).approve_hash(proposal["safe_tx_hash"], owner=BOB, purpose="approve"), BOB)
    service.index()
    record = service.records[proposal["safe_tx_hash"]]
    assert [one["signatureType"] for one in record["confirmations"]] == ["EOA", "APPROVED_HASH"]

    queue = world.ok("safe", "queue")
    assert set(queue["proposals"][0]["confirmations"]) == {ALICE, BOB}
    assert queue["differences"] == []


def test_the_proposer_deletes_and_the_folder_keeps_it(world: World, service: FakeService) -> None:
    first, second = propose(world, "INV-1"), propose(world, "INV-2")
    assert codes(world, "safe", "delete", first["safe_tx_hash"], "--signer", "bob", "-y") == (6, ["not-the-proposer"])
    ran = world.run("safe", "delete", first["safe_tx_hash"], "--signer", "alice", "-y", "-o", "json")

    assert (ran.exit_code, ran.data["deleted"]) == (0, True)
    assert [one["code"] for one in ran.json["findings"]] == ["deletion-leaves-gap"]
    assert list(service.records) == [second["safe_tx_hash"]]
    assert ran.data["path"] == first["path"]
    assert codes(world, "safe", "delete", first["safe_tx_hash"], "--signer", "alice", "-y")[0] == 2
    world.ok("safe", "sync")
    assert set(service.records) == {first["safe_tx_hash"], second["safe_tx_hash"]}


def test_delegates_are_added_listed_and_removed(world: World, service: FakeService) -> None:
    assert codes(world, "safe", "delegates", "add", "backend", "--signer", "mallory", "-y") == (6, ["not-an-owner"])
    assert world.ok("safe", "delegates", "add", "backend", "--label", "bot", "--signer", "alice", "--dry-run") == {
        "delegate": None
    }
    assert service.delegates == []
    world.ok("safe", "delegates", "add", "backend", "--label", "bot", "--signer", "alice", "-y")
    (listed,) = world.ok("safe", "delegates", "list")["delegates"]
    assert (listed["delegator"], listed["label"]) == (ALICE, "bot")
    assert "bot" in world.run("safe", "delegates", "list").stdout

    world.ok("safe", "delegates", "remove", "backend", "--signer", "alice", "-y")
    assert service.delegates == []
    exit_code, found = codes(world, "safe", "delegates", "remove", "backend", "--signer", "alice", "-y")
    assert (exit_code, found) == (2, ["not-at-service"])


def test_without_a_service_its_commands_say_so(world: World) -> None:
    for argv in (["sync"], ["delete", "0x" + "12" * 32], ["delegates", "list"], ["queue", "--from", "service"]):
        assert codes(world, "safe", *argv) == (3, ["no-transaction-service"])
    assert MALLORY not in world.ok("safe", "info")["owners"]


def test_doctor_says_how_the_service_fares(world: World, service: FakeService) -> None:
    def line() -> dict[str, str]:
        checks = world.run("doctor", "-o", "json").data["checks"]
        return next(check for check in checks if check["name"] == "Transaction Service")

    assert line() == {
        "name": "Transaction Service",
        "health": "ok",
        "detail": f"{service.url}, version 6.10.1, chain 31337, knows the Safe",
    }
    world.write_config(transaction_service=service.url + "/api/v1/", safe=MALLORY)
    assert "service-lacks-safe" in codes(world, "doctor")[1]
    service.failures = {"GET": {"status": 503, "json": {"exception": "Problem connecting", "trace": "X"}}}
    assert "HTTP status 503: Problem connecting" in line()["detail"]
    world.write_config(transaction_service="http://127.0.0.1:1")
    assert "connection refused" in line()["detail"]
    world.write_config(transaction_service=service.url + "/?key=1")
    assert "no query" in line()["detail"]


def test_a_proposal_that_nobody_signed_waits_in_the_folder(world: World, service: FakeService) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    ran = world.run("invoice", "pay", "INV-1", "--via", "safe", "-y", "-o", "json")
    found = [one["code"] for one in ran.json["findings"]]
    assert (ran.exit_code, found) == (0, ["first-time-payee", "service-awaits-signature"])
    assert service.writes() == []
    steps = ran.data["route"]["steps"]
    assert steps[0] == f"propose the Safe transaction in the shared folder and the Transaction Service at {service.url}"
    world.ok("safe", "sign", ran.data["proposal"]["safe_tx_hash"], "--signer", "carol", "-y")
    assert [one["owner"] for one in service.records[ran.data["proposal"]["safe_tx_hash"]]["confirmations"]] == [CAROL]


def test_proposing_asks_the_service_twice(world: World, service: FakeService) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    service.seen.clear()
    world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")
    assert [seen.method for seen in service.seen][:2] == ["GET", "POST"]
    assert len(service.seen) <= 3

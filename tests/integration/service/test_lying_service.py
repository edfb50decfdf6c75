"""A Transaction Service that lies is caught: nothing that it says is believed before it is proven."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from eth_typing import Hash32
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes

from hokctl.devnet.keys import dev_account
from hokctl.safe.store import FolderStore
from tests.integration.service.test_service_life import clear_folder, codes, propose
from tests.transaction_service import FakeService, fake_service
from tests.world import ALICE, BOB, MALLORY, World

pytestmark = pytest.mark.integration

Record = dict[str, Any]


@pytest.fixture
def service(world: World) -> Iterator[FakeService]:
    """A service for the world's chain, named by its configuration."""
    with fake_service(world.chain) as running:
        world.write_config(transaction_service=running.url)
        yield running


def forged(safe_tx_hash: str, index: int) -> str:
    """Return the signature of one of the ten accounts over a hash."""
    return "0x" + bytes(dev_account(index).unsafe_sign_hash(Hash32(HexBytes(safe_tx_hash))).signature).hex()


def changed(**values: object) -> Callable[[Record], Record]:
    return lambda record: {**record, **values}


@pytest.mark.parametrize(
    "change",
    [
        {"to": MALLORY},
        {"value": "1"},
        {"data": "0x12"},
        {"data": None},
        {"operation": 1},
        {"nonce": "5"},
        {"safeTxGas": "1"},
        {"gasPrice": "1"},
        {"gasToken": MALLORY},
        {"refundReceiver": MALLORY},
        {"safeTxHash": "0x" + "12" * 32},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_field_does_not_fit_its_hash(world: World, service: FakeService, change: Record) -> None:
    proposal = propose(world)
    clear_folder(world)
    service.tamper = changed(**change)

    exit_code, found = codes(world, "safe", "queue")
    assert (exit_code, "proposal-untrusted" in found) == (0, True)
    assert world.ok("safe", "queue")["proposals"] == []
    assert codes(world, "safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y") == (6, ["service-untrusted"])
    assert codes(world, "safe", "sync")[0] == 5
    assert not (world.directory / "proposals").exists()


def test_a_whole_other_transaction_under_a_known_hash_is_refused(world: World, service: FakeService) -> None:
    proposal, other = propose(world, "INV-1"), propose(world, "INV-2")
    clear_folder(world)
    service.tamper = lambda _: service.records[other["safe_tx_hash"]]
    ran = world.run("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "service-untrusted")
    assert other["safe_tx_hash"] in ran.json["errors"][0]["message"]


def test_another_safe_in_the_list_is_refused(world: World, service: FakeService) -> None:
    propose(world)
    clear_folder(world)
    service.tamper = changed(safe=to_checksum_address("0x" + "5a" * 20))
    ran = world.run("safe", "queue", "-o", "json")
    assert ran.data["proposals"] == []
    assert "of the Safe 0x5a5A" in ran.json["findings"][0]["message"]


def test_a_service_of_another_chain_is_caught_by_its_hashes_and_named_by_doctor(
    world: World, service: FakeService
) -> None:
    service.chain_id = 1
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    ran = world.run("invoice", "pay", "INV-1", "--signer", "alice", "-y", "-o", "json")
    assert [one["code"] for one in ran.json["findings"]] == ["first-time-payee", "service-lags"]
    exit_code, found = codes(world, "doctor")
    assert (exit_code, "service-chain" in found) == (5, True)


@pytest.mark.parametrize(
    ("signature", "kind", "owner"),
    [
        (lambda hash_: forged(hash_, 6), "EOA", BOB),
        (lambda _: forged("0x" + "34" * 32, 2), "EOA", BOB),
        (lambda hash_: forged(hash_, 2), "ETH_SIGN", BOB),
        (lambda hash_: forged(hash_, 2), "QUANTUM", BOB),
        (lambda _: "0x" + BOB[2:].lower().rjust(64, "0") + "00" * 32 + "02", "SECP256R1", BOB),
        (lambda _: "0x1234", "EOA", BOB),
        (lambda _: "0x", "EOA", BOB),
    ],
    ids=["another's", "another hash", "another kind", "unknown kind", "unknown v", "short", "empty"],
)
def test_a_confirmation_that_is_not_its_owners_does_not_count(
    world: World, service: FakeService, signature: Callable[[str], str], kind: str, owner: str
) -> None:
    proposal = propose(world)
    record = service.records[proposal["safe_tx_hash"]]
    stated = record["confirmations"][0] | {
        "owner": owner,
        "signature": signature(proposal["safe_tx_hash"]),
        "signatureType": kind,
    }
    record["confirmations"].append(stated)

    ran = world.run("safe", "queue", "-o", "json")
    assert [one["confirmations"] for one in ran.data["proposals"]] == [[ALICE]]
    assert "confirmation-untrusted" in [one["code"] for one in ran.json["findings"]]
    exit_code, found = codes(world, "safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y")
    assert (exit_code, "threshold-not-reached" in found) == (8, True)
    world.run("safe", "sync")
    store = FolderStore(world.directory / "proposals")
    assert [one.owner for one in store.confirmations(proposal["safe_tx_hash"])] == [ALICE]


def test_an_approval_that_is_not_on_the_chain_does_not_count(world: World, service: FakeService) -> None:
    proposal = propose(world)
    record = service.records[proposal["safe_tx_hash"]]
    head = "0x" + BOB[2:].lower().rjust(64, "0") + "00" * 32 + "01"
    record["confirmations"].append(
        record["confirmations"][0] | {"owner": BOB, "signature": head, "signatureType": "APPROVED_HASH"}
    )
    (entry,) = world.ok("safe", "queue")["proposals"]
    assert (entry["confirmations"], entry["executable"]) == ([ALICE], False)


def test_a_strangers_confirmation_counts_for_nothing_and_is_named(world: World, service: FakeService) -> None:
    proposal = propose(world)
    record = service.records[proposal["safe_tx_hash"]]
    record |= {"confirmationsRequired": 1}
    record["confirmations"].append(
        record["confirmations"][0] | {"owner": MALLORY, "signature": forged(proposal["safe_tx_hash"], 6)}
    )
    ran = world.run("safe", "sync", "-o", "json")
    assert [one["code"] for one in ran.json["findings"]] == ["confirmation-of-stranger"]
    assert ran.data["differences"] == []
    assert world.ok("safe", "queue")["proposals"][0]["executable"] is False


def test_an_execution_that_the_chain_knows_nothing_of_is_refused(world: World, service: FakeService) -> None:
    proposal = propose(world)
    service.tamper = changed(isExecuted=True, isSuccessful=True, transactionHash="0x" + "12" * 32)
    exit_code, found = codes(world, "safe", "sync")
    assert (exit_code, "service-untrusted" in found) == (5, True)
    (entry,) = world.ok("safe", "queue")["proposals"]
    assert entry["safe_tx_hash"] == proposal["safe_tx_hash"]
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")


def test_numbers_may_be_ints_and_duplicates_change_nothing(world: World, service: FakeService) -> None:
    propose(world)
    clear_folder(world)
    numbers = ("value", "nonce", "safeTxGas", "baseGas", "gasPrice")
    service.tamper = lambda record: {
        **record,
        **{name: int(record[name]) for name in numbers},
        "confirmations": record["confirmations"] * 3,
    }
    (entry,) = world.ok("safe", "queue")["proposals"]
    assert entry["confirmations"] == [ALICE]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 200, "text": "<html>welcome</html>"},
        {"status": 200, "text": '{"count": 1, "next": null, "resul'},
        {"status": 200, "json": []},
        {"status": 200, "json": {"count": 1, "next": None, "results": "many"}},
        {"status": 200, "json": {"count": 1, "next": None, "results": [7]}},
        {"status": 200, "text": "[" * 100_000},
        {"status": 200, "text": '{"count": 1, "count": 2, "next": null, "results": []}'},
        {"status": 500, "text": "<h1>Server Error (500)</h1>"},
        {"status": 503, "json": {"exception": "Problem connecting", "trace": "NodeConnectionException"}},
        {"drop": True},
    ],
    ids=["page", "cut off", "array", "no list", "no record", "deep", "twice", "500", "503", "dropped"],
)
def test_the_folder_is_read_all_the_same(world: World, service: FakeService, answer: Record) -> None:
    proposal = propose(world)
    service.failures = {"GET": answer}
    ran = world.run("safe", "queue", "-o", "json")
    assert ran.exit_code == 0
    assert [one["safe_tx_hash"] for one in ran.data["proposals"]] == [proposal["safe_tx_hash"]]
    assert {one["code"] for one in ran.json["findings"]} <= {"service-not-asked", "proposal-untrusted"}
    assert ran.json["findings"]
    assert codes(world, "safe", "delegates", "list")[0] == 4


def test_the_api_key_goes_to_the_service_alone_and_into_no_output(
    world: World, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = secrets.token_hex(20)
    monkeypatch.setenv("THE_SERVICE_KEY", key)
    world.write_config(transaction_service=service.url, transaction_service_key_env="THE_SERVICE_KEY")
    own = ("--config", "hokctl.toml")
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50", *own)
    outputs = [world.run("invoice", "pay", "INV-1", "--signer", "alice", "-y", "--verbose", *own)]
    assert {seen.authorization for seen in service.seen} == {f"Bearer {key}"}
    for answer in (
        {"status": 401, "json": {"detail": f"Invalid API key {key}"}},
        {"status": 422, "json": {"nonFieldErrors": [f"your key {key} is not good"]}},
        {"status": 429, "headers": {"Retry-After": "3600"}, "json": {"message": f"quota of {key}"}},
        {"status": 302, "headers": {"Location": f"http://elsewhere.example/?key={key}"}},
        {"status": 500, "json": {"exception": f"key {key}"}},
        {"status": 451, "json": {"detail": "Safe is unavailable for legal reasons"}},
        {"drop": True},
    ):
        service.failures = {"GET": answer}
        outputs += [world.run("safe", *argv, "--debug", *own) for argv in (["queue"], ["sync"], ["delegates", "list"])]
        assert {one.exit_code for one in outputs[-2:]} <= {3, 4, 7}
    outputs.append(world.run("config", "show", *own))
    assert all(key not in one.stdout + one.stderr for one in outputs)
    assert all("/api/" not in one.stdout + one.stderr for one in outputs)


def test_a_key_in_a_configuration_that_was_merely_found_is_refused(world: World, service: FakeService) -> None:
    world.write_config(transaction_service=service.url, transaction_service_key_env="HOME")
    assert codes(world, "safe", "queue") == (3, ["untrusted-config"])
    assert service.seen == []


def test_a_lie_about_what_the_folder_has_changes_nothing_there(world: World, service: FakeService) -> None:
    proposal = propose(world)
    writes = len(service.writes())
    service.tamper = changed(to=MALLORY)
    ran = world.run("safe", "queue", "-o", "json")
    (entry,) = ran.data["proposals"]
    assert (ran.exit_code, entry["source"], entry["confirmations"]) == (0, "folder", [ALICE])
    assert [one["code"] for one in ran.json["findings"]] == ["proposal-untrusted"]
    assert codes(world, "safe", "sync") == (5, ["service-untrusted", "service-untrusted"])
    assert len(service.writes()) == writes
    world.ok("safe", "sign", proposal["safe_tx_hash"], "--signer", "bob", "-y")
    store = FolderStore(world.directory / "proposals")
    assert {one.owner for one in store.confirmations(proposal["safe_tx_hash"])} == {ALICE, BOB}

"""`hokctl ledger sync` as a user runs it, on the contracts of all versions."""

import shutil

import pytest

from hokctl.domain.invoices import InvoiceState
from hokctl.domain.protocol_events import PAYMENT, UNKNOWN_EVENT
from hokctl.ledger.book import Ledger
from hokctl.ledger.events import EventIndex
from hokctl.safe.store import FolderStore
from tests.index_tables import read_tables
from tests.versions import Shaped
from tests.world import World

pytestmark = pytest.mark.cli


def index_of(shaped: Shaped) -> EventIndex:
    """Return the index in the book of the working directory."""
    ledger = Ledger.at(shaped.world.directory / "hokctl.db")
    return ledger.index(31337, shaped.world.deployment.suite.reserve_address)


def test_sync_indexes_the_contracts_of_every_version(shaped: Shaped) -> None:
    data = shaped.ok("ledger", "sync")
    head = int(shaped.world.chain.request("eth_blockNumber", []), 16)
    assert (data["to"], data["confirmed"]) == (head, head)
    assert data["models"] == sorted(shaped.models)
    index = index_of(shaped)
    unknown = [(event.contract, event.args) for event in index.events() if event.name == UNKNOWN_EVENT]
    assert unknown == []
    contracts = {one.name for one in index.contracts}
    assert {"InfrastructureReserve", "UsageFeeRouter", "HokusaiParams", "HokusaiToken", "HokusaiAMM"} <= contracts
    assert all(one.model_id for one in index.contracts if one.model_topic)
    deposits = list(index.events(names={"InfrastructureDeposited"}))
    assert {event.model_id for event in deposits} == {shaped.first, shaped.second}
    received = [
        event
        for event in index.events(names={"Transfer"})
        if event.contract == "USDC" and event.args["to"] == shaped.world.deployment.suite.reserve_address
    ]
    assert sum(int(str(event.args["value"])) for event in received) == sum(
        int(str(event.args["amount"])) for event in deposits
    )
    again = shaped.ok("ledger", "sync")
    assert (again["from"], again["events"], again["transactions"]) == (None, 0, 0)


def test_a_payment_by_the_safe_is_indexed_with_its_nonce(shaped: Shaped) -> None:
    shaped.ok("ledger", "sync")
    shaped.ok("invoice", "add", "INV-1", "--model", shaped.first, "--amount", "50")
    shaped.change("invoice", "pay", "INV-1")
    shaped.ok("ledger", "sync")
    index = index_of(shaped)
    (event,) = index.events(names={PAYMENT})
    transaction = index.transactions([event.tx_hash])[event.tx_hash]
    store = FolderStore(shaped.world.directory / "proposals")
    nonces = {one.safe_tx_hash: one.safe_tx.nonce for one in store.scan(31337).proposals}
    assert transaction.succeeded
    assert transaction.safe_tx_hash in nonces
    assert transaction.safe_nonce == nonces[transaction.safe_tx_hash]
    shutil.rmtree(shaped.world.directory / "proposals")
    shaped.ok("ledger", "sync", "--drop")
    assert index_of(shaped).transactions([event.tx_hash])[event.tx_hash] == transaction
    assert index_of(shaped).lacking_journal() == []


def test_text_says_what_was_read(shaped: Shaped) -> None:
    ran = shaped.run("ledger", "sync")
    assert ran.exit_code == 0
    assert "index covers" in ran.stdout


def test_a_payment_past_the_book_marks_its_invoice_as_paid(world: World) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    proposal = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", proposal, "--signer", "bob", "-y")
    book = world.directory / "hokctl.db"
    kept = book.read_bytes()
    world.ok("safe", "execute", proposal, "--signer", "bob", "-y")
    for part in world.directory.glob("hokctl.db*"):
        part.unlink()
    book.write_bytes(kept)
    data = world.ok("ledger", "sync")
    assert data["paid"] == [{"provider": "together", "number": "INV-1", "state": "paid"}]
    with Ledger.at(book) as ledger:
        invoice = ledger.invoices.get("INV-1")
        seen = ledger.snapshots_of(31337, world.deployment.suite.reserve_address).latest()
    payment = invoice.lines[0].payment
    assert payment is not None
    assert (payment.safe_tx_hash, payment.safe_nonce) == (proposal, 0)
    assert {model: one.paid_units for model, one in seen.items()} == {"21": 50_000_000, "22": 0, "23": 0}
    assert {one.block_number for one in seen.values()} == {data["to"]}
    assert world.ok("ledger", "sync")["paid"] == []


def test_a_chain_put_back_opens_the_invoice_again(world: World) -> None:
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "50")
    snapshot = world.chain.request("evm_snapshot", [])
    proposal = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", proposal, "--signer", "bob", "-y")
    world.ok("safe", "execute", proposal, "--signer", "bob", "-y")
    world.mine(20)
    before = world.ok("ledger", "sync")["to"]
    world.chain.request("evm_revert", [snapshot])
    world.mine(22, seconds=3)
    ran = world.run("ledger", "sync", "-o", "json")
    assert ran.exit_code == 5
    assert [one["code"] for one in ran.json["findings"]] == ["chain-reorganised", "payment-undone"]
    assert (ran.data["undone"][0]["from"] <= before, ran.data["unpaid"][0]["number"]) == (True, "INV-1")
    undisturbed = read_tables(world.directory / "hokctl.db")
    with Ledger.at(world.directory / "hokctl.db") as ledger:
        assert ledger.invoices.get("INV-1").state is InvoiceState.PROPOSED
    world.ok("ledger", "sync", "--drop")
    assert read_tables(world.directory / "hokctl.db") == undisturbed

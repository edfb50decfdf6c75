"""`hokctl ledger sync` as a user runs it, on the contracts of all versions."""

import shutil

import pytest

from hokctl.domain.protocol_events import PAYMENT, UNKNOWN_EVENT
from hokctl.ledger.book import Ledger
from hokctl.ledger.events import EventIndex
from hokctl.safe.store import FolderStore
from tests.versions import Shaped

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

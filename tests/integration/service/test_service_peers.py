"""hokctl and safe-eth-py's TransactionServiceApi at one service: each signs and executes what the other proposed."""

from collections.abc import Iterator
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes

from hokctl.clients.mock_usdc import MockUsdc
from hokctl.devnet.keys import dev_account
from tests.integration.service.test_service_life import paid, propose
from tests.transaction_service import FakeService, fake_service
from tests.world import ALICE, BOB, TOGETHER, USDC, World

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # safe-eth-py's own dependencies use old names
]

ALLOW = ("--allow", "effect-undeclared")


@pytest.fixture
def service(world: World) -> Iterator[FakeService]:
    """A service for the world's chain, named by its configuration."""
    with fake_service(world.chain) as running:
        world.write_config(transaction_service=running.url)
        yield running


def peer_api(world: World, service: FakeService) -> Any:  # noqa: ANN401 - safe-eth-py's class
    """Return safe-eth-py's client of the service."""
    from eth_typing import URI
    from safe_eth.eth import EthereumClient, EthereumNetwork
    from safe_eth.safe.api import TransactionServiceApi

    network, client = EthereumNetwork.GOCHAIN_TESTNET, EthereumClient(URI(world.url))
    return TransactionServiceApi(network, ethereum_client=client, base_url=service.url)


def peer_safe(world: World) -> Any:  # noqa: ANN401 - safe-eth-py's class for the Safe's version
    from eth_typing import URI
    from safe_eth.eth import EthereumClient
    from safe_eth.safe import Safe

    return Safe(world.safe, EthereumClient(URI(world.url)))  # type: ignore[abstract]  # it makes the fitting subclass


def test_what_safe_eth_py_posts_is_listed_signed_and_executed_by_hokctl(world: World, service: FakeService) -> None:
    usdc = MockUsdc(world.deployment.suite.usdc_address)
    world.send(usdc.mint(world.safe, 5 * USDC, purpose="mint"), ALICE)
    transfer = usdc.transfer(TOGETHER, 3 * USDC, purpose="pay")
    theirs = peer_safe(world).build_multisig_tx(transfer.to, 0, transfer.data)
    theirs.sign(dev_account(1).key.hex())
    assert peer_api(world, service).post_transaction(theirs) is True
    safe_tx_hash = "0x" + theirs.safe_tx_hash.hex().removeprefix("0x")

    (entry,) = world.ok("safe", "queue")["proposals"]
    assert (entry["safe_tx_hash"], entry["confirmations"], entry["source"]) == (safe_tx_hash, [ALICE], "service")
    assert TOGETHER in entry["title"]
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y", *ALLOW)
    world.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y", *ALLOW)
    assert paid(world) == 3 * USDC


def test_safe_eth_py_reads_signs_and_executes_what_hokctl_proposed(world: World, service: FakeService) -> None:
    proposal = propose(world)
    api = peer_api(world, service)
    (listed,) = api.get_transactions(world.safe)
    assert listed["safeTxHash"] == proposal["safe_tx_hash"]
    theirs, _ = api.get_safe_transaction(proposal["safe_tx_hash"])
    assert "0x" + theirs.safe_tx_hash.hex().removeprefix("0x") == proposal["safe_tx_hash"]
    assert api.post_signatures(theirs.safe_tx_hash, theirs.sign(dev_account(2).key.hex())) is True

    (entry,) = world.ok("safe", "queue")["proposals"]
    assert set(entry["confirmations"]) == {ALICE, BOB}
    ready, _ = api.get_safe_transaction(proposal["safe_tx_hash"])
    ready.call()
    tx_hash, _ = ready.execute(dev_account(6).key.hex())
    assert paid(world) == 50 * USDC
    (difference,) = world.ok("safe", "sync")["differences"]
    assert (difference["kind"], difference["tx_hash"]) == ("executed", "0x" + tx_hash.hex().removeprefix("0x"))
    world.ok("safe", "execute", proposal["safe_tx_hash"], "--signer", "mallory", "-y")
    assert world.ok("invoice", "show", "INV-1")["invoice"]["tx_hash"] == difference["tx_hash"]


def test_safe_eth_py_deletes_and_delegates_with_the_same_messages(world: World, service: FakeService) -> None:
    from eth_account.messages import encode_typed_data
    from safe_eth.safe.api.transaction_service_api.transaction_service_messages import (
        get_delegate_message,
        get_remove_transaction_message,
    )

    first, second, api = propose(world, "INV-1"), propose(world, "INV-2"), peer_api(world, service)
    bot, alice = to_checksum_address(dev_account(4).address), dev_account(1)
    theirs = alice.sign_message(encode_typed_data(full_message=get_delegate_message(bot, 31337))).signature
    assert api.add_delegate(bot, ALICE, "bot", theirs, world.safe) is True
    assert world.ok("safe", "delegates", "list")["delegates"][0]["label"] == "bot"
    world.ok("safe", "delegates", "remove", "backend", "--signer", "alice", "-y")
    assert api.get_delegates(world.safe) == []

    world.ok("safe", "delete", first["safe_tx_hash"], "--signer", "alice", "-y")
    message = get_remove_transaction_message(world.safe, HexBytes(second["safe_tx_hash"]), 31337)
    signature = alice.sign_message(encode_typed_data(full_message=message)).signature
    assert api.delete_transaction(second["safe_tx_hash"], signature.to_0x_hex()) is True
    assert api.get_transactions(world.safe) == []
    assert world.ok("safe", "queue", "--from", "service")["proposals"] == []

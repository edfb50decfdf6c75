"""hokctl and safe-eth-py on one Safe: the same hashes, and each executes what the other signed."""

from typing import Any

import pytest
from eth_utils.address import to_checksum_address

from hokctl.devnet.keys import dev_account
from hokctl.safe.signatures import Confirmation
from hokctl.safe.store import FolderStore
from tests.world import ALICE, BOB, TOGETHER, World

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # safe-eth-py's own dependencies use old names
]


def peer_safe(world: World) -> Any:  # noqa: ANN401 - safe-eth-py's class for the Safe's version
    """Return safe-eth-py's view of the Safe."""
    from eth_typing import URI
    from safe_eth.eth import EthereumClient
    from safe_eth.safe import Safe

    return Safe(world.safe, EthereumClient(URI(world.url)))  # type: ignore[abstract]  # it makes the fitting subclass


def propose(world: World, number: str = "INV-1", models: tuple[str, ...] = ("21",)) -> str:
    """Enter an invoice, propose its payment as alice, and return the safe_tx_hash."""
    lines = "".join(f'[[lines]]\nmodel = "{model}"\namount = "50"\n' for model in models)
    (world.directory / "invoice.toml").write_text(f'number = "{number}"\n{lines}', encoding="utf-8")
    world.ok("invoice", "add", "--file", "invoice.toml")
    return str(world.ok("invoice", "pay", number, "--signer", "alice", "-y")["proposal"]["safe_tx_hash"])


def as_peer_tx(world: World, safe_tx_hash: str) -> Any:  # noqa: ANN401 - safe-eth-py's SafeTx
    """Return what hokctl proposed as safe-eth-py's own transaction, built from the fields alone."""
    safe_tx = FolderStore(world.directory / "proposals").get(safe_tx_hash).safe_tx
    return peer_safe(world).build_multisig_tx(
        safe_tx.to, safe_tx.value, safe_tx.data, operation=int(safe_tx.operation), safe_nonce=safe_tx.nonce
    )


def paid(world: World) -> int:
    """Return what the provider has received."""
    usdc = world.deployment.suite.usdc
    return world.chain.at().get(usdc.balance_of(TOGETHER))


@pytest.mark.parametrize("models", [("21",), ("21", "22")], ids=["call", "batch"])
def test_both_compute_the_same_hash(world: World, models: tuple[str, ...]) -> None:
    safe_tx_hash = propose(world, models=models)
    theirs = as_peer_tx(world, safe_tx_hash)

    assert "0x" + theirs.safe_tx_hash.hex().removeprefix("0x") == safe_tx_hash


@pytest.mark.parametrize("models", [("21",), ("21", "22")], ids=["call", "batch"])
def test_safe_eth_py_executes_what_hokctl_proposed_and_signed(world: World, models: tuple[str, ...]) -> None:
    safe_tx_hash = propose(world, models=models)
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    theirs = as_peer_tx(world, safe_tx_hash)
    signed = FolderStore(world.directory / "proposals").confirmations(theirs.safe_tx_hash.to_0x_hex())
    theirs.signatures = b"".join(one.signature for one in signed)
    assert [to_checksum_address(signer) for signer in theirs.signers] == [one.owner for one in signed] == [BOB, ALICE]
    theirs.call()
    tx_hash, _ = theirs.execute(dev_account(6).key.hex())

    assert paid(world) == 50_000_000 * len(models)
    concluded = world.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")
    (transaction,) = concluded["outcome"]["transactions"]
    assert transaction["tx_hash"] == tx_hash.to_0x_hex()
    assert world.ok("invoice", "show", "INV-1")["invoice"]["tx_hash"] == transaction["tx_hash"]


def test_hokctl_executes_with_a_signature_of_safe_eth_py(world: World) -> None:
    safe_tx_hash = propose(world)
    theirs = as_peer_tx(world, safe_tx_hash)
    signature = theirs.sign(dev_account(2).key.hex())
    store = FolderStore(world.directory / "proposals")
    proposal = store.get(safe_tx_hash)
    store.add_confirmation(proposal.safe_tx_hash, Confirmation(owner=BOB, signature=bytes(signature)))
    done = world.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")

    assert [item["status"] for item in done["outcome"]["transactions"]] == ["success"]
    assert paid(world) == 50_000_000
    assert peer_safe(world).retrieve_nonce() == 1


def test_both_read_the_same_safe(world: World) -> None:
    theirs = peer_safe(world).retrieve_all_info()
    ours = world.ok("safe", "info")

    assert (theirs.owners, theirs.threshold, theirs.nonce, theirs.version) == (
        ours["owners"],
        ours["threshold"],
        ours["nonce"],
        ours["version"],
    )
    assert (theirs.master_copy, theirs.fallback_handler) == (ours["singleton"], ours["fallback_handler"])

"""Block 0: the accounts and contracts everybody relies on."""

import pytest
from eth_typing import HexStr
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from safe_eth.safe.safe_deployments import safe_deployments
from web3 import Web3

from hokctl.clients.safe_delegates import DELEGATE_TARGETS
from hokctl.devnet.genesis import (
    ACCOUNTS,
    MULTICALL3,
    SAFE_CONTRACTS,
    SINGLETON_FACTORY,
    _safe_creation_code,
    contract_accounts,
    to_bytes,
)
from hokctl.devnet.keys import dev_account
from hokctl.devnet.node import Node, start_node
from tests.integration.devnet.support import ask

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("name", SAFE_CONTRACTS)
def test_safe_contract_has_code_at_its_canonical_address(node: Node, name: str) -> None:
    assert len(ask(node, "eth_getCode", SAFE_CONTRACTS[name])) > 100
    assert SAFE_CONTRACTS[name] in safe_deployments["1.4.1"][name]["1"]


@pytest.mark.parametrize("name", SAFE_CONTRACTS)
def test_canonical_address_follows_from_the_creation_code(name: str) -> None:
    code_hash = keccak(_safe_creation_code(name))
    created = keccak(b"\xff" + to_bytes(SINGLETON_FACTORY) + bytes(32) + code_hash)[12:]
    assert created == to_bytes(SAFE_CONTRACTS[name])


@pytest.mark.parametrize("name", ["MultiSend", "MultiSendCallOnly", "CreateCall", "SignMessageLib"])
def test_what_may_run_as_a_safe_has_the_pinned_code(node: Node, name: str) -> None:
    code = bytes.fromhex(ask(node, "eth_getCode", SAFE_CONTRACTS[name])[2:])
    assert "0x" + keccak(code).hex() == DELEGATE_TARGETS[to_checksum_address(SAFE_CONTRACTS[name])].code_hash


def test_constructor_of_the_safe_singleton_has_run(node: Node) -> None:
    assert int(ask(node, "eth_getStorageAt", SAFE_CONTRACTS["SafeL2"], "0x4"), 16) == 1


def test_multisend_knows_its_own_address(node: Node) -> None:
    code = ask(node, "eth_getCode", SAFE_CONTRACTS["MultiSend"])
    assert SAFE_CONTRACTS["MultiSend"][2:].lower() in code


def test_multicall3_answers_at_its_canonical_address(w3: Web3) -> None:
    balance = w3.eth.call({"to": Web3.to_checksum_address(MULTICALL3), "data": HexStr(_get_eth_balance(ACCOUNTS[0]))})
    assert int.from_bytes(balance, "big") == 10_000 * 10**18


def test_singleton_factory_deploys_with_create2(w3: Web3) -> None:
    creation = bytes.fromhex("6001600c60003960016000f300")
    expected = keccak(b"\xff" + to_bytes(SINGLETON_FACTORY) + bytes(32) + keccak(creation))[12:]
    tx_hash = w3.eth.send_transaction(
        {"from": w3.eth.accounts[0], "to": Web3.to_checksum_address(SINGLETON_FACTORY), "data": bytes(32) + creation}
    )
    assert w3.eth.get_transaction_receipt(tx_hash)["status"] == 1
    assert w3.eth.get_code(Web3.to_checksum_address(expected)) == b"\x00"


def test_accounts_are_those_of_the_test_mnemonic(node: Node) -> None:
    assert [dev_account(index).address for index in range(10)] == list(ACCOUNTS)
    assert ask(node, "eth_accounts") == [account.lower() for account in ACCOUNTS]
    assert ask(node, "eth_getBalance", ACCOUNTS[9]) == hex(10_000 * 10**18)
    assert ask(node, "eth_getTransactionCount", ACCOUNTS[9]) == "0x0"


def test_every_contract_has_nonce_one_or_more() -> None:
    assert all(account.nonce >= 1 and account.code for account in contract_accounts().values())


def test_block_zero_is_dated_by_the_clock_and_reproducible() -> None:
    blocks = [ask(start_node(clock=lambda: 1_750_000_000.9), "eth_getBlockByNumber", "0x0", False) for _ in range(2)]
    assert blocks[0] == blocks[1]
    assert int(blocks[0]["timestamp"], 16) == 1_750_000_000


def test_chains_do_not_share_state(node: Node) -> None:
    ask(node, "anvil_setBalance", ACCOUNTS[0], "0x1")
    assert ask(start_node(), "eth_getBalance", ACCOUNTS[0]) == hex(10_000 * 10**18)


def _get_eth_balance(account: str) -> str:
    return "0x4d2301cc" + account[2:].lower().rjust(64, "0")

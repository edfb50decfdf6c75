"""Sending: what is mined, what is refused and in which words."""

from typing import Any

import pytest
import rlp  # type: ignore[import-untyped] # rlp ships no types
from eth_utils.crypto import keccak

from hokctl.devnet.keys import dev_account
from hokctl.devnet.node import Node
from tests.integration.devnet.support import ALICE, BOB, REVERT, STORE, ask, ask_error, install, send, signed, word

pytestmark = pytest.mark.integration

_LISTED = [{"address": "0x" + "00" * 19 + "99", "storageKeys": [word(1)]}]


def test_each_transaction_gets_a_block_of_its_own(node: Node) -> None:
    receipts = [send(node, signed(nonce=nonce, to=BOB, value=1)) for nonce in range(3)]
    assert [receipt["blockNumber"] for receipt in receipts] == ["0x1", "0x2", "0x3"]
    assert ask(node, "eth_blockNumber") == "0x3"


@pytest.mark.parametrize(
    ("type_id", "fields"),
    [
        ("0x0", {"gasPrice": 2 * 10**9}),
        ("0x1", {"gasPrice": 2 * 10**9, "accessList": _LISTED}),
        ("0x2", {"accessList": _LISTED}),
    ],
)
def test_transaction_types_keep_their_fields(node: Node, type_id: str, fields: dict[str, Any]) -> None:
    raw = signed(to=BOB, value=5, **fields)
    receipt = send(node, raw)
    transaction = ask(node, "eth_getTransactionByHash", receipt["transactionHash"])
    assert receipt["transactionHash"] == "0x" + keccak(bytes.fromhex(raw[2:])).hex()
    assert (receipt["type"], receipt["status"]) == (type_id, "0x1")
    assert (transaction["type"], transaction["chainId"], transaction["from"]) == (type_id, "0x7a69", ALICE.lower())
    assert transaction.get("accessList", _LISTED) == _LISTED
    assert ask(node, "eth_getRawTransactionByHash", receipt["transactionHash"]) == raw


def test_price_paid_is_base_fee_and_tip_up_to_the_cap(node: Node) -> None:
    receipt = send(node, signed(to=BOB, maxFeePerGas=10**10, maxPriorityFeePerGas=5))
    base_fee = int(ask(node, "eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    assert int(receipt["effectiveGasPrice"], 16) == base_fee + 5
    capped = send(node, signed(nonce=1, to=BOB, maxFeePerGas=10**9, maxPriorityFeePerGas=10**9))
    assert int(capped["effectiveGasPrice"], 16) == 10**9


def test_transaction_for_another_chain_is_refused(node: Node) -> None:
    error = ask_error(node, "eth_sendRawTransaction", signed(to=BOB, chainId=1))
    assert error == {"code": -32000, "message": "invalid chain id for signer: have 1 want 31337"}
    legacy = ask_error(node, "eth_sendRawTransaction", signed(to=BOB, chainId=1, gasPrice=2 * 10**9))
    assert legacy == error
    assert ask(node, "eth_blockNumber") == "0x0"


def test_transaction_for_any_chain_is_refused(node: Node) -> None:
    fields: Any = {"nonce": 0, "gas": 21_000, "gasPrice": 2 * 10**9, "to": BOB, "value": 1}
    unprotected = dev_account(0).sign_transaction(fields)
    error = ask_error(node, "eth_sendRawTransaction", "0x" + unprotected.raw_transaction.hex())
    assert error["message"] == "only replay-protected (EIP-155) transactions allowed over RPC"


def test_same_transaction_twice_is_already_known(node: Node) -> None:
    raw = signed(to=BOB)
    send(node, raw)
    assert ask_error(node, "eth_sendRawTransaction", raw) == {"code": -32000, "message": "already known"}


def test_wrong_nonce_is_refused(node: Node) -> None:
    send(node, signed(to=BOB))
    low = ask_error(node, "eth_sendRawTransaction", signed(to=BOB, value=1))
    high = ask_error(node, "eth_sendRawTransaction", signed(to=BOB, nonce=5))
    assert low["message"] == "nonce too low: next nonce 1, tx nonce 0"
    assert high["message"] == "nonce too high: next nonce 1, tx nonce 5"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"value": 10**30}, "insufficient funds for gas * price + value: balance 10000000000000000000000, tx cost"),
        ({"gas": 20_999}, "intrinsic gas too low: gas 20999, minimum needed 21000"),
        ({"gas": 21_030, "data": "0x0101"}, "intrinsic gas too low: gas 21030, minimum needed 21080"),
        ({"gas": 60_000_001}, "exceeds block gas limit: tx gas 60000001, limit 60000000"),
        ({"maxFeePerGas": 10, "maxPriorityFeePerGas": 1}, "max fee per gas less than block base fee: address 0xf39f"),
        ({"maxPriorityFeePerGas": 4 * 10**9}, "max priority fee per gas higher than max fee per gas"),
    ],
)
def test_transaction_that_cannot_be_mined_is_refused(node: Node, fields: dict[str, Any], message: str) -> None:
    error = ask_error(node, "eth_sendRawTransaction", signed(**{"to": BOB, **fields}))
    assert error["code"] == -32000
    assert error["message"].startswith(message)
    assert ask(node, "eth_blockNumber") == "0x0"


@pytest.mark.parametrize("raw", ["0x", "0x02", "0x03f8", "0x7f00", "0xc0", "0xf8", "0x02c0"])
def test_garbage_is_refused(node: Node, raw: str) -> None:
    assert ask_error(node, "eth_sendRawTransaction", raw)["code"] == -32000


def test_tampered_signature_is_refused(node: Node) -> None:
    fields = rlp.decode(bytes.fromhex(signed(to=BOB)[4:]))
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high_s = (order - int.from_bytes(fields[-1], "big")).to_bytes(32, "big")
    for tampered in ([*fields[:-1], high_s], [*fields[:-2], b"", b""]):
        error = ask_error(node, "eth_sendRawTransaction", "0x02" + rlp.encode(tampered).hex())
        assert error["code"] == -32000


def test_reverted_transaction_is_mined_with_status_zero(node: Node) -> None:
    receipt = send(node, signed(to=install(node, REVERT), data="0x1234"))
    assert (receipt["status"], receipt["logs"]) == ("0x0", [])


def test_receipt_of_a_creation_names_the_contract(node: Node) -> None:
    receipt = send(node, signed(data="0x6001600c60003960016000f300"))
    assert receipt["to"] is None
    assert receipt["contractAddress"] == "0x5fbdb2315678afecb367f032d93f642f64180aa3"
    assert ask(node, "eth_getCode", receipt["contractAddress"]) == "0x00"


def test_unlocked_account_sends_without_a_signature(node: Node) -> None:
    store = install(node, STORE)
    tx_hash = ask(node, "eth_sendTransaction", {"from": BOB, "to": store, "data": word(6)})
    assert ask(node, "eth_getTransactionReceipt", tx_hash)["status"] == "0x1"
    assert ask(node, "eth_call", {"to": store}) == word(6)


@pytest.mark.parametrize(
    ("fees", "type_id"),
    [({}, "0x2"), ({"gasPrice": hex(2 * 10**9)}, "0x0"), ({"gasPrice": hex(2 * 10**9), "accessList": _LISTED}, "0x1")],
)
def test_unlocked_account_sends_the_type_its_fees_ask_for(node: Node, fees: dict[str, object], type_id: str) -> None:
    tx_hash = ask(node, "eth_sendTransaction", {"from": BOB, "to": ALICE, "value": "0x1", **fees})
    assert ask(node, "eth_getTransactionByHash", tx_hash)["type"] == type_id


def test_unlocked_account_hears_of_a_revert_before_it_pays(node: Node) -> None:
    assert ask_error(node, "eth_sendTransaction", {"from": BOB, "to": install(node, REVERT)})["code"] == 3
    assert ask_error(node, "eth_sendTransaction", {"from": BOB, "to": ALICE, "nonce": "0x9"})["code"] == -32000
    assert ask(node, "eth_getTransactionCount", BOB) == "0x0"


def test_impersonated_contract_sends_until_it_is_stopped(node: Node) -> None:
    store = install(node, STORE)
    call = {"from": store, "to": BOB, "value": "0x1"}
    assert "unknown account" in ask_error(node, "eth_sendTransaction", call)["message"]
    ask(node, "anvil_impersonateAccount", store)
    ask(node, "anvil_setBalance", store, hex(10**18))
    receipt = ask(node, "eth_getTransactionReceipt", ask(node, "eth_sendTransaction", call))
    assert (receipt["from"], receipt["status"]) == (store, "0x1")
    ask(node, "hardhat_stopImpersonatingAccount", store)
    assert "unknown account" in ask_error(node, "eth_sendTransaction", call)["message"]


def test_two_impersonated_senders_have_different_hashes(node: Node) -> None:
    hashes = set()
    for sender in ("0x" + "00" * 18 + "9999", "0x" + "00" * 18 + "8888"):
        ask(node, "anvil_impersonateAccount", sender)
        ask(node, "anvil_setBalance", sender, hex(10**18))
        fields = {"from": sender, "to": BOB, "value": "0x1", "maxFeePerGas": hex(10**10), "gas": "0x5208"}
        hashes.add(ask(node, "eth_sendTransaction", fields))
    assert len(hashes) == 2


def test_impersonated_account_without_money_is_refused(node: Node) -> None:
    sender = "0x" + "00" * 18 + "9999"
    ask(node, "anvil_impersonateAccount", sender)
    fields = {"from": sender, "to": BOB, "maxFeePerGas": hex(10**10), "gas": "0x5208"}
    assert ask_error(node, "eth_sendTransaction", fields)["code"] == -32000
    assert ask(node, "eth_blockNumber") == "0x0"

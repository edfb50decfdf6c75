"""Reading accounts: at the head, at old blocks, with pretended state, with proofs."""

import pytest
import rlp  # type: ignore[import-untyped] # rlp ships no types
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from hokctl.devnet.node import Node
from tests.integration.devnet.support import (
    ALICE,
    BOB,
    CLOCK,
    PREVIOUS_HASH,
    STORE,
    ZERO_WORD,
    ask,
    ask_error,
    install,
    send,
    signed,
    word,
)

pytestmark = pytest.mark.integration


def test_call_at_an_old_block_sees_the_old_state(node: Node) -> None:
    store = install(node, STORE)
    for nonce in range(3):
        send(node, signed(nonce=nonce, to=store, data=word(nonce + 5)))
    results = [ask(node, "eth_call", {"to": store}, hex(number)) for number in range(4)]
    assert results == [word(0), word(5), word(6), word(7)]


def test_balance_nonce_and_storage_are_kept_for_every_block(node: Node) -> None:
    store = install(node, STORE)
    send(node, signed(to=BOB, value=7))
    send(node, signed(nonce=1, to=store, data=word(9)))
    assert [int(ask(node, "eth_getBalance", BOB, tag), 16) - 10_000 * 10**18 for tag in ("earliest", "0x1")] == [0, 7]
    assert [ask(node, "eth_getTransactionCount", ALICE, hex(number)) for number in range(3)] == ["0x0", "0x1", "0x2"]
    assert [ask(node, "eth_getStorageAt", store, "0x0", hex(number)) for number in (1, 2)] == [word(0), word(9)]


@pytest.mark.parametrize("tag", ["latest", "safe", "finalized", "pending"])
def test_tags_of_the_head_see_the_newest_state(node: Node, tag: str) -> None:
    send(node, signed(to=BOB, value=7))
    assert int(ask(node, "eth_getBalance", BOB, tag), 16) == 10_000 * 10**18 + 7
    assert ask(node, "eth_getTransactionCount", ALICE, tag) == "0x1"


def test_block_can_be_named_by_object_and_hash(node: Node) -> None:
    send(node, signed(to=BOB, value=7))
    genesis = ask(node, "eth_getBlockByNumber", "0x0", False)["hash"]
    assert ask(node, "eth_getBalance", BOB, {"blockHash": genesis}) == hex(10_000 * 10**18)
    assert ask(node, "eth_getBalance", BOB, {"blockNumber": "0x1"}) == hex(10_000 * 10**18 + 7)


@pytest.mark.parametrize("block", ["0x63", {"blockHash": ZERO_WORD}])
def test_unknown_block_is_an_error_for_state(node: Node, block: object) -> None:
    assert ask_error(node, "eth_getBalance", BOB, block)["code"] == -32001
    assert ask_error(node, "eth_call", {"to": BOB}, block)["code"] == -32001


def test_misspelt_tag_is_an_invalid_argument(node: Node) -> None:
    assert ask_error(node, "eth_getBalance", BOB, "lates") == {"code": -32602, "message": "unknown block tag: 'lates'"}


def test_pretended_slot_is_seen_by_one_call_only(node: Node) -> None:
    store = install(node, STORE)
    pretended = {store: {"stateDiff": {ZERO_WORD: word(42)}}}
    assert ask(node, "eth_call", {"to": store}, "latest", pretended) == word(42)
    assert ask(node, "eth_call", {"to": store}) == word(0)


def test_state_override_replaces_all_slots(node: Node) -> None:
    store = install(node, STORE)
    ask(node, "anvil_setStorageAt", store, "0x0", word(8))
    assert ask(node, "eth_call", {"to": store}, "latest", {store: {"state": {word(1): word(2)}}}) == word(0)
    assert ask(node, "eth_call", {"to": store}, "latest", {store: {"stateDiff": {word(1): word(2)}}}) == word(8)


def test_pretended_code_and_balance_are_used(node: Node) -> None:
    call = {"from": BOB, "to": ALICE, "value": hex(20_000 * 10**18)}
    assert "insufficient funds" in ask_error(node, "eth_call", call)["message"]
    pretended = {BOB: {"balance": hex(30_000 * 10**18)}, ALICE: {"code": "0x475f5260205ff3"}}
    assert ask(node, "eth_call", call, "latest", pretended) == word(30_000 * 10**18)


def test_pretended_nonce_moves_the_created_address(node: Node) -> None:
    creation = {"from": BOB, "data": "0x305f5260205ff3"}
    addresses = [ask(node, "eth_call", creation, "latest", {BOB: {"nonce": hex(nonce)}}) for nonce in (0, 1)]
    assert addresses[0][26:] == keccak(rlp.encode([bytes.fromhex(BOB[2:]), 0]))[12:].hex()
    assert addresses[0] != addresses[1]


@pytest.mark.parametrize("override", [{"balanc": "0x1"}, {"state": {}, "stateDiff": {}}, {"code": "0x1"}])
def test_wrong_override_is_an_invalid_argument(node: Node, override: object) -> None:
    assert ask_error(node, "eth_call", {"to": BOB}, "latest", {BOB: override})["code"] == -32602


def test_block_overrides_change_what_a_call_sees(node: Node) -> None:
    clock = install(node, CLOCK)
    seen = ask(node, "eth_call", {"to": clock}, "latest", {}, {"time": "0x7", "number": "0x8", "baseFeePerGas": "0x9"})
    assert [int(seen[at : at + 64], 16) for at in (2, 66, 130)] == [7, 8, 9]


def test_call_sees_the_hash_of_the_block_before(node: Node) -> None:
    contract = install(node, PREVIOUS_HASH)
    for nonce in range(2):
        send(node, signed(nonce=nonce, to=BOB))
    hashes = [ask(node, "eth_getBlockByNumber", hex(number), False)["hash"] for number in range(3)]
    assert ask(node, "eth_call", {"to": contract}, "0x1") == hashes[0]
    assert ask(node, "eth_call", {"to": contract}, "latest") == hashes[1]
    assert ask(node, "eth_call", {"to": contract}, "pending") == hashes[2]


def test_proof_verifies_against_the_state_root(node: Node) -> None:
    store = install(node, STORE)
    send(node, signed(to=store, data=word(9)))
    proof = ask(node, "eth_getProof", store, ["0x0", "0x1"], "latest")
    root = ask(node, "eth_getBlockByNumber", "latest", False)["stateRoot"]
    account = rlp.decode(_prove(root, bytes.fromhex(store[2:]), proof["accountProof"]))
    assert account[2].hex() == proof["storageHash"][2:]
    assert account[3].hex() == proof["codeHash"][2:]
    written, empty = proof["storageProof"]
    assert rlp.decode(_prove(proof["storageHash"], bytes(32), written["proof"])) == b"\x09"
    assert (written["value"], empty["value"]) == ("0x9", "0x0")
    assert _prove(proof["storageHash"], bytes(31) + b"\x01", empty["proof"]) == b""


def test_proof_of_an_absent_account_is_one_of_absence(node: Node) -> None:
    proof = ask(node, "eth_getProof", "0x" + "07" * 20, [], "latest")
    root = ask(node, "eth_getBlockByNumber", "latest", False)["stateRoot"]
    assert _prove(root, b"\x07" * 20, proof["accountProof"]) == b""
    assert (proof["balance"], proof["nonce"]) == ("0x0", "0x0")


def _prove(root: str, key: bytes, nodes: list[str]) -> bytes:
    decoded = [rlp.decode(bytes.fromhex(node[2:])) for node in nodes]
    value: bytes = HexaryTrie.get_from_proof(  # type: ignore[no-untyped-call] # trie's own gap
        bytes.fromhex(root[2:]), keccak(key), decoded
    )
    return value

"""JSON-RPC methods that read accounts at a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hokctl.devnet.backend import Methods, parse_block
from hokctl.devnet.rpc import parse_address, parse_list, parse_slot, to_data, to_quantity, to_word

if TYPE_CHECKING:
    from hokctl.devnet.backend import Backend


def get_balance(backend: Backend, address: object, block: object = "latest") -> str:
    """Return an account's wei."""
    return to_quantity(backend.engine.balance(parse_address(address), parse_block(backend, block)))


def get_transaction_count(backend: Backend, address: object, block: object = "latest") -> str:
    """Return an account's nonce; `pending` is `latest`, because every transaction is mined at once."""
    return to_quantity(backend.engine.nonce(parse_address(address), parse_block(backend, block)))


def get_code(backend: Backend, address: object, block: object = "latest") -> str:
    """Return a contract's runtime code."""
    return to_data(backend.engine.code(parse_address(address), parse_block(backend, block)))


def get_storage_at(backend: Backend, address: object, slot: object, block: object = "latest") -> str:
    """Return a storage slot as 32 bytes."""
    return to_word(backend.engine.storage(parse_address(address), parse_slot(slot), parse_block(backend, block)))


def get_proof(backend: Backend, address: object, slots: object, block: object = "latest") -> dict[str, object]:
    """Return an account and storage slots with their Merkle proofs (EIP-1186)."""
    account = parse_address(address)
    keys = [parse_slot(slot) for slot in parse_list(slots)]
    proof = backend.engine.proof(account, keys, parse_block(backend, block))
    return {
        "address": to_data(account),
        "accountProof": [to_data(node) for node in proof.nodes],
        "balance": to_quantity(proof.balance),
        "nonce": to_quantity(proof.nonce),
        "codeHash": to_data(proof.code_hash),
        "storageHash": to_data(proof.storage_root),
        "storageProof": [
            {"key": to_word(slot), "value": to_quantity(value), "proof": [to_data(node) for node in nodes]}
            for slot, value, nodes in proof.slots
        ],
    }


METHODS: Methods = {
    "eth_getBalance": get_balance,
    "eth_getTransactionCount": get_transaction_count,
    "eth_getCode": get_code,
    "eth_getStorageAt": get_storage_at,
    "eth_getProof": get_proof,
}

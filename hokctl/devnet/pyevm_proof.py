"""Merkle proofs of accounts and storage (EIP-1186) from py-evm's database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rlp  # type: ignore[import-untyped] # rlp ships no types
from eth.rlp.accounts import Account
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from hokctl.devnet.engine import Proof

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence


def prove(db: MutableMapping[bytes, bytes], state_root: bytes, address: bytes, slots: Sequence[int]) -> Proof:
    """Return an account and the given slots with their proofs against the state root."""
    accounts = HexaryTrie(db, state_root)
    key = keccak(address)
    encoded = accounts[key]
    account = rlp.decode(encoded, sedes=Account) if encoded else Account()
    storage = HexaryTrie(db, account.storage_root)
    return Proof(
        balance=account.balance,
        nonce=account.nonce,
        code_hash=account.code_hash,
        storage_root=account.storage_root,
        nodes=_nodes(accounts, key),
        slots=tuple(_prove_slot(storage, slot) for slot in slots),
    )


def _prove_slot(storage: HexaryTrie, slot: int) -> tuple[int, int, tuple[bytes, ...]]:
    key = keccak(slot.to_bytes(32, "big"))
    encoded = storage[key]
    value = rlp.decode(encoded, sedes=rlp.sedes.big_endian_int) if encoded else 0
    return slot, value, _nodes(storage, key)


def _nodes(trie: HexaryTrie, key: bytes) -> tuple[bytes, ...]:
    return tuple(rlp.encode(node) for node in trie.get_proof(key) if node)  # type: ignore[no-untyped-call] # trie's own gap

"""JSON-RPC methods only development nodes have: snapshots, time, and accounts changed by decree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hokctl.devnet.engine import AccountOverride
from hokctl.devnet.rpc import invalid_params, parse_address, parse_data, parse_quantity, parse_slot, to_quantity

if TYPE_CHECKING:
    from hokctl.devnet.backend import Backend, Methods

_MAX_BLOCKS = 10_000


def snapshot(backend: Backend) -> str:
    """Remember the chain and return the snapshot's number."""
    return to_quantity(backend.engine.snapshot())


def revert(backend: Backend, number: object) -> bool:
    """Go back to a snapshot; false when there is none."""
    reverted = backend.engine.revert(parse_quantity(number))
    for installed in backend.filters.values():
        installed.next_block = min(installed.next_block, backend.engine.head + 1)
    return reverted


def increase_time(backend: Backend, seconds: object) -> int:
    """Move the clock forward; return the whole offset in seconds."""
    return backend.engine.increase_time(parse_quantity(seconds))


def set_next_timestamp(backend: Backend, timestamp: object) -> None:
    """Give the next block this time."""
    try:
        backend.engine.set_next_timestamp(parse_quantity(timestamp))
    except ValueError as error:
        raise invalid_params(str(error)) from error


def mine_one(backend: Backend, timestamp: object = None) -> str:
    """Mine an empty block, at a given time if one is given."""
    if timestamp is not None:
        set_next_timestamp(backend, timestamp)
    backend.engine.mine()
    return to_quantity(0)


def mine_many(backend: Backend, count: object = 1, interval: object = 0) -> None:
    """Mine empty blocks, `interval` seconds apart."""
    blocks, seconds = parse_quantity(count), parse_quantity(interval)
    if blocks > _MAX_BLOCKS:
        raise invalid_params(f"too many blocks: {blocks}, at most {_MAX_BLOCKS}")
    for index in range(blocks):
        if seconds and index:
            backend.engine.set_next_timestamp(backend.engine.block(backend.engine.head).timestamp + seconds)
        backend.engine.mine()


def set_balance(backend: Backend, address: object, wei: object) -> bool:
    """Give an account this balance."""
    return _edit(backend, address, AccountOverride(balance=parse_quantity(wei)))


def set_nonce(backend: Backend, address: object, nonce: object) -> bool:
    """Give an account this nonce."""
    return _edit(backend, address, AccountOverride(nonce=parse_quantity(nonce)))


def set_code(backend: Backend, address: object, code: object) -> bool:
    """Give an account this code."""
    return _edit(backend, address, AccountOverride(code=parse_data(code)))


def set_storage_at(backend: Backend, address: object, slot: object, word: object) -> bool:
    """Write a storage slot."""
    return _edit(backend, address, AccountOverride(slots={parse_slot(slot): parse_slot(word)}))


def _edit(backend: Backend, address: object, change: AccountOverride) -> bool:
    backend.engine.edit(parse_address(address), change)
    return True


METHODS: Methods = {
    "evm_snapshot": snapshot,
    "evm_revert": revert,
    "evm_increaseTime": increase_time,
    "evm_setNextBlockTimestamp": set_next_timestamp,
    "evm_mine": mine_one,
    **{f"{prefix}_mine": mine_many for prefix in ("anvil", "hardhat")},
    **{f"{prefix}_setBalance": set_balance for prefix in ("anvil", "hardhat")},
    **{f"{prefix}_setNonce": set_nonce for prefix in ("anvil", "hardhat")},
    **{f"{prefix}_setCode": set_code for prefix in ("anvil", "hardhat")},
    **{f"{prefix}_setStorageAt": set_storage_at for prefix in ("anvil", "hardhat")},
}

"""What a transaction costs before it runs, and the least it costs whatever it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hokctl.devnet.engine import AccessList

# EIP-2028, EIP-2930, EIP-2, EIP-3860 and EIP-7623, in that order.
_BASE, _ZERO_BYTE, _BYTE = 21_000, 4, 16
_ACCESS_ADDRESS, _ACCESS_SLOT = 2_400, 1_900
_CREATE = 32_000
_INITCODE_WORD = 2
_FLOOR_TOKEN = 10


def message_gas_cost(data: bytes, access_list: AccessList, *, is_create: bool) -> int:
    """Return what py-evm takes before a message starts: it counts the initcode words when the message runs."""
    zeros = data.count(0)
    slots = sum(len(keys) for _, keys in access_list)
    return (
        _BASE
        + zeros * _ZERO_BYTE
        + (len(data) - zeros) * _BYTE
        + len(access_list) * _ACCESS_ADDRESS
        + slots * _ACCESS_SLOT
        + (_CREATE if is_create else 0)
    )


def intrinsic_gas(data: bytes, access_list: AccessList, *, is_create: bool) -> int:
    """Return the gas a transaction costs before it runs."""
    words = -(-len(data) // 32) if is_create else 0
    return message_gas_cost(data, access_list, is_create=is_create) + words * _INITCODE_WORD


def floor_gas(data: bytes) -> int:
    """Return the least gas a transaction with this data is charged (EIP-7623)."""
    zeros = data.count(0)
    return _BASE + _FLOOR_TOKEN * (zeros + 4 * (len(data) - zeros))

"""A few contracts small enough to write as bytecode, and the calls to them."""

from typing import Final

from eth_abi.abi import encode
from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.reads import Read
from hokctl.domain.calls import Call

PUSH1, PUSH4, PUSH20, PUSH32, DUP1, DUP2 = 0x60, 0x63, 0x73, 0x7F, 0x80, 0x81
RETURN, REVERT, SSTORE, SLOAD, MSTORE, CODECOPY, LOG1, CALLDATALOAD = 0xF3, 0xFD, 0x55, 0x54, 0x52, 0x39, 0xA0 + 1, 0x35


def creation_code(runtime: bytes) -> bytes:
    """Return code that deploys `runtime` (at most 255 bytes)."""
    prefix = bytes([PUSH1, len(runtime), PUSH1, 12, PUSH1, 0, CODECOPY, PUSH1, len(runtime), PUSH1, 0, RETURN])
    return prefix + runtime


TOPIC: Final = bytes(keccak(text="Counted(uint256)"))

COUNTER: Final = bytes(
    [
        *(PUSH1, 0, CALLDATALOAD),  # the amount to add, 32 bytes of call data without a selector
        *(PUSH1, 0, SLOAD, 0x01, DUP1, PUSH1, 0, SSTORE),  # slot 0 += amount
        *(PUSH1, 0, MSTORE),  # memory 0 = the new count
        *(PUSH32, *TOPIC, PUSH1, 32, PUSH1, 0, LOG1),  # log it
        *(PUSH1, 32, PUSH1, 0, RETURN),  # return it
    ]
)
"""Adds its call data to a count, emits Counted(count) and returns the count."""


def reverter(data: bytes) -> bytes:
    """Return the runtime code of a contract that reverts every call with `data` (at most 200 bytes)."""
    header = bytes([PUSH1, len(data), PUSH1, 12, PUSH1, 0, CODECOPY, PUSH1, len(data), PUSH1, 0, REVERT])
    return header + data


def error_string(reason: str) -> bytes:
    """Return the revert data of `revert(reason)`."""
    return bytes.fromhex("08c379a0") + encode(["string"], [reason])


def creation(runtime: bytes) -> Call:
    """Return the creation of a contract."""
    return Call(
        to=None,
        label="Contract",
        signature="constructor",
        args=(),
        data=creation_code(runtime),
        value=0,
        purpose="create a contract",
        requires=(),
    )


def count_up(to: ChecksumAddress, amount: int = 1) -> Call:
    """Return a call that adds to the counter."""
    return Call(
        to=to,
        label="Counter",
        signature="add()",
        args=(),
        data=amount.to_bytes(32, "big"),
        value=0,
        purpose=f"count up by {amount}",
        requires=(),
    )


def read_count(to: ChecksumAddress) -> Read[int]:
    """Return a view of the count: adding nothing returns it."""
    return Read(
        to=to,
        label="Counter",
        signature="count()",
        data=bytes(32),
        returns=("uint256",),
        decode=lambda values: int(str(values[0])),
    )

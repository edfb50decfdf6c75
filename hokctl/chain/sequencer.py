"""Code that makes calls one after the other: laid over an account in a simulation, the account makes them all at once.

A node's tracer runs one message. With this code pretended at the account that acts, that one message runs everything
the account is to do, each call with the account as its sender, and between them views that tell what has changed.
Nothing of it is ever sent. Opcodes: Ethereum execution specification, "instructions".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

_STOP, _ISZERO, _EQ, _ORIGIN, _CALLER, _CODECOPY, _POP = b"\x00", b"\x15", b"\x14", b"\x32", b"\x33", b"\x39", b"\x50"
_JUMPI, _GAS, _JUMPDEST, _CREATE, _CALL, _STATICCALL = b"\x57", b"\x5a", b"\x5b", b"\xf0", b"\xf1", b"\xfa"
_AND, _CALLDATALOAD = b"\x16", b"\x35"
START: Final = bytes(keccak(text="hokctl: run the sequence"))
"""The data of the message that starts a sequence."""
_ZERO: Final = b"\x60\x00"
_VIEW_GAS: Final = b"\x63" + (5_000_000).to_bytes(4, "big")
"""A view that fails by using up its gas must not use up what comes after it."""
_PUSH4_BYTES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call of a sequence; a view can change nothing, and the sequence goes on when it fails."""

    to: ChecksumAddress | None
    """None creates a contract."""
    data: bytes
    value: int = 0
    view: bool = False


def build_sequence(steps: Sequence[Step]) -> bytes:
    """Return the code that makes the calls in order and stops at the first that fails.

    Only the message itself starts it, by its sender and with `START`: else the account behaves as one without code,
    also when it pays itself.
    """
    bodies_length = sum(len(_body(step, 0, 0)) for step in steps)
    start = len(_prologue(0))
    end = start + bodies_length
    offset = end + len(_JUMPDEST + _STOP)
    code = _prologue(start - 1)
    for step in steps:
        code += _body(step, offset, end)
        offset += len(step.data)
    return code + _JUMPDEST + _STOP + b"".join(step.data for step in steps)


def _prologue(start: int) -> bytes:
    wanted = _ZERO + _CALLDATALOAD + b"\x7f" + START + _EQ
    return _CALLER + _ORIGIN + _EQ + wanted + _AND + _push4(start) + _JUMPI + _STOP + _JUMPDEST


def _body(step: Step, offset: int, end: int) -> bytes:
    """Return the code of one step, whose data lies at `offset`; a failure jumps to `end`."""
    size = _push4(len(step.data))
    copied = size + _push4(offset) + _ZERO + _CODECOPY
    if step.view:
        return copied + _ZERO + _ZERO + size + _ZERO + _push_address(step.to) + _VIEW_GAS + _STATICCALL + _POP
    value = b"\x7f" + step.value.to_bytes(32, "big")
    if step.to is None:
        made = size + _ZERO + value + _CREATE
    else:
        made = _ZERO + _ZERO + size + _ZERO + value + _push_address(step.to) + _GAS + _CALL
    return copied + made + _ISZERO + _push4(end) + _JUMPI


def _push4(number: int) -> bytes:
    return b"\x63" + number.to_bytes(_PUSH4_BYTES - 1, "big")


def _push_address(address: ChecksumAddress | None) -> bytes:
    return b"\x73" + bytes.fromhex((address or "0x" + "00" * 20)[2:])

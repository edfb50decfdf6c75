"""Failed calls as JSON-RPC errors, in geth's words: code 3 with the revert data, or the EVM's own failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hokctl.devnet.rpc import REVERTED, SERVER_ERROR, RpcError, to_data

if TYPE_CHECKING:
    from hokctl.devnet.engine import CallResult

_ERROR_STRING = bytes.fromhex("08c379a0")
_PANIC = bytes.fromhex("4e487b71")
_PANIC_BYTES = 36

# Solidity's panic codes, as geth spells them out.
_PANICS = {
    0x00: "generic panic",
    0x01: "assert(false)",
    0x11: "arithmetic underflow or overflow",
    0x12: "division or modulo by zero",
    0x21: "enum overflow",
    0x22: "invalid encoded storage byte array accessed",
    0x31: "out-of-bounds array access; popping on an empty array",
    0x32: "out-of-bounds access of an array or bytesN",
    0x41: "out of memory",
    0x51: "uninitialized function",
}


def failure(result: CallResult) -> RpcError:
    """Return the error that answers a failed call."""
    if not result.reverted:
        return RpcError(SERVER_ERROR, result.error or "execution failed")
    reason = revert_reason(result.output)
    message = "execution reverted" if reason is None else f"execution reverted: {reason}"
    return RpcError(REVERTED, message, to_data(result.output))


def revert_reason(data: bytes) -> str | None:
    """Return the reason in `Error(string)` or `Panic(uint256)`; None for custom errors and anything else."""
    if data.startswith(_PANIC) and len(data) == _PANIC_BYTES:
        code = int.from_bytes(data[4:], "big")
        return f"panic: {_PANICS.get(code, 'unknown panic code')} ({code:#x})"
    if data.startswith(_ERROR_STRING):
        return _decode_string(data[4:])
    return None


def _decode_string(data: bytes) -> str | None:
    """Decode one ABI-encoded string; None when the bytes are not one."""
    offset = int.from_bytes(data[:32], "big")
    length = int.from_bytes(data[offset : offset + 32], "big")
    text = data[offset + 32 : offset + 32 + length]
    if len(text) != length or len(data) < offset + 32:
        return None
    return text.decode("utf-8", errors="replace")

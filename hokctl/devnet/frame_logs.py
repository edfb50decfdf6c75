"""The logs of a tree of calls, in their order; on request also transfers of ether, written as logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hokctl.devnet.engine import Log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hokctl.devnet.engine import Frame

ETHER: Final = bytes.fromhex("ee" * 20)
"""What execution-apis puts in place of a token's address when ether moves."""
_TRANSFER: Final = bytes.fromhex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
_MOVING: Final = frozenset({"CALL", "CREATE", "CREATE2"})
_WORD: Final = 32


def logs_of(frame: Frame, *, transfers: bool) -> Iterator[Log]:
    """Yield what a call and the calls in it emitted, with `transfers` also what they moved; nothing of a failed one."""
    if frame.error is not None:
        return
    if transfers and frame.value and frame.kind in _MOVING:
        parties = (frame.sender.rjust(_WORD, b"\0"), frame.to.rjust(_WORD, b"\0"))
        yield Log(ETHER, (_TRANSFER, *parties), frame.value.to_bytes(_WORD, "big"))
    for number, call in enumerate(frame.calls):
        yield from (log for log, position in frame.logs if position == number)
        yield from logs_of(call, transfers=transfers)
    yield from (log for log, position in frame.logs if position == len(frame.calls))

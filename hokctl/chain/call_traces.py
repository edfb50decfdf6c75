"""The tree of calls that geth's `callTracer` writes, with the logs of each call."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.errors import RpcError
from hokctl.chain.receipts import Log
from hokctl.chain.reverts import ErrorTable, Revert, decode_revert, revert_of
from hokctl.chain.wire import (
    Json,
    parse_address,
    parse_data,
    parse_hash,
    parse_list,
    parse_object,
    parse_quantity,
)
from hokctl.domain.units import TxHash

_CREATIONS: Final = frozenset({"CREATE", "CREATE2"})
_NO_TX: Final = TxHash("0x" + "00" * 32)
_EXECUTION_ERROR: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One call: what was asked, what came back, and what it did on the way."""

    kind: str
    to: ChecksumAddress | None
    """Whose code ran, or what was created; None for a creation that failed."""
    data: bytes
    output: bytes
    error: str | None
    gas_used: int
    logs: tuple[tuple[int, Log], ...]
    """The call's own logs, each with the number of inner calls before it."""
    calls: tuple["Frame", ...]

    def revert(self, errors: ErrorTable) -> Revert:
        """Return why the call failed: by its revert data, else by what the EVM stopped it for."""
        described = RpcError("debug_traceCall", _EXECUTION_ERROR, self.error or "", data=None)
        revert = None if self.output else revert_of(described, errors)
        return revert or decode_revert(self.output, errors)


def parse_frame(document: Json) -> Frame:
    """Return the frame in a tracer's answer; raises BadAnswerError."""
    fields = parse_object(document, "a call trace")
    error, to = fields.get("error"), fields.get("to")
    return Frame(
        kind=str(fields.get("type", "CALL")).upper(),
        to=None if to is None else parse_address(to, "a traced call's target"),
        data=parse_data(fields.get("input", "0x"), "a traced call's data"),
        output=parse_data(fields.get("output") or "0x", "a traced call's output"),
        error=None if error is None else str(error),
        gas_used=parse_quantity(fields.get("gasUsed", "0x0"), "a traced call's gas"),
        logs=tuple(_parse_log(log) for log in parse_list(fields.get("logs") or [], "a traced call's logs")),
        calls=tuple(parse_frame(call) for call in parse_list(fields.get("calls") or [], "traced calls")),
    )


def logs_of(frame: Frame) -> Iterator[Log]:
    """Yield the logs of a call and of the calls in it, in the order of emission; none of a failed one."""
    if frame.error is not None:
        return
    for number, call in enumerate(frame.calls):
        yield from (log for position, log in frame.logs if position == number)
        yield from logs_of(call)
    yield from (log for position, log in frame.logs if position >= len(frame.calls))


def created_in(frame: Frame) -> Iterator[ChecksumAddress]:
    """Yield the addresses of the contracts that a call and the calls in it create."""
    if frame.error is not None:
        return
    if frame.kind in _CREATIONS and frame.to is not None:
        yield frame.to
    for call in frame.calls:
        yield from created_in(call)


def first_failure(frame: Frame) -> tuple[Frame, ...]:
    """Return the failed calls from `frame`, which failed, down to the one where it began."""
    inner = next((call for call in reversed(frame.calls) if call.error is not None), None)
    return (frame,) if inner is None else (frame, *first_failure(inner))


def _parse_log(document: Json) -> tuple[int, Log]:
    fields = parse_object(document, "a traced log")
    position = fields.get("position")
    log = Log(
        address=parse_address(fields.get("address"), "a log's address"),
        topics=tuple(parse_hash(topic, "a log's topic") for topic in parse_list(fields.get("topics"), "topics")),
        data=parse_data(fields.get("data") or "0x", "a log's data"),
        block_number=0,
        tx_hash=_NO_TX,
        log_index=0,
    )
    return 0 if position is None else parse_quantity(position, "a traced log's position"), log

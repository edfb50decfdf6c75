"""Traces as geth's built-in tracers write them: `prestateTracer`, also with `diffMode`, and `callTracer`."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from hokctl.devnet.reverts import revert_reason
from hokctl.devnet.rpc import invalid_params, parse_object, to_data, to_quantity, to_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hokctl.devnet.engine import AccountState, Frame, Log, Trace
    from hokctl.devnet.shapes import Json

_WITHOUT_VALUE = "STATICCALL"


def render_trace(trace: Trace, options: Mapping[str, object]) -> Json:
    """Return the trace as the tracer named in `options` writes it."""
    config = parse_object(options.get("tracerConfig") or {})
    tracer = options.get("tracer")
    if tracer == "prestateTracer":
        return state_diff(trace) if config.get("diffMode") else prestate(trace)
    if tracer == "callTracer":
        numbers = count() if config.get("withLog") else None
        return call_tree(trace.frame, numbers, deep=not config.get("onlyTopCall"))
    raise invalid_params(f"unknown tracer {tracer!r}: there are prestateTracer and callTracer")


def prestate(trace: Trace) -> Json:
    """Return every account that was touched, as it was before, with the slots that were touched."""
    created = trace.result.created
    return {to_data(address): _account(account) for address, account in trace.before.items() if address != created}


def state_diff(trace: Trace) -> Json:
    """Return the accounts that changed: `pre` as they were, `post` only what is different.

    A slot that was or became zero is absent on that side, as is an account that didn't exist.
    """
    pre: Json = {}
    post: Json = {}
    for address, before in trace.before.items():
        after = trace.after[address]
        changed = {slot for slot, value in before.storage.items() if after.storage[slot] != value}
        difference = _difference(before, after, changed)
        if not difference and not changed and before.exists == after.exists:
            continue
        if before.exists:
            pre[to_data(address)] = _account(before, {slot for slot in changed if before.storage[slot]})
        if after.exists:
            post[to_data(address)] = difference
    return {"pre": pre, "post": post}


def call_tree(frame: Frame, numbers: Iterator[int] | None, *, deep: bool, alive: bool = True) -> Json:
    """Return a frame with its calls, and, when `numbers` counts them, with the logs that were not reverted."""
    alive = alive and frame.error is None
    logs = [] if numbers is None or not alive else frame.logs
    calls: list[Json] = []
    rendered: list[Json] = []
    for position, child in enumerate(frame.calls):
        rendered += [_log(log, at, numbers) for log, at in logs if at == position]
        if deep:
            calls.append(call_tree(child, numbers, deep=True, alive=alive))
    rendered += [_log(log, at, numbers) for log, at in logs if at == len(frame.calls)]
    answer = _frame(frame)
    if calls:
        answer["calls"] = calls
    if rendered:
        answer["logs"] = rendered
    return answer


def _account(account: AccountState, slots: set[int] | None = None) -> Json:
    answer: Json = {"balance": to_quantity(account.balance)}
    if account.nonce:
        answer["nonce"] = account.nonce
    if account.code:
        answer["code"] = to_data(account.code)
    shown = account.storage.keys() if slots is None else slots
    if shown:
        answer["storage"] = {to_word(slot): to_word(account.storage[slot]) for slot in sorted(shown)}
    return answer


def _difference(before: AccountState, after: AccountState, slots: set[int]) -> Json:
    answer: Json = {}
    if before.balance != after.balance:
        answer["balance"] = to_quantity(after.balance)
    if before.nonce != after.nonce:
        answer["nonce"] = after.nonce
    if before.code != after.code:
        answer["code"] = to_data(after.code)
    if any(after.storage[slot] for slot in slots):
        answer["storage"] = {
            to_word(slot): to_word(after.storage[slot]) for slot in sorted(slots) if after.storage[slot]
        }
    return answer


def _frame(frame: Frame) -> Json:
    answer: Json = {
        "type": frame.kind,
        "from": to_data(frame.sender),
        "to": to_data(frame.to),
        "gas": to_quantity(frame.gas),
        "gasUsed": to_quantity(frame.gas_used),
        "input": to_data(frame.data),
    }
    if frame.kind != _WITHOUT_VALUE:
        answer["value"] = to_quantity(frame.value)
    if frame.output:
        answer["output"] = to_data(frame.output)
    if frame.error is not None:
        answer["error"] = frame.error
        reason = revert_reason(frame.output)
        if reason is not None:
            answer["revertReason"] = reason
    return answer


def _log(log: Log, position: int, numbers: Iterator[int] | None) -> Json:
    return {
        "address": to_data(log.address),
        "topics": [to_data(topic) for topic in log.topics],
        "data": to_data(log.data),
        "index": to_quantity(next(numbers) if numbers else 0),
        "position": to_quantity(position),
    }

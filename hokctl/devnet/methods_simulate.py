"""eth_simulateV1: several messages one after the other, on a state that nobody keeps (execution-apis)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hokctl.devnet.frame_logs import logs_of
from hokctl.devnet.requests import parse_call, parse_scene
from hokctl.devnet.reverts import failure
from hokctl.devnet.rpc import invalid_params, parse_list, parse_object, to_data, to_quantity
from hokctl.devnet.shapes import Json, header_json

if TYPE_CHECKING:
    from hokctl.devnet.backend import Backend, Methods
    from hokctl.devnet.engine import Block, CallResult, Log

_ANSWERED_OPTIONS = {"blockStateCalls", "validation", "traceTransfers", "returnFullTransactions"}


def simulate(backend: Backend, options: object, block: object = "latest") -> list[Json]:
    """Return what the calls of one simulated block would do.

    More than one block, and the options that change what is checked or shown, are refused rather than ignored.
    """
    wanted = parse_object(options)
    unanswered = [name for name in ("validation", "returnFullTransactions") if wanted.get(name)]
    if unanswered or wanted.keys() - _ANSWERED_OPTIONS:
        named = ", ".join([*unanswered, *sorted(wanted.keys() - _ANSWERED_OPTIONS)])
        raise invalid_params(f"option not supported: {named}")
    blocks = parse_list(wanted.get("blockStateCalls"))
    if len(blocks) != 1:
        raise invalid_params(f"one simulated block is supported, not {len(blocks)}")
    asked = parse_object(blocks[0])
    requests = [parse_call(call) for call in parse_list(asked.get("calls") or [])]
    scene = parse_scene(backend, block, asked.get("stateOverrides"), asked.get("blockOverrides"))
    outcomes = backend.engine.simulate(requests, scene)
    base = backend.engine.block(scene.number)
    used = sum(result.gas_used for result, _ in outcomes)
    next_block = replace(base, number=base.number + 1, parent_hash=base.hash, gas_used=used, receipts=())
    transfers = bool(wanted.get("traceTransfers"))
    calls = [
        _call_json(next_block, index, result, tuple(logs_of(frame, transfers=transfers)))
        for index, (result, frame) in enumerate(outcomes)
    ]
    return [{**header_json(next_block), "transactions": [], "calls": calls}]


def _call_json(block: Block, index: int, result: CallResult, logs: tuple[Log, ...]) -> Json:
    answer: Json = {
        "status": to_quantity(int(result.error is None)),
        "returnData": to_data(result.output),
        "gasUsed": to_quantity(result.gas_used),
        "logs": [_log_json(block, index, position, log) for position, log in enumerate(logs)],
    }
    if result.error is None:
        return answer
    return {**answer, "error": failure(result).to_json()}


def _log_json(block: Block, index: int, position: int, log: Log) -> Json:
    return {
        "address": to_data(log.address),
        "topics": [to_data(topic) for topic in log.topics],
        "data": to_data(log.data),
        "blockNumber": to_quantity(block.number),
        "blockHash": to_data(bytes(32)),
        "blockTimestamp": to_quantity(block.timestamp),
        "transactionHash": to_data(bytes(32)),
        "transactionIndex": to_quantity(index),
        "logIndex": to_quantity(position),
        "removed": False,
    }


METHODS: Methods = {"eth_simulateV1": simulate}

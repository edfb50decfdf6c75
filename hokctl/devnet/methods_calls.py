"""JSON-RPC methods that run a message without sending it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hokctl.devnet.estimation import estimate_gas as search_gas
from hokctl.devnet.requests import parse_call, parse_scene
from hokctl.devnet.reverts import failure
from hokctl.devnet.rpc import SERVER_ERROR, RpcError, parse_hash, parse_object, to_data, to_quantity
from hokctl.devnet.shapes import Json, access_list_json
from hokctl.devnet.tracers import render_trace

if TYPE_CHECKING:
    from hokctl.devnet.backend import Backend, Methods
    from hokctl.devnet.engine import AccessList, Trace

_LAST_PRECOMPILE = 0x11


def call(
    backend: Backend, request: object, block: object = "latest", state: object = None, header: object = None
) -> str:
    """Return what a message returns, with pretended accounts and header fields if given."""
    result = backend.engine.call(parse_call(request), parse_scene(backend, block, state, header))
    if result.error is not None:
        raise failure(result)
    return to_data(result.output)


def estimate_gas(
    backend: Backend, request: object, block: object = "latest", state: object = None, header: object = None
) -> str:
    """Return the gas a transaction needs."""
    return to_quantity(search_gas(backend, parse_call(request), parse_scene(backend, block, state, header)))


def create_access_list(backend: Backend, request: object, block: object = "latest", state: object = None) -> Json:
    """Return the accounts and slots a message touches, but those that are warm anyway."""
    parsed, scene = parse_call(request), parse_scene(backend, block, state, None)
    miner = backend.engine.block(scene.number).miner
    trace = backend.engine.trace(parsed, scene)
    listed = _access_list(trace, {parsed.sender, trace.frame.to, miner})
    result = backend.engine.call(replace(parsed, access_list=listed), scene)
    answer: Json = {"accessList": access_list_json(listed), "gasUsed": to_quantity(result.gas_used)}
    return answer if result.error is None else {**answer, "error": result.error}


def trace_call(backend: Backend, request: object, block: object = "latest", options: object = None) -> Json:
    """Return what a tracer sees of a message."""
    wanted = parse_object(options or {})
    scene = parse_scene(backend, block, wanted.get("stateOverrides"), wanted.get("blockOverrides"))
    return render_trace(backend.engine.trace(parse_call(request), scene), wanted)


def trace_transaction(backend: Backend, tx_hash: object, options: object = None) -> Json:
    """Return what a tracer sees of a mined transaction, run again."""
    wanted = parse_hash(tx_hash)
    if backend.engine.transaction_block(wanted) is None:
        raise RpcError(SERVER_ERROR, "transaction not found")
    return render_trace(backend.engine.replay(wanted), parse_object(options or {}))


def _access_list(trace: Trace, warm: set[bytes]) -> AccessList:
    """Return what the trace touched, without addresses that are warm by themselves and have no slot in the list."""
    touched = ((address, tuple(sorted(account.storage))) for address, account in sorted(trace.before.items()))
    return tuple(
        (address, slots)
        for address, slots in touched
        if slots or (address not in warm and int.from_bytes(address, "big") > _LAST_PRECOMPILE)
    )


METHODS: Methods = {
    "eth_call": call,
    "eth_estimateGas": estimate_gas,
    "eth_createAccessList": create_access_list,
    "debug_traceCall": trace_call,
    "debug_traceTransaction": trace_transaction,
}

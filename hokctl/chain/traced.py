"""A scene as one traced message: `debug_traceCall` tells every log, every balance and every slot that changes."""

from typing import Final

from eth_utils.address import to_checksum_address

from hokctl.chain.call_traces import Frame, created_in, first_failure, logs_of, parse_frame
from hokctl.chain.errors import RpcError
from hokctl.chain.reverts import ErrorTable
from hokctl.chain.scenes import Failure, Observation, Scene, decode_views, intrinsic_gas
from hokctl.chain.sequencer import START, build_sequence
from hokctl.chain.simulation import StateOverride
from hokctl.chain.state_diffs import parse_state_diff
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json, to_data, to_quantity
from hokctl.domain.effects import EffectMethod

STARTER: Final = to_checksum_address("0x" + "57" * 20)
"""Who starts a sequence with creations: the message's own sender has its nonce raised before the first of them."""
_TREE: Final[dict[str, Json]] = {"tracer": "callTracer", "tracerConfig": {"withLog": True}}
_DIFF: Final[dict[str, Json]] = {"tracer": "prestateTracer", "tracerConfig": {"diffMode": True}}


def trace_requests(scene: Scene) -> list[RpcCall]:
    """Return the two requests that trace the scene as one message: for the tree of calls and for the changed state."""
    creates = any(call.to is None for call in scene.calls)
    starter = STARTER if creates else scene.sender
    own = scene.overrides.get(scene.sender, StateOverride())
    acting = StateOverride(
        balance=own.balance,
        nonce=own.nonce,
        code=build_sequence((*scene.view_steps, *scene.call_steps, *scene.view_steps)),
        slots=dict(own.slots),
    )
    overrides: dict[str, Json] = {
        address: override.to_json() for address, override in {**scene.overrides, scene.sender: acting}.items()
    }
    message: Json = {"from": starter, "to": scene.sender, "data": to_data(START)}
    block = to_quantity(scene.block)
    return [("debug_traceCall", [message, block, {**tracer, "stateOverrides": overrides}]) for tracer in (_TREE, _DIFF)]


def traceable(scene: Scene) -> bool:
    """Tell whether the scene can be one message: an account's nonce grows with each transaction, but not in it.

    So creations must come before everything else for their addresses to be right.
    """
    kinds = [call.to is None for call in scene.calls]
    return kinds == sorted(kinds, reverse=True)


def read_trace(scene: Scene, tree: Json, diff: Json, errors: ErrorTable) -> Observation | None:
    """Return what the two answers say; None when the node did not run the sequence to its end."""
    if isinstance(tree, RpcError) or isinstance(diff, RpcError):
        return None
    root = parse_frame(tree)
    count, views = len(scene.calls), len(scene.views)
    frames = root.calls[views : views + count]
    failed = next((frame for frame in frames if frame.error is not None), None)
    if failed is not None:
        return Observation(method=EffectMethod.TRACE, failure=_failure(failed, errors))
    if root.error is not None or len(root.calls) != count + 2 * views:
        return None
    changed = parse_state_diff(diff)
    gas = tuple(frame.gas_used + intrinsic_gas(call) for frame, call in zip(frames, scene.calls, strict=True))
    return Observation(
        method=EffectMethod.TRACE,
        logs=tuple(log for frame in frames for log in logs_of(frame)),
        native=dict(changed.native),
        storage=changed.storage,
        created=tuple(address for frame in frames for address in created_in(frame)),
        before=decode_views(scene, [_answer(frame) for frame in root.calls[:views]]),
        after=decode_views(scene, [_answer(frame) for frame in root.calls[views + count :]]),
        gas_used=sum(gas),
        gas_of_each=gas,
    )


def _answer(view: Frame) -> bytes:
    return view.output if view.error is None else b""


def _failure(frame: Frame, errors: ErrorTable) -> Failure:
    path = first_failure(frame)
    return Failure(
        path=tuple((inner.to, inner.data) for inner in path),
        revert=path[-1].revert(errors),
        outer=frame.revert(errors),
    )

"""A scene as the messages of one simulated block: `eth_simulateV1` tells every log and every transfer, but no slots.

Source: execution-apis, `eth_simulateV1`; with `traceTransfers` a transfer of native currency shows as a log.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.chain.errors import RpcError
from hokctl.chain.receipts import Log
from hokctl.chain.reverts import ErrorTable
from hokctl.chain.scenes import Failure, Observation, Scene, decode_views
from hokctl.chain.simulation import SimulationResult, parse_simulated_calls
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json, parse_data, to_data, to_quantity
from hokctl.domain.effects import EffectMethod

NATIVE: Final = to_checksum_address("0x" + "ee" * 20)
"""What stands in place of a token's address in the log of a transfer of native currency."""
_WORD: Final = 32
_TRANSFER_TOPICS: Final = 3


def simulation_requests(scene: Scene) -> list[RpcCall]:
    """Return the request that simulates the scene as one block, and one for each view before it."""
    calls: list[Json] = []
    for step in (*scene.call_steps, *scene.view_steps):
        message: dict[str, Json] = {
            "from": scene.sender,
            "data": to_data(step.data),
            "value": to_quantity(step.value),
        }
        calls.append(message if step.to is None else {**message, "to": step.to})
    overrides: dict[str, Json] = {address: override.to_json() for address, override in scene.overrides.items()}
    block: dict[str, Json] = {"calls": calls}
    if overrides:
        block["stateOverrides"] = overrides
    request: Json = {"blockStateCalls": [block], "validation": False, "traceTransfers": True}
    number = to_quantity(scene.block)
    views: list[RpcCall] = [("eth_call", [{"to": view.to, "data": to_data(view.data)}, number]) for view in scene.views]
    return [("eth_simulateV1", [request, number]), *views]


def read_simulated(scene: Scene, answers: Sequence[Json], errors: ErrorTable) -> Observation | None:
    """Return what the answers say; None when the node could not simulate the scene."""
    answer, *before = answers
    if isinstance(answer, RpcError):
        return None
    results = parse_simulated_calls(answer, errors)
    count = len(scene.calls)
    if len(results) != count + len(scene.views):
        return None
    own = results[:count]
    for call, result in zip(scene.calls, own, strict=True):
        if result.revert is not None:
            failure = Failure(path=((call.to, call.data),), revert=result.revert, outer=result.revert)
            return Observation(method=EffectMethod.SIMULATE, failure=failure)
    logs = [log for result in own for log in result.logs]
    return Observation(
        method=EffectMethod.SIMULATE,
        logs=tuple(log for log in logs if log.address != NATIVE),
        native=_native(log for log in logs if log.address == NATIVE),
        before=decode_views(scene, [_answer(view) for view in before]),
        after=decode_views(scene, [_output(result) for result in results[count:]]),
        gas_used=sum(result.gas_used or 0 for result in own),
        gas_of_each=tuple(result.gas_used or 0 for result in own),
    )


def _answer(view: Json) -> bytes:
    return b"" if isinstance(view, RpcError) else parse_data(view, "a view's answer")


def _output(result: SimulationResult) -> bytes:
    return result.return_data if result.ok else b""


def _native(transfers: Iterable[Log]) -> dict[ChecksumAddress, int]:
    changes: Counter[ChecksumAddress] = Counter()
    for log in transfers:
        if len(log.topics) == _TRANSFER_TOPICS and len(log.data) == _WORD:
            giver, taker = (to_checksum_address("0x" + topic[-40:]) for topic in log.topics[1:])
            changes[giver] -= int.from_bytes(log.data, "big")
            changes[taker] += int.from_bytes(log.data, "big")
    return {account: change for account, change in changes.items() if change}

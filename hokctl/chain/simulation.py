"""Trying calls out on a block's state without sending them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eth_typing import ChecksumAddress

from hokctl.chain.answers import node_failure
from hokctl.chain.errors import RpcError
from hokctl.chain.receipts import Log, parse_log
from hokctl.chain.reverts import ErrorTable, Revert, decode_revert, revert_of
from hokctl.chain.session import Chain
from hokctl.chain.wire import (
    BadAnswerError,
    Json,
    parse_data,
    parse_list,
    parse_object,
    parse_quantity,
    to_data,
    to_quantity,
)
from hokctl.domain.calls import Call

# The last is anvil's answer where it has the method, but cannot simulate the creation of a contract with it.
_NO_SUCH_METHOD: Final = frozenset({-32601, -32600, -32004, -32602})


@dataclass(frozen=True, slots=True, kw_only=True)
class StateOverride:
    """What a simulation pretends about an account; None leaves a field as it is."""

    balance: int | None = None
    nonce: int | None = None
    code: bytes | None = None
    slots: Mapping[int, int] = field(default_factory=dict)
    """Storage slots to change; the others stay."""

    def to_json(self) -> dict[str, Json]:
        """Return the override as `eth_call` takes it."""
        fields: dict[str, Json] = {}
        if self.balance is not None:
            fields["balance"] = to_quantity(self.balance)
        if self.nonce is not None:
            fields["nonce"] = to_quantity(self.nonce)
        if self.code is not None:
            fields["code"] = to_data(self.code)
        if self.slots:
            fields["stateDiff"] = {f"0x{slot:064x}": f"0x{value:064x}" for slot, value in self.slots.items()}
        return fields


Overrides = Mapping[ChecksumAddress, StateOverride]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationResult:
    """What one call would do."""

    ok: bool
    return_data: bytes
    revert: Revert | None
    """Why it would fail; None when `ok`."""
    gas_used: int | None
    """None where the node does not say: `eth_call` never does."""
    logs: tuple[Log, ...] = ()
    """The events it would emit; empty where the node does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceSimulation:
    """What calls would do one after the other."""

    results: tuple[SimulationResult, ...]
    complete: bool
    """Whether every call was simulated, each on the state that the ones before it left."""

    @property
    def ok(self) -> bool:
        """Whether everything that was simulated would succeed."""
        return all(result.ok for result in self.results)


def simulate(
    chain: Chain, call: Call, *, sender: ChecksumAddress, block: int, overrides: Overrides | None = None
) -> SimulationResult:
    """Return what `call` would do as a message of `sender` on the state of `block`. One round trip.

    Raises what only the node is to blame for: UnknownBlockError, RpcError.
    """
    params: list[Json] = [_message(call, sender), to_quantity(block)]
    if overrides:
        params.append({address: override.to_json() for address, override in overrides.items()})
    (answer,) = chain.request_batch([("eth_call", params)])
    if not isinstance(answer, RpcError):
        return SimulationResult(ok=True, return_data=parse_data(answer, "eth_call"), revert=None, gas_used=None)
    revert = revert_of(answer, chain.errors)
    if revert is None:
        raise node_failure(answer, block=block, endpoint=chain.endpoint)
    return SimulationResult(ok=False, return_data=revert.data, revert=revert, gas_used=None)


def simulate_sequence(chain: Chain, calls: Sequence[Call], sender: ChecksumAddress, block: int) -> SequenceSimulation:
    """Return what `calls` would do one after the other as messages of `sender` on the state of `block`.

    Needs `eth_simulateV1`; without it only the first call is simulated, and the result says so.
    """
    if not calls:
        return SequenceSimulation(results=(), complete=True)
    request = {"blockStateCalls": [{"calls": [_message(call, sender) for call in calls]}], "validation": False}
    (answer,) = chain.request_batch([("eth_simulateV1", [request, to_quantity(block)])])
    if isinstance(answer, RpcError):
        if not _lacks_method(answer):
            raise node_failure(answer, block=block, endpoint=chain.endpoint)
        first = simulate(chain, calls[0], sender=sender, block=block)
        return SequenceSimulation(results=(first,), complete=len(calls) == 1)
    results = parse_simulated_calls(answer, chain.errors)
    if len(results) != len(calls):
        raise BadAnswerError(f"eth_simulateV1 answered {len(results)} of {len(calls)} calls")
    return SequenceSimulation(results=results, complete=True)


def _message(call: Call, sender: ChecksumAddress) -> dict[str, Any]:
    message = {"from": sender, "data": to_data(call.data), "value": to_quantity(call.value)}
    return message if call.to is None else {**message, "to": call.to}


def _lacks_method(error: RpcError) -> bool:
    message = error.rpc_message.lower()
    return error.rpc_code in _NO_SUCH_METHOD or "does not exist" in message or "not supported" in message


def parse_simulated_calls(answer: Json, errors: ErrorTable) -> tuple[SimulationResult, ...]:
    """Return what an answer of `eth_simulateV1` says of each call; raises BadAnswerError."""
    blocks = [parse_object(block, "a simulated block") for block in parse_list(answer, "eth_simulateV1")]
    outcomes = [outcome for block in blocks for outcome in parse_list(block.get("calls"), "simulated calls")]
    return tuple(_parse_call(errors, parse_object(outcome, "a simulated call")) for outcome in outcomes)


def _parse_call(errors: ErrorTable, outcome: dict[str, Json]) -> SimulationResult:
    returned = parse_data(outcome.get("returnData"), "a simulated call's return data")
    gas_used = parse_quantity(outcome.get("gasUsed"), "a simulated call's gas")
    if parse_quantity(outcome.get("status"), "a simulated call's status") == 1:
        logs = tuple(parse_log(log) for log in parse_list(outcome.get("logs", []), "simulated logs"))
        return SimulationResult(ok=True, return_data=returned, revert=None, gas_used=gas_used, logs=logs)
    revert = _failed_call_revert(errors, outcome.get("error"), returned)
    return SimulationResult(ok=False, return_data=returned, revert=revert, gas_used=gas_used)


def _failed_call_revert(errors: ErrorTable, error: Json, returned: bytes) -> Revert:
    """Return why a simulated call failed: its revert data, or what the EVM stopped it for."""
    members = error if isinstance(error, dict) else {}
    described = RpcError("eth_simulateV1", 3, str(members.get("message", "")), data=members.get("data"))
    revert = None if returned else revert_of(described, errors)
    return revert or decode_revert(returned, errors)

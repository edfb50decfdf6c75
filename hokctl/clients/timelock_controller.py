"""OpenZeppelin TimelockController, 4.x and 5: what proposers schedule, executors run once the delay is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.access_control import AccessControl
from hokctl.clients.base import Values, as_bool, as_hash, as_int, as_role
from hokctl.clients.codec import word_from_hex
from hokctl.domain.roles import RoleId
from hokctl.domain.units import ZERO_HASH, Bytes32, OperationId

NO_PREDECESSOR: Final = Bytes32(ZERO_HASH)
"""The predecessor of an operation that waits for no other."""
DONE_AT: Final = 1
"""What `get_timestamp` gives once an operation was executed."""

_ONE: Final = "address,uint256,bytes,bytes32,bytes32"
_MANY: Final = "address[],uint256[],bytes[],bytes32,bytes32"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelockCall:
    """One call that a timelock is to make."""

    target: ChecksumAddress
    value: int = 0
    """Native currency sent along, in wei."""
    data: bytes = b""


class TimelockController(AccessControl):
    """A timelock. An operation is known by its id, the hash of all that it does."""

    contract_name = "TimelockController"

    def get_min_delay(self) -> Read[int]:
        """The least time between scheduling and execution, in seconds."""
        return self._read("getMinDelay()", ("uint256",), (), as_int)

    def proposer_role(self) -> Read[RoleId]:
        """The id of PROPOSER_ROLE: its holders schedule."""
        return self._read("PROPOSER_ROLE()", ("bytes32",), (), as_role)

    def executor_role(self) -> Read[RoleId]:
        """The id of EXECUTOR_ROLE: its holders execute; held by the zero address, everybody does."""
        return self._read("EXECUTOR_ROLE()", ("bytes32",), (), as_role)

    def canceller_role(self) -> Read[RoleId]:
        """The id of CANCELLER_ROLE: its holders cancel. Timelocks before 4.8 have none: their proposers cancel."""
        return self._read("CANCELLER_ROLE()", ("bytes32",), (), as_role)

    def is_operation(self, operation_id: OperationId) -> Read[bool]:
        """Whether the operation was ever scheduled, and not cancelled since."""
        return self._read("isOperation(bytes32)", ("bool",), (word_from_hex(operation_id),), as_bool)

    def is_operation_pending(self, operation_id: OperationId) -> Read[bool]:
        """Whether the operation waits or is ready."""
        return self._read("isOperationPending(bytes32)", ("bool",), (word_from_hex(operation_id),), as_bool)

    def is_operation_ready(self, operation_id: OperationId) -> Read[bool]:
        """Whether the operation can be executed now."""
        return self._read("isOperationReady(bytes32)", ("bool",), (word_from_hex(operation_id),), as_bool)

    def is_operation_done(self, operation_id: OperationId) -> Read[bool]:
        """Whether the operation was executed."""
        return self._read("isOperationDone(bytes32)", ("bool",), (word_from_hex(operation_id),), as_bool)

    def get_timestamp(self, operation_id: OperationId) -> Read[int]:
        """From when the operation can be executed, in Unix seconds; 0 when unknown, 1 when done."""
        return self._read("getTimestamp(bytes32)", ("uint256",), (word_from_hex(operation_id),), as_int)

    def get_operation_state(self, operation_id: OperationId) -> Read[int]:
        """Unset 0, waiting 1, ready 2, done 3. A timelock of 4.x reverts."""
        return self._read("getOperationState(bytes32)", ("uint8",), (word_from_hex(operation_id),), as_int)

    def hash_operation(self, call: TimelockCall, *, predecessor: Bytes32, salt: Bytes32) -> Read[OperationId]:
        """The id of an operation of one call, as the contract computes it."""
        args = (call.target, call.value, call.data, word_from_hex(predecessor), word_from_hex(salt))
        return self._read(f"hashOperation({_ONE})", ("bytes32",), args, _as_operation_id)

    def hash_operation_batch(
        self, calls: Sequence[TimelockCall], *, predecessor: Bytes32, salt: Bytes32
    ) -> Read[OperationId]:
        """The id of an operation of several calls, as the contract computes it."""
        args = (*batch_arguments(calls), word_from_hex(predecessor), word_from_hex(salt))
        return self._read(f"hashOperationBatch({_MANY})", ("bytes32",), args, _as_operation_id)


def batch_arguments(calls: Sequence[TimelockCall]) -> Values:
    """Return targets, values and payloads of `calls`, the contract's way of taking several."""
    return (
        tuple(call.target for call in calls),
        tuple(call.value for call in calls),
        tuple(call.data for call in calls),
    )


def _as_operation_id(values: Values) -> OperationId:
    return OperationId(as_hash(values))

"""OpenZeppelin TimelockController, 4.x and 5: what proposers schedule, executors run once the delay is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.chain.reads import Read
from hokctl.clients.access_control import AccessControl
from hokctl.clients.base import Values, as_bool, as_hash, as_int, as_role
from hokctl.clients.codec import argument_types, encode_exactly, word_from_hex
from hokctl.domain.calls import Call
from hokctl.domain.roles import CANCELLER_ROLE, EXECUTOR_ROLE, PROPOSER_ROLE, RoleId
from hokctl.domain.units import ZERO_HASH, Bytes32, OperationId

NO_PREDECESSOR: Final = Bytes32(ZERO_HASH)
"""The predecessor of an operation that waits for no other."""
DONE_AT: Final = 1
"""What `get_timestamp` gives once an operation was executed."""

_TAIL: Final = ("predecessor", "salt")
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

    def schedule(
        self, call: TimelockCall, *, predecessor: Bytes32 = NO_PREDECESSOR, salt: Bytes32, delay_s: int, purpose: str
    ) -> Call:
        """Schedule one call, after the operation `predecessor` if there is one. PROPOSER_ROLE."""
        return self._call(
            f"schedule({_ONE},uint256)",
            ("target", "value", "data", *_TAIL, "delay"),
            (*_one(call, predecessor, salt), delay_s),
            purpose=purpose,
            requires=(self._role(PROPOSER_ROLE),),
        )

    def schedule_batch(
        self,
        calls: Sequence[TimelockCall],
        *,
        predecessor: Bytes32 = NO_PREDECESSOR,
        salt: Bytes32,
        delay_s: int,
        purpose: str,
    ) -> Call:
        """Schedule several calls as one operation. PROPOSER_ROLE."""
        return self._call(
            f"scheduleBatch({_MANY},uint256)",
            ("targets", "values", "payloads", *_TAIL, "delay"),
            (*_many(calls, predecessor, salt), delay_s),
            purpose=purpose,
            requires=(self._role(PROPOSER_ROLE),),
        )

    def execute(
        self, call: TimelockCall, *, predecessor: Bytes32, salt: Bytes32, purpose: str, anyone: bool = False
    ) -> Call:
        """Execute what was scheduled as one call. EXECUTOR_ROLE, unless `anyone` may."""
        return self._call(
            f"execute({_ONE})",
            ("target", "value", "payload", *_TAIL),
            _one(call, predecessor, salt),
            purpose=purpose,
            requires=() if anyone else (self._role(EXECUTOR_ROLE),),
        )

    def execute_batch(
        self,
        calls: Sequence[TimelockCall],
        *,
        predecessor: Bytes32,
        salt: Bytes32,
        purpose: str,
        anyone: bool = False,
    ) -> Call:
        """Execute what was scheduled as a batch. EXECUTOR_ROLE, unless `anyone` may."""
        return self._call(
            f"executeBatch({_MANY})",
            ("targets", "values", "payloads", *_TAIL),
            _many(calls, predecessor, salt),
            purpose=purpose,
            requires=() if anyone else (self._role(EXECUTOR_ROLE),),
        )

    def cancel(self, operation_id: OperationId, *, purpose: str, role: RoleId = CANCELLER_ROLE) -> Call:
        """Cancel an operation that waits. CANCELLER_ROLE; before OpenZeppelin 4.8 PROPOSER_ROLE, as `role` says."""
        return self._call(
            "cancel(bytes32)", ("id",), (word_from_hex(operation_id),), purpose=purpose, requires=(self._role(role),)
        )


def compute_operation_id(
    calls: Sequence[TimelockCall], *, predecessor: Bytes32, salt: Bytes32, batch: bool
) -> OperationId:
    """Return the id of an operation as hokctl computes it by itself: the hash of all that it does.

    `batch` says whether it is scheduled as one; the same single call has another id then.
    """
    values = _many(calls, predecessor, salt) if batch else _one(calls[0], predecessor, salt)
    types = argument_types(f"hash({_MANY if batch else _ONE})")
    return OperationId("0x" + keccak(encode_exactly(types, values)).hex())


def _one(call: TimelockCall, predecessor: Bytes32, salt: Bytes32) -> Values:
    return (call.target, call.value, call.data, word_from_hex(predecessor), word_from_hex(salt))


def _many(calls: Sequence[TimelockCall], predecessor: Bytes32, salt: Bytes32) -> Values:
    return (*batch_arguments(calls), word_from_hex(predecessor), word_from_hex(salt))


def batch_arguments(calls: Sequence[TimelockCall]) -> Values:
    """Return targets, values and payloads of `calls`, the contract's way of taking several."""
    return (
        tuple(call.target for call in calls),
        tuple(call.value for call in calls),
        tuple(call.data for call in calls),
    )


def _as_operation_id(values: Values) -> OperationId:
    return OperationId(as_hash(values))

"""MultiSend and MultiSendCallOnly: many calls in one Safe transaction, made by delegatecall from the Safe."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.base import Client
from hokctl.clients.safe import Operation
from hokctl.domain.calls import Call
from hokctl.errors import UsageError

_HEAD_BYTES = 1 + 20 + 32 + 32


class MalformedMultiSendError(UsageError):
    """Bytes that are not a list of MultiSend calls."""

    code = "malformed-multisend"

    def __init__(self, reason: str) -> None:
        """Say what is wrong with them."""
        super().__init__(
            f"The MultiSend batch cannot be read: {reason}.",
            hint="Do not sign it; ask its author for a new proposal.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiSendItem:
    """One call of a batch."""

    to: ChecksumAddress
    value: int
    """Native currency sent along, in wei."""
    data: bytes
    operation: Operation = Operation.CALL


class MultiSend(Client):
    """The batching contract. MultiSendCallOnly, of the same interface, reverts on delegatecalls inside the batch."""

    contract_name = "MultiSend"

    def multi_send(self, items: Sequence[MultiSendItem], *, purpose: str) -> Call:
        """Make all calls, in order, all or none. Only by delegatecall from a Safe."""
        return self._call("multiSend(bytes)", ("transactions",), (pack_multi_send(items),), purpose=purpose)


def pack_multi_send(items: Sequence[MultiSendItem]) -> bytes:
    """Return the argument of multiSend: per call operation (1 byte), to (20), value (32), length (32), data."""
    return b"".join(
        item.operation.to_bytes(1, "big")
        + bytes.fromhex(item.to[2:])
        + item.value.to_bytes(32, "big")
        + len(item.data).to_bytes(32, "big")
        + item.data
        for item in items
    )


def unpack_multi_send(packed: bytes) -> tuple[MultiSendItem, ...]:
    """Return the calls in the argument of multiSend; raises MalformedMultiSendError if it does not add up exactly."""
    items: list[MultiSendItem] = []
    position = 0
    while position < len(packed):
        head = packed[position : position + _HEAD_BYTES]
        if len(head) < _HEAD_BYTES:
            raise MalformedMultiSendError(f"call {len(items) + 1} is cut off")
        start, size = position + _HEAD_BYTES, int.from_bytes(head[53:], "big")
        if start + size > len(packed):
            raise MalformedMultiSendError(f"call {len(items) + 1} claims more data than there is")
        items.append(_item(head, packed[start : start + size]))
        position = start + size
    return tuple(items)


def _item(head: bytes, data: bytes) -> MultiSendItem:
    if head[0] > Operation.DELEGATECALL:
        raise MalformedMultiSendError(f"{head[0]} is not an operation")
    return MultiSendItem(
        operation=Operation(head[0]),
        to=to_checksum_address(head[1:21]),
        value=int.from_bytes(head[21:53], "big"),
        data=data,
    )

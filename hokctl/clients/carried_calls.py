"""The calls that a call carries: batches, Safes, timelocks, governors, and contracts that bundle or forward."""

from collections.abc import Iterable
from typing import Final, cast

from eth_typing import ChecksumAddress

from hokctl.clients.multisend import MalformedMultiSendError, unpack_multi_send
from hokctl.clients.safe import Operation
from hokctl.domain.calls import AbiValue

CarriedCall = tuple[ChecksumAddress | None, int, bytes, Operation]
"""Target, value in wei, calldata, and how it is made."""

_AS_SAFE: Final = frozenset(
    {
        "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
        "execTransactionFromModule(address,uint256,bytes,uint8)",
        "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)",
    }
)
_SINGLE: Final = frozenset(
    {
        "schedule(address,uint256,bytes,bytes32,bytes32,uint256)",
        "execute(address,uint256,bytes,bytes32,bytes32)",
        "relay(address,uint256,bytes)",
    }
)
_COLUMNS: Final = frozenset(
    {
        "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)",
        "executeBatch(address[],uint256[],bytes[],bytes32,bytes32)",
        "propose(address[],uint256[],bytes[],string)",
        "queue(address[],uint256[],bytes[],bytes32)",
        "execute(address[],uint256[],bytes[],bytes32)",
        "cancel(address[],uint256[],bytes[],bytes32)",
    }
)
_AGGREGATES: Final = {
    "aggregate((address,bytes)[])": 0,
    "tryAggregate(bool,(address,bytes)[])": 1,
    "aggregate3((address,bool,bytes)[])": 0,
    "aggregate3Value((address,bool,uint256,bytes)[])": 0,
}
"""Multicall3's functions, with the position of the list: target first, calldata last in each row."""
_WITH_VALUE: Final = "aggregate3Value((address,bool,uint256,bytes)[])"


def carried_calls(signature: str, values: tuple[AbiValue, ...], to: ChecksumAddress | None) -> tuple[CarriedCall, ...]:
    """Return the calls that a call of `signature` to `to` carries; nothing where it carries none, or would revert."""
    if signature == "multiSend(bytes)":
        return tuple(_multi_send_calls(cast("bytes", values[0])))
    if signature in _AS_SAFE:
        target, value, data, operation = cast("tuple[ChecksumAddress, int, bytes, int]", values[:4])
        # An operation beyond 1 does not encode as the enum: the Safe would revert.
        return ((target, value, data, Operation(operation)),) if operation <= Operation.DELEGATECALL else ()
    if signature in _SINGLE:
        target, value, data = cast("tuple[ChecksumAddress, int, bytes]", values[:3])
        return ((target, value, data, Operation.CALL),)
    if signature in _COLUMNS:
        columns = cast("tuple[tuple[ChecksumAddress, ...], tuple[int, ...], tuple[bytes, ...]]", values[:3])
        # Columns of different lengths make no batch: the contract would revert.
        rows = zip(*columns, strict=True) if len({len(column) for column in columns}) == 1 else ()
        return tuple((target, value, data, Operation.CALL) for target, value, data in rows)
    return tuple(_bundled_calls(signature, values, to))


def _bundled_calls(signature: str, values: tuple[AbiValue, ...], to: ChecksumAddress | None) -> Iterable[CarriedCall]:
    if signature in _AGGREGATES:
        for row in cast("tuple[tuple[AbiValue, ...], ...]", values[_AGGREGATES[signature]]):
            value = cast("int", row[2]) if signature == _WITH_VALUE else 0
            yield cast("ChecksumAddress", row[0]), value, cast("bytes", row[-1]), Operation.CALL
    elif signature == "multicall(bytes[])":
        # By delegatecall to itself: the same contract, the same caller.
        for data in cast("tuple[bytes, ...]", values[0]):
            yield to, 0, data, Operation.CALL
    elif signature == "upgradeToAndCall(address,bytes)" and values[1]:
        yield to, 0, cast("bytes", values[1]), Operation.CALL
    elif signature == "upgradeAndCall(address,address,bytes)" and values[2]:
        yield cast("ChecksumAddress", values[0]), 0, cast("bytes", values[2]), Operation.CALL


def _multi_send_calls(packed: bytes) -> Iterable[CarriedCall]:
    try:
        return [(item.to, item.value, item.data, item.operation) for item in unpack_multi_send(packed)]
    except MalformedMultiSendError:
        return ()

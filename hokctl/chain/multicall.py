"""Multicall3: many view calls in one, each allowed to fail on its own (github.com/mds1/multicall)."""

from collections.abc import Sequence
from typing import Any, Final

from eth_typing import ChecksumAddress

from hokctl.chain.abi_values import AbiMismatchError, decode_values
from hokctl.chain.wire import BadAnswerError

MULTICALL3: Final = ChecksumAddress("0xcA11bde05977b3631167028862bE2a173976CA11")  # type: ignore[arg-type]  # NewType over a NewType
"""The same on every chain that has it."""
MAX_CALLS: Final = 250
"""Calls per `aggregate3`: far below the gas that nodes grant an `eth_call`."""

_AGGREGATE3: Final = bytes.fromhex("82ad56cb")
_RESULTS: Final = "(bool,bytes)[]"
_WORD: Final = 32


def encode_aggregate3(calls: Sequence[tuple[ChecksumAddress, bytes]]) -> bytes:
    """Return the call data of `aggregate3((address,bool,bytes)[])` with allowFailure for every call.

    Written out by hand: for a thousand reads eth_abi's general encoder takes longer than the node.
    """
    items = [_encode_call(target, data) for target, data in calls]
    offsets, position = [], _WORD * len(items)
    for item in items:
        offsets.append(_word(position))
        position += len(item)
    return b"".join([_AGGREGATE3, _word(_WORD), _word(len(items)), *offsets, *items])


def decode_aggregate3(data: bytes, count: int) -> list[tuple[bool, bytes]]:
    """Return success and return data of each of the `count` calls; raises BadAnswerError for anything else."""
    try:
        (results,) = decode_values([_RESULTS], data)
    except AbiMismatchError:
        raise BadAnswerError("Multicall3's answer does not decode") from None
    pairs: Any = results
    if len(pairs) != count:
        raise BadAnswerError(f"Multicall3 answered {len(pairs)} of {count} calls")
    return [(success, returned) for success, returned in pairs]


def _encode_call(target: ChecksumAddress, data: bytes) -> bytes:
    padding = bytes(-len(data) % _WORD)
    return b"".join([bytes(12), bytes.fromhex(target[2:]), _word(1), _word(3 * _WORD), _word(len(data)), data, padding])


def _word(number: int) -> bytes:
    return number.to_bytes(_WORD, "big")

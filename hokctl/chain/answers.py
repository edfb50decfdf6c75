"""From a view call to the request for it, and from a node's answer to its value or to what went wrong."""

from typing import Any, Final, TypeVar

from hokctl.chain.abi_values import AbiMismatchError, decode_values
from hokctl.chain.errors import NoContractError, RpcError, UnexpectedAnswerError, UnknownBlockError
from hokctl.chain.reads import Read
from hokctl.chain.reverts import ContractRevertedError, ErrorTable, decode_revert, revert_of
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json, parse_data, to_data, to_quantity
from hokctl.errors import HokctlError

T = TypeVar("T")

_NO_STATE: Final = (
    "header not found",
    "block not found",
    "unknown block",
    "header for hash not found",
    "missing trie node",
    "state is not available",
    "state not available",
    "state is pruned",
    "historical state",
    "blockoutofrange",
    "block is out of range",
    "cannot query unfinalized data",
)
"""How nodes word that they lack a block or its state."""


def read_request(read: Read[Any], block: int) -> RpcCall:
    """Return the `eth_call` that asks `read` at `block`."""
    return "eth_call", [{"to": read.to, "data": to_data(read.data)}, to_quantity(block)]


def read_outcome(read: Read[T], answer: Json, errors: ErrorTable, *, block: int, endpoint: str) -> T | HokctlError:
    """Return the value in the answer to an `eth_call`, or the error that its contract is to blame for.

    Raises the node's own failures: UnknownBlockError, RpcError, BadAnswerError.
    """
    if isinstance(answer, RpcError):
        revert = revert_of(answer, errors)
        if revert is None:
            raise node_failure(answer, block=block, endpoint=endpoint)
        return ContractRevertedError(revert, label=read.label, signature=read.signature)
    return decode_read(read, parse_data(answer, f"the answer of {read.label} to {read.signature}"))


def decode_read(read: Read[T], data: bytes) -> T | HokctlError:
    """Return the value that a contract answered with `data`, or the error for bytes that do not fit."""
    if not data and read.returns:
        return NoContractError(read.to, read.label)
    try:
        values = decode_values(read.returns, data)
    except AbiMismatchError:
        return UnexpectedAnswerError(read.to, read.label, read.signature)
    return read.decode(values)


def reverted_read(read: Read[Any], data: bytes, errors: ErrorTable) -> ContractRevertedError:
    """Return the error for a view call that reverted with `data`."""
    return ContractRevertedError(decode_revert(data, errors), label=read.label, signature=read.signature)


def node_failure(error: RpcError, *, block: int | str, endpoint: str) -> HokctlError:
    """Return the error to raise when a node could not answer about `block`."""
    message = error.rpc_message.lower()
    if any(phrase in message for phrase in _NO_STATE):
        return UnknownBlockError(block, endpoint)
    return error

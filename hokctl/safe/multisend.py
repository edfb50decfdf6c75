"""What a Safe has to do for a plan: one call as it is, several as one MultiSendCallOnly batch.

A plan that creates contracts becomes a MultiSend batch, whose creations are delegatecalls to CreateCall: so the Safe
itself creates them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eth_abi.exceptions import EncodingError, ParseError
from eth_typing import ChecksumAddress

from hokctl.chain.abi_values import AbiMismatchError, decode_values
from hokctl.clients.codec import SELECTOR_BYTES, argument_types, encode_call
from hokctl.clients.multisend import MalformedMultiSendError, MultiSend, MultiSendItem, unpack_multi_send
from hokctl.clients.safe import Operation
from hokctl.clients.safe_deployments import is_create_call, is_multi_send
from hokctl.domain.calls import Call
from hokctl.errors import RefusedError
from hokctl.safe.versions import deployment_of

RAW_SIGNATURE: Final = "raw"
"""The signature of a call that hokctl cannot read; its only argument is the calldata itself."""
PLAIN_SIGNATURE: Final = "plain transfer"
"""The signature of a call without data."""
_MULTI_SEND: Final = "multiSend(bytes)"


class CreationBySafeError(RefusedError):
    """A plan that creates a contract, which a Safe cannot do with a plain call."""

    code = "creation-by-safe"

    def __init__(self, label: str, safe: str) -> None:
        """Name the contract and the Safe."""
        super().__init__(
            f"The plan creates {label}, which the Safe {safe} cannot do.",
            hint="Deploy it with a signer of its own: --via direct; then hand it over to the Safe.",
        )


class EmptyPlanError(RefusedError):
    """A plan without calls, for which there is nothing to propose."""

    code = "empty-plan"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("The plan has no calls, so there is nothing to propose.", hint="Nothing needs to be done.")


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerCall:
    """What the Safe itself does: the first four fields of a Safe transaction."""

    to: ChecksumAddress
    value: int
    """Native currency that the Safe sends along, in wei; a batch's calls state theirs inside."""
    data: bytes
    operation: Operation


def pack_calls(calls: Sequence[Call], *, safe: ChecksumAddress, version: str) -> InnerCall:
    """Return what the Safe has to do to make `calls`, in order, all or none.

    Several calls become a delegatecall to the canonical MultiSendCallOnly of the Safe's version; with creations by
    CreateCall among them, to its MultiSend. Raises
    CreationBySafeError, EmptyPlanError, UnsupportedSafeVersionError.
    """
    items = tuple(_to_item(call, safe) for call in calls)
    if not items:
        raise EmptyPlanError
    if any(item.operation is Operation.DELEGATECALL for item in items):
        address = deployment_of(version, safe).multi_send
        data = MultiSend(address).multi_send(items, purpose="").data
        return InnerCall(to=address, value=0, data=data, operation=Operation.DELEGATECALL)
    if len(items) == 1:
        return InnerCall(to=items[0].to, value=items[0].value, data=items[0].data, operation=Operation.CALL)
    address = deployment_of(version, safe).multi_send_call_only
    data = MultiSend(address).multi_send(items, purpose="").data
    return InnerCall(to=address, value=0, data=data, operation=Operation.DELEGATECALL)


def unpack_calls(inner: InnerCall) -> tuple[MultiSendItem, ...]:
    """Return what the Safe does, call by call: those of a MultiSend batch, otherwise the one call itself.

    A batch is opened only at a canonical MultiSend or MultiSendCallOnly and only if packing it again gives the very
    same bytes: nothing can hide in it. Every other delegatecall stays one item with its operation.
    """
    whole = (MultiSendItem(to=inner.to, value=inner.value, data=inner.data, operation=inner.operation),)
    if inner.operation is not Operation.DELEGATECALL or inner.value or not is_multi_send(inner.to):
        return whole
    try:
        (packed,) = decode_values(("bytes",), inner.data[SELECTOR_BYTES:])
        items = unpack_multi_send(packed) if isinstance(packed, bytes) else ()
    except (AbiMismatchError, MalformedMultiSendError):
        return whole
    if not items or encode_call(_MULTI_SEND, (packed,)) != inner.data:
        return whole
    return items


def verify_call_data(call: Call) -> str | None:
    """Return why the bytes of `call` are not what its signature and arguments say; None when they are.

    A reviewer reads the arguments, the chain reads the bytes.
    """
    if not call.data and not call.args and "(" not in call.signature:
        return None
    if call.signature == RAW_SIGNATURE:
        same = [(argument.type, argument.value) for argument in call.args] == [("bytes", call.data)]
        return None if same else f"the bytes for {call.label} are not those shown"
    try:
        if tuple(argument.type for argument in call.args) != argument_types(call.signature):
            return f"the arguments shown for {call.label} are not those of {call.signature}"
        data = encode_call(call.signature, tuple(argument.value for argument in call.args))
    except (EncodingError, ParseError, ValueError, TypeError, RecursionError) as error:
        return f"{call.signature} of {call.label} cannot be encoded ({type(error).__name__})"
    if data != call.data:
        return f"the bytes for {call.label} are not {call.signature} with the arguments shown"
    return None


def _to_item(call: Call, safe: ChecksumAddress) -> MultiSendItem:
    if call.to is None:
        raise CreationBySafeError(call.label, safe)
    # Called plainly, CreateCall would own what it creates: nobody wants that.
    operation = Operation.DELEGATECALL if is_create_call(call.to) else Operation.CALL
    return MultiSendItem(to=call.to, value=call.value, data=call.data, operation=operation)

"""Running one message on a py-evm state: gas around it, its result, and the tree of calls it made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eth import exceptions as evm
from eth.vm.message import Message
from eth_typing import Address

from hokctl.devnet.engine import (
    EXECUTION_REVERTED,
    CallRequest,
    CallResult,
    Frame,
    InvalidTransactionError,
    Receipt,
    Trace,
)
from hokctl.devnet.gas import floor_gas, intrinsic_gas, message_gas_cost
from hokctl.devnet.pyevm_records import created_address, describe_log
from hokctl.devnet.pyevm_state import DevnetState, TracingComputation, TracingState, read_account

if TYPE_CHECKING:
    from eth.abc import ComputationAPI, MessageAPI

# EIP-3529
_REFUND_QUOTIENT = 5

# geth's words for how a call can fail; an error that is not here shows its own class name.
_ERRORS: dict[type[evm.VMError], str] = {
    evm.Revert: EXECUTION_REVERTED,
    evm.OutOfGas: "out of gas",
    evm.InsufficientStack: "stack underflow",
    evm.FullStack: "stack limit reached 1024 (1023)",
    evm.InvalidJumpDestination: "invalid jump destination",
    evm.InvalidInstruction: "invalid opcode",
    evm.InsufficientFunds: "insufficient balance for transfer",
    evm.StackDepthLimit: "max call depth exceeded",
    evm.ContractCreationCollision: "contract address collision",
    evm.WriteProtection: "write protection",
    evm.OutOfBoundsRead: "return data out of bounds",
    evm.ReservedBytesInCode: "invalid code: must not begin with 0xef",
}


def error_text(computation: ComputationAPI) -> str | None:
    """Return how the computation failed in geth's words, None when it didn't."""
    if computation.is_success:
        return None
    return _ERRORS.get(type(computation.error), type(computation.error).__name__)


def run_message(state: DevnetState, request: CallRequest, gas: int) -> tuple[CallResult, ComputationAPI]:
    """Run the request with `gas` in all; what it leaves behind stays in the state.

    Raise InvalidTransactionError when it can't even start.
    """
    _check_start(state, request, gas)
    paid = message_gas_cost(request.data, request.access_list, is_create=request.to is None)
    message = _build_message(state, request, gas - paid)
    context = state.get_transaction_context_class()(gas_price=request.gas_price, origin=Address(request.sender))
    state.set_nonce(message.sender, state.get_nonce(message.sender) + 1)
    _warm(state, request, message)
    rules = state.computation_class
    apply = rules.apply_create_message if message.is_create else rules.apply_message
    computation = apply(state, message, context)
    for address in computation.get_accounts_for_deletion():
        state.delete_account(address)
    return _result(request, computation, gas), computation


def replayed_result(receipt: Receipt, computation: ComputationAPI) -> CallResult:
    """Return what a mined transaction returned when it was run again."""
    consumed = receipt.transaction.gas - computation.get_gas_remaining()
    return CallResult(
        output=bytes(computation.output),
        error=error_text(computation),
        gas_used=receipt.gas_used,
        gas_peak=max(consumed, floor_gas(receipt.transaction.data)),
        created=receipt.created,
    )


def build_frame(computation: ComputationAPI, *, gas: int | None = None, gas_used: int | None = None) -> Frame:
    """Return the tree of calls under a traced computation; `gas` and `gas_used` are the root's, if not its own."""
    assert isinstance(computation, TracingComputation)  # noqa: S101 - the tracing state makes no other
    message = computation.msg
    return Frame(
        kind=computation.kind,
        sender=_caller(message, computation.kind),
        to=_target(message, computation.kind),
        value=message.value,
        gas=message.gas if gas is None else gas,
        gas_used=computation.get_gas_used() if gas_used is None else gas_used,
        data=bytes(message.code if message.is_create else message.data),
        output=bytes(computation.output),
        error=error_text(computation),
        logs=tuple((describe_log(*entry), position) for entry, position in computation.own_logs()),
        calls=tuple(build_frame(child) for child in computation.children),
    )


def build_trace(state: TracingState, pristine: DevnetState, result: CallResult, frame: Frame) -> Trace:
    """Return the trace of what ran on `state`; `pristine` is the same state before."""
    touched = {address: set(slots) for address, slots in state.touched.items()}
    return Trace(
        result=result,
        frame=frame,
        before={address: read_account(pristine, address, slots) for address, slots in touched.items()},
        after={address: read_account(state, address, slots) for address, slots in touched.items()},
    )


def _check_start(state: DevnetState, request: CallRequest, gas: int) -> None:
    intrinsic = intrinsic_gas(request.data, request.access_list, is_create=request.to is None)
    if gas < intrinsic:
        raise InvalidTransactionError(f"intrinsic gas too low: have {gas}, want {intrinsic}")
    balance = state.get_balance(Address(request.sender))
    if balance < request.value:
        raise InvalidTransactionError(
            f"insufficient funds for transfer: address 0x{request.sender.hex()} have {balance} want {request.value}"
        )


def _build_message(state: DevnetState, request: CallRequest, gas: int) -> MessageAPI:
    sender = Address(request.sender)
    if request.to is None:
        created = Address(created_address(sender, state.get_nonce(sender)))
        return Message(
            gas=gas,
            to=Address(b""),
            sender=sender,
            value=request.value,
            data=b"",
            code=request.data,
            create_address=created,
        )
    to = Address(request.to)
    code, delegate = state.get_transaction_executor().get_code_at_address(to)  # type: ignore[attr-defined] # since Cancun
    return Message(
        gas=gas,
        to=to,
        sender=sender,
        value=request.value,
        data=request.data,
        code=code,
        code_address=delegate,
        is_delegation=delegate is not None,
    )


def _warm(state: DevnetState, request: CallRequest, message: MessageAPI) -> None:
    state.mark_address_warm(message.sender)
    state.mark_address_warm(message.storage_address)
    for address, slots in request.access_list:
        state.mark_address_warm(Address(address))
        for slot in slots:
            state.mark_storage_warm(Address(address), slot)


def _result(request: CallRequest, computation: ComputationAPI, gas: int) -> CallResult:
    floor = floor_gas(request.data)
    consumed = gas - computation.get_gas_remaining()
    refund = min(computation.get_gas_refund(), consumed // _REFUND_QUOTIENT)
    created = bytes(computation.msg.storage_address) if computation.msg.is_create else None
    return CallResult(
        output=bytes(computation.output),
        error=error_text(computation),
        gas_used=max(consumed - refund, floor),
        gas_peak=max(consumed, floor),
        created=created if computation.is_success else None,
    )


def _caller(message: MessageAPI, kind: str) -> bytes:
    """Return who called: for a delegate call the contract that made it, not the sender the callee sees."""
    return bytes(message.storage_address if kind == "DELEGATECALL" else message.sender)


def _target(message: MessageAPI, kind: str) -> bytes:
    """Return whose code runs: that is what `to` means in a call trace, also for a delegate call."""
    if message.is_create:
        return bytes(message.storage_address)
    return bytes(message.code_address if kind in {"DELEGATECALL", "CALLCODE"} else message.to)

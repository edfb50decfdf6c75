"""Calls straight into py-evm's state, without transactions and blocks: fast enough for long random runs.

Behaviour is that of a transaction each, but for gas: state changes stay if the call succeeds, and transient storage
ends with it.
"""

from typing import Any

from eth.abc import StateAPI
from eth.typing import JournalDBCheckpoint
from eth.vm.message import Message
from eth_typing import Address, ChecksumAddress, Hash32
from web3.contract.contract import ContractFunction

from .engines import EthTesterEngine

GAS = 12_000_000

Snapshot = tuple[Hash32, JournalDBCheckpoint]


class DirectCalls:
    """A throw-away copy of an engine's present state."""

    def __init__(self, engine: EthTesterEngine) -> None:
        self._state: StateAPI = engine.pending_state()

    def snapshot(self) -> Snapshot:
        """Return a handle on the present state."""
        return self._state.snapshot()

    def restore(self, handle: Snapshot) -> None:
        """Go back to a state; its handle is spent."""
        self._state.revert(handle)

    def send(self, call: ContractFunction, sender: ChecksumAddress) -> bool:
        """Make a call and return whether it succeeded; if not, it changed nothing."""
        is_done, _ = self._run(call, sender)
        return is_done

    def read(self, call: ContractFunction) -> Any:  # noqa: ANN401 - a view returns what it declares
        """Return what a view returns, decoded: one value, or a list of several."""
        is_done, output = self._run(call, call.address)
        assert is_done, call.fn_name
        types = [output_type["type"] for output_type in call.abi["outputs"]]
        values = call.w3.codec.decode(types, output)
        return values[0] if len(values) == 1 else list(values)

    def _run(self, call: ContractFunction, sender: ChecksumAddress) -> tuple[bool, bytes]:
        state, to = self._state, Address(bytes.fromhex(call.address[2:]))
        origin = Address(bytes.fromhex(sender[2:]))
        message = Message(
            gas=GAS,
            to=to,
            sender=origin,
            value=0,
            data=bytes.fromhex(call._encode_transaction_data()[2:]),
            code=state.get_code(to),
        )
        context = state.get_transaction_context_class()(gas_price=0, origin=origin)
        computation = state.computation_class.apply_message(state, message, context)
        state.clear_transient_storage()
        return not computation.is_error, computation.output

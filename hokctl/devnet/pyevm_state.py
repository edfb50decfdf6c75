"""py-evm's Prague rules with two additions: a state that runs quickly, and one that remembers what it touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eth.constants import BLANK_ROOT_HASH
from eth.db.atomic import AtomicDB
from eth.vm.chain_context import ChainContext
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.state import PragueState
from eth_typing import Address

from hokctl.devnet.engine import AccountOverride, AccountState, BlockOverride

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eth.abc import (
        AtomicDatabaseAPI,
        BlockHeaderAPI,
        ComputationAPI,
        ExecutionContextAPI,
        MessageAPI,
        SignedTransactionAPI,
        StateAPI,
        TransactionContextAPI,
    )
    from eth_typing import Hash32

# The opcodes that start a child call (execution specification, "system operations").
_KINDS = {
    0xF0: "CREATE",
    0xF1: "CALL",
    0xF2: "CALLCODE",
    0xF4: "DELEGATECALL",
    0xF5: "CREATE2",
    0xFA: "STATICCALL",
}
_HISTORY = 256


class DevnetState(PragueState):
    """Prague state that skips py-evm's look at the system contracts, which this chain doesn't have."""

    def set_system_contracts(self) -> None:
        """Do nothing: it would cost two trie reads for every call."""


class TracingComputation(PragueComputation):
    """A computation that knows by which opcode it was called and where its logs stand among its calls."""

    kind: str = "CALL"

    def __init__(
        self,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
    ) -> None:
        """Start with no logs; the kind of a root message is CALL or CREATE."""
        super().__init__(state, message, transaction_context)
        self.log_positions: list[int] = []
        if message.is_create:
            self.kind = "CREATE"

    def generate_child_computation(self, child_msg: MessageAPI) -> ComputationAPI:
        """Run the child and note the opcode that is being executed here."""
        opcode = self.msg.code[self.code.program_counter - 1]
        child = super().generate_child_computation(child_msg)
        if isinstance(child, TracingComputation):
            child.kind = _KINDS.get(opcode, "CALL")
        return child

    def own_logs(self) -> list[tuple[tuple[Address, tuple[int, ...], bytes], int]]:
        """Return this frame's own logs, kept even if it failed, each with the number of calls before it."""
        return list(zip((entry[1:] for entry in self._log_entries), self.log_positions, strict=True))

    def add_log_entry(self, account: Address, topics: tuple[int, ...], data: bytes) -> None:
        """Keep the log and the number of calls made before it."""
        super().add_log_entry(account, topics, data)
        self.log_positions.append(len(self.children))


class TracingState(DevnetState):
    """A state that notes every account and slot that is read or written, also by calls that fail later."""

    computation_class = TracingComputation

    def __init__(self, db: AtomicDatabaseAPI, execution_context: ExecutionContextAPI, state_root: Hash32) -> None:
        """Start with nothing touched."""
        self.touched: dict[bytes, set[int]] = {}
        super().__init__(db, execution_context, state_root)

    def _touch(self, address: bytes) -> set[int]:
        return self.touched.setdefault(address, set())

    def get_storage(self, address: Address, slot: int, from_journal: bool = True) -> int:
        """Read a slot and note it."""
        self._touch(address).add(slot)
        return super().get_storage(address, slot, from_journal)

    def set_storage(self, address: Address, slot: int, value: int) -> None:
        """Write a slot and note it."""
        self._touch(address).add(slot)
        super().set_storage(address, slot, value)

    def get_balance(self, address: Address) -> int:
        """Read a balance and note the account."""
        self._touch(address)
        return super().get_balance(address)

    def set_balance(self, address: Address, balance: int) -> None:
        """Write a balance and note the account."""
        self._touch(address)
        super().set_balance(address, balance)

    def set_nonce(self, address: Address, nonce: int) -> None:
        """Write a nonce and note the account."""
        self._touch(address)
        super().set_nonce(address, nonce)

    def increment_nonce(self, address: Address) -> None:
        """Write a nonce and note the account."""
        self._touch(address)
        super().increment_nonce(address)

    def get_code(self, address: Address) -> bytes:
        """Read code and note the account."""
        self._touch(address)
        return super().get_code(address)

    def set_code(self, address: Address, code: bytes) -> None:
        """Write code and note the account."""
        self._touch(address)
        super().set_code(address, code)

    def delete_account(self, address: Address) -> None:
        """Delete an account and note it."""
        self._touch(address)
        super().delete_account(address)


class DevnetVM(PragueVM):
    """The Prague rules over a chain whose block hashes are a plain list."""

    _state_class = DevnetState
    block_hashes: Sequence[Hash32] = ()

    @property
    def previous_hashes(self) -> Iterator[Hash32]:
        """Yield the hashes of the last 256 blocks before this one, newest first."""
        return recent_hashes(self.block_hashes, self.get_header().block_number)


class SentTransaction:
    """A transaction whose sender is known already, by its signature or because nobody asks (impersonation)."""

    def __init__(self, inner: SignedTransactionAPI, sender: Address) -> None:
        """Wrap py-evm's transaction."""
        self.inner = inner
        self.sender = sender

    def __getattr__(self, name: str) -> object:
        """Look up everything else in py-evm's transaction."""
        return getattr(self.inner, name)

    @property
    def signed(self) -> SignedTransactionAPI:
        """Return this transaction as py-evm's type, all of whose attributes it has."""
        return cast("SignedTransactionAPI", self)

    def validate(self) -> None:
        """Do nothing: the signature was checked when the sender was recovered from it."""


def recent_hashes(hashes: Sequence[Hash32], number: int) -> Iterator[Hash32]:
    """Yield the hashes of up to 256 blocks before block `number`, newest first."""
    return iter(hashes[max(0, number - _HISTORY) : number][::-1])


def scene_header(header: BlockHeaderAPI, change: BlockOverride, *, free: bool) -> BlockHeaderAPI:
    """Return the header a call sees; a call that pays nothing sees no base fee, as with geth."""
    fields = {
        "block_number": change.number,
        "timestamp": change.timestamp,
        "gas_limit": change.gas_limit,
        "coinbase": change.miner,
        "mix_hash": change.mix_hash,
        "base_fee_per_gas": 0 if free and change.base_fee is None else change.base_fee,
    }
    return header.copy(**{name: value for name, value in fields.items() if value is not None})


def scratch_state(chain_id: int) -> TracingState:
    """Return an empty state of its own, for running constructors before there is a chain."""
    header = DevnetVM.create_genesis_header(difficulty=0, gas_limit=0, timestamp=0)
    context = DevnetVM.create_execution_context(header, (), ChainContext(chain_id))
    return TracingState(AtomicDB(), context, BLANK_ROOT_HASH)


def apply_override(state: DevnetState, address: bytes, change: AccountOverride) -> None:
    """Write what is pretended of an account into the state."""
    account = Address(address)
    if change.balance is not None:
        state.set_balance(account, change.balance)
    if change.nonce is not None:
        state.set_nonce(account, change.nonce)
    if change.code is not None:
        state.set_code(account, change.code)
    if change.storage is not None:
        state.delete_storage(account)
    for slot, value in (change.storage or change.slots).items():
        state.set_storage(account, slot, value)


def apply_overrides(state: DevnetState, changes: Mapping[bytes, AccountOverride]) -> None:
    """Write all overrides and make them the values from which gas for storage is counted."""
    for address, change in changes.items():
        apply_override(state, address, change)
    state.lock_changes()


def write_account(state: DevnetState, address: bytes, account: AccountState) -> None:
    """Write a whole account into a state that doesn't have it yet."""
    change = AccountOverride(balance=account.balance, nonce=account.nonce, code=account.code, slots=account.storage)
    apply_override(state, address, change)


def read_account(state: DevnetState, address: bytes, slots: set[int]) -> AccountState:
    """Return an account as it is now, with the given slots."""
    account = Address(address)
    return AccountState(
        exists=state.account_exists(account),
        balance=state.get_balance(account),
        nonce=state.get_nonce(account),
        code=state.get_code(account),
        storage={slot: state.get_storage(account, slot) for slot in sorted(slots)},
    )

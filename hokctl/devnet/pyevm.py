"""The engine on py-evm: Prague rules, one block per transaction, every block's state kept.

py-evm's `MiningChain` persists, re-reads and re-validates each block, and can't take one back. Here blocks are
plain lists beside py-evm's VM and state, so that a snapshot is a length and a revert a truncation.
"""

from __future__ import annotations

import time
from importlib.metadata import version as package_version
from typing import TYPE_CHECKING, TypeVar

from eth.consensus.context import ConsensusContext
from eth.constants import BLANK_ROOT_HASH
from eth.db.atomic import AtomicDB
from eth.db.chain import ChainDB
from eth.db.trie import make_trie_root_and_nodes
from eth.vm.chain_context import ChainContext
from eth_typing import Address, Hash32
from eth_utils.exceptions import ValidationError

from hokctl.devnet.engine import (
    AccountOverride,
    AccountState,
    Block,
    CallRequest,
    CallResult,
    Frame,
    InvalidTransactionError,
    Proof,
    Scene,
    Trace,
    Transaction,
)
from hokctl.devnet.pyevm_execution import build_frame, build_trace, replayed_result, run_message
from hokctl.devnet.pyevm_history import BlockClock, History, Snapshot
from hokctl.devnet.pyevm_proof import prove
from hokctl.devnet.pyevm_records import (
    decode_transaction,
    describe_block,
    describe_receipt,
    describe_transaction,
    unsigned_transaction,
)
from hokctl.devnet.pyevm_state import (
    DevnetState,
    DevnetVM,
    SentTransaction,
    TracingState,
    apply_override,
    apply_overrides,
    recent_hashes,
    scene_header,
    write_account,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from eth.abc import BlockHeaderAPI

BLOCK_GAS_LIMIT = 60_000_000
CALL_GAS_LIMIT = 500_000_000

_State = TypeVar("_State", bound=DevnetState)


class PyEvmEngine:
    """A chain in memory that starts with the given accounts in block 0."""

    def __init__(
        self, alloc: Mapping[bytes, AccountState], *, chain_id: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Write the accounts and seal block 0 at the clock's time."""
        self.chain_id = chain_id
        self.version = f"py-evm/{package_version('py-evm')}"
        self._context = ChainContext(chain_id)
        self._db = AtomicDB()
        self._chaindb = ChainDB(self._db)
        self._consensus = ConsensusContext(self._db)
        self._clock = BlockClock(clock)
        self._history = History()
        self._snapshots: list[Snapshot] = []
        self._seal_genesis(alloc)

    @property
    def head(self) -> int:
        """Return the number of the newest block."""
        return self._history.head

    def block(self, number: int) -> Block:
        """Return a mined block, or for head + 1 the empty block that would come next."""
        if number > self.head:
            return describe_block(self._header(number), (), ())
        return self._history.blocks[number]

    def block_number(self, block_hash: bytes) -> int | None:
        """Return the number of the block with this hash."""
        return self._history.numbers.get(block_hash)

    def transaction_block(self, tx_hash: bytes) -> int | None:
        """Return the number of the block that holds this transaction."""
        return self._history.transaction_blocks.get(tx_hash)

    def decode(self, raw: bytes) -> Transaction:
        """Decode a signed transaction and recover its sender; raise InvalidTransactionError."""
        return decode_transaction(raw)[1]

    def mine(self, raw: bytes | None = None) -> Block:
        """Mine a block with this signed transaction, or an empty one."""
        if raw is None:
            return self._seal(self._header(self.head + 1), None, None)
        inner, record = decode_transaction(raw)
        return self._mine(SentTransaction(inner, Address(record.sender)), record)

    def mine_as(self, request: CallRequest) -> Block:
        """Mine a transaction whose sender did not sign it (impersonation)."""
        nonce = self.nonce(request.sender, self.head)
        inner = unsigned_transaction(request, chain_id=self.chain_id, nonce=nonce)
        record = describe_transaction(inner, request.sender, inner.encode())
        return self._mine(SentTransaction(inner, Address(request.sender)), record)

    def balance(self, address: bytes, number: int) -> int:
        """Return wei after the block."""
        return self._state(number).get_balance(Address(address))

    def nonce(self, address: bytes, number: int) -> int:
        """Return the count of transactions after the block."""
        return self._state(number).get_nonce(Address(address))

    def code(self, address: bytes, number: int) -> bytes:
        """Return runtime code after the block."""
        return self._state(number).get_code(Address(address))

    def storage(self, address: bytes, slot: int, number: int) -> int:
        """Return a storage slot after the block."""
        return self._state(number).get_storage(Address(address), slot)

    def proof(self, address: bytes, slots: Sequence[int], number: int) -> Proof:
        """Return Merkle proofs against the block's state root."""
        return prove(self._db, self._root(number), address, slots)

    def call(self, request: CallRequest, scene: Scene) -> CallResult:
        """Run a message on a throw-away copy of the state."""
        state = self._scene_state(DevnetState, request, scene)
        return run_message(state, request, _call_gas(request))[0]

    def simulate(self, requests: Sequence[CallRequest], scene: Scene) -> tuple[tuple[CallResult, Frame], ...]:
        """Run messages one after the other on one throw-away copy of the state; return results and calls of each."""
        free = all(request.gas_price == 0 for request in requests)
        state = self._build(TracingState, scene_header(self._header(scene.number), scene.block, free=free))
        apply_overrides(state, scene.accounts)
        outcomes = []
        for request in requests:
            state.lock_changes()
            state.clear_transient_storage()
            result, computation = run_message(state, request, _call_gas(request))
            outcomes.append((result, build_frame(computation)))
        return tuple(outcomes)

    def trace(self, request: CallRequest, scene: Scene) -> Trace:
        """Run a message on a throw-away copy of the state and record everything."""
        gas = _call_gas(request)
        state = self._scene_state(TracingState, request, scene)
        state.touched.clear()
        state.get_balance(state.coinbase)
        result, computation = run_message(state, request, gas)
        frame = build_frame(computation, gas=gas, gas_used=result.gas_used)
        return build_trace(state, self._scene_state(DevnetState, request, scene), result, frame)

    def replay(self, tx_hash: bytes) -> Trace:
        """Run a mined transaction again on the state it met and record everything."""
        number = self._history.transaction_blocks[tx_hash]
        receipt = self._history.blocks[number].receipts[0]
        header = self._history.headers[number].copy(state_root=self._root(number - 1))
        state = self._build(TracingState, header)
        state.lock_changes()
        computation = state.apply_transaction(self._history.sent[tx_hash].signed)
        frame = build_frame(computation, gas=receipt.transaction.gas, gas_used=receipt.gas_used)
        return build_trace(state, self._build(DevnetState, header), replayed_result(receipt, computation), frame)

    def edit(self, address: bytes, change: AccountOverride) -> None:
        """Change an account at the head without a transaction."""
        state = self._state(self.head)
        apply_override(state, address, change)
        state.persist()
        self._history.roots[-1] = state.state_root

    def snapshot(self) -> int:
        """Remember the chain as it is and return the snapshot's number, counting from 1."""
        history, clock = self._history, self._clock
        self._snapshots.append(Snapshot(self.head + 1, history.roots[-1], clock.offset, clock.upcoming))
        return len(self._snapshots)

    def revert(self, snapshot: int) -> bool:
        """Return to a snapshot, dropping it and all later ones; False when there is none."""
        if not 1 <= snapshot <= len(self._snapshots):
            return False
        saved = self._snapshots[snapshot - 1]
        del self._snapshots[snapshot - 1 :]
        self._history.truncate(saved.length)
        self._history.roots[-1] = saved.root
        self._clock.offset, self._clock.upcoming = saved.offset, saved.upcoming
        return True

    def set_next_timestamp(self, timestamp: int) -> None:
        """Give the next block this time; raise ValueError when it is not after the head's."""
        head = self._history.headers[-1].timestamp
        if timestamp <= head:
            raise ValueError(f"timestamp {timestamp} is not after the head block's {head}")
        self._clock.upcoming = timestamp

    def increase_time(self, seconds: int) -> int:
        """Move the clock forward and return the whole offset so far."""
        self._clock.offset += seconds
        return self._clock.offset

    def _seal_genesis(self, alloc: Mapping[bytes, AccountState]) -> None:
        header = DevnetVM.create_genesis_header(
            difficulty=0,
            gas_limit=BLOCK_GAS_LIMIT,
            timestamp=self._clock.peek(-1),
            state_root=BLANK_ROOT_HASH,
            parent_beacon_block_root=bytes(32),
        )
        state = self._build(DevnetState, header)
        for address, account in alloc.items():
            write_account(state, address, account)
        state.persist()
        header = header.copy(state_root=state.state_root)
        self._history.append(header, describe_block(header, (), ()), None)

    def _mine(self, sent: SentTransaction, record: Transaction) -> Block:
        try:
            return self._seal(self._header(self.head + 1), sent, record)
        except ValidationError as error:
            raise InvalidTransactionError(str(error)) from error

    def _seal(self, header: BlockHeaderAPI, sent: SentTransaction | None, record: Transaction | None) -> Block:
        """Run the transaction on the header's state and append the block (the header has the parent's state root)."""
        vm = DevnetVM(header, self._chaindb, self._context, self._consensus)
        vm.block_hashes = self._history.hashes
        transactions = () if sent is None else (sent.signed,)
        filled, receipts, _ = vm.apply_all_transactions(transactions, header)
        vm.state.persist()
        final = filled.copy(
            state_root=vm.state.state_root,
            transaction_root=make_trie_root_and_nodes(transactions)[0],
            receipt_root=make_trie_root_and_nodes(receipts)[0],
        )
        described = () if record is None else (describe_receipt(record, receipts[0], header),)
        block = describe_block(final, () if sent is None else (sent.inner,), described)
        self._history.append(final, block, sent)
        self._clock.tick()
        return block

    def _root(self, number: int) -> Hash32:
        return self._history.roots[min(number, self.head)]

    def _header(self, number: int) -> BlockHeaderAPI:
        """Return the header calls see at this block, with the state root they start from."""
        if number <= self.head:
            return self._history.headers[number].copy(state_root=self._root(number))
        parent = self._history.headers[-1]
        header: BlockHeaderAPI = DevnetVM.create_header_from_parent(
            parent,
            gas_limit=BLOCK_GAS_LIMIT,
            timestamp=self._clock.peek(parent.timestamp),
            coinbase=parent.coinbase,
            parent_beacon_block_root=bytes(32),
        )
        return header.copy(state_root=self._root(number))

    def _state(self, number: int) -> DevnetState:
        return self._build(DevnetState, self._header(min(number, self.head)))

    def _scene_state(self, state_class: type[_State], request: CallRequest, scene: Scene) -> _State:
        header = scene_header(self._header(scene.number), scene.block, free=request.gas_price == 0)
        state = self._build(state_class, header)
        apply_overrides(state, scene.accounts)
        return state

    def _build(self, state_class: type[_State], header: BlockHeaderAPI) -> _State:
        """Return a throw-away state at `header.state_root` that sees the header as its block."""
        hashes = recent_hashes(self._history.hashes, header.block_number)
        context = DevnetVM.create_execution_context(header, hashes, self._context)
        return state_class(self._db, context, header.state_root)


def _call_gas(request: CallRequest) -> int:
    """Return the gas a call may use: what it asks for, as far as the node allows it."""
    return min(request.gas or CALL_GAS_LIMIT, CALL_GAS_LIMIT)

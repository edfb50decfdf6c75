"""What the embedded chain needs of an EVM: one interface and the plain records that cross it.

py-evm's releases are betas, so nothing above this file knows about it. Addresses, hashes and code are
bytes, quantities are ints, and block numbers name blocks that exist (the head plus one means "pending").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AccessList = tuple[tuple[bytes, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Log:
    """One event as the EVM emitted it."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A signed transaction; `max_fee` and `max_tip` equal the gas price for types 0 and 1."""

    hash: bytes
    type_id: int
    chain_id: int | None
    sender: bytes
    to: bytes | None
    nonce: int
    gas: int
    value: int
    data: bytes
    max_fee: int
    max_tip: int
    access_list: AccessList
    y_parity: int
    v: int
    r: int
    s: int
    raw: bytes

    def price_at(self, base_fee: int) -> int:
        """Return the wei per gas this transaction pays in a block with `base_fee` (EIP-1559)."""
        return min(self.max_fee, base_fee + self.max_tip)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A transaction together with what came of it."""

    transaction: Transaction
    succeeded: bool
    gas_used: int
    cumulative_gas_used: int
    gas_price: int
    created: bytes | None
    logs: tuple[Log, ...]
    bloom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block: its header's fields and its transactions with their receipts."""

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp: int
    miner: bytes
    gas_limit: int
    gas_used: int
    base_fee: int
    blob_gas_used: int
    excess_blob_gas: int
    bloom: int
    difficulty: int
    extra_data: bytes
    mix_hash: bytes
    nonce: bytes
    uncles_hash: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    withdrawals_root: bytes
    parent_beacon_block_root: bytes
    requests_hash: bytes
    size: int
    receipts: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """A message to run without a signature; `gas` None means as much as the node allows."""

    sender: bytes
    to: bytes | None
    data: bytes = b""
    value: int = 0
    gas: int | None = None
    gas_price: int = 0
    access_list: AccessList = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOverride:
    """What an account is pretended to have; `storage` replaces all slots, `slots` only those named."""

    balance: int | None = None
    nonce: int | None = None
    code: bytes | None = None
    storage: Mapping[int, int] | None = None
    slots: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockOverride:
    """Header fields a call pretends to see."""

    number: int | None = None
    timestamp: int | None = None
    gas_limit: int | None = None
    miner: bytes | None = None
    mix_hash: bytes | None = None
    base_fee: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The block a call is run on, and what is pretended about it."""

    number: int
    accounts: Mapping[bytes, AccountOverride] = field(default_factory=dict)
    block: BlockOverride = field(default_factory=BlockOverride)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """What a call returned: `error` is None on success, else the EVM's reason in geth's words.

    `gas_used` is net of refunds; `gas_peak` is what was consumed before them, the least a transaction needs.
    """

    output: bytes
    error: str | None
    gas_used: int
    gas_peak: int
    created: bytes | None

    @property
    def reverted(self) -> bool:
        """Tell whether the call ended in REVERT, so that `output` is the contract's reason."""
        return self.error == EXECUTION_REVERTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One call in the tree of calls; `logs` carry how many calls of this frame came before them."""

    kind: str
    sender: bytes
    to: bytes
    value: int
    gas: int
    gas_used: int
    data: bytes
    output: bytes
    error: str | None
    logs: tuple[tuple[Log, int], ...]
    calls: tuple[Frame, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """An account with those storage slots somebody asked about."""

    exists: bool
    balance: int
    nonce: int
    code: bytes
    storage: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A call seen whole: its tree of frames and every account it touched, before and after."""

    result: CallResult
    frame: Frame
    before: Mapping[bytes, AccountState]
    after: Mapping[bytes, AccountState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An account with its Merkle proofs (EIP-1186); `slots` holds (slot, value, nodes)."""

    balance: int
    nonce: int
    code_hash: bytes
    storage_root: bytes
    nodes: tuple[bytes, ...]
    slots: tuple[tuple[int, int, tuple[bytes, ...]], ...]


EXECUTION_REVERTED = "execution reverted"


class InvalidTransactionError(Exception):
    """A transaction that cannot be decoded, whose signature is wrong, or that the rules of the chain exclude."""


class Engine(Protocol):
    """An EVM chain that mines one block per transaction."""

    @property
    def chain_id(self) -> int:
        """Return the chain id transactions must be signed for."""

    @property
    def version(self) -> str:
        """Return the name and version of the EVM."""

    @property
    def head(self) -> int:
        """Return the number of the newest block."""

    def block(self, number: int) -> Block:
        """Return a mined block, or for head + 1 the empty block that would come next."""

    def block_number(self, block_hash: bytes) -> int | None:
        """Return the number of the block with this hash."""

    def transaction_block(self, tx_hash: bytes) -> int | None:
        """Return the number of the block that holds this transaction."""

    def decode(self, raw: bytes) -> Transaction:
        """Decode a signed transaction and recover its sender; raise InvalidTransactionError."""

    def mine(self, raw: bytes | None = None) -> Block:
        """Mine a block with this signed transaction, or an empty one."""

    def mine_as(self, request: CallRequest) -> Block:
        """Mine a transaction whose sender did not sign it (impersonation)."""

    def balance(self, address: bytes, number: int) -> int:
        """Return wei after the block."""

    def nonce(self, address: bytes, number: int) -> int:
        """Return the count of transactions after the block."""

    def code(self, address: bytes, number: int) -> bytes:
        """Return runtime code after the block."""

    def storage(self, address: bytes, slot: int, number: int) -> int:
        """Return a storage slot after the block."""

    def proof(self, address: bytes, slots: Sequence[int], number: int) -> Proof:
        """Return Merkle proofs against the block's state root."""

    def call(self, request: CallRequest, scene: Scene) -> CallResult:
        """Run a message on a throw-away copy of the state."""

    def simulate(self, requests: Sequence[CallRequest], scene: Scene) -> tuple[tuple[CallResult, Frame], ...]:
        """Run messages one after the other on one throw-away copy of the state; return results and calls of each.

        Raise InvalidTransactionError for the first that can't even start.
        """

    def trace(self, request: CallRequest, scene: Scene) -> Trace:
        """Run a message on a throw-away copy of the state and record everything."""

    def replay(self, tx_hash: bytes) -> Trace:
        """Run a mined transaction again on the state it met and record everything."""

    def edit(self, address: bytes, change: AccountOverride) -> None:
        """Change an account at the head without a transaction."""

    def snapshot(self) -> int:
        """Remember the chain as it is and return the snapshot's number, counting from 1."""

    def revert(self, snapshot: int) -> bool:
        """Return to a snapshot, dropping it and all later ones; False when there is none."""

    def set_next_timestamp(self, timestamp: int) -> None:
        """Give the next block this time; raise ValueError when it is not after the head's."""

    def increase_time(self, seconds: int) -> int:
        """Move the clock forward and return the whole offset so far."""

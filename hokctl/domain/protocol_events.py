"""What the protocol's contracts said on the chain, as the book's index keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.domain.calls import AbiValue
from hokctl.domain.units import BlockRef, ModelId, SafeTxHash, TxHash

UNKNOWN_EVENT: Final = "unknown"
"""The name of an event that hokctl cannot read; its arguments are `topic0` and so on, and `data`."""
PAYMENT: Final = "InfrastructureCostPaid"
DEPOSIT: Final = "InfrastructureDeposited"
FEE: Final = "FeeDeposited"
WITHDRAWAL: Final = "EmergencyWithdrawal"
TRANSFER: Final = "Transfer"
RESERVE_TOKEN: Final = "USDC"  # noqa: S105 - the name of a contract
"""What the reserve token is called in events, whatever its own name is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolEvent:
    """One decoded log of a deployment's contract, or a transfer of the reserve token to or from the reserve."""

    block_number: int
    block_hash: str
    timestamp: int
    """The block's, in seconds since the epoch."""
    tx_hash: TxHash
    log_index: int
    """The position among all logs of the block."""
    contract: str
    """The contract's name, such as `InfrastructureReserve`; `USDC` for the reserve token."""
    address: ChecksumAddress
    name: str
    """The event's name, or UNKNOWN_EVENT."""
    args: Mapping[str, AbiValue]
    """The arguments by name; an indexed string is its 32-byte hash."""
    model_id: ModelId | None
    """The model that it is about, where the event or its contract names one whose id is known."""
    model_topic: str | None = None
    """The hash of that model's id, 0x and 64 lower-case hex digits, also where the id is not known."""

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands on the chain: block and log index. Events sort by it."""
        return self.block_number, self.log_index


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Which blocks the index holds all events of."""

    first_block: int
    last_block: int
    last_hash: str
    last_timestamp: int

    @property
    def last(self) -> BlockRef:
        """The last block."""
        return BlockRef(number=self.last_block, hash=self.last_hash, timestamp=self.last_timestamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedContract:
    """A contract whose events the index holds."""

    address: ChecksumAddress
    name: str
    first_block: int
    """The block from which on its events are read: that of its creation, or the deployment's first."""
    model_topic: str | None = None
    """The hash of the id of the model that it belongs to."""
    model_id: ModelId | None = None
    next_block: int | None = None
    """The next block to read of it, where it came to the index late; None when it is as far as the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedTransaction:
    """The receipt of a transaction that paid or withdrew, or that hokctl sent."""

    chain_id: int
    tx_hash: TxHash
    block_number: int
    timestamp: int
    sender: ChecksumAddress
    to: ChecksumAddress | None
    gas_used: int
    gas_price_wei: int
    succeeded: bool
    safe_tx_hash: SafeTxHash | None
    """The Safe transaction that it executed, if it did."""
    safe_nonce: int | None
    """That Safe transaction's nonce, where it is known."""

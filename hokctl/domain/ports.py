"""What the inner rooms ask of the outer ones: a user interface, a journal, a signer."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from eth_typing import ChecksumAddress

from hokctl.domain.reviews import Review
from hokctl.domain.units import TxHash


class Ui(Protocol):
    """Talks to the person, if there is one. Everything it prints goes to stderr."""

    def review(self, review: Review) -> None:
        """Show everything a signer must see before confirming."""

    def confirm(self, question: str) -> bool:
        """Return whether the person said yes; always true with --yes, an error without a terminal."""

    def confirm_typed(self, question: str, expected: str) -> bool:
        """Return whether the person typed `expected`, with or without its 0x; an error without a terminal."""

    def ask_secret(self, prompt: str) -> str:
        """Return a secret typed without echo; an error without a terminal."""

    def note(self, text: str) -> None:
        """Show one line about what is going on, unless --quiet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransaction:
    """A transaction that is ready to broadcast."""

    tx_hash: TxHash
    raw: bytes
    sender: ChecksumAddress
    nonce: int


class Signer(Protocol):
    """Holds one key, wherever it is kept, and signs with it. It never shows the key."""

    @property
    def name(self) -> str:
        """The signer's name in the configuration."""

    @property
    def address(self) -> ChecksumAddress:
        """The account the key controls."""

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Return the signed EIP-1559 transaction; `transaction` is complete, in web3's key names."""

    def sign_typed_data(self, typed_data: dict[str, Any]) -> bytes:
        """Return the 65-byte signature (r, s, v with v 27 or 28) over EIP-712 `typed_data` (types, domain, message)."""


class JournalState(StrEnum):
    """Where a transaction stands that hokctl signed."""

    SIGNED = "signed"
    """Written down before its broadcast: it may or may not have reached the network."""
    SENT = "sent"
    """A node accepted it."""
    MINED = "mined"
    """It is in a block."""
    CONCLUDED = "concluded"
    """It is in a block, and the run that sent it, or a later one, went on to report what it did."""
    FAILED = "failed"
    """It is in a block and reverted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One transaction of hokctl's own, kept so that it is never sent a second time."""

    chain_id: int
    tx_hash: TxHash
    sender: ChecksumAddress
    nonce: int
    purpose: str
    key: str
    """What the transaction is for, machine-readable: a plan hash and step, or a Safe transaction hash."""
    raw: bytes
    """The signed bytes, so that the same transaction, and no other, can be broadcast again."""
    state: JournalState
    created_at: int
    """Seconds since the epoch."""


class Journal(Protocol):
    """The memory of everything hokctl signed for broadcast. It outlives the process.

    Several processes share one, and it has one order: who recorded later sees whatever was recorded before.
    """

    def record(self, entry: JournalEntry) -> None:
        """Write `entry` durably, before it is broadcast; one that failed before is open again, and the newest."""

    def settle(self, chain_id: int, tx_hash: TxHash, state: JournalState) -> None:
        """Change the state of the entry with `tx_hash`."""

    def find(self, chain_id: int, key: str) -> tuple[JournalEntry, ...]:
        """Return the entries for `key`, oldest first."""

    def open_entries(self, chain_id: int, sender: ChecksumAddress | None = None) -> tuple[JournalEntry, ...]:
        """Return the entries, all or those of `sender`, that are neither mined nor failed, by nonce and then oldest."""

    def under_way(self, chain_id: int, sender: ChecksumAddress, prefix: str) -> tuple[JournalEntry, ...]:
        """Return the entries of `sender` whose keys begin with `prefix`, neither concluded nor failed, oldest first."""

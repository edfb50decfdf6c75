"""The blocks a py-evm engine has sealed, and the clock that dates them; both can go back to a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from eth.abc import BlockHeaderAPI
    from eth_typing import Hash32

    from hokctl.devnet.engine import Block
    from hokctl.devnet.pyevm_state import SentTransaction


@dataclass
class History:
    """Everything sealed so far, by number, with indexes by hash.

    `roots` are the states that calls and the next block start from. They are the headers' state roots, except
    that the head's changes when an account is edited without a transaction.
    """

    headers: list[BlockHeaderAPI] = field(default_factory=list)
    hashes: list[Hash32] = field(default_factory=list)
    roots: list[Hash32] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    sent: dict[bytes, SentTransaction] = field(default_factory=dict)
    numbers: dict[bytes, int] = field(default_factory=dict)
    transaction_blocks: dict[bytes, int] = field(default_factory=dict)

    @property
    def head(self) -> int:
        """Return the number of the newest block."""
        return len(self.blocks) - 1

    def append(self, header: BlockHeaderAPI, block: Block, sent: SentTransaction | None) -> None:
        """Add the next block with its only transaction."""
        self.headers.append(header)
        self.hashes.append(header.hash)
        self.roots.append(header.state_root)
        self.blocks.append(block)
        self.numbers[block.hash] = block.number
        for receipt in block.receipts:
            self.transaction_blocks[receipt.transaction.hash] = block.number
            if sent is not None:
                self.sent[receipt.transaction.hash] = sent

    def truncate(self, length: int) -> None:
        """Forget all blocks from number `length` on."""
        for block in self.blocks[length:]:
            del self.numbers[block.hash]
            for receipt in block.receipts:
                del self.transaction_blocks[receipt.transaction.hash]
                del self.sent[receipt.transaction.hash]
        for sealed in (self.headers, self.hashes, self.roots, self.blocks):
            del sealed[length:]


@dataclass
class BlockClock:
    """Dates blocks: real time plus an offset, always after the parent."""

    now: Callable[[], float]
    offset: int = 0
    upcoming: int | None = None

    def peek(self, parent: int) -> int:
        """Return the time a block after a parent of time `parent` would get now."""
        if self.upcoming is not None:
            return self.upcoming
        return max(parent + 1, int(self.now()) + self.offset)

    def tick(self) -> None:
        """Note that a block was sealed: a time set for it is used up, and later blocks go on from there."""
        if self.upcoming is not None:
            self.offset = self.upcoming - int(self.now())
            self.upcoming = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What to go back to."""

    length: int
    root: Hash32
    offset: int
    upcoming: int | None

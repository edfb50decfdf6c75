"""What happened: transactions, their decoded events, or a proposal that waits for confirmations."""

from dataclasses import dataclass, field

from eth_typing import ChecksumAddress

from hokctl.domain.calls import Argument
from hokctl.domain.findings import Finding
from hokctl.domain.units import SafeTxHash, TxHash


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One decoded log. An indexed string is only known by its topic, unless the decoder could name it."""

    address: ChecksumAddress
    label: str
    name: str
    args: tuple[Argument, ...]
    log_index: int | None = field(default=None, compare=False)
    """The position among all logs of the block, for a log of a mined transaction."""
    timestamp: int | None = field(default=None, compare=False)
    """The block's time in seconds since the epoch, where the node said it with the log."""

    def arg(self, name: str) -> object:
        """Return the value of the argument called `name`; KeyError if the event has none."""
        for argument in self.args:
            if argument.name == name:
                return argument.value
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRecord:
    """A mined transaction. `succeeded` is the receipt's status."""

    tx_hash: TxHash
    block_number: int
    gas_used: int
    gas_price_wei: int
    succeeded: bool
    contract_address: ChecksumAddress | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRecord:
    """A Safe transaction in the queue, with the hashes that every signer compares."""

    safe: ChecksumAddress
    safe_tx_hash: SafeTxHash
    domain_hash: str
    message_hash: str
    nonce: int
    threshold: int
    confirmations: tuple[ChecksumAddress, ...]
    """The owners whose valid signatures are there."""
    path: str
    """The directory of the proposal in the shared folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What carrying a plan led to: mined transactions, or a proposal, and what the proof found wrong."""

    transactions: tuple[TransactionRecord, ...] = ()
    proposal: ProposalRecord | None = None
    findings: tuple[Finding, ...] = ()
    files: tuple[str, ...] = ()
    """Transaction Builder files that were written."""

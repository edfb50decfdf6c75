"""What a reconciliation is about: a period, and what the chain did in it. Amounts are units of the reserve token."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Self

from eth_typing import ChecksumAddress

from hokctl.domain.day_spans import midnight
from hokctl.domain.units import InvoiceHash, TxHash

_END_OF_TIME: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A span of time in seconds since the epoch: `since` belongs to it, `until` no longer."""

    since: int = 0
    until: int = _END_OF_TIME

    @classmethod
    def of_days(cls, first: date | None, last: date | None) -> Self:
        """Return the span of whole days of UTC, both included; None leaves an end open."""
        return cls(
            since=0 if first is None else midnight(first),
            until=_END_OF_TIME if last is None else midnight(last + timedelta(days=1)),
        )

    @property
    def is_closed(self) -> bool:
        """Whether it has an end."""
        return self.until != _END_OF_TIME

    def has(self, timestamp: int) -> bool:
        """Tell whether a moment belongs to it."""
        return self.since <= timestamp < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where on the chain something happened."""

    tx_hash: TxHash
    block_number: int
    log_index: int
    timestamp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePayment:
    """One payment that the reserve logged."""

    model_topic: str
    """The hash of the model's id, which is all that the log tells."""
    payee: ChecksumAddress
    units: int
    invoice_hash: InvoiceHash
    place: Place
    provider: ChecksumAddress | None = None
    """Who was registered as the model's provider at that moment."""


class OddityKind(StrEnum):
    """What a transaction may have done to the reserve that nothing explains; the values are codes of findings."""

    WITHDRAWAL = "emergency-withdrawal"
    DONATION = "donation"
    DUST = "dust"
    SPLIT = "fee-split-differs"
    UNEXPLAINED_DEPOSIT = "deposit-unexplained"
    NOT_CREDITED = "deposit-not-credited"
    NOT_RECEIVED = "deposit-not-received"
    UNEXPLAINED_TRANSFER = "transfer-unexplained"
    NOT_TRANSFERRED = "payment-not-transferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """One such thing."""

    kind: OddityKind
    units: int
    place: Place
    expected: int | None = None
    """What should have been, where that is known."""
    model_topic: str | None = None
    account: ChecksumAddress | None = None
    """Who gave or received it."""
    count: int = 1
    """Of how many transfers it is the sum, for what is only summed up."""


@dataclass(slots=True, kw_only=True)
class Statement:
    """How the reserve's money moved in a period: opening balance, what came, what went, closing balance."""

    opening: int = 0
    deposits: int = 0
    """What was set aside for models."""
    donations: int = 0
    """What came beside that; less what was set aside and never came."""
    payments: int = 0
    withdrawals: int = 0
    unexplained: int = 0
    """What went otherwise; less what was logged and never went."""
    closing: int = 0
    deposit_count: int = 0
    payment_count: int = 0
    withdrawal_count: int = 0
    donation_count: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether opening balance and all movements come to the closing balance."""
        came, went = self.deposits + self.donations, self.payments + self.withdrawals + self.unexplained
        return self.opening + came - went == self.closing


@dataclass(slots=True, kw_only=True)
class ModelSums:
    """What the logs tell of one model's account."""

    deposits: int = 0
    payments: int = 0


@dataclass(slots=True, kw_only=True)
class LoggedSums:
    """What the logs tell of the reserve from its first block on."""

    models: dict[str, ModelSums] = field(default_factory=dict)
    """By the hash of the model's id."""
    withdrawn: int = 0
    received: int = 0
    """All the token's transfers to the reserve."""
    sent: int = 0
    """All the token's transfers from the reserve."""
    from_block: int = 0


class Fate(StrEnum):
    """What the chain knows of a transaction."""

    UNKNOWN = "unknown"
    """It is in no block."""
    REVERTED = "reverted"
    MINED = "mined"
    LATER = "later"
    """It is in a block after the last one that is compared."""

"""What is known about the calls of a Safe transaction: who may make them, who votes, what gas they take."""

from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.checks.payments import PendingPayment
from hokctl.clients.infrastructure_reserve import Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Demanded:
    """What a known contract demands of whoever makes a call that no plan explains."""

    caller: ChecksumAddress
    """The Safe; for a call inside of a timelock's or another Safe's, that one."""
    contract: ChecksumAddress
    text: str
    """The demand in words."""
    held: bool | None
    """Whether the caller has it; None where the contract does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposerVotes:
    """The votes of who proposes to a governor, in the token's base units."""

    governor: ChecksumAddress
    proposer: ChecksumAddress
    needed: int
    votes: int | None
    """None when the governor does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VotedProposal:
    """A governor's proposal that one of the calls votes on, queues or executes."""

    governor: ChecksumAddress
    proposal_id: int
    step: str
    """`vote`, `queue` or `execute`."""
    state: int | None
    """As the contract numbers it; None when it knows no such proposal."""
    deadline: int
    """When the vote ends, in the governor's clock."""
    by_time: bool
    """Whether the clock counts seconds, else blocks."""
    due_at: int
    """From when it can be executed once it is queued, in Unix seconds; 0 when it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernedPayment:
    """An operation of a timelock, or a governor's proposal, that waits for its time."""

    pending: PendingPayment
    payments: tuple[Payment, ...]
    """What it would pay from the reserve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GasMeasure:
    """How much gas the exact execution takes."""

    limit: int
    """What it must be given, head-room included."""
    source: str
    """Who says so."""

"""What the demo tells: steps with their transactions, each checked against what it promised."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from eth_typing import ChecksumAddress

from hokctl.domain.outcomes import ProposalRecord, TransactionRecord
from hokctl.domain.units import SafeTxHash, TxHash
from hokctl.services.proposals import Carried


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryStep:
    """One step of the story."""

    name: str
    """For scripts, such as `execute-split`."""
    title: str
    detail: str
    """What happened, for a treasurer."""
    ok: bool = True
    """Whether the chain and the book are afterwards as they must be."""
    transactions: tuple[TransactionRecord, ...] = field(default=())
    proposal: ProposalRecord | None = None

    @property
    def tx_hash(self) -> TxHash | None:
        """The transaction of the step, the last one where it took several; None where nothing went to the chain."""
        return self.transactions[-1].tx_hash if self.transactions else None

    @property
    def gas_used(self) -> int | None:
        """The gas of all its transactions together."""
        return sum(record.gas_used for record in self.transactions) if self.transactions else None

    @property
    def safe_tx_hash(self) -> SafeTxHash | None:
        """The Safe transaction that the step is about, if any."""
        return None if self.proposal is None else self.proposal.safe_tx_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Steps that belong together."""

    title: str
    steps: tuple[StoryStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The whole story."""

    safe: ChecksumAddress
    chapters: tuple[Chapter, ...]
    reconciled: bool
    """Whether fees, reserve, treasury, provider and book agree to the last unit."""

    @property
    def steps(self) -> tuple[StoryStep, ...]:
        """All steps in their order."""
        return tuple(step for chapter in self.chapters for step in chapter.steps)

    @property
    def ok(self) -> bool:
        """Whether everything came out as promised."""
        return self.reconciled and all(step.ok for step in self.steps)


def step_of(name: str, title: str, detail: str, carried: Carried | Sequence[Carried], *, ok: bool = True) -> StoryStep:
    """Return the step that carried one or more plans."""
    every = [carried] if isinstance(carried, Carried) else list(carried)
    outcomes = [one.outcome for one in every if one.outcome is not None]
    return StoryStep(
        name=name,
        title=title,
        detail=detail,
        ok=ok,
        transactions=tuple(record for outcome in outcomes for record in outcome.transactions),
        proposal=next((outcome.proposal for outcome in outcomes if outcome.proposal is not None), None),
    )

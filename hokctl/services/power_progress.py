"""Changes of power by one key, one after the other: each is proved on the chain before the next one is sent."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hokctl.chain.sightings import find_transactions
from hokctl.domain.findings import Finding
from hokctl.domain.plans import Plan
from hokctl.domain.ports import JournalState
from hokctl.errors import ChainError
from hokctl.services.power_steps import PowerStep
from hokctl.services.proving import prove

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.domain.outcomes import TransactionRecord
    from hokctl.domain.ports import Journal


class StepNotProvedError(ChainError):
    """A change of power that was mined, and that the chain does not show."""

    code = "step-not-proved"

    def __init__(self, step: PowerStep, tx_hash: str, findings: Sequence[Finding]) -> None:
        """Name the step, its transaction and what is not so."""
        super().__init__(
            f"{step.call.purpose}: transaction {tx_hash} is mined, but {findings[0].message}"
            " Nothing was sent after it.",
            hint="Look at who holds what with `hokctl roles list`; the same command goes on from there.",
        )


class ProvingProgress:
    """Proves every step once it is mined, so that nothing is revoked before what replaces it. A routes.base.Progress.

    A step has its own key in the journal, whatever else is left to do, so that a run that was killed never sends it
    twice.
    """

    def __init__(
        self, chain: "Chain", journal: "Callable[[], Journal]", plan: Plan, steps: Sequence[PowerStep]
    ) -> None:
        """Keep up with `steps`, one for each call of `plan`."""
        self._chain = chain
        self._journal = journal
        self._plan = plan
        self._steps = tuple(steps)

    def begin(self) -> None:
        """Close the journal's entries that are mined before the plan was built: it knows what came of them."""
        journal, chain_id = self._journal(), self._chain.chain_id
        open_states = {JournalState.SIGNED, JournalState.SENT}
        entries = [entry for step in self._steps for entry in journal.find(chain_id, step.key)]
        entries = [entry for entry in entries if entry.state in open_states]
        if not entries:
            return
        for sighting in find_transactions(self._chain, entries):
            receipt = sighting.receipt
            if receipt is not None and receipt.block_number <= self._plan.block.number:
                state = JournalState.MINED if receipt.succeeded else JournalState.FAILED
                journal.settle(chain_id, sighting.entry.tx_hash, state)

    def key(self, number: int) -> str:
        """Return a key of the step alone."""
        return self._steps[number].key

    def mined(self, number: int, record: "TransactionRecord") -> None:
        """Prove the step `number`, counted from 0. Raises StepNotProvedError."""
        step = self._steps[number]
        findings = prove(self._chain, replace(self._plan, calls=(step.call,), after=step.after), [record])
        if findings:
            raise StepNotProvedError(step, record.tx_hash, findings)

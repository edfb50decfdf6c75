"""Checking a Safe transaction as every owner should before signing: the whole list, the simulation included."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hokctl.checks.effects import check_simulation
from hokctl.checks.preflight import findings_of, simulated, weighed
from hokctl.checks.self_changes import await_confirmation_of
from hokctl.domain.checks import CheckOutcome
from hokctl.domain.effects import Simulation
from hokctl.domain.findings import Finding, Severity
from hokctl.routes.safe_simulation import simulate_proposal
from hokctl.services.safe_reviews import ProposalState, check_state

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """How every check came out, and what the transaction would do."""

    checks: tuple[CheckOutcome, ...]
    simulation: Simulation | None
    """None when other checks have stopped it before."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks found, stops first."""
        return findings_of(self.checks)


def examine(
    snapshot: "Snapshot", state: ProposalState, *, allow: frozenset[str] = frozenset(), whole: bool = False
) -> Examination:
    """Return how the checks come out; with `whole` the simulation runs even where another check stops."""
    checks = await_confirmation_of(check_state(state))
    if not whole and any(finding.blocks(allow) for finding in findings_of(checks)):
        return Examination(checks=(*checks, simulated(None, ())), simulation=None)
    proposal = state.proposal
    simulation = simulate_proposal(
        snapshot, proposal.safe_tx, proposal.plan, state.authority, guard=state.details.guard
    )
    compared = [_judge(finding, state) for finding in check_simulation(proposal.plan, simulation)]
    weighed_checks = weighed(checks, state.facts, simulation)
    return Examination(checks=(*weighed_checks, simulated(simulation, compared)), simulation=simulation)


def _judge(finding: Finding, state: ProposalState) -> Finding:
    """Return the simulation's finding for a transaction whose turn has come, or that waits for others.

    What comes first may still mend a revert, which is then a warning, and may have a part in another effect than the
    declared one, which can then be accepted by its name.
    """
    if state.proposal.safe_tx.nonce <= state.authority.nonce:
        return finding
    if finding.code.startswith("effect-"):
        return replace(finding, allowable=True)
    return replace(finding, severity=Severity.WARNING)

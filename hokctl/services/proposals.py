"""Carrying a plan: check it, find its way, let a person confirm it, send or propose it, and prove what happened."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.errors import NoContractError
from hokctl.checks.authority import check_lone_key
from hokctl.checks.nonces import check_nonce
from hokctl.checks.self_changes import await_second_confirmation, check_self_changes
from hokctl.checks.targets import check_targets
from hokctl.clients.argument_wording import counts_money
from hokctl.domain.amounts import Token
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.effects import Simulation
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.outcomes import Outcome
from hokctl.domain.plans import Plan
from hokctl.domain.ports import JournalState
from hokctl.domain.reviews import Review
from hokctl.routes.base import Progress, Route
from hokctl.services.proving import prove
from hokctl.services.routing import choose_route
from hokctl.services.second_confirmation import confirm_twice

if TYPE_CHECKING:
    from hokctl.chain.session import Chain, Snapshot
    from hokctl.domain.ports import Journal, Signer, Ui
    from hokctl.routes.records import Decoder
    from hokctl.safe.proposals import ProposalStore


class CarryState(StrEnum):
    """How far a plan came."""

    NOTHING_TO_DO = "nothing-to-do"
    REFUSED = "refused"
    SHOWN = "shown"
    """A dry run ended before the question."""
    DECLINED = "declined"
    """The person said no."""
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    """An owner added a signature to a proposal."""
    DONE = "done"
    FAILED = "failed"
    """A transaction reverted, or the proof found a difference."""


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """Everything a plan needs to travel, besides the plan."""

    chain: "Chain"
    snapshot: "Snapshot"
    """The state that the plan is checked and simulated against."""
    from_block: int
    """The block from which role logs are read: the deployment's."""
    candidates: tuple[ChecksumAddress, ...]
    """Accounts that may turn out to be allowed, besides those in the logs."""
    production: bool
    allow_lone_key: tuple[str, ...]
    store: "ProposalStore"
    journal: Callable[[], "Journal"]
    """Opens the journal; a dry run never does."""
    signer: "Signer | None"
    safe: ChecksumAddress | None
    """The Safe to choose where several may."""
    via: str
    nonce: int | None
    allow: frozenset[str]
    dry_run: bool
    assume_yes: bool
    ui: "Ui"
    clock: Callable[[], int]
    max_fee_wei: int | None
    decoder: "Decoder"
    progress: Progress | None = None
    """Who keeps up with the transactions of the direct route, if anyone does."""
    token: "Callable[[Snapshot], Token] | None" = None
    """Reads the reserve token, where the deployment is known."""
    changes_safe: bool = False
    """Whether the command is there to change the Safe itself, so that it asks twice instead of refusing."""
    safe_demanded: bool = False
    """Whether it must be `safe` that acts, or nobody."""
    out: Path | None = None
    """The file that a proposal is written to besides the folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What became of a plan."""

    state: CarryState
    plan: Plan
    review: Review | None = None
    outcome: Outcome | None = None
    findings: tuple[Finding, ...] = field(default=())


def carry(plan: Plan, carrier: Carrier, *, findings: tuple[Finding, ...] = ()) -> Carried:
    """Walk the one way from plan to proof; `findings` are those of the service that built the plan."""
    if not plan.calls:
        return Carried(state=CarryState.NOTHING_TO_DO, plan=plan, findings=findings)
    route = choose_route(plan, carrier)
    review = prepare(plan, carrier, route, findings)
    if any(finding.blocks(carrier.allow) for finding in review.findings):
        return Carried(state=CarryState.REFUSED, plan=plan, review=review, findings=review.findings)
    if carrier.dry_run:
        return Carried(state=CarryState.SHOWN, plan=plan, review=review, findings=review.findings)
    if not confirm_twice(carrier, review):
        return Carried(state=CarryState.DECLINED, plan=plan, review=review, findings=review.findings)
    return _finish(plan, carrier, review, route.carry(plan))


def prepare(plan: Plan, carrier: Carrier, route: Route, findings: tuple[Finding, ...]) -> Review:
    """Return the plan with all its findings, its way and its hashes.

    The nonce is looked at if all else holds, and the simulation runs if the nonce holds too.
    """
    found = [
        *findings,
        *check_targets(carrier.snapshot, plan),
        *_check_self_changes(plan, carrier, route),
        *check_lone_key(
            plan,
            route.summary.authority,
            production=carrier.production,
            allowed_signatures=carrier.allow_lone_key,
        ),
    ]
    if not _stopped(found):
        found.extend(_check_nonce(carrier, route))
    simulation = Simulation() if _stopped(found) else route.simulate(carrier.snapshot)
    action = "propose this Safe transaction" if route.safe_tx is not None else "send these transactions"
    return Review(
        plan=plan,
        findings=(*found, *simulation.findings),
        route=route.summary,
        safe_tx=route.safe_tx,
        action=action,
        token=_token(plan, carrier),
        effect=simulation.effect,
        without_guard=simulation.without_guard,
    )


def _check_self_changes(plan: Plan, carrier: Carrier, route: Route) -> tuple[Finding, ...]:
    if route.safe_tx is None:
        return ()
    found = check_self_changes(route.safe_tx.safe, plan.calls)
    return await_second_confirmation(found) if carrier.changes_safe else tuple(found)


def _token(plan: Plan, carrier: Carrier) -> Token | None:
    """Return the token that the plan's amounts are counted in; None where it counts none, or is yet to be created."""
    if carrier.token is None or not counts_money(plan.calls):
        return None
    try:
        return carrier.token(carrier.snapshot)
    except NoContractError:
        return None


def _stopped(findings: list[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _check_nonce(carrier: Carrier, route: Route) -> list[Finding]:
    safe_tx, authority = route.safe_tx, route.summary.authority
    if safe_tx is None or not isinstance(authority, SafeAuthority):
        return []
    queue = [proposal.safe_tx for proposal in carrier.store.scan(carrier.chain.chain_id, safe_tx.safe).proposals]
    return check_nonce(safe_tx, current=authority.nonce, queue=queue)


def _finish(plan: Plan, carrier: Carrier, review: Review, outcome: Outcome) -> Carried:
    if outcome.proposal is not None:
        return Carried(state=CarryState.PROPOSED, plan=plan, review=review, outcome=outcome, findings=review.findings)
    carried = conclude(plan, carrier.chain, review, outcome)
    # From here on the same plan is a new intention: until here, a run that repeats it finds these transactions.
    journal = carrier.journal()
    for transaction in outcome.transactions:
        if transaction.succeeded:
            journal.settle(plan.chain_id, transaction.tx_hash, JournalState.CONCLUDED)
    return carried


def conclude(plan: Plan, chain: "Chain", review: Review, outcome: Outcome) -> Carried:
    """Return what mined transactions led to: prove them unless one reverted."""
    reverted = any(not transaction.succeeded for transaction in outcome.transactions)
    proof = () if reverted else prove(chain, plan, outcome.transactions)
    return Carried(
        state=CarryState.FAILED if reverted or proof else CarryState.DONE,
        plan=plan,
        review=review,
        outcome=replace(outcome, findings=(*outcome.findings, *proof)),
        findings=(*review.findings, *outcome.findings, *proof),
    )

"""Carrying a plan: check it, find its way, let a person confirm it, send or propose it, and prove what happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.errors import NoContractError
from hokctl.checks.authority import check_lone_key
from hokctl.checks.effects import check_simulation
from hokctl.checks.preflight import findings_of, in_order, simulated, weighed
from hokctl.checks.targets import check_targets
from hokctl.clients.argument_wording import counts_money
from hokctl.domain.amounts import Token
from hokctl.domain.effects import Simulation
from hokctl.domain.findings import Finding
from hokctl.domain.outcomes import Outcome
from hokctl.domain.plans import Plan
from hokctl.domain.ports import JournalState
from hokctl.domain.reviews import Review
from hokctl.routes.base import Progress, Route
from hokctl.services.drafting import check_draft
from hokctl.services.proving import prove
from hokctl.services.routing import choose_route
from hokctl.services.second_confirmation import confirm_twice

if TYPE_CHECKING:
    from hokctl.chain.session import Chain, Snapshot
    from hokctl.domain.ports import Journal, Signer, Ui
    from hokctl.domain.units import SafeTxHash
    from hokctl.routes.records import Decoder
    from hokctl.safe.proposals import ProposalStore
    from hokctl.services.safe_checks import Knowledge


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
    SCHEDULED = "scheduled"
    """A timelock has it, and executes it once its delay is over."""
    VOTED_ON = "voted-on"
    """A governor has it before its voters."""
    EXPORTED = "exported"
    """Files were written for others to carry."""
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
    """Opens the journal; a dry run only reads it."""
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
    knowledge: "Callable[[], Knowledge]"
    """Opens what is known beside the chain; only what a Safe is to propose needs it."""
    folder: Path
    """The shared folder, which also keeps what timelocks and governors have before them, with its plans."""
    progress: Progress | None = None
    """Who keeps up with the transactions of the direct route, if anyone does."""
    announce: Callable[[], None] | None = None
    """Says what is to come, once a Safe's first owner has signed and before the proposal is anywhere."""
    token: "Callable[[Snapshot], Token] | None" = None
    """Reads the reserve token, where the deployment is known."""
    changes_safe: bool = False
    """Whether the command is there to change the Safe itself, so that it asks twice instead of refusing."""
    confirms: "SafeTxHash | None" = None
    """The Safe transaction that the plan confirms on the chain, whose hash is typed where it is asked twice."""
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
    if _stopped(review.findings, carrier):
        return Carried(state=CarryState.REFUSED, plan=plan, review=review, findings=review.findings)
    if carrier.dry_run:
        return Carried(state=CarryState.SHOWN, plan=plan, review=review, findings=review.findings)
    if not confirm_twice(carrier, review):
        return Carried(state=CarryState.DECLINED, plan=plan, review=review, findings=review.findings)
    return _finish(plan, carrier, route, review, route.carry(plan))


def prepare(plan: Plan, carrier: Carrier, route: Route, findings: tuple[Finding, ...]) -> Review:
    """Return the plan with all its findings, its way and its hashes.

    A Safe transaction goes through the whole list of checks before it is proposed. The simulation runs if nothing
    stops before.
    """
    drafted = None
    if route.proposing is None:
        targets = check_targets(carrier.snapshot, _with_carried(plan, route.carried_plan))
        found = (*findings, *targets, *_check_lone_key(plan, carrier, route))
        token = _token(plan, carrier)
    else:
        drafted = check_draft(plan, carrier, route, route.proposing, findings)
        found, token = drafted.findings, drafted.facts.token if counts_money(plan.calls) else None
    tried, later, compared = _simulate(plan, carrier, route, found)
    simulation = later or tried or Simulation()
    checks = () if drafted is None else weighed(drafted.checks, drafted.facts, tried)
    return Review(
        plan=plan,
        findings=in_order((*found, *findings_of(checks), *compared)),
        route=route.summary,
        safe_tx=route.safe_tx,
        operation=route.operation,
        governor_proposal=route.governor_proposal,
        action=_action(route),
        token=token,
        checks=(*checks, simulated(tried, compared)) if checks else (),
        effect=simulation.effect,
        without_guard=simulation.without_guard,
    )


def _simulate(
    plan: Plan, carrier: Carrier, route: Route, found: Sequence[Finding]
) -> tuple[Simulation | None, Simulation | None, tuple[Finding, ...]]:
    """Return what would happen now, what later where the calls are made later, and what speaks against both."""
    if _stopped(found, carrier):
        return None, None, ()
    tried = route.simulate(carrier.snapshot)
    compared = tuple(check_simulation(route.carried_plan, tried))
    later = None if _stopped(compared, carrier) else route.foresee(carrier.snapshot)
    if later is not None:
        compared = (*compared, *(_later(finding) for finding in check_simulation(plan, later)))
    return tried, later, compared


def _check_lone_key(plan: Plan, carrier: Carrier, route: Route) -> list[Finding]:
    allowed = carrier.allow_lone_key
    return check_lone_key(plan, route.actor, production=carrier.production, allowed_signatures=allowed)


def _later(finding: Finding) -> Finding:
    """Return what speaks against calls to come: the chain may stand otherwise then, so a failure can be accepted."""
    return replace(finding, allowable=True) if finding.code == "simulation-reverted" else finding


def _with_carried(plan: Plan, carried: Plan) -> Plan:
    """Return the plan with the calls of what carries it, where that is another plan."""
    return plan if carried is plan else replace(plan, calls=(*carried.calls, *plan.calls))


def _action(route: Route) -> str:
    if route.summary.kind == "export":
        return "write these files"
    return "propose this Safe transaction" if route.safe_tx is not None else "send these transactions"


def _token(plan: Plan, carrier: Carrier) -> Token | None:
    """Return the token that the plan's amounts are counted in; None where it counts none, or is yet to be created."""
    if carrier.token is None or not counts_money(plan.calls):
        return None
    try:
        return carrier.token(carrier.snapshot)
    except NoContractError:
        return None


def _stopped(findings: Sequence[Finding], carrier: Carrier) -> bool:
    return any(finding.blocks(carrier.allow) for finding in findings)


def _finish(plan: Plan, carrier: Carrier, route: Route, review: Review, outcome: Outcome) -> Carried:
    review = replace(review, operation=route.operation, governor_proposal=route.governor_proposal)
    state = CarryState.EXPORTED if outcome.files else CarryState.PROPOSED if outcome.proposal is not None else None
    if state is not None:
        return Carried(state=state, plan=plan, review=review, outcome=outcome, findings=review.findings)
    carried = replace(conclude(route.carried_plan, carrier.chain, review, outcome), plan=plan)
    # From here on the same plan is a new intention: until here, a run that repeats it finds these transactions.
    journal = carrier.journal()
    for transaction in outcome.transactions:
        if transaction.succeeded:
            journal.settle(plan.chain_id, transaction.tx_hash, JournalState.CONCLUDED)
    begun = {"timelock": CarryState.SCHEDULED, "governor": CarryState.VOTED_ON}.get(review.route.kind)
    return carried if begun is None or carried.state is CarryState.FAILED else replace(carried, state=begun)


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

"""Checking a Safe transaction before it is proposed: the list that owners go through before they sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hokctl.checks.facts import SafeTxFacts, Stage
from hokctl.checks.preflight import findings_of, in_order, run_checks
from hokctl.checks.self_changes import await_confirmation_of
from hokctl.checks.targets import judge_targets
from hokctl.domain.checks import CheckOutcome
from hokctl.domain.findings import Finding
from hokctl.domain.plans import Plan
from hokctl.services.safe_checks import Waiting, read_facts

if TYPE_CHECKING:
    from hokctl.routes.base import Route
    from hokctl.routes.safe import SafeRoute
    from hokctl.services.proposals import Carrier

_EXPORT: Final = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What there is to say about a Safe transaction in the making, the simulation aside."""

    facts: SafeTxFacts
    checks: tuple[CheckOutcome, ...]
    findings: tuple[Finding, ...]
    """Those of the service that built the plan, and those of the checks, each once."""


def check_draft(
    plan: Plan, carrier: "Carrier", route: "Route", proposing: "SafeRoute", findings: Sequence[Finding]
) -> Drafted:
    """Return how the checks come out for what `route` has its Safe propose, all read in one round trip.

    `findings` are known of `plan` already. The way is told what guards the Safe and who confirmed.
    """
    facts = _read_draft(carrier, route, proposing)
    proposing.take(guard=facts.details.guard, tally=facts.tally)
    checks = run_checks(facts)
    if carrier.changes_safe:
        checks = await_confirmation_of(checks)
    later = () if route.carried_plan is plan else judge_targets(plan, facts.codes, block=facts.block.number)
    return Drafted(facts=facts, checks=checks, findings=in_order((*findings, *findings_of(checks), *later)))


def _read_draft(carrier: "Carrier", route: "Route", proposing: "SafeRoute") -> SafeTxFacts:
    stage = Stage.MADE_AGAIN if proposing.is_proposed else Stage.MADE
    waiting = Waiting(
        proposal=proposing.draft,
        handed_in=tuple(proposing.handed_in),
        others=proposing.others,
        stage=Stage.EXPORTED if route.summary.kind == _EXPORT else stage,
        owners=proposing.actor.owners,
    )
    return read_facts(carrier.snapshot, waiting, carrier.knowledge())

"""Carrying the plan of payments, or several plans where one transaction cannot hold them all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hokctl.checks.effects import check_simulation
from hokctl.checks.preflight import in_order
from hokctl.domain.plans import Plan
from hokctl.routes.base import Route
from hokctl.routes.simulation import simulate_plan
from hokctl.services.failing_rows import name_failing_row
from hokctl.services.payment_batches import Item, Sizes, build_calls, build_conditions, describe
from hokctl.services.payment_state import PaymentState
from hokctl.services.planning import build_plan
from hokctl.services.proposals import Carried, CarryState, carry
from hokctl.services.routing import choose_route

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment
    from hokctl.services.proposals import Carrier

_STOPPED: Final = {CarryState.REFUSED, CarryState.DECLINED, CarryState.FAILED}

Part = tuple[tuple[Item, ...], Carried]
"""Payments of one plan, and what became of it."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes plans of payments whose state was read."""

    snapshot: "Snapshot"
    deployment: "Deployment"
    state: PaymentState
    batch_size: int

    @property
    def sizes(self) -> Sizes:
        """What bounds calls and transactions."""
        return Sizes(batch_size=self.batch_size, block_gas_limit=self.state.block_gas_limit)

    def plan(self, items: Sequence[Item], part: str = "") -> Plan:
        """Return the plan that makes the payments; `part` says which of several it is."""
        chunks = self.sizes.calls(items)
        return build_plan(
            self.snapshot,
            self.deployment,
            f"Pay {describe(items, self.state.reads.token)}{part}",
            build_calls(self.deployment, chunks),
            after=build_conditions(self.deployment, chunks, self.state.reads),
            moves_funds=True,
        )


def carry_payments(planner: Planner, items: tuple[Item, ...], carrier: "Carrier") -> list[Part]:
    """Carry the payments, and return what became of each plan: one, unless gas asks for more.

    A key sends each call as a transaction of its own, so that one plan always does. A Safe, a timelock and a governor
    make all calls of a plan in one transaction: where that would take too much gas, there are several plans, through a
    Safe with consecutive nonces. None is proposed unless all of them, one after the other, would go well.
    """
    parts = planner.sizes.transactions(items)
    whole = planner.plan(items)
    if len(parts) == 1 or not _in_one_transaction(route := choose_route(whole, carrier)):
        return [(items, _explained(planner, items, carry(whole, carrier, findings=planner.state.findings)))]
    total = len(parts)
    plans = [(part, planner.plan(part, f" (part {n} of {total})")) for n, part in enumerate(parts, start=1)]
    refused = _rehearse(planner, plans, carrier, route, whole)
    return refused or _carry_each(planner, plans, carrier)


def _in_one_transaction(route: Route) -> bool:
    return route.summary.kind != "direct"


def _rehearse(
    planner: Planner, plans: Sequence[tuple[tuple[Item, ...], Plan]], carrier: "Carrier", route: Route, whole: Plan
) -> list[Part] | None:
    """Return the parts with one that would be refused; None when all would go well, one after the other."""
    if carrier.dry_run:
        return None
    payer = route.summary.authority.address
    tried = [
        (part, carry(plan, _numbered(replace(carrier, dry_run=True), n), findings=planner.state.findings))
        for n, (part, plan) in enumerate(plans)
    ]
    if any(carried.state is CarryState.REFUSED for _, carried in tried):
        return [(part, _explained(planner, part, one)) for part, one in tried if one.state is CarryState.REFUSED]
    compared = check_simulation(whole, simulate_plan(carrier.snapshot, whole, payer))
    if not any(finding.blocks(carrier.allow) for finding in compared):
        return None
    items, first = tried[0]
    found = in_order((*first.findings, *compared))
    refused = replace(first, state=CarryState.REFUSED, findings=found)
    if refused.review is not None:
        refused = replace(refused, review=replace(refused.review, findings=found))
    return [(items, _explained(planner, tuple(item for part, _ in plans for item in part), refused))]


def _carry_each(planner: Planner, plans: Sequence[tuple[tuple[Item, ...], Plan]], carrier: "Carrier") -> list[Part]:
    """Carry one plan after the other, and stop at the first that is not carried."""
    made: list[Part] = []
    for n, (part, plan) in enumerate(plans):
        carried = carry(plan, _numbered(carrier, n), findings=planner.state.findings)
        made.append((part, _explained(planner, part, carried)))
        if carried.state in _STOPPED:
            break
    return made


def _numbered(carrier: "Carrier", n: int) -> "Carrier":
    """Return the carrier for the plan after `n` others: its nonce, where one is named, and its own file."""
    nonce = None if carrier.nonce is None else carrier.nonce + n
    out = carrier.out if carrier.out is None or n == 0 else carrier.out.with_stem(f"{carrier.out.stem}-{n + 1}")
    return replace(carrier, nonce=nonce, out=out)


def _explained(planner: Planner, items: Sequence[Item], carried: Carried) -> Carried:
    """Return what became of a plan with the invoice named at which its simulation failed, if it did."""
    review = carried.review
    if review is None or all(finding.code != "simulation-reverted" for finding in carried.findings):
        return carried
    named = name_failing_row(planner.snapshot, planner.deployment, items, review.route.authority)
    if named is None:
        return carried
    found = in_order((named, *carried.findings))
    return replace(carried, findings=found, review=replace(review, findings=in_order((named, *review.findings))))

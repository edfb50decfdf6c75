"""Which split a model needs, and what another one would do: read from the chain at one block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hokctl.domain.amounts import TokenAmount
from hokctl.domain.burn import Rate, accrual_of_deposits
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.runway import BurnSource, NetRunway, compute_net_runway
from hokctl.domain.split_advice import SplitGoal, SplitNeed, Verdict, need_split
from hokctl.domain.splits import FULL_BPS, CostBasis, check_bounds, format_bps, split_units
from hokctl.domain.units import ModelId, model_topic
from hokctl.services.flows import ModelFees, log_fees
from hokctl.services.queued_parameters import QueueSlots, QueueState, check_queue, read_updates
from hokctl.services.runway import ModelRunway, RunwayReport, measure_by
from hokctl.services.splits import LegacyModelError

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.log_history import LogHistory
    from hokctl.chain.session import Snapshot
    from hokctl.clients.usage_fee_router import FeeSplit
    from hokctl.services.burns import BurnSources
    from hokctl.services.deployments import Deployment

SAMPLE_TOKENS = 1_000
"""The revenue that a preview shows the split of, in whole tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFacts:
    """What decides over the split of one model."""

    runway: ModelRunway
    bps: int
    """The share in force."""
    min_bps: int
    max_bps: int
    revenue: TokenAmount
    """The API fees a day; measured, 0 is what the chain has: no fees."""
    sample: Rate | None
    """What measured revenue was measured on; None where it was given."""
    in_force_bps: int | None
    """The share of the measured fees that went to the reserve, rounded down; None without any."""
    by_oracle: bool
    """Whether the live router splits its fees by what calls cost, whatever the share is."""
    queue: QueueState

    @property
    def model_id(self) -> ModelId:
        """Its id."""
        return self.runway.model.model_id

    @property
    def findings(self) -> tuple[Finding, ...]:
        """That a queued split has no effect, or that the split in force is another's business."""
        found = check_queue(self.queue, self.bps)
        return (*found, _by_oracle(self)) if self.by_oracle else found


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitAdvice:
    """What one model needs; `need` is None where the burn is unknown."""

    facts: SplitFacts
    need: SplitNeed | None

    @property
    def verdict(self) -> Verdict:
        """The word that sums it up."""
        return Verdict.UNKNOWN if self.need is None else self.need.verdict

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the split, and that no share is enough."""
        need, token = self.need, self.facts.revenue.token
        if need is None or need.verdict is not Verdict.NOT_ENOUGH:
            return self.facts.findings
        return (*self.facts.findings, _not_enough(self.facts, token.amount(need.missing_daily_units)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOutcome:
    """What one share makes of revenue."""

    bps: int
    sample_infrastructure: TokenAmount
    """Of a revenue of 1,000 tokens."""
    sample_profit: TokenAmount
    """The rest of it, which the model's pool gets."""
    daily_infrastructure: TokenAmount
    """Of the revenue a day."""
    daily_profit: TokenAmount
    net: NetRunway | None
    """How long the reserve lasts with it; None where the burn is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPreview:
    """What a change of one model's split would do."""

    facts: SplitFacts
    before: SplitOutcome
    after: SplitOutcome


def read_facts(
    snapshot: "Snapshot",
    deployment: "Deployment",
    history: "LogHistory",
    model_ids: Sequence[ModelId],
    *,
    sources: "BurnSources",
    daily_revenue: Mapping[ModelId, str],
) -> tuple[RunwayReport, tuple[SplitFacts, ...]]:
    """Return the runways, and what decides over the split of every model named, of all when none is.

    `daily_revenue` says in token units what fees a model has a day; for others the router's logs are read. A model of
    the old system has no split: LegacyModelError where it was named, else it is left out.
    """
    report = measure_by(sources, snapshot, deployment, model_ids)
    for item in report.models if model_ids else ():
        if item.model.is_legacy:
            raise LegacyModelError(item.model.model_id)
    items = [item for item in report.models if not item.model.is_legacy]
    measures = any(item.model.model_id not in daily_revenue for item in items)
    fees = log_fees(snapshot, deployment, history, report.window) if measures else {}
    with snapshot.batch() as batch:
        asked = [_Asked(batch, deployment, item) for item in items]
    queues = read_updates(snapshot, [one.queue for one in asked], deployment.deployed_at_block)
    facts = []
    for one, queue in zip(asked, queues, strict=True):
        token, model_id = report.total_accrued.token, one.item.model.model_id
        taken = fees.get(model_topic(model_id), ModelFees())
        if model_id in daily_revenue:
            revenue, sample = TokenAmount.parse(daily_revenue[model_id], token), None
        else:
            sample = accrual_of_deposits(taken.fees, report.window, taken.since)
            revenue = token.amount(0 if sample is None else sample.daily_units)
        facts.append(one.facts(queue, revenue=revenue, sample=sample, fees=taken))
    return report, tuple(facts)


def advise(facts: SplitFacts, goal: SplitGoal) -> SplitAdvice:
    """Return the share that the model needs for its burn and the goal."""
    burn, revenue = facts.runway.daily_burn, facts.revenue
    if burn is None:
        return SplitAdvice(facts=facts, need=None)
    accrued = facts.runway.model.accrued
    need = need_split(accrued.units, burn.units, revenue.units, goal, (facts.min_bps, facts.max_bps))
    return SplitAdvice(facts=facts, need=need)


def preview(facts: SplitFacts, bps: int, *, at: int) -> SplitPreview:
    """Return what a share of `bps` would do, beside what the present one does; raise SplitOutOfBoundsError."""
    check_bounds(bps, min_bps=facts.min_bps, max_bps=facts.max_bps)
    return SplitPreview(facts=facts, before=_outcome(facts, facts.bps, at), after=_outcome(facts, bps, at))


def _outcome(facts: SplitFacts, bps: int, at: int) -> SplitOutcome:
    accrued, burn, revenue = facts.runway.model.accrued, facts.runway.daily_burn, facts.revenue
    token = accrued.token
    part, rest = split_units(SAMPLE_TOKENS * 10**token.decimals, bps)
    daily, daily_rest = split_units(revenue.units, bps)
    net = None
    if burn is not None:
        measured = facts.sample is not None and facts.runway.burn_source is BurnSource.MEASURED
        net = compute_net_runway(accrued.units, burn.units, daily, burn_is_measured=measured, at=at)
    return SplitOutcome(
        bps=bps,
        sample_infrastructure=token.amount(part),
        sample_profit=token.amount(rest),
        daily_infrastructure=token.amount(daily),
        daily_profit=token.amount(daily_rest),
        net=net,
    )


class _Asked:
    """The questions about one model's split, riding in a batch."""

    def __init__(self, batch: "Batch", deployment: "Deployment", item: ModelRunway) -> None:
        suite, model = deployment.suite, item.model
        params, one_token = suite.params_at(model.params), 10**model.accrued.token.decimals
        self.item = item
        self._low = batch.add(params.min_infrastructure_accrual_bps())
        self._high = batch.add(params.max_infrastructure_accrual_bps())
        self._split: Slot[FeeSplit] = batch.add(suite.live_router.calculate_fee_split(model.model_id, one_token, 1))
        self._queue = QueueSlots(batch, suite.live_params_at(model.params), model.model_id)

    @property
    def queue(self) -> QueueState:
        """What is queued, once the batch has run."""
        return self._queue.state

    def facts(self, queue: QueueState, *, revenue: TokenAmount, sample: Rate | None, fees: ModelFees) -> SplitFacts:
        """Return everything about the model."""
        bps, units = self.item.model.infrastructure_accrual_bps, sum(fee.units for fee in fees.fees)
        if bps is None:
            raise LegacyModelError(self.item.model.model_id)
        return SplitFacts(
            runway=self.item,
            bps=bps,
            min_bps=self._low.value_or(0),
            max_bps=self._high.value_or(FULL_BPS),
            revenue=revenue,
            sample=sample,
            in_force_bps=fees.infrastructure_units * FULL_BPS // units if units else None,
            by_oracle=not self._split.failed and self._split.value.basis is CostBasis.ORACLE,
            queue=queue,
        )


def _by_oracle(facts: SplitFacts) -> Finding:
    return Finding(
        code="split-by-oracle",
        severity=Severity.WARNING,
        subject=facts.model_id,
        message=f"The fees of model {facts.model_id} are split by what the cost oracle says its calls cost: the "
        "split in its params has no effect as long as the oracle has a cost.",
        remedy=f"Compare the oracle's cost with what is paid: `hokctl oracle show {facts.model_id}`.",
    )


def _not_enough(facts: SplitFacts, missing: TokenAmount) -> Finding:
    return Finding(
        code="split-not-enough",
        severity=Severity.WARNING,
        subject=facts.model_id,
        message=f"Even {format_bps(facts.max_bps)} of the fees of model {facts.model_id} is not enough: "
        f"{missing} a day is missing.",
        evidence={"revenue a day": str(facts.revenue), "burn a day": str(facts.runway.daily_burn)},
        remedy="Raise the price of a call, lower the costs, or give the model longer to reach its target.",
    )

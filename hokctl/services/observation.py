"""What a monitor sees of a deployment at one block: its models with their runways, its reserve, and its brakes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.units import BlockRef, ModelId
from hokctl.services.models import ModelState
from hokctl.services.runway import ModelRunway, RunwayReport

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

Measure = Callable[["Snapshot", "Deployment"], RunwayReport]
"""Measures the runways of all models of a deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedModel:
    """One model with its runway, and what else a monitor looks at."""

    runway: ModelRunway
    pool_paused: bool
    """Whether its pool is stopped; false where the pool does not say."""
    min_bps: int | None
    """The smallest split that its params accept, in basis points; None where they do not say."""
    max_bps: int | None
    """The largest split that its params accept."""

    @property
    def state(self) -> ModelState:
        """Its accrual, split, provider and contracts."""
        return self.runway.model

    @property
    def model_id(self) -> ModelId:
        """Its id."""
        return self.runway.model.model_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A deployment at one block. All amounts are of its reserve token."""

    network: str
    chain_id: int
    block: BlockRef
    observed_at: int
    """When it was read, in seconds since the epoch; the block may be older."""
    token: Token
    models: tuple[ObservedModel, ...]
    balance: TokenAmount
    """What the reserve holds."""
    owed: TokenAmount
    """What all models together have accrued and not been paid."""
    total_accrued: TokenAmount
    """All infrastructure shares ever deposited, payments included."""
    total_paid: TokenAmount
    total_withdrawn: TokenAmount | None
    """All emergency withdrawals; None where the contract does not book them (v2.0.0)."""
    paused: bool
    """Whether the reserve is stopped."""
    treasury: ChecksumAddress
    """Who receives emergency withdrawals."""

    @property
    def shortfall(self) -> TokenAmount:
        """What is missing to pay everything that is owed; zero when the reserve is solvent."""
        return self.token.amount(max(0, self.owed.units - self.balance.units))

    @property
    def unallocated(self) -> TokenAmount:
        """What the reserve holds beyond everything that is owed."""
        return self.token.amount(max(0, self.balance.units - self.owed.units))

    @property
    def age_s(self) -> int:
        """How old the block was when it was read, in seconds; never negative."""
        return max(0, self.observed_at - self.block.timestamp)

    def model(self, model_id: str) -> ObservedModel | None:
        """Return the model called `model_id`, byte for byte; None where there is none."""
        return next((one for one in self.models if one.model_id == model_id), None)


def observe(snapshot: "Snapshot", deployment: "Deployment", *, measure: Measure, now: int) -> Observation:
    """Return what there is to see of `deployment` at the snapshot's block, of all models.

    Four round trips however many models there are, beside what `measure` needs for its burns. `now` is the time in
    seconds since the epoch.
    """
    report = measure(snapshot, deployment)
    reserve = deployment.suite.reserve
    with snapshot.batch() as batch:
        total_accrued, total_paid = batch.add(reserve.total_accrued()), batch.add(reserve.total_paid())
        withdrawn, paused = batch.add(reserve.total_withdrawn()), batch.add(reserve.paused())
        treasury = batch.add(reserve.treasury())
        asked = [_Asked(batch, deployment, one) for one in report.models]
    token = report.reserve_balance.token
    return Observation(
        network=deployment.network,
        chain_id=deployment.chain_id,
        block=snapshot.block,
        observed_at=now,
        token=token,
        models=tuple(one.observed for one in asked),
        balance=report.reserve_balance,
        owed=token.amount(sum(one.model.accrued.units for one in report.models)),
        total_accrued=token.amount(total_accrued.value),
        total_paid=token.amount(total_paid.value),
        total_withdrawn=None if withdrawn.failed else token.amount(withdrawn.value),
        paused=paused.value,
        treasury=treasury.value,
    )


class _Asked:
    """What is asked of one model's pool and params."""

    def __init__(self, batch: "Batch", deployment: "Deployment", runway: ModelRunway) -> None:
        params = deployment.suite.params_at(runway.model.params)
        self._runway = runway
        self._paused: Slot[bool] = batch.add(deployment.suite.pool_at(runway.model.pool).paused())
        self._min = batch.add(params.min_infrastructure_accrual_bps())
        self._max = batch.add(params.max_infrastructure_accrual_bps())

    @property
    def observed(self) -> ObservedModel:
        """The model, once the batch has run."""
        return ObservedModel(
            runway=self._runway,
            pool_paused=self._paused.value_or(default=False),
            min_bps=None if self._min.failed else self._min.value,
            max_bps=None if self._max.failed else self._max.value,
        )

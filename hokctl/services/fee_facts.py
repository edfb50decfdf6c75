"""What decides over fees: the router's version, each model's state, split and pool, and the depositor's allowance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.infrastructure_cost_oracle import InfrastructureCostOracle
from hokctl.domain.splits import CostBasis
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.domain.versions import Version
from hokctl.errors import RefusedError, UsageError
from hokctl.services.fee_files import Fee
from hokctl.services.models import ModelState, read_reserve
from hokctl.services.splits import LegacyModelError
from hokctl.services.versions import VersionProbe

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.clients.hokusai_amm import PhaseInfo
    from hokctl.clients.usage_fee_router import FeeSplit
    from hokctl.services.deployments import Deployment


class CallsNotTakenError(UsageError):
    """A number of calls for a router that takes none."""

    code = "calls-not-taken"

    def __init__(self, version: Version | None) -> None:
        """Name the router's version."""
        name = f"is of version {version}" if version else "is of an unknown version"
        super().__init__(
            f"The fee router of this deployment takes no number of calls: it {name}.",
            hint="Leave --calls out, or the column `calls` of the file.",
        )


class CallsNeededError(RefusedError):
    """A fee without calls for a model whose costs the cost oracle knows."""

    code = "calls-needed"

    def __init__(self, model_id: ModelId) -> None:
        """Name the model."""
        super().__init__(
            f"Model {model_id} has a cost in the cost oracle: without a number of calls all of the fee would go to "
            "its pool and nothing to infrastructure.",
            hint="Say how many calls the fee is for: --calls N, or the column `calls` of the file.",
        )


class ModelDeactivatedError(RefusedError):
    """A fee for a model that its registry has deactivated."""

    code = "model-deactivated"

    def __init__(self, model_id: ModelId) -> None:
        """Name the model."""
        super().__init__(
            f"Model {model_id} is deactivated: the fee router takes no fees for it.",
            hint="The owner of the model registry can activate it again.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFacts:
    """What decides over a pool's part in a deposit."""

    takes_credit: bool
    """Whether the suite's router sends it tokens and lets it book them; an older pool is asked to fetch them."""
    phase: "PhaseInfo | None"
    spot_price: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeFacts:
    """One fee, and what the chain says would become of it at one block."""

    fee: Fee
    model: ModelState
    split: "FeeSplit"
    pool: PoolFacts
    version: Version | None
    """The router's."""

    @property
    def calls(self) -> int | None:
        """The number of calls that the router is told; None for one that takes none."""
        return (self.fee.calls or 0) if self.version is Version.LIVE else None


class _RouterProbe(VersionProbe):
    """The router's version, and the oracle that the live one asks."""

    def __init__(self, batch: "Batch", deployment: "Deployment") -> None:
        super().__init__(batch, deployment.suite.router)
        self._oracle = batch.add(deployment.suite.live_router.cost_oracle())

    @property
    def oracle(self) -> InfrastructureCostOracle | None:
        """What tells the cost of calls; None where nothing does."""
        address = self._oracle.value_or(ZERO_ADDRESS)
        return None if address == ZERO_ADDRESS else InfrastructureCostOracle(address)


@dataclass(slots=True)
class _Asked:
    split: "Slot[FeeSplit]"
    credit: "Slot[ChecksumAddress]"
    phase: "Slot[PhaseInfo]"
    price: "Slot[int]"
    active: "Slot[bool] | None"
    has_cost: "Slot[bool] | None"


def read_fees(
    snapshot: "Snapshot", deployment: "Deployment", fees: Sequence[Fee], depositor: ChecksumAddress | None = None
) -> tuple[tuple[FeeFacts, ...], int]:
    """Return the facts about each fee, and the allowance of `depositor` to the router in base units.

    Raises UnknownModelError, LegacyModelError, ModelDeactivatedError, CallsNotTakenError, CallsNeededError.
    """
    suite, probes = deployment.suite, list[_RouterProbe]()
    ids = tuple(dict.fromkeys(fee.model_id for fee in fees))
    states = read_reserve(
        snapshot, deployment, ids, ride=lambda batch: probes.append(_RouterProbe(batch, deployment))
    ).models
    (router,), models = probes, {state.model_id: state for state in states}
    version = router.version
    _check_legacy(states)
    if version is not Version.LIVE and any(fee.calls is not None for fee in fees):
        raise CallsNotTakenError(version)
    with snapshot.batch() as batch:
        asked = [_ask(batch, deployment, fee, models[fee.model_id], router) for fee in fees]
        allowance = None if depositor is None else batch.add(suite.usdc.allowance(depositor, suite.router_address))
    found = tuple(_facts(fee, models[fee.model_id], slots, version) for fee, slots in zip(fees, asked, strict=True))
    return found, 0 if allowance is None else allowance.value


def _check_legacy(states: Sequence[ModelState]) -> None:
    for state in states:
        if state.infrastructure_accrual_bps is None:
            raise LegacyModelError(state.model_id)


def _ask(batch: "Batch", deployment: "Deployment", fee: Fee, model: ModelState, router: _RouterProbe) -> _Asked:
    suite, live, oracle = deployment.suite, router.version is Version.LIVE, router.oracle
    pool, units = suite.pool_at(model.pool), fee.amount.units
    return _Asked(
        split=batch.add(
            suite.live_router.calculate_fee_split(fee.model_id, units, fee.calls or 0)
            if live
            else suite.router.calculate_fee_split(fee.model_id, units)
        ),
        credit=batch.add(pool.accrual_params()),
        phase=batch.add(pool.get_phase_info()),
        price=batch.add(pool.spot_price()),
        active=batch.add(suite.live_registry.is_model_active(fee.model_id)) if live else None,
        has_cost=None if oracle is None else batch.add(oracle.has_cost(fee.model_id)),
    )


def _facts(fee: Fee, model: ModelState, asked: _Asked, version: Version | None) -> FeeFacts:
    if asked.active is not None and not asked.active.value_or(default=True):
        raise ModelDeactivatedError(fee.model_id)
    split = asked.split.value
    known = asked.has_cost is not None and asked.has_cost.value_or(default=False)
    if (known or split.basis is CostBasis.ORACLE) and not fee.calls:
        raise CallsNeededError(fee.model_id)
    return FeeFacts(
        fee=fee,
        model=model,
        split=split,
        pool=PoolFacts(
            takes_credit=not asked.credit.failed,
            phase=None if asked.phase.failed else asked.phase.value,
            spot_price=None if asked.price.failed else asked.price.value,
        ),
        version=version,
    )

"""The models of a deployment, read at one block."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.splits import FULL_BPS
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.errors import UsageError

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.clients.hokusai_amm import PricingPhase
    from hokctl.clients.infrastructure_reserve import ModelAccounting
    from hokctl.clients.usage_fee_router import ModelStats
    from hokctl.services.deployments import Deployment


class UnknownModelError(UsageError):
    """A model that the deployment does not have."""

    code = "unknown-model"

    def __init__(self, model_id: ModelId, network: str) -> None:
        """Name the model and the network."""
        super().__init__(
            f"There is no model {model_id!r} in the deployment on {network}.",
            hint="`hokctl model list` shows the models; ids are compared byte for byte.",
        )
        self.model_id = model_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """One model at one block."""

    model_id: ModelId
    token: ChecksumAddress
    """The zero address where the token manager does not know it, as of models of an older one."""
    params: ChecksumAddress
    """The zero address where the token manager does not know them."""
    pool: ChecksumAddress
    accrued: TokenAmount
    paid: TokenAmount
    provider: ChecksumAddress | None
    infrastructure_accrual_bps: int | None
    """None for a legacy model, whose params know no such split."""
    phase: str | None
    """flat-price or bonding-curve; None when the pool does not say."""

    @property
    def is_legacy(self) -> bool:
        """Whether the model is of the old system: it takes no part in infrastructure accrual."""
        return self.infrastructure_accrual_bps is None

    @property
    def profit_share_bps(self) -> int | None:
        """The residual share of each fee."""
        bps = self.infrastructure_accrual_bps
        return None if bps is None else FULL_BPS - bps


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveState:
    """The reserve as a whole, with all the models asked for."""

    token: Token
    balance: TokenAmount
    total_accrued: TokenAmount
    models: tuple[ModelState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queued:
    model_id: ModelId
    accounting: "Slot[ModelAccounting]"
    stats: "Slot[ModelStats]"
    params: "Slot[ChecksumAddress]"
    token: "Slot[ChecksumAddress]"


def read_reserve(
    snapshot: "Snapshot",
    deployment: "Deployment",
    model_ids: Sequence[ModelId] = (),
    *,
    ride: "Callable[[Batch], object] | None" = None,
    ride_all: "Callable[[Batch, Sequence[ModelId], Token], object] | None" = None,
) -> ReserveState:
    """Return the reserve and the models named, all of them when none is, at the snapshot's block.

    Takes three round trips however many models there are. UnknownModelError names the first that does not exist.
    `ride` may add reads of its own to the first, and `ride_all` for all models to the last.
    """
    suite = deployment.suite
    with snapshot.batch() as batch:
        if ride is not None:
            ride(batch)
        decimals, symbol = batch.add(suite.usdc.decimals()), batch.add(suite.usdc.symbol())
        balance, total = batch.add(suite.reserve.get_balance()), batch.add(suite.reserve.total_accrued())
        every_pool = None if model_ids else batch.add(suite.factory.get_all_pools())
        named_pools = [batch.add(suite.factory.get_pool(model_id)) for model_id in model_ids]
    token = Token(
        chain_id=deployment.chain_id, address=suite.usdc.address, decimals=decimals.value, symbol=symbol.value
    )
    pools = list(every_pool.value) if every_pool else [pool.value for pool in named_pools]
    models = _read_models(snapshot, deployment, token, list(model_ids), pools, ride_all=ride_all)
    return ReserveState(
        token=token, balance=token.amount(balance.value), total_accrued=token.amount(total.value), models=tuple(models)
    )


def _read_models(
    snapshot: "Snapshot",
    deployment: "Deployment",
    token: Token,
    model_ids: list[ModelId],
    pools: list[ChecksumAddress],
    *,
    ride_all: "Callable[[Batch, Sequence[ModelId], Token], object] | None",
) -> list[ModelState]:
    for model_id, pool in zip(model_ids, pools, strict=False):
        if pool == ZERO_ADDRESS:
            raise UnknownModelError(model_id, deployment.network)
    with snapshot.batch() as batch:
        phases = [batch.add(deployment.suite.pool_at(pool).get_current_phase()) for pool in pools]
        names = [] if model_ids else [batch.add(deployment.suite.factory.pool_to_model(pool)) for pool in pools]
        queued = [_queue(batch, deployment, model_id) for model_id in model_ids]
        if model_ids and ride_all is not None:
            ride_all(batch, model_ids, token)
    if not model_ids:
        with snapshot.batch() as batch:
            queued = [_queue(batch, deployment, ModelId(name.value)) for name in names]
            if ride_all is not None:
                ride_all(batch, [item.model_id for item in queued], token)
    states = [_state(item, token, pool, phase) for item, pool, phase in zip(queued, pools, phases, strict=True)]
    return _with_silent_splits(snapshot, deployment, states)


def _with_silent_splits(snapshot: "Snapshot", deployment: "Deployment", states: list[ModelState]) -> list[ModelState]:
    """Return the states with the split of those whose router does not tell it, where their params do.

    A model whose params do not either is of the old system. Where the router tells all, nothing is asked.
    """
    silent = [state for state in states if state.infrastructure_accrual_bps is None and state.params != ZERO_ADDRESS]
    if not silent:
        return states
    with snapshot.batch() as batch:
        asked = {
            state.model_id: batch.add(deployment.suite.params_at(state.params).infrastructure_accrual_bps())
            for state in silent
        }
    found = {model_id: slot.value for model_id, slot in asked.items() if not slot.failed}
    return [
        replace(state, infrastructure_accrual_bps=found.get(state.model_id, state.infrastructure_accrual_bps))
        for state in states
    ]


def _queue(batch: "Batch", deployment: "Deployment", model_id: ModelId) -> _Queued:
    suite = deployment.suite
    return _Queued(
        model_id=model_id,
        accounting=batch.add(suite.reserve.get_model_accounting(model_id)),
        stats=batch.add(suite.router.get_model_stats(model_id)),
        params=batch.add(suite.token_manager.get_params_address(model_id)),
        token=batch.add(suite.token_manager.get_token_address(model_id)),
    )


def _state(item: _Queued, token: Token, pool: ChecksumAddress, phase: "Slot[PricingPhase]") -> ModelState:
    accounting = item.accounting.value
    return ModelState(
        model_id=item.model_id,
        token=item.token.value_or(ZERO_ADDRESS),
        params=item.params.value_or(ZERO_ADDRESS),
        pool=pool,
        accrued=token.amount(accounting.accrued_units),
        paid=token.amount(accounting.paid_units),
        provider=None if accounting.provider == ZERO_ADDRESS else accounting.provider,
        infrastructure_accrual_bps=None if item.stats.failed else item.stats.value.infrastructure_bps,
        phase=None if phase.failed else phase.value.name.lower().replace("_", "-"),
    )

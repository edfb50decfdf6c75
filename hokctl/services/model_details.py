"""One model in full: token, parameters, pool, registration and governors, read at one block."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from eth_typing import ChecksumAddress

from hokctl.clients.hokusai_amm import PhaseInfo, PoolState, TradeInfo
from hokctl.clients.hokusai_params import LicenseRef
from hokctl.clients.model_registry import ModelInfo
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.authority import Authority
from hokctl.domain.roles import GOV_ROLE, MINTER_ROLE
from hokctl.domain.units import ZERO_ADDRESS, ModelId
from hokctl.routes.resolve import find_role_holders
from hokctl.services.models import ModelState, read_reserve

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDetails:
    """All of one model. Where a contract of an older version does not say something, it is None."""

    state: ModelState
    name: str
    supply: TokenAmount
    token_owner: ChecksumAddress | None
    controller: ChecksumAddress | None
    """Who may mint and burn the token."""
    tokens_per_delta_one: int | None
    license: LicenseRef | None
    min_bps: int | None
    max_bps: int | None
    governors: tuple[Authority, ...]
    """Who holds GOV_ROLE."""
    pool: PoolState | None
    phase: PhaseInfo | None
    trading: TradeInfo | None
    pool_treasury: ChecksumAddress | None
    pool_may_mint: bool
    registered: ModelInfo | None
    listed_pool: ChecksumAddress | None
    reserve_token: Token
    fees: TokenAmount | None
    """All fees ever deposited."""


def read_model(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId) -> ModelDetails:
    """Return the model as it is at the snapshot's block; UnknownModelError where there is none."""
    suite = deployment.suite
    reserve = read_reserve(snapshot, deployment, (model_id,))
    (state,) = reserve.models
    with snapshot.batch() as batch:
        reads = _Reads(batch, deployment, state)
    governors = find_role_holders(snapshot, GOV_ROLE, [state.params], from_block=deployment.deployed_at_block)
    token = Token(
        chain_id=deployment.chain_id,
        address=state.token,
        decimals=reads.decimals.value,
        symbol=reads.symbol.value,
    )
    return reads.details(reserve.token, token, governors[suite.params_at(state.params).address])


class _Reads:
    """The reads behind ModelDetails, in one batch."""

    def __init__(self, batch: "Batch", deployment: "Deployment", state: ModelState) -> None:
        suite, model_id = deployment.suite, state.model_id
        token, params, pool = suite.token_at(state.token), suite.params_at(state.params), suite.pool_at(state.pool)
        self._state = state
        self._name = batch.add(token.name())
        self.symbol = batch.add(token.symbol())
        self.decimals = batch.add(token.decimals())
        self._supply = batch.add(token.total_supply())
        self._owner = batch.add(token.owner())
        self._controller = batch.add(token.controller())
        self._tokens_per_delta_one = batch.add(params.tokens_per_delta_one())
        self._license = batch.add(params.license_ref())
        self._min_bps = batch.add(params.min_infrastructure_accrual_bps())
        self._max_bps = batch.add(params.max_infrastructure_accrual_bps())
        self._pool = batch.add(pool.get_pool_state())
        self._phase = batch.add(pool.get_phase_info())
        self._trading = batch.add(pool.get_trade_info())
        self._treasury = batch.add(pool.treasury())
        self._may_mint = batch.add(suite.token_manager.has_role(MINTER_ROLE, state.pool))
        self._registered = batch.add(suite.registry.models_by_string(model_id))
        self._listed_pool = batch.add(suite.registry.model_pools(model_id))
        self._stats = batch.add(suite.router.get_model_stats(model_id))

    def details(self, reserve_token: Token, token: Token, governors: tuple[Authority, ...]) -> ModelDetails:
        """Return the answers once the batch has run."""
        registered, listed = _value(self._registered), _value(self._listed_pool)
        stats = _value(self._stats)
        return ModelDetails(
            state=self._state,
            name=self._name.value,
            supply=token.amount(self._supply.value),
            token_owner=_value(self._owner),
            controller=_value(self._controller),
            tokens_per_delta_one=_value(self._tokens_per_delta_one),
            license=_value(self._license),
            min_bps=_value(self._min_bps),
            max_bps=_value(self._max_bps),
            governors=governors,
            pool=_value(self._pool),
            phase=_value(self._phase),
            trading=_value(self._trading),
            pool_treasury=_value(self._treasury),
            pool_may_mint=self._may_mint.value_or(default=False),
            registered=registered if registered and registered.token_address != ZERO_ADDRESS else None,
            listed_pool=None if listed == ZERO_ADDRESS else listed,
            reserve_token=reserve_token,
            fees=None if stats is None else reserve_token.amount(stats.total_fees_units),
        )


def _value(slot: "Slot[T]") -> T | None:
    return None if slot.failed else slot.value

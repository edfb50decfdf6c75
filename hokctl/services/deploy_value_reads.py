"""What the contracts of a deployment say of everything that a specification decides, read in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from eth_typing import ChecksumAddress

from hokctl.domain.roles import GOV_ROLE
from hokctl.domain.units import ModelId

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.clients.hokusai_params import LicenseRef
    from hokctl.clients.suite import Suite
    from hokctl.services.model_creation import NewModel
    from hokctl.services.model_facts import ModelFacts

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelValues:
    """What the contracts of one model say; None where one does not answer."""

    bps: int | None
    tokens_per_delta_one: int | None
    license: "LicenseRef | None"
    governs: bool | None
    """Whether the specified governor holds GOV_ROLE."""
    name: str | None
    symbol: str | None
    metric: str | None
    crr_ppm: int | None
    trade_fee_bps: int | None
    max_trade_bps: int | None
    threshold_units: int | None
    price_units: int | None
    pool_treasury: ChecksumAddress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonValues:
    """What reserve and factory say."""

    reserve_treasury: ChecksumAddress
    factory_treasury: ChecksumAddress
    factory_defaults: tuple[int, int, int]
    """Reserve ratio in ppm, trade fee in bps, initial bonding round in seconds."""
    factory_code: bytes


def read_common(snapshot: "Snapshot", suite: "Suite") -> CommonValues:
    """Return what reserve and factory say, in one round trip."""
    factory = suite.factory
    with snapshot.batch() as batch:
        reserve_treasury, factory_treasury = batch.add(suite.reserve.treasury()), batch.add(factory.treasury())
        crr, fee = batch.add(factory.default_crr()), batch.add(factory.default_trade_fee())
        ibr, code = batch.add(factory.default_ibr_duration()), batch.add_code(factory.address)
    return CommonValues(
        reserve_treasury=reserve_treasury.value,
        factory_treasury=factory_treasury.value,
        factory_defaults=(crr.value, fee.value, ibr.value),
        factory_code=code.value,
    )


def read_values(
    snapshot: "Snapshot", suite: "Suite", models: "Sequence[NewModel]", found: "Mapping[ModelId, ModelFacts]"
) -> dict[ModelId, ModelValues]:
    """Return what the contracts of each model say, in one round trip."""
    if not models:
        return {}
    with snapshot.batch() as batch:
        asked = {model.model_id: _Asked(batch, suite, model, found[model.model_id]) for model in models}
    return {model_id: one.values() for model_id, one in asked.items()}


class _Asked:
    """What was asked about one model."""

    def __init__(self, batch: "Batch", suite: "Suite", model: "NewModel", facts: "ModelFacts") -> None:
        # Where a contract is not known the factory stands in, which answers none of this.
        params = suite.params_at(facts.params or suite.factory_address)
        pool, token = suite.pool_at(facts.pool or suite.factory_address), suite.token_at(facts.token or params.address)
        self._bps = batch.add(params.infrastructure_accrual_bps())
        self._rate = batch.add(params.tokens_per_delta_one())
        self._license = batch.add(params.license_ref())
        self._governs = batch.add(params.has_role(GOV_ROLE, model.initial_params.governor))
        self._name, self._symbol = batch.add(token.name()), batch.add(token.symbol())
        self._info = batch.add(suite.registry.models_by_string(model.model_id))
        self._crr, self._fee = batch.add(pool.crr()), batch.add(pool.trade_fee())
        self._most = batch.add(pool.max_trade_bps())
        self._threshold, self._price = batch.add(pool.flat_curve_threshold()), batch.add(pool.flat_curve_price())
        self._treasury = batch.add(pool.treasury())

    def values(self) -> ModelValues:
        """Return the answers."""
        info = _known(self._info)
        return ModelValues(
            bps=_known(self._bps),
            tokens_per_delta_one=_known(self._rate),
            license=_known(self._license),
            governs=_known(self._governs),
            name=_known(self._name),
            symbol=_known(self._symbol),
            metric=None if info is None else info.performance_metric,
            crr_ppm=_known(self._crr),
            trade_fee_bps=_known(self._fee),
            max_trade_bps=_known(self._most),
            threshold_units=_known(self._threshold),
            price_units=_known(self._price),
            pool_treasury=_known(self._treasury),
        )


def _known(slot: "Slot[T]") -> T | None:
    return None if slot.failed else slot.value

"""What a deployment is by the chain alone, for the manifests of other tools."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.hokusai_amm import HokusaiAmm
from hokctl.clients.hokusai_amm_factory import HokusaiAmmFactory
from hokctl.clients.hokusai_params import HokusaiParams
from hokctl.clients.hokusai_token import HokusaiToken
from hokctl.clients.timelock_controller import TimelockController
from hokctl.config.manifest import ManifestModel
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.services.deployment_blocks import find_birth_blocks
from hokctl.services.known_models import read_known_models
from hokctl.services.powers import read_powers

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot
    from hokctl.domain.powers import Holding
    from hokctl.domain.units import BlockRef
    from hokctl.services.deployments import Deployment

T = TypeVar("T")

TIMELOCK: Final = "TimelockController"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFigures:
    """One model: its contracts, and what they say. None stands for what a contract does not say."""

    model: ManifestModel
    name: str | None
    symbol: str | None
    decimals: int | None
    infrastructure_accrual_bps: int | None
    crr_ppm: int | None
    trade_fee_bps: int | None
    flat_curve_threshold_units: int | None
    flat_curve_price_units: int | None
    buy_only_until: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentFigures:
    """A deployment at one block."""

    network: str
    chain_id: int
    block: "BlockRef"
    production: bool
    deployer: ChecksumAddress | None
    """Who deployed, by the manifest: history that no view tells."""
    contracts: Mapping[str, ChecksumAddress]
    accounts: Mapping[str, ChecksumAddress]
    models: tuple[ModelFigures, ...]
    holdings: "tuple[Holding, ...]"
    """Who holds what, rebuilt from logs and confirmed."""
    treasury: ChecksumAddress | None
    """Of the reserve."""
    reserve_token: tuple[str, int]
    """Symbol and decimals."""
    min_delay_s: int | None
    """Of the timelock, where there is one."""
    defaults: Mapping[str, int]
    """What the factory gives pools, by the manifests' words."""
    births: Mapping[str, int] | None
    """Per contract its block; None where the node keeps no old states."""

    def holders(self, contract: str, power: str) -> tuple[ChecksumAddress, ...]:
        """Return who holds a power over a contract."""
        return tuple(one.holder for one in self.holdings if (one.contract, one.power) == (contract, power))


def read_figures(
    snapshot: "Snapshot",
    deployment: "Deployment",
    *,
    production: bool,
    deployer: ChecksumAddress | None,
    accounts: Mapping[str, ChecksumAddress],
    births: bool,
) -> DeploymentFigures:
    """Return the deployment as the chain has it; `births` asks for the block of each contract too."""
    contracts = deployment.contracts
    factory, timelock = deployment.suite.factory, contracts.get(TIMELOCK)
    known = tuple(read_known_models(snapshot, contracts).values())
    with snapshot.batch() as batch:
        treasury = batch.add(deployment.suite.reserve.treasury())
        symbol, decimals = batch.add(deployment.suite.usdc.symbol()), batch.add(deployment.suite.usdc.decimals())
        delay = batch.add(TimelockController(timelock or ZERO_ADDRESS).get_min_delay())
        defaults = {key: batch.add(read) for key, read in _defaults(factory).items()}
        asked = [_Asked(batch, model) for model in known]
    found = find_birth_blocks(snapshot, contracts.values()) if births else None
    return DeploymentFigures(
        network=deployment.network,
        chain_id=deployment.chain_id,
        block=snapshot.block,
        production=production,
        deployer=deployer,
        contracts=contracts,
        accounts=accounts,
        models=tuple(one.figures() for one in asked),
        holdings=read_powers(snapshot, deployment).holdings,
        treasury=_value(treasury),
        reserve_token=(symbol.value, decimals.value),
        min_delay_s=_value(delay),
        defaults={key: slot.value for key, slot in defaults.items() if not slot.failed},
        births=None if found is None else {name: found[address] for name, address in contracts.items()},
    )


class _Asked:
    """The questions about one model, riding in a batch."""

    def __init__(self, batch: "Batch", model: ManifestModel) -> None:
        token, params = HokusaiToken(model.token or ZERO_ADDRESS), HokusaiParams(model.params or ZERO_ADDRESS)
        pool = HokusaiAmm(model.pool or ZERO_ADDRESS)
        self._model = model
        self._name, self._symbol = batch.add(token.name()), batch.add(token.symbol())
        self._decimals = batch.add(token.decimals())
        self._bps = batch.add(params.infrastructure_accrual_bps())
        self._crr, self._fee = batch.add(pool.crr()), batch.add(pool.trade_fee())
        self._threshold, self._price = batch.add(pool.flat_curve_threshold()), batch.add(pool.flat_curve_price())
        self._buy_only_until = batch.add(pool.buy_only_until())

    def figures(self) -> ModelFigures:
        """Return the answers, once the batch has run."""
        return ModelFigures(
            model=self._model,
            name=_value(self._name),
            symbol=_value(self._symbol),
            decimals=_value(self._decimals),
            infrastructure_accrual_bps=_value(self._bps),
            crr_ppm=_value(self._crr),
            trade_fee_bps=_value(self._fee),
            flat_curve_threshold_units=_value(self._threshold),
            flat_curve_price_units=_value(self._price),
            buy_only_until=_value(self._buy_only_until),
        )


def _defaults(factory: HokusaiAmmFactory) -> dict[str, Read[int]]:
    return {
        "crr": factory.default_crr(),
        "tradeFee": factory.default_trade_fee(),
        "ibrDuration": factory.default_ibr_duration(),
        "flatCurveThreshold": factory.default_flat_curve_threshold(),
        "flatCurvePrice": factory.default_flat_curve_price(),
    }


def _value(slot: "Slot[T]") -> T | None:
    return None if slot.failed else slot.value

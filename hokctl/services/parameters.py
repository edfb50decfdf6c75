"""The other governed parameters of a model: reward rate, licence reference, and on the live version some more."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.hokusai_params import LicenseRef
from hokctl.clients.live_hokusai_params import WEI, VestingConfig
from hokctl.domain.findings import Finding
from hokctl.domain.units import ModelId
from hokctl.domain.versions import Version
from hokctl.errors import UsageError
from hokctl.services.models import ModelState, read_reserve
from hokctl.services.queued_parameters import QueueSlots, QueueState, check_queue, read_updates
from hokctl.services.versions import VersionProbe

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment

TOKENS_PER_DELTA_ONE: Final = "tokens-per-delta-one"
LICENSE_URI: Final = "license-uri"
ORACLE_PRICE: Final = "oracle-price-per-thousand-usd"
VESTING_ENABLED: Final = "vesting-enabled"
VESTING_UNLOCK: Final = "vesting-immediate-unlock"
VESTING_DURATION: Final = "vesting-duration"
VESTING_CLIFF: Final = "vesting-cliff"
VESTING_KEYS: Final = (VESTING_ENABLED, VESTING_UNLOCK, VESTING_DURATION, VESTING_CLIFF)
LIVE_KEYS: Final = (ORACLE_PRICE, *VESTING_KEYS)
"""Parameters that only the live version has."""
KEYS: Final = (TOKENS_PER_DELTA_ONE, LICENSE_URI, *LIVE_KEYS)


class UnknownParameterError(UsageError):
    """A parameter that cannot be set."""

    code = "unknown-parameter"

    def __init__(self, key: str, version: Version | None = None) -> None:
        """Name the key, and the version of params that lacks it."""
        own = [one for one in KEYS if version in {None, Version.LIVE} or one not in LIVE_KEYS]
        where = f" of params of version {version}" if version else ""
        super().__init__(
            f"{key!r} is not a parameter{where} that can be set.",
            hint=f"Choose {', '.join(own[:-1])} or {own[-1]}; the split is set with `hokctl split set`.",
        )


class InvalidParameterError(UsageError):
    """A value that the parameter cannot have."""

    code = "invalid-parameter"

    def __init__(self, key: str, value: str, reason: str) -> None:
        """Name key and value, and what is wrong with it."""
        super().__init__(f"{value!r} cannot be the {key}: {reason}.", hint="`hokctl params show` tells the bounds.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveParameters:
    """What only params of the live version have."""

    vesting: VestingConfig
    oracle_price: int
    max_oracle_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterState:
    """The governed parameters of one model besides the split, at one block; values as the contract stores them."""

    model_id: ModelId
    params: ChecksumAddress
    version: Version | None
    tokens_per_delta_one: int
    min_tokens_per_delta_one: int
    max_tokens_per_delta_one: int
    license: LicenseRef
    live: LiveParameters | None
    """None for params of other versions."""
    queue: QueueState
    accrual_bps: int | None

    @property
    def rate_scale(self) -> int:
        """What the contract's reward rate counts as one whole token: 1e18 on the live version."""
        return WEI if self.version is Version.LIVE else 1

    @property
    def findings(self) -> tuple[Finding, ...]:
        """That what is queued has no effect."""
        return check_queue(self.queue, self.accrual_bps)

    def rate_text(self, stored: int) -> str:
        """Return a reward rate for people; on the live version in whole tokens, and as it is stored."""
        if self.rate_scale == 1:
            return str(stored)
        whole, rest = divmod(stored, self.rate_scale)
        return f"{stored} / 1e18" if rest else f"{whole} (stored as {stored})"


def read_parameters(snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId) -> ParameterState:
    """Return the parameters of the model at the snapshot's block; UnknownModelError."""
    (model,) = read_reserve(snapshot, deployment, (model_id,)).models
    with snapshot.batch() as batch:
        reads = _Reads(batch, deployment, model)
    (queue,) = read_updates(snapshot, (reads.queue.state,), deployment.deployed_at_block)
    return reads.state(queue)


class _Reads:
    """The reads behind ParameterState, in one batch."""

    def __init__(self, batch: "Batch", deployment: "Deployment", model: ModelState) -> None:
        params, live = deployment.suite.params_at(model.params), deployment.suite.live_params_at(model.params)
        self._model = model
        self._version = VersionProbe(batch, params)
        self._rate = batch.add(params.tokens_per_delta_one())
        self._low = batch.add(params.min_tokens_per_delta_one())
        self._high = batch.add(params.max_tokens_per_delta_one())
        self._license = batch.add(params.license_ref())
        self._vesting = batch.add(live.vesting_config())
        self._price = batch.add(live.oracle_price_per_thousand_usd())
        self._max_price = batch.add(live.max_oracle_price_per_thousand_usd())
        self.queue = QueueSlots(batch, live, model.model_id)

    def state(self, queue: QueueState) -> ParameterState:
        """Return the answers once the batch has run."""
        live = None
        if self._version.version is Version.LIVE:
            live = LiveParameters(
                vesting=self._vesting.value, oracle_price=self._price.value, max_oracle_price=self._max_price.value
            )
        return ParameterState(
            model_id=self._model.model_id,
            params=self._model.params,
            version=self._version.version,
            tokens_per_delta_one=self._rate.value,
            min_tokens_per_delta_one=self._low.value,
            max_tokens_per_delta_one=self._high.value,
            license=self._license.value,
            live=live,
            queue=queue,
            accrual_bps=self._model.infrastructure_accrual_bps,
        )

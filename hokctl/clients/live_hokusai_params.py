"""What the live HokusaiParams has and v2.0.0's has not: vesting, an oracle price, and a queue that nothing reads.

Source: the published interface. On the live version the reward rate counts in 1e-18 (wei), and inputs up to ten
million are taken as whole tokens.
"""

from dataclasses import dataclass
from typing import Final, cast

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, Values, as_int
from hokctl.domain.calls import Call
from hokctl.domain.roles import GOV_ROLE
from hokctl.domain.units import ModelId

WEI: Final = 10**18
LARGEST_WHOLE_INPUT: Final = 10_000_000
"""Inputs of the live `setTokensPerDeltaOne` up to this are multiplied by 1e18 by the contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VestingConfig:
    """How rewards are paid out: a part at once, the rest over time."""

    enabled: bool
    immediate_unlock_bps: int
    duration_s: int
    cliff_s: int

    def values(self) -> Values:
        """Return it as the contract's struct."""
        return (self.enabled, self.immediate_unlock_bps, self.duration_s, self.cliff_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEpoch:
    """The epoch of queued updates, in seconds since the epoch, and whether any update waits."""

    start: int
    end: int
    has_pending: bool


class LiveHokusaiParams(Client):
    """The live parameters of one model, beside what every version has."""

    contract_name = "HokusaiParams"

    def vesting_config(self) -> Read[VestingConfig]:
        """How rewards are paid out."""
        return self._read("vestingConfig()", ("(bool,uint16,uint64,uint64)",), (), _as_vesting)

    def oracle_price_per_thousand_usd(self) -> Read[int]:
        """The price of a thousand calls that rewards are figured with."""
        return self._read("oraclePricePerThousandUsd()", ("uint256",), (), as_int)

    def max_oracle_price_per_thousand_usd(self) -> Read[int]:
        """The largest such price that the contract accepts."""
        return self._read("MAX_ORACLE_PRICE_PER_THOUSAND_USD()", ("uint256",), (), as_int)

    def get_price_epoch_info(self, model_id: ModelId) -> Read[PriceEpoch]:
        """The epoch of queued updates; whether one waits."""
        return self._read("getPriceEpochInfo(string)", ("uint256", "uint256", "bool"), (model_id,), _as_epoch)

    def get_model_infrastructure_accrual_bps(self, model_id: ModelId) -> Read[int]:
        """The share that was queued or overridden and applied. Nothing on the chain reads it."""
        return self._read("getModelInfrastructureAccrualBps(string)", ("uint16",), (model_id,), as_int)

    def get_model_tokens_per_delta_one(self, model_id: ModelId) -> Read[int]:
        """The reward rate that was queued or overridden and applied. Nothing on the chain reads it."""
        return self._read("getModelTokensPerDeltaOne(string)", ("uint256",), (model_id,), as_int)

    def set_vesting_config(self, cfg: VestingConfig, *, purpose: str) -> Call:
        """Set how rewards are paid out. GOV_ROLE."""
        return self._call(
            "setVestingConfig((bool,uint16,uint64,uint64))",
            ("cfg",),
            (cfg.values(),),
            purpose=purpose,
            requires=(self._role(GOV_ROLE),),
        )

    def set_oracle_price_per_thousand_usd(self, new_value: int, *, purpose: str) -> Call:
        """Set the price of a thousand calls. GOV_ROLE."""
        return self._call(
            "setOraclePricePerThousandUsd(uint256)",
            ("newValue",),
            (new_value,),
            purpose=purpose,
            requires=(self._role(GOV_ROLE),),
        )


def _as_vesting(values: Values) -> VestingConfig:
    enabled, unlock, duration, cliff = cast("tuple[bool, int, int, int]", values[0])
    return VestingConfig(enabled=enabled, immediate_unlock_bps=unlock, duration_s=duration, cliff_s=cliff)


def _as_epoch(values: Values) -> PriceEpoch:
    start, end, pending = cast("tuple[int, int, bool]", values)
    return PriceEpoch(start=start, end=end, has_pending=pending)

"""HokusaiAMMFactory: makes the pools of all models and administers them.

Reserve ratios (crr) are parts per million, fees basis points, durations seconds, reserve amounts base units of the
reserve token. Source: interface v2.0.0 and the suite's additions.
"""

from dataclasses import dataclass
from typing import cast

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Values, as_address, as_addresses, as_bool, as_int, as_str
from hokctl.clients.ownable import Ownable2Step
from hokctl.domain.calls import Call
from hokctl.domain.units import ModelId


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolParams:
    """What a pool is made with."""

    crr_ppm: int
    trade_fee_bps: int
    ibr_duration_s: int
    """How long the pool only sells tokens."""
    flat_curve_threshold_units: int
    """The reserve at which the pool graduates to the bonding curve."""
    flat_curve_price_units: int
    """The price of a whole token before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolInfo:
    """A pool at a glance."""

    pool: ChecksumAddress
    token: ChecksumAddress
    crr_ppm: int
    trade_fee_bps: int
    reserve_units: int
    spot_price_units: int


class HokusaiAmmFactory(Ownable2Step):
    """The factory. It owns every pool it makes."""

    contract_name = "HokusaiAMMFactory"

    def pools(self, model_id: ModelId) -> Read[ChecksumAddress]:
        """The pool of `model_id`, the zero address where there is none."""
        return self._read("pools(string)", ("address",), (model_id,), as_address)

    def get_pool(self, model_id: ModelId) -> Read[ChecksumAddress]:
        """The pool of `model_id`; v2.0.0 reverts where there is none, the suite answers with the zero address."""
        return self._read("getPool(string)", ("address",), (model_id,), as_address)

    def get_pool_info(self, model_id: ModelId) -> Read[PoolInfo]:
        """The pool of `model_id` at a glance; reverts where there is none."""
        returns = ("address", "address", "uint256", "uint256", "uint256", "uint256")
        return self._read("getPoolInfo(string)", returns, (model_id,), _as_pool_info)

    def has_pool(self, model_id: ModelId) -> Read[bool]:
        """Whether `model_id` has a pool."""
        return self._read("hasPool(string)", ("bool",), (model_id,), as_bool)

    def is_pool(self, account: ChecksumAddress) -> Read[bool]:
        """Whether `account` is a pool of this factory."""
        return self._read("isPool(address)", ("bool",), (account,), as_bool)

    def get_model_id(self, pool_address: ChecksumAddress) -> Read[str]:
        """The model of a pool; reverts for a foreign address."""
        return self._read("getModelId(address)", ("string",), (pool_address,), as_str)

    def pool_to_model(self, pool_address: ChecksumAddress) -> Read[str]:
        """The model of a pool, empty for a foreign address."""
        return self._read("poolToModel(address)", ("string",), (pool_address,), as_str)

    def get_all_pools(self) -> Read[tuple[ChecksumAddress, ...]]:
        """All pools, in the order of their making."""
        return self._read("getAllPools()", ("address[]",), (), as_addresses)

    def all_pools(self, index: int) -> Read[ChecksumAddress]:
        """The pool at `index`; the same as `pool_at`."""
        return self._read("allPools(uint256)", ("address",), (index,), as_address)

    def pool_at(self, index: int) -> Read[ChecksumAddress]:
        """The pool at `index`, from 0; reverts beyond the last."""
        return self._read("poolAt(uint256)", ("address",), (index,), as_address)

    def pool_count(self) -> Read[int]:
        """How many pools there are."""
        return self._read("poolCount()", ("uint256",), (), as_int)

    def model_registry(self) -> Read[ChecksumAddress]:
        """The model registry."""
        return self._read("modelRegistry()", ("address",), (), as_address)

    def token_manager(self) -> Read[ChecksumAddress]:
        """The token manager."""
        return self._read("tokenManager()", ("address",), (), as_address)

    def reserve_token(self) -> Read[ChecksumAddress]:
        """The token that pools hold in reserve."""
        return self._read("reserveToken()", ("address",), (), as_address)

    def treasury(self) -> Read[ChecksumAddress]:
        """Who receives the trade fees of pools made from now on."""
        return self._read("treasury()", ("address",), (), as_address)

    def default_crr(self) -> Read[int]:
        """The reserve ratio of new pools."""
        return self._read("defaultCrr()", ("uint256",), (), as_int)

    def default_trade_fee(self) -> Read[int]:
        """The trade fee of new pools."""
        return self._read("defaultTradeFee()", ("uint256",), (), as_int)

    def default_ibr_duration(self) -> Read[int]:
        """How long new pools only sell."""
        return self._read("defaultIbrDuration()", ("uint256",), (), as_int)

    def default_flat_curve_threshold(self) -> Read[int]:
        """The reserve at which new pools graduate."""
        return self._read("defaultFlatCurveThreshold()", ("uint256",), (), as_int)

    def default_flat_curve_price(self) -> Read[int]:
        """The price of a whole token in new pools."""
        return self._read("defaultFlatCurvePrice()", ("uint256",), (), as_int)

    def min_crr(self) -> Read[int]:
        """The smallest reserve ratio."""
        return self._read("MIN_CRR()", ("uint256",), (), as_int)

    def max_crr(self) -> Read[int]:
        """The largest reserve ratio."""
        return self._read("MAX_CRR()", ("uint256",), (), as_int)

    def max_trade_fee(self) -> Read[int]:
        """The largest trade fee."""
        return self._read("MAX_TRADE_FEE()", ("uint256",), (), as_int)

    def min_ibr_duration(self) -> Read[int]:
        """The shortest buy-only period."""
        return self._read("MIN_IBR_DURATION()", ("uint256",), (), as_int)

    def max_ibr_duration(self) -> Read[int]:
        """The longest buy-only period."""
        return self._read("MAX_IBR_DURATION()", ("uint256",), (), as_int)

    def create_pool(self, model_id: ModelId, token_address: ChecksumAddress, *, purpose: str) -> Call:
        """Make the pool of `model_id` with the defaults. Owner.

        It can't sell before TokenManager.authorizeAMM, and ModelRegistry.registerPool lists it.
        """
        return self._call(
            "createPool(string,address)",
            ("modelId", "tokenAddress"),
            (model_id, token_address),
            purpose=purpose,
            requires=(self._owner,),
        )

    def create_pool_with_params(
        self, model_id: ModelId, token_address: ChecksumAddress, params: PoolParams, *, purpose: str
    ) -> Call:
        """Make the pool of `model_id` with `params`. Owner. See `create_pool`."""
        return self._call(
            "createPoolWithParams(string,address,uint256,uint256,uint256,uint256,uint256)",
            ("modelId", "tokenAddress", "crr", "tradeFee", "ibrDuration", "flatCurveThreshold", "flatCurvePrice"),
            (
                model_id,
                token_address,
                params.crr_ppm,
                params.trade_fee_bps,
                params.ibr_duration_s,
                params.flat_curve_threshold_units,
                params.flat_curve_price_units,
            ),
            purpose=purpose,
            requires=(self._owner,),
        )

    def set_defaults(self, crr_ppm: int, trade_fee_bps: int, ibr_duration_s: int, *, purpose: str) -> Call:
        """Set what new pools are made with. Owner."""
        return self._call(
            "setDefaults(uint256,uint256,uint256)",
            ("newCrr", "newTradeFee", "newIbrDuration"),
            (crr_ppm, trade_fee_bps, ibr_duration_s),
            purpose=purpose,
            requires=(self._owner,),
        )

    def set_treasury(self, new_treasury: ChecksumAddress, *, purpose: str) -> Call:
        """Set who receives the trade fees of pools made from now on. Owner."""
        return self._call(
            "setTreasury(address)", ("newTreasury",), (new_treasury,), purpose=purpose, requires=(self._owner,)
        )

    def pause_pool(self, model_id: ModelId, *, purpose: str) -> Call:
        """Stop trading in the pool of `model_id`. Owner. An addition of the suite."""
        return self._call("pausePool(string)", ("modelId",), (model_id,), purpose=purpose, requires=(self._owner,))

    def unpause_pool(self, model_id: ModelId, *, purpose: str) -> Call:
        """Let trading go on in the pool of `model_id`. Owner. An addition of the suite."""
        return self._call("unpausePool(string)", ("modelId",), (model_id,), purpose=purpose, requires=(self._owner,))

    def set_pool_parameters(self, model_id: ModelId, crr_ppm: int, trade_fee_bps: int, *, purpose: str) -> Call:
        """Set reserve ratio and trade fee of a pool. Owner. An addition of the suite."""
        return self._call(
            "setPoolParameters(string,uint256,uint256)",
            ("modelId", "newCrr", "newTradeFee"),
            (model_id, crr_ppm, trade_fee_bps),
            purpose=purpose,
            requires=(self._owner,),
        )

    def set_pool_max_trade_bps(self, model_id: ModelId, max_trade_bps: int, *, purpose: str) -> Call:
        """Set a pool's largest trade, as a share of its reserve. Owner. An addition of the suite."""
        return self._call(
            "setPoolMaxTradeBps(string,uint256)",
            ("modelId", "newMaxTradeBps"),
            (model_id, max_trade_bps),
            purpose=purpose,
            requires=(self._owner,),
        )

    def withdraw_pool_treasury(self, model_id: ModelId, amount_units: int, *, purpose: str) -> Call:
        """Send what a pool holds beyond its reserve to its treasury. Owner. An addition of the suite."""
        return self._call(
            "withdrawPoolTreasury(string,uint256)",
            ("modelId", "amount"),
            (model_id, amount_units),
            purpose=purpose,
            requires=(self._owner,),
        )


def _as_pool_info(values: Values) -> PoolInfo:
    pool, token, crr, trade_fee, reserve, price = cast(
        "tuple[ChecksumAddress, ChecksumAddress, int, int, int, int]", values
    )
    return PoolInfo(
        pool=pool, token=token, crr_ppm=crr, trade_fee_bps=trade_fee, reserve_units=reserve, spot_price_units=price
    )

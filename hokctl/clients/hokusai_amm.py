"""HokusaiAMM: the pool that sells and buys back the token of one model.

Reserve amounts and prices are base units of the reserve token (6 decimals), token amounts base units of 18 decimals,
the reserve ratio (crr) parts per million, fees basis points, times seconds since the epoch. Source: interface v2.0.0.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import cast

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Values, as_address, as_bool, as_int, as_str
from hokctl.clients.ownable import Ownable
from hokctl.clients.pausable import Pausable
from hokctl.domain.calls import Call


class PricingPhase(IntEnum):
    """How the price of a pool comes about."""

    FLAT_PRICE = 0
    """A fixed price, until the reserve reaches the threshold."""
    BONDING_CURVE = 1
    """Reserve and supply make the price, for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeImpact:
    """What a trade would yield, and where it would leave the price."""

    out_units: int
    price_impact_bps: int
    new_spot_price_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseInfo:
    """Where a pool stands on its way to the bonding curve."""

    phase: PricingPhase
    reserve_units: int
    threshold_units: int
    flat_price_units: int
    percent_to_threshold: int
    """As the contract counts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """A pool's figures."""

    reserve_units: int
    supply_units: int
    spot_price_units: int
    crr_ppm: int
    trade_fee_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeInfo:
    """What a pool lets people do."""

    sells_enabled: bool
    buy_only_until: int
    paused: bool


class HokusaiAmm(Ownable, Pausable):
    """A pool. The factory owns those that it makes: there the owner's calls go through the factory's own."""

    contract_name = "HokusaiAMM"

    def model_id(self) -> Read[str]:
        """The model that the pool serves."""
        return self._read("modelId()", ("string",), (), as_str)

    def reserve_balance(self) -> Read[int]:
        """The reserve that backs the token."""
        return self._read("reserveBalance()", ("uint256",), (), as_int)

    def spot_price(self) -> Read[int]:
        """The price of a whole token now."""
        return self._read("spotPrice()", ("uint256",), (), as_int)

    def crr(self) -> Read[int]:
        """The reserve ratio."""
        return self._read("crr()", ("uint256",), (), as_int)

    def trade_fee(self) -> Read[int]:
        """The trade fee."""
        return self._read("tradeFee()", ("uint256",), (), as_int)

    def max_trade_bps(self) -> Read[int]:
        """The largest trade, as a share of the reserve."""
        return self._read("maxTradeBps()", ("uint256",), (), as_int)

    def buy_only_until(self) -> Read[int]:
        """When selling starts."""
        return self._read("buyOnlyUntil()", ("uint256",), (), as_int)

    def is_sell_enabled(self) -> Read[bool]:
        """Whether selling has started."""
        return self._read("isSellEnabled()", ("bool",), (), as_bool)

    def has_graduated(self) -> Read[bool]:
        """Whether the pool has reached the bonding curve, for good."""
        return self._read("hasGraduated()", ("bool",), (), as_bool)

    def flat_curve_price(self) -> Read[int]:
        """The fixed price of a whole token before graduation."""
        return self._read("FLAT_CURVE_PRICE()", ("uint256",), (), as_int)

    def flat_curve_threshold(self) -> Read[int]:
        """The reserve at which the pool graduates."""
        return self._read("FLAT_CURVE_THRESHOLD()", ("uint256",), (), as_int)

    def hokusai_token(self) -> Read[ChecksumAddress]:
        """The token that the pool trades."""
        return self._read("hokusaiToken()", ("address",), (), as_address)

    def reserve_token(self) -> Read[ChecksumAddress]:
        """The token that the pool holds in reserve."""
        return self._read("reserveToken()", ("address",), (), as_address)

    def token_manager(self) -> Read[ChecksumAddress]:
        """Who mints the tokens that the pool sells."""
        return self._read("tokenManager()", ("address",), (), as_address)

    def treasury(self) -> Read[ChecksumAddress]:
        """Who receives the trade fees."""
        return self._read("treasury()", ("address",), (), as_address)

    def accrual_params(self) -> Read[ChecksumAddress]:
        """The parameter contract of the pool's model; older pools have no such view."""
        return self._read("accrualParams()", ("address",), (), as_address)

    def min_crr(self) -> Read[int]:
        """The smallest reserve ratio."""
        return self._read("MIN_CRR()", ("uint256",), (), as_int)

    def max_crr(self) -> Read[int]:
        """The largest reserve ratio."""
        return self._read("MAX_CRR()", ("uint256",), (), as_int)

    def max_trade_fee(self) -> Read[int]:
        """The largest trade fee."""
        return self._read("MAX_TRADE_FEE()", ("uint256",), (), as_int)

    def max_trade_bps_limit(self) -> Read[int]:
        """The largest permitted `max_trade_bps`."""
        return self._read("MAX_TRADE_BPS_LIMIT()", ("uint256",), (), as_int)

    def ppm(self) -> Read[int]:
        """How many parts make one in a reserve ratio."""
        return self._read("PPM()", ("uint256",), (), as_int)

    def precision(self) -> Read[int]:
        """How the curve counts one."""
        return self._read("PRECISION()", ("uint256",), (), as_int)

    def get_buy_quote(self, reserve_in_units: int) -> Read[int]:
        """The tokens that `reserve_in_units` would buy."""
        return self._read("getBuyQuote(uint256)", ("uint256",), (reserve_in_units,), as_int)

    def get_sell_quote(self, tokens_in_units: int) -> Read[int]:
        """The reserve that `tokens_in_units` would yield."""
        return self._read("getSellQuote(uint256)", ("uint256",), (tokens_in_units,), as_int)

    def calculate_buy_impact(self, reserve_in_units: int) -> Read[TradeImpact]:
        """What buying for `reserve_in_units` would do."""
        returns = ("uint256", "uint256", "uint256")
        return self._read("calculateBuyImpact(uint256)", returns, (reserve_in_units,), _as_impact)

    def calculate_sell_impact(self, tokens_in_units: int) -> Read[TradeImpact]:
        """What selling `tokens_in_units` would do."""
        returns = ("uint256", "uint256", "uint256")
        return self._read("calculateSellImpact(uint256)", returns, (tokens_in_units,), _as_impact)

    def get_current_phase(self) -> Read[PricingPhase]:
        """How the price comes about now."""
        return self._read("getCurrentPhase()", ("uint8",), (), _as_phase)

    def get_phase_info(self) -> Read[PhaseInfo]:
        """Where the pool stands on its way to the bonding curve."""
        returns = ("uint8", "uint256", "uint256", "uint256", "uint256")
        return self._read("getPhaseInfo()", returns, (), _as_phase_info)

    def get_pool_state(self) -> Read[PoolState]:
        """The pool's figures in one answer."""
        returns = ("uint256", "uint256", "uint256", "uint256", "uint256")
        return self._read("getPoolState()", returns, (), _as_pool_state)

    def get_reserves(self) -> Read[tuple[int, int]]:
        """Reserve and token supply."""
        return self._read("getReserves()", ("uint256", "uint256"), (), _as_pair)

    def get_trade_info(self) -> Read[TradeInfo]:
        """What the pool lets people do now."""
        return self._read("getTradeInfo()", ("bool", "uint256", "bool"), (), _as_trade_info)

    def buy(
        self, reserve_in_units: int, min_tokens_out_units: int, to: ChecksumAddress, *, deadline: int, purpose: str
    ) -> Call:
        """Buy tokens for `to` with the caller's allowance, trade fee included, by `deadline`. Anyone."""
        return self._call(
            "buy(uint256,uint256,address,uint256)",
            ("reserveIn", "minTokensOut", "to", "deadline"),
            (reserve_in_units, min_tokens_out_units, to, deadline),
            purpose=purpose,
        )

    def sell(
        self, tokens_in_units: int, min_reserve_out_units: int, to: ChecksumAddress, *, deadline: int, purpose: str
    ) -> Call:
        """Sell the caller's tokens by allowance; `to` gets the reserve. Anyone, after the buy-only period."""
        return self._call(
            "sell(uint256,uint256,address,uint256)",
            ("tokensIn", "minReserveOut", "to", "deadline"),
            (tokens_in_units, min_reserve_out_units, to, deadline),
            purpose=purpose,
        )

    def deposit_fees(self, amount_units: int, *, purpose: str) -> Call:
        """Add `amount_units` of the caller's allowance to the reserve, which raises the price. Anyone."""
        return self._call("depositFees(uint256)", ("amount",), (amount_units,), purpose=purpose)

    def pause(self, *, purpose: str) -> Call:
        """Stop trading; fees still come in. Owner."""
        return self._call("pause()", (), (), purpose=purpose, requires=(self._owner,))

    def unpause(self, *, purpose: str) -> Call:
        """Let trading go on. Owner."""
        return self._call("unpause()", (), (), purpose=purpose, requires=(self._owner,))

    def set_parameters(self, crr_ppm: int, trade_fee_bps: int, *, purpose: str) -> Call:
        """Set reserve ratio and trade fee. Owner."""
        names, args = ("newCrr", "newTradeFee"), (crr_ppm, trade_fee_bps)
        return self._call("setParameters(uint256,uint256)", names, args, purpose=purpose, requires=(self._owner,))

    def set_max_trade_bps(self, max_trade_bps: int, *, purpose: str) -> Call:
        """Set the largest trade, as a share of the reserve. Owner."""
        names, args = ("newMaxTradeBps",), (max_trade_bps,)
        return self._call("setMaxTradeBps(uint256)", names, args, purpose=purpose, requires=(self._owner,))

    def withdraw_treasury(self, amount_units: int, *, purpose: str) -> Call:
        """Send what the pool holds beyond its reserve to its treasury. Owner."""
        names, args = ("amount",), (amount_units,)
        return self._call("withdrawTreasury(uint256)", names, args, purpose=purpose, requires=(self._owner,))


def _as_phase(values: Values) -> PricingPhase:
    return PricingPhase(as_int(values))


def _as_impact(values: Values) -> TradeImpact:
    out, impact, price = cast("tuple[int, int, int]", values)
    return TradeImpact(out_units=out, price_impact_bps=impact, new_spot_price_units=price)


def _as_phase_info(values: Values) -> PhaseInfo:
    phase, reserve, threshold, flat_price, percent = cast("tuple[int, int, int, int, int]", values)
    return PhaseInfo(
        phase=PricingPhase(phase),
        reserve_units=reserve,
        threshold_units=threshold,
        flat_price_units=flat_price,
        percent_to_threshold=percent,
    )


def _as_pool_state(values: Values) -> PoolState:
    reserve, supply, price, crr, trade_fee = cast("tuple[int, int, int, int, int]", values)
    return PoolState(
        reserve_units=reserve, supply_units=supply, spot_price_units=price, crr_ppm=crr, trade_fee_bps=trade_fee
    )


def _as_pair(values: Values) -> tuple[int, int]:
    return cast("tuple[int, int]", values)


def _as_trade_info(values: Values) -> TradeInfo:
    sells_enabled, until, paused = cast("tuple[bool, int, bool]", values)
    return TradeInfo(sells_enabled=sells_enabled, buy_only_until=until, paused=paused)

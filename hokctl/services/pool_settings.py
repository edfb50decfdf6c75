"""Steps that set what the factory decides: a pool's curve and largest trade, and what new pools are made with."""

from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.codec import function_selector
from hokctl.clients.suite import Suite
from hokctl.domain.units import ModelId
from hokctl.services.deploy_steps import Step, StepKind
from hokctl.services.planning import event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.config.spec_parts import FactoryDefaults

SETS_CURVE: Final = "setPoolParameters(string,uint256,uint256)"
SETS_MAX_TRADE: Final = "setPoolMaxTradeBps(string,uint256)"
NEW_MAX_TRADE_BPS: Final = 2_000
"""The largest trade of a pool just made."""
_PUSH4: Final = b"\x63"


def factory_has(code: bytes, signature: str) -> bool:
    """Tell whether the factory with the runtime `code` has the function: pools of v2.0.0 cannot be administered."""
    return _PUSH4 + function_selector(signature) in code


def curve_step(
    suite: Suite, model_id: ModelId, pool: ChecksumAddress, *, crr_ppm: int, trade_fee_bps: int, before: str
) -> Step:
    """Return the step that sets a pool's reserve ratio and trade fee; `before` says what they are now."""
    amm, text = suite.pool_at(pool), f"crr {crr_ppm} ppm and trade fee {trade_fee_bps} bps"
    call = suite.factory.set_pool_parameters(
        model_id, crr_ppm, trade_fee_bps, purpose=f"Give the pool of model {model_id} {text}; now {before}"
    )
    after = (
        view_is(amm.crr(), crr_ppm, f"the pool of model {model_id} has a reserve ratio of {crr_ppm} ppm"),
        view_is(amm.trade_fee(), trade_fee_bps, f"the pool of model {model_id} takes {trade_fee_bps} bps of a trade"),
        event_emitted(
            amm.address,
            amm.label,
            "ParametersUpdated",
            {"newCrr": ("uint256", crr_ppm), "newTradeFee": ("uint256", trade_fee_bps)},
            "the new parameters are logged",
        ),
    )
    return Step(name=f"model {model_id}: curve", kind=StepKind.SET, call=call, after=after)


def max_trade_step(suite: Suite, model_id: ModelId, pool: ChecksumAddress, *, old_bps: int, new_bps: int) -> Step:
    """Return the step that sets a pool's largest trade."""
    amm = suite.pool_at(pool)
    call = suite.factory.set_pool_max_trade_bps(
        model_id, new_bps, purpose=f"Set the largest trade of model {model_id} from {old_bps} to {new_bps} bps"
    )
    after = (
        view_is(amm.max_trade_bps(), new_bps, f"a trade with model {model_id} is at most {new_bps} bps of the reserve"),
        event_emitted(
            amm.address,
            amm.label,
            "MaxTradeBpsUpdated",
            {"oldBps": ("uint256", old_bps), "newBps": ("uint256", new_bps)},
            "the new largest trade is logged",
        ),
    )
    return Step(name=f"model {model_id}: largest trade", kind=StepKind.SET, call=call, after=after)


def factory_defaults_step(suite: Suite, wanted: "FactoryDefaults") -> Step:
    """Return the step that sets what new pools are made with."""
    factory = suite.factory
    text = f"crr {wanted.crr_ppm} ppm, trade fee {wanted.trade_fee_bps} bps, {wanted.ibr_days} days of buying only"
    call = factory.set_defaults(
        wanted.crr_ppm, wanted.trade_fee_bps, wanted.ibr_seconds, purpose=f"Make new pools with {text}"
    )
    after = (
        view_is(factory.default_crr(), wanted.crr_ppm, f"new pools have a reserve ratio of {wanted.crr_ppm} ppm"),
        view_is(factory.default_trade_fee(), wanted.trade_fee_bps, f"new pools take {wanted.trade_fee_bps} bps"),
        view_is(
            factory.default_ibr_duration(), wanted.ibr_seconds, f"new pools only sell for {wanted.ibr_seconds} seconds"
        ),
        event_emitted(
            factory.address,
            factory.label,
            "DefaultsUpdated",
            {
                "newCrr": ("uint256", wanted.crr_ppm),
                "newTradeFee": ("uint256", wanted.trade_fee_bps),
                "newIbrDuration": ("uint256", wanted.ibr_seconds),
            },
            "the new defaults are logged",
        ),
    )
    return Step(name="HokusaiAMMFactory defaults", kind=StepKind.SET, call=call, after=after)


def factory_treasury_step(suite: Suite, treasury: ChecksumAddress, *, before: ChecksumAddress) -> Step:
    """Return the step that sets who gets the trade fees of pools made from now on."""
    factory = suite.factory
    call = factory.set_treasury(treasury, purpose=f"Send trade fees of new pools to {treasury} instead of {before}")
    after = (
        view_is(factory.treasury(), treasury, f"trade fees of new pools go to {treasury}"),
        event_emitted(
            factory.address,
            factory.label,
            "TreasuryUpdated",
            {"newTreasury": ("address", treasury)},
            "the new treasury is logged",
        ),
    )
    return Step(name="HokusaiAMMFactory treasury", kind=StepKind.SET, call=call, after=after, moves_funds=True)

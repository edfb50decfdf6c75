"""Plans that set a governed parameter of a model other than the split."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hokctl.clients.hokusai_params import HokusaiParams, LicenseRef
from hokctl.clients.live_hokusai_params import LARGEST_WHOLE_INPUT, LiveHokusaiParams, VestingConfig
from hokctl.domain.durations import format_duration
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.splits import FULL_BPS, InvalidSplitError, format_bps, parse_bps
from hokctl.domain.units import ModelId
from hokctl.services.parameters import (
    KEYS,
    LICENSE_URI,
    LIVE_KEYS,
    ORACLE_PRICE,
    TOKENS_PER_DELTA_ONE,
    VESTING_DURATION,
    VESTING_ENABLED,
    VESTING_UNLOCK,
    InvalidParameterError,
    LiveParameters,
    ParameterState,
    UnknownParameterError,
    read_parameters,
)
from hokctl.services.planning import build_plan, event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.domain.calls import Call
    from hokctl.services.deployments import Deployment

_DURATION: Final = re.compile(r"(?P<count>[0-9]{1,9})(?P<unit>[smhd]?)", re.ASCII)
_UNITS_S: Final = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_TRUTH: Final = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def plan_parameter(
    snapshot: "Snapshot",
    deployment: "Deployment",
    model_id: ModelId,
    key: str,
    value: str,
    *,
    license_hash: str | None = None,
) -> Plan:
    """Return the plan that sets one parameter; without calls when it has that value.

    A new licence address keeps the hash of the licence's text unless `license_hash` gives a new one.
    Raises UnknownParameterError, InvalidParameterError, UnknownModelError.
    """
    if key not in KEYS:
        raise UnknownParameterError(key)
    state = read_parameters(snapshot, deployment, model_id)
    if key in LIVE_KEYS and state.live is None:
        raise UnknownParameterError(key, state.version)
    change = _Change(deployment, state)
    if key == TOKENS_PER_DELTA_ONE:
        title, call, after = change.rate(value)
    elif key == LICENSE_URI:
        title, call, after = change.license(
            LicenseRef(hash=license_hash or state.license.hash, uri=_checked_uri(value))
        )
    elif key == ORACLE_PRICE:
        title, call, after = change.price(value)
    else:
        title, call, after = change.vesting(key, value)
    calls = () if call is None else (call,)
    return build_plan(snapshot, deployment, title, calls, after=after, moves_funds=False)


_Planned = tuple[str, "Call | None", tuple[Condition, ...]]


class _Change:
    """What each parameter takes to be set: a title, a call (None where it is so already), and what holds afterwards."""

    def __init__(self, deployment: "Deployment", state: ParameterState) -> None:
        self._state = state
        self._params: HokusaiParams = deployment.suite.params_at(state.params)
        self._live: LiveHokusaiParams = deployment.suite.live_params_at(state.params)

    def license(self, new: LicenseRef) -> _Planned:
        state, params = self._state, self._params
        purpose = f"Set the licence of {state.model_id} to {new.uri} (hash {new.hash})"
        call = None if new == state.license else params.set_license_ref(new, purpose=purpose)
        old_hash, new_hash = bytes.fromhex(state.license.hash[2:]), bytes.fromhex(new.hash[2:])
        after = (
            view_is(params.license_uri(), new.uri, f"the licence of {state.model_id} is at {new.uri}"),
            view_is(params.license_hash(), new_hash, f"its text hashes to {new.hash}"),
            event_emitted(
                params.address,
                params.label,
                "LicenseRefSet",
                {"oldHash": ("bytes32", old_hash), "newHash": ("bytes32", new_hash)},
                "the new licence is logged",
            ),
        )
        return f"Set the licence of model {state.model_id}", call, after

    def rate(self, value: str) -> _Planned:
        """Set the reward rate: on the live version to what it will be stored as, in 1e-18 of a token."""
        state, params = self._state, self._params
        new = _whole(TOKENS_PER_DELTA_ONE, value)
        if new <= LARGEST_WHOLE_INPUT:
            new *= state.rate_scale
        low, high = state.min_tokens_per_delta_one, state.max_tokens_per_delta_one
        if not low <= new <= high:
            bounds = f"the contract allows {state.rate_text(low)} to {state.rate_text(high)}"
            raise InvalidParameterError(TOKENS_PER_DELTA_ONE, value, bounds)
        old, text = state.tokens_per_delta_one, state.rate_text(new)
        purpose = f"Set the tokens per delta one of {state.model_id} from {state.rate_text(old)} to {text}"
        after = (
            view_is(params.tokens_per_delta_one(), new, f"{state.model_id} rewards {text} tokens per delta one"),
            event_emitted(
                params.address,
                params.label,
                "TokensPerDeltaOneSet",
                {"oldValue": ("uint256", old), "newValue": ("uint256", new)},
                "the new reward rate is logged",
            ),
        )
        call = None if new == old else params.set_tokens_per_delta_one(new, purpose=purpose)
        return f"Set the reward rate of model {state.model_id}", call, after

    def price(self, value: str) -> _Planned:
        state, live, now = self._state, self._live, _live(self._state)
        new, old = _whole(ORACLE_PRICE, value), now.oracle_price
        if new > now.max_oracle_price:
            raise InvalidParameterError(ORACLE_PRICE, value, f"the contract allows up to {now.max_oracle_price}")
        purpose = f"Set the oracle price per thousand calls of {state.model_id} from {old} to {new}"
        after = (
            view_is(live.oracle_price_per_thousand_usd(), new, f"the oracle price of {state.model_id} is {new}"),
            event_emitted(
                live.address,
                live.label,
                "OraclePricePerThousandUsdSet",
                {"oldValue": ("uint256", old), "newValue": ("uint256", new)},
                "the new oracle price is logged",
            ),
        )
        call = None if new == old else live.set_oracle_price_per_thousand_usd(new, purpose=purpose)
        return f"Set the oracle price of model {state.model_id}", call, after

    def vesting(self, key: str, value: str) -> _Planned:
        state, live, old = self._state, self._live, _live(self._state).vesting
        new = _changed_vesting(old, key, value)
        text = describe_vesting(new)
        call = None
        if new != old:
            purpose = f"Set the vesting of {state.model_id} from {describe_vesting(old)} to {text}"
            call = live.set_vesting_config(new, purpose=purpose)
        after = (
            view_is(live.vesting_config(), new.values(), f"the vesting of {state.model_id} is {text}"),
            event_emitted(
                live.address,
                live.label,
                "VestingConfigSet",
                {
                    "enabled": ("bool", new.enabled),
                    "immediateUnlockBps": ("uint16", new.immediate_unlock_bps),
                    "vestingDurationSeconds": ("uint64", new.duration_s),
                    "cliffSeconds": ("uint64", new.cliff_s),
                },
                "the new vesting is logged",
            ),
        )
        return f"Set the vesting of model {state.model_id}", call, after


def describe_vesting(vesting: VestingConfig) -> str:
    """Return in words how rewards are paid out."""
    if not vesting.enabled:
        return "off: all at once"
    cliff = f", nothing of it before {format_duration(vesting.cliff_s)}" if vesting.cliff_s else ""
    at_once, rest = format_bps(vesting.immediate_unlock_bps), format_duration(vesting.duration_s)
    return f"{at_once} at once, the rest over {rest}{cliff}"


def _changed_vesting(old: VestingConfig, key: str, value: str) -> VestingConfig:
    if key == VESTING_ENABLED:
        if value.lower() not in _TRUTH:
            raise InvalidParameterError(key, value, "it is neither true nor false")
        return replace(old, enabled=_TRUTH[value.lower()])
    if key == VESTING_UNLOCK:
        try:
            bps = parse_bps(value)
        except InvalidSplitError as error:
            raise InvalidParameterError(key, value, "it is neither basis points nor a percentage") from error
        if bps > FULL_BPS:
            raise InvalidParameterError(key, value, "more than everything cannot be unlocked")
        return replace(old, immediate_unlock_bps=bps)
    match = _DURATION.fullmatch(value)
    if match is None:
        raise InvalidParameterError(key, value, "it is no span of time, such as 365d, 12h or 3600")
    seconds = int(match["count"]) * _UNITS_S[match["unit"]]
    return replace(old, duration_s=seconds) if key == VESTING_DURATION else replace(old, cliff_s=seconds)


def _live(state: ParameterState) -> LiveParameters:
    if state.live is None:
        raise UnknownParameterError(ORACLE_PRICE, state.version)
    return state.live


def _whole(key: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise InvalidParameterError(key, value, "it is not a whole number")
    return int(value)


def _checked_uri(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise InvalidParameterError(LICENSE_URI, value, "it is empty or cannot be printed")
    return value

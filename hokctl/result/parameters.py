"""Governed parameters as results."""

from typing import TYPE_CHECKING

from hokctl.domain.documents import JsonObject
from hokctl.result.values import Facts

if TYPE_CHECKING:
    from hokctl.services.parameters import LiveParameters, ParameterState


def parameters_to_json(state: "ParameterState") -> JsonObject:
    """Return the parameters as scripts read them; values as the contract stores them."""
    return {
        "model_id": state.model_id,
        "params": state.params,
        "version": None if state.version is None else state.version.value,
        "tokens_per_delta_one": str(state.tokens_per_delta_one),
        "tokens_per_delta_one_scale": str(state.rate_scale),
        "min_tokens_per_delta_one": str(state.min_tokens_per_delta_one),
        "max_tokens_per_delta_one": str(state.max_tokens_per_delta_one),
        "license_uri": state.license.uri,
        "license_hash": state.license.hash,
        "live": None if state.live is None else _live_to_json(state.live),
        "queued": [
            {"parameter": one.parameter, "value": str(one.value), "effective_after": one.effective_after}
            for one in state.queue.updates
        ],
    }


def parameter_facts(state: "ParameterState") -> Facts:
    """Return the parameters as people read them, by the names that `params set` takes."""
    low, high = state.rate_text(state.min_tokens_per_delta_one), state.rate_text(state.max_tokens_per_delta_one)
    facts = [
        ("params", state.params),
        ("tokens-per-delta-one", f"{state.rate_text(state.tokens_per_delta_one)} (allowed: {low} to {high})"),
        ("license-uri", state.license.uri),
        ("license hash", state.license.hash),
    ]
    if state.live is not None:
        facts += _live_facts(state.live)
    for one in state.queue.updates:
        facts.append((f"queued {one.parameter}", f"{one.value}, without any effect"))
    return Facts(tuple(facts))


def _live_to_json(live: "LiveParameters") -> JsonObject:
    vesting = live.vesting
    return {
        "oracle_price_per_thousand_usd": str(live.oracle_price),
        "max_oracle_price_per_thousand_usd": str(live.max_oracle_price),
        "vesting": {
            "enabled": vesting.enabled,
            "immediate_unlock_bps": vesting.immediate_unlock_bps,
            "duration_s": vesting.duration_s,
            "cliff_s": vesting.cliff_s,
        },
    }


def _live_facts(live: "LiveParameters") -> list[tuple[str, str]]:
    from hokctl.domain.durations import format_duration
    from hokctl.domain.splits import format_bps

    vesting = live.vesting
    return [
        ("oracle-price-per-thousand-usd", f"{live.oracle_price} (allowed: up to {live.max_oracle_price})"),
        ("vesting-enabled", str(vesting.enabled).lower()),
        ("vesting-immediate-unlock", format_bps(vesting.immediate_unlock_bps)),
        ("vesting-duration", format_duration(vesting.duration_s)),
        ("vesting-cliff", format_duration(vesting.cliff_s)),
    ]

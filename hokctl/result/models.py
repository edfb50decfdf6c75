"""Models as results: one line each, or all of one."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from hokctl.domain.documents import JsonObject
from hokctl.domain.splits import format_bps
from hokctl.result.authorities import authority_to_json
from hokctl.result.values import Block, Facts, Heading, amount_to_json

if TYPE_CHECKING:
    from hokctl.domain.amounts import Token
    from hokctl.services.model_details import ModelDetails
    from hokctl.services.models import ModelState

_Facts = tuple[tuple[str, str], ...]
COLUMNS: Final = ("model", "infrastructure", "profit", "accrued", "paid", "provider", "phase")


def summary_to_json(model: "ModelState") -> JsonObject:
    """Return a model at a glance as scripts read it."""
    return {
        "model_id": model.model_id,
        "infrastructure_accrual_bps": model.infrastructure_accrual_bps,
        "profit_share_bps": model.profit_share_bps,
        "accrued": amount_to_json(model.accrued),
        "paid": amount_to_json(model.paid),
        "provider": model.provider,
        "phase": model.phase,
        "token": model.token,
        "params": model.params,
        "pool": model.pool,
    }


def model_row(model: "ModelState") -> tuple[str, ...]:
    """Return a model as the cells of a table, under COLUMNS."""
    return (
        model.model_id,
        *_shares(model),
        str(model.accrued),
        str(model.paid),
        model.provider or "none",
        model.phase or "unknown",
    )


def _shares(model: "ModelState") -> tuple[str, str]:
    bps, profit = model.infrastructure_accrual_bps, model.profit_share_bps
    return ("legacy", "-") if bps is None or profit is None else (format_bps(bps), format_bps(profit))


def details_to_json(details: "ModelDetails") -> JsonObject:
    """Return all of a model as scripts read it."""
    registered, governors = details.registered, [authority_to_json(governor) for governor in details.governors]
    return {
        **summary_to_json(details.state),
        "fees": None if details.fees is None else amount_to_json(details.fees),
        "token": {
            "address": details.state.token,
            "name": details.name,
            "supply": amount_to_json(details.supply),
            "owner": details.token_owner,
            "controller": details.controller,
        },
        "params": {
            "address": details.state.params,
            "min_bps": details.min_bps,
            "max_bps": details.max_bps,
            "tokens_per_delta_one": None if details.tokens_per_delta_one is None else str(details.tokens_per_delta_one),
            "license_uri": details.license.uri if details.license else None,
            "license_hash": details.license.hash if details.license else None,
            "governors": list(governors),
        },
        "pool": _pool_to_json(details),
        "registry": {
            "token": registered.token_address if registered else None,
            "metric": registered.performance_metric if registered else None,
            "active": registered.active if registered else None,
            "pool": details.listed_pool,
        },
    }


def _pool_to_json(details: "ModelDetails") -> JsonObject:
    pool, phase, trading, token = details.pool, details.phase, details.trading, details.reserve_token
    found: JsonObject = {
        "address": details.state.pool,
        "phase": details.state.phase,
        "may_mint": details.pool_may_mint,
        "treasury": details.pool_treasury,
    }
    if pool is not None:
        found |= {
            "reserve": amount_to_json(token.amount(pool.reserve_units)),
            "spot_price": str(pool.spot_price_units),
            "crr_ppm": pool.crr_ppm,
            "trade_fee_bps": pool.trade_fee_bps,
        }
    if phase is not None:
        found["flat_price"] = amount_to_json(token.amount(phase.flat_price_units))
        found["flat_threshold"] = amount_to_json(token.amount(phase.threshold_units))
    if trading is not None:
        found |= {
            "paused": trading.paused,
            "sells_enabled": trading.sells_enabled,
            "buy_only_until": trading.buy_only_until,
        }
    return found


def details_blocks(details: "ModelDetails") -> tuple[Block, ...]:
    """Return all of a model for people."""
    parts = (
        (f"Model {details.state.model_id}", _money_facts(details)),
        ("Parameters", _params_facts(details)),
        ("Token", _token_facts(details)),
        ("Pool", _pool_facts(details)),
        ("Registry", _registry_facts(details)),
    )
    return tuple(block for title, facts in parts for block in (Heading(title), Facts(facts)))


def _money_facts(details: "ModelDetails") -> _Facts:
    state = details.state
    return (
        ("accrued", str(state.accrued)),
        ("paid", str(state.paid)),
        ("fees so far", "unknown" if details.fees is None else str(details.fees)),
        ("provider", state.provider or "none"),
    )


def _params_facts(details: "ModelDetails") -> _Facts:
    infrastructure, profit = _shares(details.state)
    return (
        ("contract", details.state.params),
        ("infrastructure", f"{infrastructure} (allowed: {details.min_bps} to {details.max_bps} bps)"),
        ("profit", profit),
        ("governed by", ", ".join(str(governor) for governor in details.governors) or "nobody found"),
        ("reward rate", str(details.tokens_per_delta_one)),
        ("licence", "unknown" if details.license is None else f"{details.license.uri} {details.license.hash}"),
    )


def _token_facts(details: "ModelDetails") -> _Facts:
    return (
        ("contract", details.state.token),
        ("name", details.name),
        ("supply", str(details.supply)),
        ("owner", details.token_owner or "unknown"),
        ("controller", details.controller or "unknown"),
    )


def _registry_facts(details: "ModelDetails") -> _Facts:
    registered = details.registered
    return (
        ("token", "not registered" if registered is None else registered.token_address),
        ("metric", "-" if registered is None else registered.performance_metric),
        ("pool", details.listed_pool or "not listed"),
    )


def _pool_facts(details: "ModelDetails") -> _Facts:
    pool, phase, trading, token = details.pool, details.phase, details.trading, details.reserve_token
    facts = [("contract", details.state.pool), ("phase", details.state.phase or "unknown")]
    if pool is not None:
        facts += [
            ("reserve", str(token.amount(pool.reserve_units))),
            ("spot price", describe_spot_price(pool.spot_price_units, details.state.phase, token)),
            ("reserve ratio", f"{pool.crr_ppm} ppm"),
            ("trade fee", f"{pool.trade_fee_bps} bps, to {details.pool_treasury or 'unknown'}"),
        ]
    if phase is not None:
        price, threshold = token.amount(phase.flat_price_units), token.amount(phase.threshold_units)
        facts.append(("flat price", f"{price} a token, up to a reserve of {threshold}"))
    if trading is not None:
        sells = "possible" if trading.sells_enabled else f"from {_day(trading.buy_only_until)}"
        facts += [("trading", "paused" if trading.paused else "open"), ("sells", sells)]
    facts.append(("may mint", "yes" if details.pool_may_mint else "NO: it was never authorised"))
    return tuple(facts)


def describe_spot_price(units: int, phase: str | None, token: "Token") -> str:
    """Return a pool's spot price for people: on the flat part in token units, on the curve as the contract's number.

    v2.0.0 changes the scale of its number when a pool leaves the flat part, so the curve's is not converted.
    """
    return f"{token.amount(units)} a token" if phase == "flat-price" else f"{units} (as the contract counts it)"


def _day(timestamp: int) -> str:
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M} UTC"

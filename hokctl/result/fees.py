"""Quotes of fees as results."""

from typing import TYPE_CHECKING

from hokctl.domain.documents import JsonObject
from hokctl.domain.splits import CostBasis, format_bps
from hokctl.result.models import describe_spot_price
from hokctl.result.values import Facts, amount_to_json

if TYPE_CHECKING:
    from hokctl.services.fees import FeeQuote


def quote_to_json(quote: "FeeQuote") -> JsonObject:
    """Return a quote as scripts read it."""
    after = quote.spot_price_after
    return {
        "model_id": quote.model.model_id,
        "amount": amount_to_json(quote.amount),
        "infrastructure": amount_to_json(quote.infrastructure),
        "profit": amount_to_json(quote.profit),
        "infrastructure_accrual_bps": quote.model.infrastructure_accrual_bps,
        "cost_basis": quote.basis.name.lower(),
        "calls": None if quote.calls is None else str(quote.calls),
        "phase": quote.phase,
        "pool_reserve": amount_to_json(quote.reserve_before),
        "spot_price_before": str(quote.spot_price_before),
        "spot_price_after": None if after is None else str(after),
    }


def quote_facts(quote: "FeeQuote") -> Facts:
    """Return a quote as people read it."""
    after, token = quote.spot_price_after, quote.amount.token
    then = "the pool graduates" if after is None else describe_spot_price(after, quote.phase, token)
    return Facts(
        (
            ("to infrastructure", str(quote.infrastructure)),
            ("to the pool", str(quote.profit)),
            ("split by", _describe_basis(quote)),
            ("pool phase", quote.phase),
            ("pool reserve", str(quote.reserve_before)),
            ("spot price now", describe_spot_price(quote.spot_price_before, quote.phase, token)),
            ("spot price then", then),
        )
    )


def _describe_basis(quote: "FeeQuote") -> str:
    if quote.basis is CostBasis.ORACLE:
        return f"the cost of {quote.calls} calls, from the cost oracle"
    bps = quote.model.infrastructure_accrual_bps
    share = "the share that the model's params set"
    return share if bps is None else f"{share}, {format_bps(bps)}"

"""The JSON documents: what the specification promises under /infrastructure, with amounts as exact decimal texts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from hokctl.domain.alerts import StandingAlert
from hokctl.domain.documents import JsonObject
from hokctl.domain.runway import RunwayState
from hokctl.domain.units import BlockRef
from hokctl.monitor.web.sights import Condition, Sight

if TYPE_CHECKING:
    from hokctl.domain.amounts import Token
    from hokctl.services.observation import Observation, ObservedModel

BPS_PER_PERCENT: Final = 100


class HistoryPoint(Protocol):
    """One model as it was at one block."""

    @property
    def block_number(self) -> int:
        """The block."""

    @property
    def timestamp(self) -> int:
        """The block's time, in seconds since the epoch."""

    @property
    def accrued_units(self) -> int:
        """What was set aside and not paid out, in base units."""

    @property
    def paid_units(self) -> int:
        """What had been paid out, in base units."""

    @property
    def runway_days(self) -> int | None:
        """The runway in whole days; None when it was unknown or unlimited."""


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A JSON object that only lacks its last member, the state, which changes from second to second."""

    head: bytes

    def closed(self, state: bytes) -> bytes:
        """Return the whole document; `state` is what `state_document` returned."""
        return self.head + state + b"}"


def opened(document: JsonObject) -> OpenDocument:
    """Return `document` ready for its last member."""
    return OpenDocument(_encode(document)[:-1] + (b',"state":' if document else b'"state":'))


def state_document(block: BlockRef | None, condition: Condition, *, observed_at: int | None, now: int) -> bytes:
    """Return the member `state`: which block the figures are of, and how old they are. `now` is in epoch seconds."""
    return _encode(
        {
            "block": None
            if block is None
            else {
                "number": block.number,
                "hash": block.hash,
                "timestamp": block.timestamp,
                "time": time_text(block.timestamp),
                "ageSeconds": max(0, now - block.timestamp),
            },
            "observedAt": None if observed_at is None else time_text(observed_at),
            "ageSeconds": condition.age_s,
            "stale": condition.stale,
            "failure": condition.failure,
        }
    )


def metrics_document(sight: Sight) -> JsonObject:
    """Return `GET /infrastructure/metrics`: all models and their totals."""
    seen = sight.observation
    models = [_summary(model, sight) for model in seen.models]
    paid = seen.token.amount(sum(model.state.paid.units for model in seen.models))
    return {
        "models": list(models),
        "totalAccruedUSD": seen.owed.display,
        "totalPaidUSD": paid.display,
        "reserve": _reserve(seen),
        "alerts": [alert_document(alert, sight.runbooks) for alert in sight.alerts],
        **_where(seen),
    }


def model_document(model: "ObservedModel", sight: Sight) -> JsonObject:
    """Return `GET /infrastructure/{modelId}`."""
    state, runway = model.state, model.runway.runway
    bps, profit = state.infrastructure_accrual_bps, state.profit_share_bps
    return {
        "modelId": model.model_id,
        "accrual": {"accrued": state.accrued.display, "paid": state.paid.display, "net": state.accrued.display},
        "split": {"infrastructure": percent_text(bps), "profit": percent_text(profit)},
        "runway": runway_text(model),
        "lastUpdate": time_text(sight.observation.block.timestamp),
        "infrastructureAccrualBps": bps,
        "profitShareBps": profit,
        "runwayDays": runway.days,
        "runwayState": runway.state.value,
        "depletedOn": None if runway.depleted_on is None else runway.depleted_on.isoformat(),
        "dailyBurnUSD": None if model.runway.daily_burn is None else model.runway.daily_burn.display,
        "burnSource": model.runway.burn_source.value,
        **_provider(model, sight),
        "alerts": [
            alert_document(alert, sight.runbooks) for alert in sight.alerts if alert.alert.subject == model.model_id
        ],
        **_where(sight.observation),
    }


def status_document(sight: Sight | None, condition: Condition) -> JsonObject:
    """Return `GET /infrastructure/status`: whether the deployment is being watched, and which models it has."""
    models = [] if sight is None else [model.model_id for model in sight.observation.models]
    return {
        "isMonitoring": not condition.stale,
        "modelsMonitored": len(models),
        "models": list(models),
        "looks": condition.looks,
        "failedLooks": condition.failures,
    }


def history_document(model_id: str, points: Sequence[HistoryPoint], token: "Token") -> JsonObject:
    """Return `GET /infrastructure/{modelId}/history`, the oldest point first."""
    return {
        "modelId": model_id,
        "dataPoints": len(points),
        "history": [
            {
                "timestamp": time_text(point.timestamp),
                "block": point.block_number,
                "accruedUSD": token.amount(point.accrued_units).display,
                "paidUSD": token.amount(point.paid_units).display,
                "runwayDays": point.runway_days,
            }
            for point in points
        ],
    }


def alert_document(standing: StandingAlert, runbooks: Mapping[str, str]) -> JsonObject:
    """Return one alert; `runbooks` says where the runbook of each rule is."""
    alert = standing.alert
    return {
        "rule": alert.rule,
        "severity": alert.severity.value,
        "kind": alert.kind.value,
        "subject": alert.subject,
        "message": alert.message,
        "since": time_text(standing.first_seen_at if alert.happened_at is None else alert.happened_at),
        "runbook": runbooks.get(alert.rule),
    }


def error_document(code: str, message: str) -> bytes:
    """Return the one shape that every refusal has."""
    return _encode({"error": {"code": code, "message": message}})


def time_text(timestamp: int) -> str:
    """Return a time in seconds since the epoch as ISO 8601, in UTC; the bare number beyond the calendar."""
    try:
        return datetime.fromtimestamp(timestamp, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(timestamp)


def runway_text(model: "ObservedModel") -> str:
    """Return the runway in words: `12 days`, `unlimited` or `unknown`."""
    runway = model.runway.runway
    if runway.state is not RunwayState.LIMITED:
        return runway.state.value
    return "1 day" if runway.days == 1 else f"{runway.days} days"


def percent_text(bps: int | None) -> str | None:
    """Return basis points as an exact percentage, such as `80%` or `66.6%`; None stays None."""
    if bps is None:
        return None
    whole, rest = divmod(bps, BPS_PER_PERCENT)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + "%"


def _summary(model: "ObservedModel", sight: Sight) -> JsonObject:
    state, runway = model.state, model.runway.runway
    return {
        "modelId": model.model_id,
        "accruedUSD": state.accrued.display,
        "paidUSD": state.paid.display,
        "netAccrualUSD": state.accrued.display,
        "infrastructureAccrualBps": state.infrastructure_accrual_bps,
        "profitShareBps": state.profit_share_bps,
        "runwayDays": runway.days,
        "runwayState": runway.state.value,
        **_provider(model, sight),
    }


def _provider(model: "ObservedModel", sight: Sight) -> JsonObject:
    provider = model.state.provider
    return {"provider": provider, "providerName": None if provider is None else sight.names.get(provider)}


def _reserve(seen: "Observation") -> JsonObject:
    return {
        "balanceUSD": seen.balance.display,
        "owedUSD": seen.owed.display,
        "shortfallUSD": seen.shortfall.display,
        "unallocatedUSD": seen.unallocated.display,
        "paused": seen.paused,
        "treasury": seen.treasury,
    }


def _where(seen: "Observation") -> JsonObject:
    token = seen.token
    return {
        "network": {"name": seen.network, "chainId": seen.chain_id},
        "token": {"symbol": token.symbol, "decimals": token.decimals, "address": token.address},
    }


def _encode(document: JsonObject) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode("ascii")

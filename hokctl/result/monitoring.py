"""Rounds of the monitor as results."""

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hokctl.domain.alerts import AlertSeverity
from hokctl.result.values import Block, Facts, Heading, Line, Table, amount_to_json

if TYPE_CHECKING:
    from hokctl.domain.alerts import StandingAlert
    from hokctl.domain.documents import JsonObject
    from hokctl.monitor.rounds import Round
    from hokctl.services.observation import Observation, ObservedModel


def round_to_json(found: "Round", runbook: "dict[str, str]") -> "JsonObject":
    """Return a round as scripts read it; `runbook` is by rule."""
    seen = found.seen
    return {
        "observed_at": seen.observed_at,
        "block_age_s": seen.age_s,
        "alerts": [_alert_to_json(one, runbook[one.alert.rule]) for one in found.standing],
        "by_severity": _by_severity(found),
        "reserve": {
            "balance": amount_to_json(seen.balance),
            "owed": amount_to_json(seen.owed),
            "shortfall": amount_to_json(seen.shortfall),
            "paused": seen.paused,
        },
        "models": len(seen.models),
    }


def round_blocks(found: "Round") -> tuple[Block, ...]:
    """Return the state of the reserve, and how many alerts of which severity stand."""
    seen = found.seen
    count = ", ".join(f"{number} {name}" for name, number in _counts(found) if number)
    return (
        Heading(f"The reserve on {seen.network} at block {seen.block.number}"),
        Facts(_facts(seen)),
        Line(f"Alerts: {count}." if count else "No alert stands."),
    )


def screen_blocks(found: "Round | None", failure: str | None, now: int) -> tuple[Block, ...]:
    """Return what the live screen shows; `failure` is why the last round found nothing."""
    if found is None:
        return (Heading("hokctl monitor"), Line(f"NOT CURRENT: {failure}"))
    seen = found.seen
    state = f"as of {_time(seen.observed_at)}, {max(0, now - seen.observed_at)} s ago"
    trouble = () if failure is None else (Line(f"NOT CURRENT: {failure}"),)
    return (
        Heading(f"hokctl monitor · {seen.network} · block {seen.block.number} · {state}"),
        *trouble,
        Facts(_facts(seen)),
        Table(
            ("model", "accrued", "burn a day", "runway", "split", "provider"),
            tuple(_model_row(model) for model in seen.models),
            right=frozenset({"accrued", "burn a day", "runway", "split"}),
            empty="There are no models.",
        ),
        Heading("Alerts"),
        Table(
            ("severity", "rule", "about", "since", "message"),
            tuple(_alert_row(one) for one in found.standing),
            empty="None stands.",
        ),
    )


def _alert_to_json(one: "StandingAlert", runbook: str) -> "JsonObject":
    alert = one.alert
    return {
        "rule": alert.rule,
        "key": alert.key,
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "subject": alert.subject,
        "message": alert.message,
        "evidence": dict(alert.evidence),
        "first_seen_at": one.first_seen_at,
        "last_seen_at": one.last_seen_at,
        "notified_at": one.notified_at,
        "happened_at": alert.happened_at,
        "block": alert.block_number,
        "tx_hash": alert.tx_hash,
        "runbook": runbook,
    }


def _counts(found: "Round") -> list[tuple[str, int]]:
    counted = Counter(one.alert.severity for one in found.standing)
    return [(severity.value, counted[severity]) for severity in AlertSeverity]


def _by_severity(found: "Round") -> "JsonObject":
    return dict(_counts(found))


def _facts(seen: "Observation") -> tuple[tuple[str, str], ...]:
    return (
        ("models", str(len(seen.models))),
        ("balance", str(seen.balance)),
        ("owed to providers", str(seen.owed)),
        ("shortfall", str(seen.shortfall)),
        ("paused", "yes" if seen.paused else "no"),
        ("treasury", seen.treasury),
    )


def _model_row(model: "ObservedModel") -> tuple[str, ...]:
    runway, state = model.runway, model.state
    days = runway.runway.state.value if runway.runway.days is None else f"{runway.runway.days} days"
    burn = "-" if runway.daily_burn is None else f"{runway.daily_burn} ({runway.burn_source.value})"
    bps = state.infrastructure_accrual_bps
    split = "-" if bps is None else f"{bps} bps"
    return model.model_id, str(state.accrued), burn, days, split, state.provider or "none"


def _alert_row(one: "StandingAlert") -> tuple[str, ...]:
    alert = one.alert
    since = alert.happened_at or one.first_seen_at
    return alert.severity.value, alert.rule, alert.subject, _time(since), alert.message


def _time(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ")

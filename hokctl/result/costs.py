"""Estimated and actual costs for scripts and for people."""

from collections.abc import Iterator

from hokctl.clients.cost_reconciliation import PastPeriod
from hokctl.clients.wording import time_text
from hokctl.domain.amounts import Token
from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.domain.durations import format_duration
from hokctl.domain.findings import Finding
from hokctl.domain.units import BlockRef
from hokctl.result.values import Block, CommandResult, Facts, Heading, Table, amount_to_json
from hokctl.services.cost_periods import CostPeriod, CostsState

_HISTORY = ("period", "ended", "estimated", "actual", "variance")
_BPS_PER_PERCENT = 100


def costs_result(state: CostsState, findings: tuple[Finding, ...], block: BlockRef) -> CommandResult:
    """Return what `costs show` shows."""
    columns = ("model", "period", "began", "can end", "estimated", "actual", "variance", "next estimate")
    table = Table(
        columns,
        tuple(_row(model, state.token) for model in state.models),
        right=frozenset({"period", "estimated", "actual", "variance", "next estimate"}),
    )
    return CommandResult(
        data={
            "reserve": state.reserve.address,
            "period_seconds": state.period_s,
            "models": [_model_to_json(model, state.token) for model in state.models],
        },
        blocks=(
            Heading("Costs"),
            Facts((("a period lasts at least", format_duration(state.period_s)),)),
            table,
            *(block for model in state.models for block in _history(model, state.token)),
        ),
        findings=findings,
        block=block,
    )


def _model_to_json(model: CostPeriod, token: Token) -> JsonValue:
    suggestion = model.suggestion
    return {
        "model_id": model.model_id,
        "period": model.period,
        "started_at": model.started_at,
        "ends_at": model.ends_at,
        "estimated": amount_to_json(model.estimated),
        "actual": amount_to_json(model.actual),
        "variance_bps": model.variance_bps,
        "history": [_past_to_json(past, token) for past in model.history],
        "suggestion": None
        if suggestion is None
        else {
            "adjustment_bps": suggestion.adjustment_bps,
            "estimate": amount_to_json(token.amount(suggestion.cost_units)),
        },
    }


def _past_to_json(past: PastPeriod, token: Token) -> JsonObject:
    return {
        "period": past.period,
        "ended_at": past.recorded_at,
        "estimated": amount_to_json(token.amount(past.estimated_units)),
        "actual": amount_to_json(token.amount(past.actual_units)),
        "variance_bps": past.variance_bps,
    }


def _row(model: CostPeriod, token: Token) -> tuple[str, ...]:
    times = ("-" if at is None else time_text(at) for at in (model.started_at, model.ends_at))
    variance = "-" if model.variance_bps is None else _percent(model.variance_bps)
    suggestion = model.suggestion
    suggested = "-" if suggestion is None else str(token.amount(suggestion.cost_units))
    return (model.model_id, str(model.period), *times, str(model.estimated), str(model.actual), variance, suggested)


def _history(model: CostPeriod, token: Token) -> Iterator[Block]:
    if not model.history:
        return
    yield Heading(f"Past periods of model {model.model_id}")
    rows = tuple(
        (
            str(past.period),
            time_text(past.recorded_at),
            str(token.amount(past.estimated_units)),
            str(token.amount(past.actual_units)),
            _percent(past.variance_bps),
        )
        for past in model.history
    )
    yield Table(_HISTORY, rows, right=frozenset({"period", "estimated", "actual", "variance"}))


def _percent(bps: int) -> str:
    whole, rest = divmod(abs(bps), _BPS_PER_PERCENT)
    return f"{'-' if bps < 0 else '+'}{whole}.{rest:02}%"

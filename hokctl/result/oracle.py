"""The cost oracle for scripts and for people."""

from hokctl.clients.wording import time_text
from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.domain.durations import format_duration
from hokctl.domain.findings import Finding
from hokctl.domain.splits import format_bps
from hokctl.domain.units import BlockRef
from hokctl.result.values import CommandResult, Facts, Heading, Table, amount_to_json
from hokctl.services.cost_oracle import ModelCost, OracleState


def oracle_result(state: OracleState, findings: tuple[Finding, ...], block: BlockRef) -> CommandResult:
    """Return what `oracle show` shows."""
    facts = (
        ("oracle", state.oracle.address),
        ("gross margin", f"{format_bps(state.gross_margin_bps)} (up to {format_bps(state.max_gross_margin_bps)})"),
        ("epoch", format_duration(state.epoch_s)),
        ("largest cost", str(state.max_cost)),
        ("router: oldest cost that counts", _age(state.max_cost_age_s)),
        ("router: largest share of a fee", _share(state)),
    )
    columns = ("model", "per 1000 calls", "price", "applied", "queued", "can be applied")
    table = Table(columns, tuple(map(_row, state.models)), right=frozenset({"per 1000 calls", "price", "queued"}))
    return CommandResult(
        data=_oracle_to_json(state),
        blocks=(Heading("Cost oracle"), Facts(facts), table),
        findings=findings,
        block=block,
    )


def _oracle_to_json(state: OracleState) -> JsonObject:
    return {
        "oracle": state.oracle.address,
        "asked_by_router": state.asked_by_router,
        "gross_margin_bps": state.gross_margin_bps,
        "max_gross_margin_bps": state.max_gross_margin_bps,
        "max_cost": amount_to_json(state.max_cost),
        "epoch_seconds": state.epoch_s,
        "min_epoch_seconds": state.min_epoch_s,
        "max_epoch_seconds": state.max_epoch_s,
        "max_cost_age_seconds": state.max_cost_age_s,
        "max_infra_share_bps": state.max_infra_share_bps,
        "limits_on": state.age_is_limited and state.share_is_limited,
        "models": [_model_to_json(model) for model in state.models],
    }


def _model_to_json(model: ModelCost) -> JsonValue:
    queued = model.queued
    return {
        "model_id": model.model_id,
        "cost_per_thousand_calls": amount_to_json(model.cost),
        "end_user_price": amount_to_json(model.end_user_price),
        "has_cost": model.has_cost,
        "updated_at": model.updated_at,
        "queued": None
        if queued is None
        else {
            "cost_per_thousand_calls": amount_to_json(queued.cost),
            "queued_at": queued.queued_at,
            "effective_after": queued.effective_after,
        },
    }


def _row(model: ModelCost) -> tuple[str, ...]:
    queued = model.queued
    cost = (str(model.cost), str(model.end_user_price)) if model.has_cost else ("none: by percentage", "-")
    applied = "-" if model.updated_at is None else time_text(model.updated_at)
    waiting = ("-", "-") if queued is None else (str(queued.cost), time_text(queued.effective_after))
    return (model.model_id, *cost, applied, *waiting)


def _age(seconds: int | None) -> str:
    return "the router knows no oracle" if seconds is None else format_duration(seconds) if seconds else "any age (off)"


def _share(state: OracleState) -> str:
    if state.max_infra_share_bps is None:
        return "the router knows no oracle"
    text = format_bps(state.max_infra_share_bps)
    return text if state.share_is_limited else f"{text} (off)"

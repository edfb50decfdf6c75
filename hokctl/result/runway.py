"""Runways as scripts read them, and as a table."""

from typing import TYPE_CHECKING

from hokctl.domain.amounts import Token
from hokctl.domain.runway import BurnSource, Runway, RunwayState
from hokctl.result.runway_plot import path_to_json, runway_plot
from hokctl.result.values import Block, Facts, Line, Table, amount_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eth_typing import ChecksumAddress

    from hokctl.domain.burn import Rate
    from hokctl.domain.day_spans import DaySpan
    from hokctl.domain.documents import JsonObject
    from hokctl.services.runway import ModelRunway, RunwayReport


def report_to_json(report: "RunwayReport", *, paths: bool = False) -> "JsonObject":
    """Return a whole report; with `paths` also what each model had accrued on each day."""
    return {
        "models": [
            {
                **runway_to_json(item, report.target_days),
                **({"path": path_to_json(report, item)} if paths else {}),
            }
            for item in report.models
        ],
        "total_accrued": amount_to_json(report.total_accrued),
        "reserve_balance": amount_to_json(report.reserve_balance),
        "window": span_to_json(report.window),
    }


def runway_to_json(item: "ModelRunway", target_days: int) -> "JsonObject":
    """Return the runway of one model."""
    model, token = item.model, item.model.accrued.token
    return {
        "model_id": model.model_id,
        "accrued": amount_to_json(model.accrued),
        "paid": amount_to_json(model.paid),
        "daily_burn": None if item.daily_burn is None else amount_to_json(item.daily_burn),
        "burn_source": item.burn_source.value,
        "burn_sample": None if item.burn.measured is None else rate_to_json(item.burn.measured, token),
        **_days_to_json(item.runway),
        "contract_runway_days": None if item.contract_days is None else str(item.contract_days),
        "accrual": None if item.accrual is None else rate_to_json(item.accrual, token),
        "net": _net_to_json(item),
        "trend": _trend_to_json(item),
        "target": {
            "days": target_days,
            "missing": None if item.missing is None else amount_to_json(item.missing),
        },
        "provider": model.provider,
        "infrastructure_accrual_bps": model.infrastructure_accrual_bps,
        "profit_share_bps": model.profit_share_bps,
    }


def span_to_json(span: "DaySpan") -> "JsonObject":
    """Return a span of days."""
    return {"first": span.first.isoformat(), "last": span.last.isoformat(), "days": span.days}


def rate_to_json(rate: "Rate", token: Token) -> "JsonObject":
    """Return an amount a day with what it was measured on."""
    return {
        "daily": amount_to_json(token.amount(rate.daily_units)),
        "total": amount_to_json(token.amount(rate.units)),
        "count": rate.count,
        "days": rate.days,
        "first": None if rate.first is None else rate.first.isoformat(),
        "last": None if rate.last is None else rate.last.isoformat(),
        "window": span_to_json(rate.window),
    }


def _days_to_json(runway: Runway) -> "JsonObject":
    return {
        "runway_days": runway.days,
        "runway_state": runway.state.value,
        "depleted_at": None if runway.depleted_on is None else runway.depleted_on.isoformat(),
    }


def _net_to_json(item: "ModelRunway") -> "JsonObject | None":
    if item.net is None:
        return None
    daily = item.model.accrued.token.amount(item.net.daily_units)
    return {"daily": amount_to_json(daily), "covered": item.net.covered, **_days_to_json(item.net.runway)}


def _trend_to_json(item: "ModelRunway") -> "JsonObject | None":
    """Return the rates of the window before, as far as they are known; None where nothing is."""
    token, burn, accrual = item.model.accrued.token, item.burn.earlier, item.burn.earlier_accrual
    if burn is None and accrual is None:
        return None
    return {
        "daily_burn": None if burn is None else amount_to_json(token.amount(burn.daily_units)),
        "daily_accrual": None if accrual is None else amount_to_json(token.amount(accrual.daily_units)),
    }


def report_blocks(
    report: "RunwayReport", name_of: "Callable[[ChecksumAddress], str | None]", *, plots: bool = False
) -> tuple[Block, ...]:
    """Return a report for people, with a plot of each model if wanted; `name_of` is the address book."""
    totals = (("accrued by these", str(report.total_accrued)), ("reserve balance", str(report.reserve_balance)))
    unknown = [item.model.model_id for item in report.models if item.runway.state is RunwayState.UNKNOWN]
    said = (Line(_advice(unknown, report)),) if unknown else ()
    drawn = [runway_plot(report, item) for item in report.models if plots]
    return (
        _table(report, name_of),
        Facts((*totals, *_samples(report))),
        *said,
        *(plot for plot in drawn if plot is not None),
    )


def _table(report: "RunwayReport", name_of: "Callable[[ChecksumAddress], str | None]") -> Table:
    rows = []
    for item in report.models:
        model, provider = item.model, item.model.provider
        name = "none" if provider is None else name_of(provider) or provider
        burn = "-" if item.daily_burn is None else f"{item.daily_burn} ({item.burn_source.value})"
        until = "-" if item.runway.depleted_on is None else item.runway.depleted_on.isoformat()
        missing = "-" if item.missing is None else str(item.missing)
        cells = (str(model.accrued), str(model.paid), burn, _days(item.runway), until, _net(item), missing, name)
        rows.append((model.model_id, *cells))
    target = f"missing to {report.target_days} days"
    columns = ("model", "accrued", "paid", "burn a day", "runway", "until", "net of deposits", target, "provider")
    return Table(columns, tuple(rows), right=frozenset((*columns[1:5], target)), empty="There are no models.")


def _days(runway: Runway) -> str:
    return runway.state.value if runway.days is None else f"{runway.days} days"


def _net(item: "ModelRunway") -> str:
    if item.net is None:
        return "-"
    if not item.net.covered:
        return _days(item.net.runway)
    if item.burn_source is BurnSource.MEASURED:
        return "unlimited at the measured rate"
    return f"covered if the burn is as {item.burn_source.value}"


def _samples(report: "RunwayReport") -> list[tuple[str, str]]:
    """Return what each measured figure stands on."""
    found = []
    for item in report.models:
        token, rate, accrual = item.model.accrued.token, item.burn.measured, item.accrual
        if rate is not None:
            what = "payment" if item.burn_source is BurnSource.MEASURED else "invoice line"
            found.append((f"burn of {item.model.model_id}", _sample(rate, token, what, item.burn.earlier)))
        if accrual is not None:
            found.append(
                (f"accrual of {item.model.model_id}", _sample(accrual, token, "deposit", item.burn.earlier_accrual))
            )
    return [("window", f"{report.window}, {report.window.days} days"), *found] if found else []


def _sample(rate: "Rate", token: Token, what: str, earlier: "Rate | None") -> str:
    daily, total = token.amount(rate.daily_units), token.amount(rate.units)
    before = "" if earlier is None else f"; {token.amount(earlier.daily_units)} a day in the window before"
    return f"{daily} a day: {sample_text(rate, what)}, {total} in all{before}"


def sample_text(rate: "Rate", what: str) -> str:
    """Return what a rate was measured on, such as `2 payments, 2026-01-03 to 2026-01-20, over 30 days`."""
    counted = f"{rate.count} {what}{'' if rate.count == 1 else 's'}"
    when = (
        "" if rate.first is None else f", {rate.first}" if rate.first == rate.last else f", {rate.first} to {rate.last}"
    )
    few = " (too few to rely on)" if rate.is_too_short else ""
    return f"{counted}{when}, over {rate.days} {'day' if rate.days == 1 else 'days'}{few}"


def _advice(unknown: "Sequence[str]", report: "RunwayReport") -> str:
    listed = ", ".join(unknown)
    return (
        f"The runway of {listed} is unknown: nothing tells the burn. Declare it in the configuration "
        f'([models."{unknown[0]}"] daily_burn), give --daily-burn, enter invoices with their periods, '
        f"or look back further than {report.window.days} days with --window-days."
    )

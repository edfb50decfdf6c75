"""The one HTML page. Everything that comes from the chain or a file is escaped; nothing is loaded from elsewhere."""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl import __version__
from hokctl.domain.alerts import Alert, AlertKind, AlertSeverity, StandingAlert
from hokctl.domain.runway import CRITICAL_DAYS, LOW_DAYS, TARGET_DAYS, RunwayState
from hokctl.monitor.web.documents import percent_text, runway_text, time_text
from hokctl.monitor.web.sights import Condition, Sight

if TYPE_CHECKING:
    from hokctl.domain.amounts import TokenAmount
    from hokctl.services.observation import Observation, ObservedModel

_COLUMNS: Final = ("Model", "Accrued", "Paid", "Runway", "Split", "Provider")
_FULL_BPS: Final = 10_000
_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400
_SEVERITIES: Final = {
    AlertSeverity.CRITICAL: "critical",
    AlertSeverity.HIGH: "low",
    AlertSeverity.MEDIUM: "short",
    AlertSeverity.LOW: "quiet",
}
"""The colour of an alert, by its severity."""


@dataclass(frozen=True, slots=True)
class OpenPage:
    """The page, but for the line that says how old it is."""

    head: bytes
    tail: bytes

    def closed(self, line: bytes) -> bytes:
        """Return the whole page."""
        return self.head + line + self.tail


def render_page(sight: Sight, *, interval_s: float) -> OpenPage:
    """Return the page for one sight; it looks for a newer one every `interval_s`."""
    seen = sight.observation
    body = _figures(seen) + _alerts(sight) + _models(sight)
    return OpenPage(_head(seen.network, interval_s).encode(errors="replace"), _tail(body).encode(errors="replace"))


def render_waiting(network: str, *, interval_s: float) -> OpenPage:
    """Return the page for as long as there is nothing to show."""
    body = '<section><p class="quiet">The figures appear here as soon as the node has answered.</p></section>'
    return OpenPage(_head(network, interval_s).encode(errors="replace"), _tail(body).encode(errors="replace"))


def state_line(sight: Sight | None, condition: Condition) -> bytes:
    """Return the line about the block and the age, which is written for every answer anew."""
    if sight is None or condition.age_s is None:
        why = (
            "" if condition.failure is None else f" The last attempt failed: <code>{escape(condition.failure)}</code>."
        )
        return f'<p class="state stale" role="status">Nothing is known yet.{why}</p>'.encode()
    block = sight.observation.block
    age = f'<span data-age="{condition.age_s}">{age_text(condition.age_s)}</span>'
    read = f'<span class="together">read {age} ago</span>'
    facts = f'Block <b class="number">{block.number:,}</b>, {_when(block.timestamp)}'
    if condition.stale:
        why = "" if condition.failure is None else f" (<code>{escape(condition.failure)}</code>)"
        line = f"<b>This is the last known state, {read}.</b> The node cannot be read{why}. {facts}"
        return f'<p class="state stale" role="status">{line}</p>'.encode()
    return f'<p class="state" role="status">{facts}, {read}</p>'.encode()


def age_text(seconds: int) -> str:
    """Return an age in words: the two largest units of it."""
    if seconds < _MINUTE_S:
        return f"{seconds} s"
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S} min {seconds % _MINUTE_S} s"
    if seconds < _DAY_S:
        return f"{seconds // _HOUR_S} h {seconds % _HOUR_S // _MINUTE_S} min"
    return f"{seconds // _DAY_S} d {seconds % _DAY_S // _HOUR_S} h"


def _head(network: str, interval_s: float) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'
        f"<title>{escape(network)} · infrastructure reserve</title>\n"
        '<link rel="icon" href="/icon.svg" type="image/svg+xml">\n<link rel="stylesheet" href="/page.css">\n'
        '<script src="/page.js" defer></script>\n'
        f'</head>\n<body data-interval="{max(1, round(interval_s))}">\n'
        f'<header><h1>Infrastructure reserve</h1><p class="network">{escape(network)}</p></header>\n'
        '<p id="silence" class="state stale" role="alert" hidden>hokctl itself does not answer: '
        "what you see is from before.</p>\n<main>\n"
    )


def _tail(body: str) -> str:
    return (
        f'\n{body}</main>\n<footer><p>hokctl {escape(__version__)} · <a href="/infrastructure/metrics">JSON</a> · '
        '<a href="/metrics">Prometheus</a> · <a href="/healthz">health</a></p></footer>\n</body>\n</html>\n'
    )


def _figures(seen: "Observation") -> str:
    paid = seen.token.amount(sum(model.state.paid.units for model in seen.models))
    figures = [("Reserve balance", _amount(seen.balance), "")]
    figures += [("Owed to providers", _amount(seen.owed), ""), ("Paid so far", _amount(paid), "")]
    if seen.shortfall:
        figures.append(("Shortfall", _amount(seen.shortfall), "critical"))
    if seen.paused:
        figures.append(("Reserve", "paused", "critical"))
    cells = (f'<div class="{kind}"><dt>{name}</dt><dd>{value}</dd></div>' for name, value, kind in figures)
    return f'<dl class="figures">{"".join(cells)}</dl>\n'


def _alerts(sight: Sight) -> str:
    if not sight.alerts:
        return '<section aria-labelledby="alerts"><h2 id="alerts">Alerts</h2><p class="quiet">None.</p></section>\n'
    items = "".join(_alert(one, sight.runbooks.get(one.alert.rule)) for one in sight.alerts)
    return (
        f'<section aria-labelledby="alerts"><h2 id="alerts">Alerts <span class="count">{len(sight.alerts)}</span></h2>'
        f'<ul class="alerts">{items}</ul></section>\n'
    )


def _alert(standing: StandingAlert, runbook: str | None) -> str:
    alert = standing.alert
    since = standing.first_seen_at if alert.happened_at is None else alert.happened_at
    when = f"{'since ' if alert.kind is AlertKind.STATE else ''}{_when(since)}"
    return (
        f'<li class="{_SEVERITIES[alert.severity]}"><b>{alert.severity.value}</b> '
        f"<span>{escape(alert.message)}</span> <small><code>{escape(alert.rule)}</code> {when}"
        f"{'' if runbook is None else _runbook(runbook)}</small></li>"
    )


def _runbook(where: str) -> str:
    text = escape(where)
    if where.startswith(("https://", "http://")):
        return f' · <a href="{text}" rel="noreferrer">runbook</a>'
    return f" · runbook: <code>{text}</code>"


def _models(sight: Sight) -> str:
    models = sight.observation.models
    by_model: dict[str, list[Alert]] = {}
    for alert in (standing.alert for standing in sight.alerts):
        by_model.setdefault(alert.subject, []).append(alert)
    columns = "".join(f'<th scope="col" role="columnheader">{name}</th>' for name in _COLUMNS)
    rows = "".join(_row(model, sight, by_model.get(model.model_id, ())) for model in models)
    if not models:
        rows = f'<tr role="row"><td role="cell" colspan="{len(_COLUMNS)}" class="quiet">There are no models.</td></tr>'
    return (
        f'<section aria-labelledby="models"><h2 id="models">Models <span class="count">{len(models)}</span></h2>'
        # The roles stay when the style sheet makes cards of the rows, which takes a table's own meaning away.
        f'<table role="table" aria-labelledby="models"><thead role="rowgroup"><tr role="row">{columns}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table></section>\n'
    )


def _row(model: "ObservedModel", sight: Sight, alerts: "list[Alert] | tuple[()]") -> str:
    state = model.state
    marks = "".join(f'<span class="mark {_SEVERITIES[alert.severity]}">{escape(alert.rule)}</span>' for alert in alerts)
    paused = '<span class="mark critical">pool paused</span>' if model.pool_paused else ""
    cells = (
        ("Accrued", "amount", _amount(state.accrued)),
        ("Paid", "amount", _amount(state.paid)),
        ("Runway", "runway", _runway(model)),
        ("Split", "split", _split(state.infrastructure_accrual_bps, state.profit_share_bps)),
        ("Provider", "provider", _provider(state.provider, sight)),
    )
    rest = "".join(
        f'<td role="cell" class="{kind}" data-label="{label}"><div>{text}</div></td>' for label, kind, text in cells
    )
    name = f'<span class="id">{escape(model.model_id)}</span>{marks}{paused}'
    return f'<tr role="row"><th scope="row" role="rowheader">{name}</th>{rest}</tr>'


def _runway(model: "ObservedModel") -> str:
    runway, burn = model.runway.runway, model.runway.daily_burn
    if runway.state is RunwayState.UNKNOWN:
        return '<span class="unknown">unknown</span><small>no burn is known</small>'
    source = f"{_amount(burn)} a day, {escape(model.runway.burn_source.value)}" if burn is not None else ""
    if runway.days is None:
        return f"<b>unlimited</b><small>{source}</small>"
    until = "" if runway.depleted_on is None else f"until {runway.depleted_on.day} {runway.depleted_on:%b %Y}"
    kind, width = _kind(runway.days), min(100, runway.days * 100 // TARGET_DAYS)
    bar = (
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="rail" width="100" height="4"/><rect width="{width}" height="4"/></svg>'
    )
    days = f'<span class="{kind}"><b>{escape(runway_text(model))}</b>{bar}</span>'
    return f"{days}<small>{until}</small><small>{source}</small>"


def _kind(days: int) -> str:
    if days < CRITICAL_DAYS:
        return "critical"
    if days < LOW_DAYS:
        return "low"
    return "short" if days < TARGET_DAYS else "fine"


def _split(bps: int | None, profit: int | None) -> str:
    if bps is None:
        return '<span class="unknown">unknown</span>'
    return f"<b>{percent_text(bps)}</b> costs<small>{percent_text(profit)} profit</small>"


def _provider(provider: ChecksumAddress | None, sight: Sight) -> str:
    if provider is None:
        return '<span class="critical"><b>none</b></span><small>payments have no registered payee</small>'
    name = sight.names.get(provider)
    shown = f"<code>{escape(provider)}</code>"
    return shown if name is None else f"<b>{escape(name)}</b><small>{shown}</small>"


def _amount(amount: "TokenAmount") -> str:
    whole, point, fraction = amount.display.partition(".")
    text = f"{int(whole):,}{point}{fraction}"
    return f'<span class="number">{text}</span> <span class="unit">{escape(amount.token.symbol)}</span>'


def _when(timestamp: int) -> str:
    try:
        moment = datetime.fromtimestamp(timestamp, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return f"time {timestamp}"
    return f'<time datetime="{time_text(timestamp)}">{moment.day} {moment:%b %Y %H:%M} UTC</time>'

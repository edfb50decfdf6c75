"""Alerts in words, for whoever reads them on a telephone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from hokctl.config.monitoring import MonitorSettings
from hokctl.domain.alerts import Alert, Notice, NoticeKind
from hokctl.ledger.outbox import Compose
from hokctl.monitor.rules import runbook_of

_PREFIXES: Final = {
    NoticeKind.RAISED: "",
    NoticeKind.REPEATED: "still ",
    NoticeKind.RECOVERED: "recovered: ",
    NoticeKind.UNDONE: "undone: ",
}
_ENDINGS: Final = {
    NoticeKind.RECOVERED: "This no longer stands.",
    NoticeKind.UNDONE: "A reorganisation of the chain took this back: it did not happen.",
}
_LONG: Final = 24
_SHORT: Final = 10


def composer(network: str, settings: MonitorSettings) -> Compose:
    """Return what writes the notices about a deployment on `network`."""

    def compose(alert: Alert, kind: NoticeKind, notice_id: str) -> tuple[str, str]:
        about = alert.subject if len(alert.subject) <= _LONG else f"{alert.subject[:_SHORT]}…"
        title = f"{_PREFIXES[kind]}{alert.severity.value}: {alert.rule} ({about}) on {network}"
        lines = [alert.message, *(f"{name}: {value}" for name, value in alert.evidence.items())]
        if alert.happened_at is not None:
            lines.append(f"at: {_time(alert.happened_at)}")
        lines += [_ENDINGS[kind]] if kind in _ENDINGS else []
        lines += [f"runbook: {runbook_of(alert.rule, settings)}", f"id: {notice_id}"]
        return title, "\n".join(lines)

    return compose


def digest(notices: Sequence[Notice]) -> tuple[str, str]:
    """Return title and body of many notices as one message."""
    worst = min(notices, key=lambda notice: notice.severity.rank)
    title = f"{len(notices)} notices, the most urgent: {worst.title}"
    return title, "\n\n".join(f"{notice.title}\n{notice.body}" for notice in notices)


def _time(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, tz=UTC).isoformat().replace("+00:00", "Z")

"""Alerts as rows of the book."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from hokctl.domain.alerts import Alert, AlertKind, AlertSeverity


def row_to_alert(row: Row[Any]) -> Alert:
    """Return the alert in a row of the table."""
    return Alert(
        rule=row.rule,
        key=row.key,
        kind=AlertKind(row.kind),
        severity=AlertSeverity(row.severity),
        subject=row.subject,
        message=row.message,
        evidence=json.loads(row.evidence),
        happened_at=row.happened_at,
        block_number=row.block_number,
        tx_hash=row.tx_hash,
    )


def alert_values(alert: Alert) -> Mapping[str, object]:
    """Return the columns of an alert, its key apart."""
    return {
        "kind": alert.kind.value,
        "rule": alert.rule,
        "severity": alert.severity.value,
        "subject": alert.subject,
        "message": alert.message,
        "evidence": json.dumps(alert.evidence, sort_keys=True),
        "happened_at": alert.happened_at,
        "block_number": alert.block_number,
        "tx_hash": alert.tx_hash,
    }

"""What is to be told, and who was told: every notice is written down before it is sent, and claimed by one sender."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from eth_typing import ChecksumAddress
from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from hokctl.domain.alerts import Alert, AlertKind, AlertSeverity, Notice, NoticeKind
from hokctl.ledger.alert_rows import row_to_alert
from hokctl.ledger.database import Database
from hokctl.ledger.deployment_rows import find_deployment, note_deployment
from hokctl.ledger.schema import alerts, deliveries, notices

WAITING: Final = "waiting"
CLAIMED: Final = "claimed"
SENT: Final = "sent"
FAILED: Final = "failed"

LEASE_S: Final = 300
"""How long a sender has for one delivery. After that it is taken for dead, and another sends the notice again."""
_ID_DIGITS: Final = 16
_ENDS: Final = frozenset({NoticeKind.RECOVERED, NoticeKind.UNDONE})

Compose = Callable[[Alert, NoticeKind, str], tuple[str, str]]
"""Returns title and body of the notice with the given id about an alert."""


class Outbox:
    """The notices of one deployment, and to whom each was delivered.

    With several senders each delivery is claimed by exactly one. A sender that dies between sending and noting it
    leaves a claim that runs out, and the notice is sent once more under the same id: at least once, never lost.
    """

    def __init__(self, database: Database, place: tuple[int, ChecksumAddress]) -> None:
        """Keep the notices of the deployment with this chain id and reserve in `database`."""
        self._database = database
        self._place = place

    def announce(
        self,
        targets: Mapping[str, AlertSeverity],
        compose: Compose,
        *,
        since: int,
        repeat_after_s: int,
        now: int,
    ) -> tuple[Notice, ...]:
        """Write down a notice for whatever nobody was told of yet, to every target that is told of its severity.

        That is an alert that is new, became more urgent, or still stands after `repeat_after_s` (0: never), and one
        that is over. Events that happened and were found before `since` are past. Returns the new notices; `targets`
        are by their ids.
        """
        with self._database.writing() as connection:
            deployment = note_deployment(connection, *self._place)
            made = []
            for row, kind in self._due(connection, deployment, since=since, repeat_after_s=repeat_after_s, now=now):
                notice = _notice(row, kind, compose, deployment=deployment, now=now)
                _keep(connection, notice, _addressees(connection, row, notice, targets), deployment=deployment)
                _mark(connection, deployment, row, kind, now)
                made.append(notice)
        return tuple(made)

    def undelivered(self, target: str, *, now: int) -> tuple[Notice, ...]:
        """Return what `target` is still to be told, the oldest first; what another sender has claimed is left out."""
        with self._database.reading() as connection:
            deployment = find_deployment(connection, *self._place)
            rows = connection.execute(
                select(notices)
                .join(
                    deliveries,
                    (deliveries.c.notice_id == notices.c.id) & (deliveries.c.deployment_id == notices.c.deployment_id),
                )
                .where(notices.c.deployment_id == deployment, deliveries.c.target == target, _open(now))
                .order_by(notices.c.created_at, notices.c.id)
            ).all()
        return tuple(_to_notice(row) for row in rows)

    def claim(self, notice_id: str, target: str, *, now: int) -> bool:
        """Take a delivery on; return False where another sender has it, or it is done."""
        with self._database.writing() as connection:
            done = connection.execute(
                update(deliveries)
                .where(self._is(connection, notice_id, target), _open(now))
                .values(state=CLAIMED, at=now, attempts=deliveries.c.attempts + 1)
            )
            return done.rowcount == 1

    def settle(self, notice_id: str, target: str, *, sent: bool, now: int) -> None:
        """Note how a delivery ended. One that failed is open again at once."""
        with self._database.writing() as connection:
            connection.execute(
                update(deliveries)
                .where(self._is(connection, notice_id, target))
                .values(state=SENT if sent else FAILED, at=now)
            )

    def _is(self, connection: Connection, notice_id: str, target: str) -> ColumnElement[bool]:
        return (
            (deliveries.c.deployment_id == find_deployment(connection, *self._place))
            & (deliveries.c.notice_id == notice_id)
            & (deliveries.c.target == target)
        )

    def _due(
        self, connection: Connection, deployment: int, *, since: int, repeat_after_s: int, now: int
    ) -> Iterator[tuple[Row[Any], NoticeKind]]:
        over = alerts.c.recovered_at.is_not(None)
        wanted = select(alerts).where(
            alerts.c.deployment_id == deployment,
            (over & alerts.c.notified_at.is_not(None) & alerts.c.recovery_notified_at.is_(None))
            | (~over & ((alerts.c.kind == AlertKind.STATE.value) | alerts.c.notified_at.is_(None))),
        )
        for row in connection.execute(wanted.order_by(alerts.c.first_seen_at, alerts.c.key)).all():
            kind = _kind_due(row, since=since, repeat_after_s=repeat_after_s, now=now)
            if kind is not None:
                yield row, kind


def _kind_due(row: Row[Any], *, since: int, repeat_after_s: int, now: int) -> NoticeKind | None:
    """Return what is to be told of an alert now; None for nothing."""
    is_event = row.kind == AlertKind.EVENT.value
    if row.recovered_at is not None:
        if row.notified_at is None or row.recovery_notified_at is not None:
            return None
        return NoticeKind.UNDONE if is_event else NoticeKind.RECOVERED
    if row.notified_at is None:
        is_past = is_event and max(row.happened_at or 0, row.first_seen_at) < since
        return None if is_past else NoticeKind.RAISED
    if is_event:
        return None
    if AlertSeverity(row.severity).rank < AlertSeverity(row.notified_severity).rank:
        return NoticeKind.RAISED
    repeats = repeat_after_s and now - row.notified_at >= repeat_after_s
    return NoticeKind.REPEATED if repeats else None


def _notice(row: Row[Any], kind: NoticeKind, compose: Compose, *, deployment: int, now: int) -> Notice:
    told = row.notified_at or 0
    fingerprint = f"{deployment}/{row.key}/{row.occurrence}/{kind.value}/{row.severity}/{told}"
    notice_id = hashlib.sha256(fingerprint.encode()).hexdigest()[:_ID_DIGITS]
    title, body = compose(row_to_alert(row), kind, notice_id)
    return Notice(
        id=notice_id,
        key=row.key,
        kind=kind,
        severity=AlertSeverity(row.severity),
        title=title,
        body=body,
        created_at=now,
    )


def _addressees(
    connection: Connection, row: Row[Any], notice: Notice, targets: Mapping[str, AlertSeverity]
) -> Collection[str]:
    """Return who is told: whoever wants alerts of this severity; of an end, whoever was told of the beginning."""
    reached = [name for name, minimum in targets.items() if notice.severity.reaches(minimum)]
    if notice.kind not in _ENDS:
        return reached
    told = set(
        connection.scalars(
            select(deliveries.c.target)
            .join(
                notices,
                (deliveries.c.notice_id == notices.c.id) & (deliveries.c.deployment_id == notices.c.deployment_id),
            )
            .where(
                notices.c.deployment_id == row.deployment_id,
                notices.c.key == row.key,
                notices.c.created_at >= row.first_seen_at,
            )
        )
    )
    return [name for name in targets if name in told]


def _keep(connection: Connection, notice: Notice, told: Collection[str], *, deployment: int) -> None:
    connection.execute(
        insert(notices).values(
            deployment_id=deployment,
            id=notice.id,
            key=notice.key,
            kind=notice.kind.value,
            severity=notice.severity.value,
            title=notice.title,
            body=notice.body,
            created_at=notice.created_at,
        )
    )
    for target in told:
        row = {"notice_id": notice.id, "target": target, "state": WAITING, "attempts": 0, "at": notice.created_at}
        connection.execute(insert(deliveries).values(deployment_id=deployment, **row))


def _mark(connection: Connection, deployment: int, row: Row[Any], kind: NoticeKind, now: int) -> None:
    told = {"recovery_notified_at": now} if kind in _ENDS else {"notified_at": now, "notified_severity": row.severity}
    where = (alerts.c.deployment_id == deployment) & (alerts.c.key == row.key)
    connection.execute(update(alerts).where(where).values(**told))


def _open(now: int) -> ColumnElement[bool]:
    """Return which deliveries may be taken on: nobody has, it failed, or whoever had it is taken for dead."""
    abandoned = (deliveries.c.state == CLAIMED) & (deliveries.c.at <= now - LEASE_S)
    return deliveries.c.state.in_((WAITING, FAILED)) | abandoned


def _to_notice(row: Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        key=row.key,
        kind=NoticeKind(row.kind),
        severity=AlertSeverity(row.severity),
        title=row.title,
        body=row.body,
        created_at=row.created_at,
    )

"""The alerts that stand or happened, as every monitor at this book knows them; see ledger.outbox for who was told."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from eth_typing import ChecksumAddress
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from hokctl.domain.alerts import Alert, AlertKind, StandingAlert
from hokctl.domain.units import BlockRef
from hokctl.ledger.alert_rows import alert_values, row_to_alert
from hokctl.ledger.database import Database
from hokctl.ledger.deployment_rows import find_deployment, note_deployment
from hokctl.ledger.outbox import Outbox
from hokctl.ledger.schema import alerts, deliveries, monitor_state, notices

_KEPT_S: Final = 90 * 86_400
"""For how long notices are kept."""


class AlertBook:
    """The alerts of one deployment. Several monitors may share it: each step is whole, and only one takes it."""

    def __init__(self, database: Database, *, chain_id: int, reserve: ChecksumAddress) -> None:
        """Keep the alerts of the deployment whose reserve stands at `reserve` in `database`; use `Ledger.alerts`."""
        self._database = database
        self._place = (chain_id, reserve)
        self.outbox = Outbox(database, self._place)

    def next_block(self) -> int | None:
        """Return the first block whose events no round has looked at for good; None before the first round."""
        with self._database.reading() as connection:
            row = self._state(connection)
        return None if row is None else int(row.next_block)

    def last_head(self) -> BlockRef | None:
        """Return the newest block that a round saw; its timestamp is when one first did, by the clock here."""
        with self._database.reading() as connection:
            row = self._state(connection)
        return (
            None
            if row is None
            else BlockRef(number=row.head_block, hash=row.head_hash, timestamp=int(row.head_seen_at))
        )

    def standing(self, *, since: int) -> tuple[StandingAlert, ...]:
        """Return the states that stand and the events that happened or were found since then, the oldest first."""
        with self._database.reading() as connection:
            deployment = find_deployment(connection, *self._place)
            recent = (alerts.c.happened_at >= since) | (alerts.c.first_seen_at >= since)
            lasts = (alerts.c.kind == AlertKind.STATE.value) | recent
            rows = connection.execute(
                select(alerts)
                .where(alerts.c.deployment_id == deployment, alerts.c.recovered_at.is_(None), lasts)
                .order_by(alerts.c.first_seen_at, alerts.c.key)
            ).all()
        return tuple(_to_standing(row) for row in rows)

    def note(self, found: Collection[Alert], *, rules: Collection[str], now: int) -> None:
        """Keep what a round found, of several with one key the first. A state of `rules` not found again is over."""
        with self._database.writing() as connection:
            deployment = note_deployment(connection, *self._place)
            stands = (alerts.c.kind == AlertKind.STATE.value) & alerts.c.recovered_at.is_(None)
            news = {alert.key: alert for alert in reversed(tuple(found))}
            mine = _of(deployment), stands | alerts.c.key.in_(news)
            known = {row.key: row for row in connection.execute(select(alerts).where(*mine)).all()}
            for key, alert in reversed(news.items()):
                _note_one(connection, deployment, alert, known.get(key), now)
            over = [
                row.key
                for row in known.values()
                if row.kind == AlertKind.STATE.value
                and row.recovered_at is None
                and row.rule in rules
                and row.key not in news
            ]
            _end(connection, deployment, over, now)
            _forget(connection, deployment, now - _KEPT_S)

    def advance(
        self,
        *,
        next_block: int,
        first_block: int,
        head: BlockRef,
        found: Collection[Alert],
        now: int,
        transactions: Collection[str] = (),
    ) -> None:
        """Note up to where a round looked: from `first_block` to the head, for good up to before `next_block`.

        An event of the blocks looked at for good that was found before, is not in `found`, and whose transaction is
        none of `transactions`, those that were seen, was undone by a reorganisation. Never goes back: a monitor whose
        node is behind changes nothing.
        """
        with self._database.writing() as connection:
            deployment = note_deployment(connection, *self._place)
            row = self._state(connection)
            if row is None:
                connection.execute(
                    insert(monitor_state).values(deployment_id=deployment, **_head(next_block, head, now))
                )
                return
            before = connection.execute(
                select(alerts.c.key, alerts.c.tx_hash).where(
                    _of(deployment),
                    alerts.c.kind == AlertKind.EVENT.value,
                    alerts.c.recovered_at.is_(None),
                    alerts.c.block_number >= first_block,
                    alerts.c.block_number < next_block,
                )
            ).all()
            keys = {one.key for one in found}
            lost = [one.key for one in before if one.key not in keys and one.tx_hash not in transactions]
            _end(connection, deployment, lost, now)
            news = {"next_block": max(row.next_block, next_block)}
            if head.number > row.head_block:
                news |= _head(int(news["next_block"]), head, now)
            connection.execute(update(monitor_state).where(monitor_state.c.deployment_id == deployment).values(**news))

    def restart(self) -> None:
        """Forget up to where rounds looked: the chain is another one, such as that of a new devnet."""
        with self._database.writing() as connection:
            deployment = note_deployment(connection, *self._place)
            connection.execute(delete(monitor_state).where(monitor_state.c.deployment_id == deployment))

    def _state(self, connection: Connection) -> Row[Any] | None:
        deployment = find_deployment(connection, *self._place)
        return connection.execute(select(monitor_state).where(monitor_state.c.deployment_id == deployment)).first()


def _to_standing(row: Row[Any]) -> StandingAlert:
    return StandingAlert(
        alert=row_to_alert(row),
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        notified_at=row.notified_at,
    )


def _note_one(connection: Connection, deployment: int, alert: Alert, row: Row[Any] | None, now: int) -> None:
    """Add an alert, or bring the row that has its key up to date; one that was over begins anew."""
    values: dict[str, Any] = {**alert_values(alert), "last_seen_at": now}
    if row is None:
        fresh = {"deployment_id": deployment, "key": alert.key, "occurrence": 1, "first_seen_at": now}
        connection.execute(insert(alerts).values(**fresh, **values))
        return
    if row.recovered_at is not None:
        ended = {"recovered_at": None, "recovery_notified_at": None, "notified_at": None, "notified_severity": None}
        values |= {**ended, "occurrence": row.occurrence + 1, "first_seen_at": now}
    connection.execute(update(alerts).where(_of(deployment), alerts.c.key == alert.key).values(**values))


def _end(connection: Connection, deployment: int, keys: Iterable[str], now: int) -> None:
    for key in keys:
        connection.execute(update(alerts).where(_of(deployment), alerts.c.key == key).values(recovered_at=now))


def _forget(connection: Connection, deployment: int, before: int) -> None:
    """Drop notices that nobody needs any more; alerts stay."""
    old = select(notices.c.id).where(notices.c.deployment_id == deployment, notices.c.created_at < before)
    connection.execute(
        delete(deliveries).where(deliveries.c.deployment_id == deployment, deliveries.c.notice_id.in_(old))
    )
    connection.execute(delete(notices).where(notices.c.deployment_id == deployment, notices.c.created_at < before))


def _head(next_block: int, head: BlockRef, now: int) -> dict[str, Any]:
    return {"next_block": next_block, "head_block": head.number, "head_hash": head.hash, "head_seen_at": now}


def _of(deployment: int) -> ColumnElement[bool]:
    return alerts.c.deployment_id == deployment

"""What was seen of each model, and when: the history that a chain without an archive cannot give back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress
from sqlalchemy import Connection, Row, delete, func, insert, select

from hokctl.domain.units import ModelId
from hokctl.ledger.database import Database
from hokctl.ledger.deployment_rows import find_deployment, note_deployment
from hokctl.ledger.schema import snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSnapshot:
    """One model at one block. Amounts are base units of the reserve's token."""

    model_id: ModelId
    block_number: int
    timestamp: int
    """The block's time, in seconds since the epoch."""
    accrued_units: int
    """Set aside and not paid out."""
    paid_units: int
    provider: ChecksumAddress | None
    infrastructure_accrual_bps: int | None
    daily_burn_units: int | None
    runway_days: int | None
    """None where it was unknown or unlimited."""


class SnapshotBook:
    """The snapshots of one deployment, known by its chain and its reserve."""

    def __init__(self, database: Database, chain_id: int, reserve: ChecksumAddress) -> None:
        """Keep them in `database`."""
        self._database = database
        self._deployment = (chain_id, reserve)

    def add(self, seen: Iterable[ModelSnapshot]) -> None:
        """Keep snapshots; one of the same model at the same block is replaced, unless it alone tells the burn."""
        rows = list(seen)
        if not rows:
            return
        with self._database.writing() as connection:
            deployment = note_deployment(connection, *self._deployment)
            for row in rows:
                same = [
                    snapshots.c.deployment_id == deployment,
                    snapshots.c.block_number == row.block_number,
                    snapshots.c.model_id == row.model_id,
                ]
                if row.daily_burn_units is None:
                    same.append(snapshots.c.daily_burn.is_(None))
                connection.execute(delete(snapshots).where(*same))
            known = set(_keys_of(connection, deployment, {row.block_number for row in rows}))
            new = [_to_row(row, deployment) for row in rows if (row.block_number, row.model_id) not in known]
            if new:
                connection.execute(insert(snapshots), new)

    def points(self, model_id: ModelId, *, since: int | None, limit: int) -> Sequence[ModelSnapshot]:
        """Return at most `limit` snapshots of a model from `since` (epoch seconds) on, the newest, in order of time."""
        with self._database.reading() as connection:
            deployment = find_deployment(connection, *self._deployment)
            wanted = select(snapshots).where(
                snapshots.c.deployment_id == deployment,
                snapshots.c.model_id == model_id,
                snapshots.c.timestamp >= (since or 0),
            )
            found = connection.execute(wanted.order_by(snapshots.c.block_number.desc()).limit(limit)).all()
        return [_from_row(row) for row in reversed(found)]

    def latest(self) -> dict[ModelId, ModelSnapshot]:
        """Return the newest snapshot of every model."""
        with self._database.reading() as connection:
            deployment = find_deployment(connection, *self._deployment)
            newest = (
                select(snapshots.c.model_id, func.max(snapshots.c.block_number).label("block_number"))
                .where(snapshots.c.deployment_id == deployment, snapshots.c.model_id != "")
                .group_by(snapshots.c.model_id)
                .subquery()
            )
            joined = select(snapshots).join(
                newest,
                (snapshots.c.model_id == newest.c.model_id) & (snapshots.c.block_number == newest.c.block_number),
            )
            found = connection.execute(joined.where(snapshots.c.deployment_id == deployment)).all()
        return {ModelId(row.model_id): _from_row(row) for row in found}


def _keys_of(connection: Connection, deployment: int, blocks: Collection[int]) -> Iterable[tuple[int, str]]:
    """Yield block and model of the snapshots that are kept of these blocks."""
    mine = snapshots.c.deployment_id == deployment
    found = connection.execute(
        select(snapshots.c.block_number, snapshots.c.model_id).where(mine, snapshots.c.block_number.in_(sorted(blocks)))
    )
    return ((row.block_number, row.model_id) for row in found)


def _to_row(seen: ModelSnapshot, deployment: int) -> dict[str, object]:
    return {
        "deployment_id": deployment,
        "block_number": seen.block_number,
        "model_id": seen.model_id,
        "timestamp": seen.timestamp,
        "accrued": str(seen.accrued_units),
        "paid": str(seen.paid_units),
        "provider": seen.provider,
        "infrastructure_accrual_bps": seen.infrastructure_accrual_bps,
        "daily_burn": None if seen.daily_burn_units is None else str(seen.daily_burn_units),
        "runway_days": None if seen.runway_days is None else str(seen.runway_days),
    }


def _from_row(row: "Row[tuple[object, ...]]") -> ModelSnapshot:
    found = row._mapping  # noqa: SLF001  # SQLAlchemy's public name for a row as a mapping
    return ModelSnapshot(
        model_id=ModelId(found["model_id"]),
        block_number=found["block_number"],
        timestamp=found["timestamp"],
        accrued_units=int(found["accrued"]),
        paid_units=int(found["paid"]),
        provider=found["provider"],
        infrastructure_accrual_bps=found["infrastructure_accrual_bps"],
        daily_burn_units=None if found["daily_burn"] is None else int(found["daily_burn"]),
        runway_days=None if found["runway_days"] is None else int(found["runway_days"]),
    )

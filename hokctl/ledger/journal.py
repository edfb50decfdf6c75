"""The journal of every transaction that hokctl signed, so that none is ever sent a second time."""

from collections.abc import Iterable
from typing import Final

from eth_typing import ChecksumAddress
from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from hokctl.domain.ports import JournalEntry, JournalState
from hokctl.domain.protocol_events import IndexedTransaction
from hokctl.domain.units import TxHash
from hokctl.ledger.database import Database
from hokctl.ledger.errors import LedgerError
from hokctl.ledger.event_rows import row_to_transaction
from hokctl.ledger.schema import journal, transactions

_RANK: Final = {
    JournalState.SIGNED: 0,
    JournalState.SENT: 1,
    JournalState.MINED: 2,
    JournalState.FAILED: 2,
    JournalState.CONCLUDED: 3,
}
_AT_ONCE: Final = 500
"""How many transactions a statement asks for."""
_OPEN: Final = (JournalState.SIGNED.value, JournalState.SENT.value)


class LedgerJournal:
    """A domain.ports.Journal in the book: what `record` returned from survives a crash and a power cut."""

    def __init__(self, database: Database) -> None:
        """Keep the journal in `database`."""
        self._database = database

    def record(self, entry: JournalEntry) -> None:
        """Write `entry` durably, before it is broadcast; the same transaction again changes nothing.

        Unless the first one failed: a node that refused it then may take the very same bytes now, so that it is open
        again, and the newest.
        """
        with self._database.writing() as connection:
            same = _is(entry.chain_id, entry.tx_hash)
            connection.execute(delete(journal).where(same, journal.c.state == JournalState.FAILED.value))
            if connection.execute(select(journal.c.id).where(same)).first():
                return
            connection.execute(
                insert(journal).values(
                    chain_id=entry.chain_id,
                    tx_hash=entry.tx_hash,
                    sender=entry.sender,
                    nonce=entry.nonce,
                    purpose=entry.purpose,
                    key=entry.key,
                    raw=entry.raw,
                    state=entry.state.value,
                    created_at=entry.created_at,
                )
            )

    def settle(self, chain_id: int, tx_hash: TxHash, state: JournalState) -> None:
        """Change the state of the entry with `tx_hash`; news that arrive late never take a step back.

        An entry that was never recorded raises LedgerError.
        """
        with self._database.writing() as connection:
            found = connection.scalar(select(journal.c.state).where(_is(chain_id, tx_hash)))
            if found is None:
                raise LedgerError(
                    f"The journal has no transaction {tx_hash} on chain {chain_id}.",
                    hint="Check that the configured ledger is the one the transaction was sent with.",
                )
            if _RANK[state] >= _RANK[JournalState(found)]:
                connection.execute(update(journal).where(_is(chain_id, tx_hash)).values(state=state.value))

    def find(self, chain_id: int, key: str) -> tuple[JournalEntry, ...]:
        """Return the entries for `key`, oldest first."""
        return self._select(journal.c.chain_id == chain_id, journal.c.key == key)

    def open_entries(self, chain_id: int, sender: ChecksumAddress | None = None) -> tuple[JournalEntry, ...]:
        """Return the entries, all or those of `sender`, that are neither mined nor failed, by nonce and then oldest."""
        whose = [] if sender is None else [journal.c.sender == sender]
        entries = self._select(journal.c.chain_id == chain_id, journal.c.state.in_(_OPEN), *whose)
        return tuple(sorted(entries, key=lambda entry: entry.nonce))

    def under_way(self, chain_id: int, sender: ChecksumAddress, prefix: str) -> tuple[JournalEntry, ...]:
        """Return the entries of `sender` whose keys begin with `prefix`, neither concluded nor failed, oldest first."""
        return self._select(
            journal.c.chain_id == chain_id,
            journal.c.sender == sender,
            journal.c.key.startswith(prefix, autoescape=True),
            journal.c.state.in_((*_OPEN, JournalState.MINED.value)),
        )

    def entries(self, chain_id: int, *, since: int, until: int) -> tuple[JournalEntry, ...]:
        """Return what was recorded on a chain from `since` on and before `until`, oldest first."""
        moment = journal.c.created_at
        return self._select(journal.c.chain_id == chain_id, moment >= since, moment < until)

    def recorded(self, chain_id: int, tx_hashes: Iterable[TxHash]) -> frozenset[TxHash]:
        """Return those of the transactions that were recorded."""
        wanted, found = sorted(set(tx_hashes)), set[TxHash]()
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = journal.c.tx_hash.in_(wanted[start : start + _AT_ONCE])
                found.update(connection.scalars(select(journal.c.tx_hash).where(journal.c.chain_id == chain_id, some)))
        return frozenset(found)

    def receipts(self, chain_id: int) -> tuple[IndexedTransaction, ...]:
        """Return what became of the transactions in the journal, as far as the index knows, by block."""
        query = (
            select(transactions)
            .join(
                journal,
                (journal.c.chain_id == transactions.c.chain_id) & (journal.c.tx_hash == transactions.c.tx_hash),
            )
            .where(transactions.c.chain_id == chain_id)
            .order_by(transactions.c.block_number, transactions.c.tx_hash)
        )
        with self._database.reading() as connection:
            return tuple(row_to_transaction(row) for row in connection.execute(query).all())

    def _select(self, *conditions: ColumnElement[bool]) -> tuple[JournalEntry, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(select(journal).where(*conditions).order_by(journal.c.id)).all()
        return tuple(_to_entry(row) for row in rows)


def _is(chain_id: int, tx_hash: str) -> ColumnElement[bool]:
    return (journal.c.chain_id == chain_id) & (journal.c.tx_hash == tx_hash)


def _to_entry(row: Row[tuple[object, ...]]) -> JournalEntry:
    fields = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's documented accessor for rows by name
    del fields["id"]
    return JournalEntry(**fields | {"state": JournalState(fields["state"]), "raw": bytes(fields["raw"])})

"""The index of a deployment's events: a cache of what the chain says, up to the block that it covers."""

import operator
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from eth_typing import ChecksumAddress
from sqlalchemy import ColumnElement, Connection, Row, select, tuple_

from hokctl.domain.protocol_events import Coverage, IndexedContract, IndexedTransaction, ProtocolEvent
from hokctl.domain.units import BlockRef, InvoiceHash, ModelId, TxHash, model_topic
from hokctl.ledger import index_receipts, index_writing
from hokctl.ledger.database import Database
from hokctl.ledger.deployment_rows import find_deployment, note_deployment
from hokctl.ledger.errors import IndexMovedError
from hokctl.ledger.event_rows import row_to_contract, row_to_event, row_to_transaction
from hokctl.ledger.index_writing import Dropped, Undone
from hokctl.ledger.schema import blocks, events, index_contracts, index_state, transactions
from hokctl.ledger.unsettling import NotedPayment, load_payments, unsettle

_PAGE: Final = 2_000
"""How many events are in memory at a time while they are read."""
_VARIABLES: Final = 500
"""How many values a statement compares with at a time."""


class EventIndex:
    """The events of one deployment. A step forward or back is whole or not at all, whenever the process dies."""

    def __init__(
        self, database: Database, *, chain_id: int, reserve: ChecksumAddress, model_ids: Iterable[ModelId] = ()
    ) -> None:
        """Index in `database` the deployment whose reserve stands at `reserve`; use `Ledger.index`.

        Events are given the ids of models that the index has learnt, or that `model_ids` names.
        """
        self._database = database
        self.chain_id, self.reserve = chain_id, reserve
        self.kept_open = database.kept_open
        self._names = {model_topic(model_id): model_id for model_id in model_ids}

    @property
    def coverage(self) -> Coverage | None:
        """Which blocks the index covers; None before the first sync."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(index_state.c.first_block, blocks)
                .join(blocks, index_state.c.deployment_id == blocks.c.deployment_id)
                .where(
                    index_state.c.deployment_id == self._id(connection),
                    blocks.c.number == index_state.c.next_block - 1,
                )
            ).first()
        if row is None:
            return None
        return Coverage(
            first_block=row.first_block, last_block=row.number, last_hash=row.hash, last_timestamp=row.timestamp
        )

    @property
    def contracts(self) -> tuple[IndexedContract, ...]:
        """The contracts whose events the index holds, by address."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(index_contracts)
                .where(index_contracts.c.deployment_id == self._id(connection))
                .order_by(index_contracts.c.address)
            ).all()
        return tuple(row_to_contract(row) for row in rows)

    def model_names(self) -> dict[str, ModelId]:
        """Return the ids of the models that are known, by their hashes."""
        found = {model_topic(one.model_id): one.model_id for one in self.contracts if one.model_id is not None}
        return found | self._names

    def events(
        self,
        *,
        names: Collection[str] = (),
        model_id: ModelId | None = None,
        payee: ChecksumAddress | None = None,
        invoice_hash: InvoiceHash | None = None,
        from_block: int | None = None,
        to_block: int | None = None,
        since: int | None = None,
        until: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[ProtocolEvent]:
        """Yield the events that fit all that is given, in the chain's order, a page of them in memory at a time.

        From `from_block` to `to_block`, both included; of the seconds since the epoch from `since` on, and before
        `until`. Without names, those of any name.
        """
        topic = None if model_id is None else model_topic(model_id)
        fits = (
            (events.c.model_topic, operator.eq, topic),
            (events.c.payee, operator.eq, payee),
            (events.c.invoice_hash, operator.eq, invoice_hash),
            (events.c.block_number, operator.ge, from_block),
            (events.c.block_number, operator.le, to_block),
            (events.c.timestamp, operator.ge, since),
            (events.c.timestamp, operator.lt, until),
        )
        wanted = [compare(column, value) for column, compare, value in fits if value is not None]
        wanted += [events.c.name.in_(sorted(names))] if names else []
        known = self.model_names()
        for row in self._pages(wanted, newest_first=newest_first):
            yield row_to_event(row, known)

    def _pages(self, wanted: list[ColumnElement[bool]], *, newest_first: bool) -> Iterator[Row[Any]]:
        """Yield rows; between pages no transaction is open, so that the book can be written meanwhile."""
        place = tuple_(events.c.block_number, events.c.log_index)
        order = (events.c.block_number, events.c.log_index)
        query = select(events).where(*wanted).limit(_PAGE)
        query = query.order_by(*(one.desc() for one in order)) if newest_first else query.order_by(*order)
        beyond: list[ColumnElement[bool]] = []
        while True:
            with self._database.reading() as connection:
                mine = events.c.deployment_id == self._id(connection)
                rows = connection.execute(query.where(mine, *beyond)).all()
            yield from rows
            if len(rows) < _PAGE:
                return
            last = tuple_(rows[-1].block_number, rows[-1].log_index)
            beyond = [place < last if newest_first else place > last]

    def has_event(self, block_number: int, log_index: int, tx_hash: TxHash) -> bool:
        """Tell whether the index holds an event at this place, of this transaction."""
        with self._database.reading() as connection:
            found = connection.scalar(
                select(events.c.tx_hash).where(
                    events.c.deployment_id == self._id(connection),
                    events.c.block_number == block_number,
                    events.c.log_index == log_index,
                )
            )
        return found == tx_hash

    def transactions(self, tx_hashes: Iterable[TxHash]) -> dict[TxHash, IndexedTransaction]:
        """Return those of the transactions whose receipts the index holds."""
        wanted = sorted(set(tx_hashes))
        found: dict[TxHash, IndexedTransaction] = {}
        for start in range(0, len(wanted), _VARIABLES):
            some = wanted[start : start + _VARIABLES]
            with self._database.reading() as connection:
                rows = connection.execute(
                    select(transactions).where(
                        transactions.c.chain_id == self.chain_id, transactions.c.tx_hash.in_(some)
                    )
                ).all()
            found |= {TxHash(row.tx_hash): row_to_transaction(row) for row in rows}
        return found

    def block(self, number: int) -> BlockRef | None:
        """Return the block `number` as the index knows it: with an event in it, or the last of a part."""
        return self._block(blocks.c.number == number)

    def times(self, numbers: Iterable[int]) -> dict[int, int]:
        """Return when those of the blocks were that the index knows, in seconds since the epoch."""
        wanted = sorted(set(numbers))
        found: dict[int, int] = {}
        with self._database.reading() as connection:
            mine = blocks.c.deployment_id == self._id(connection)
            for start in range(0, len(wanted), _VARIABLES):
                some = blocks.c.number.in_(wanted[start : start + _VARIABLES])
                rows = connection.execute(select(blocks.c.number, blocks.c.timestamp).where(mine, some))
                found |= {row.number: row.timestamp for row in rows}
        return found

    def block_below(self, number: int) -> BlockRef | None:
        """Return the highest block below `number` that the index knows."""
        return self._block(blocks.c.number < number)

    def block_numbers(self, first: int, last: int, most: int) -> list[int]:
        """Return up to `most` of the known blocks between two numbers, spread evenly by their numbers.

        For a search by halves: of each of `most` equal parts the highest.
        """
        step = max(1, -(-(last - first + 1) // most))
        bounds = [min(start + step, last + 1) for start in range(first, last + 1, step)]
        with self._database.reading() as connection:
            mine = blocks.c.deployment_id == self._id(connection)
            found = [
                connection.scalar(
                    select(blocks.c.number)
                    .where(mine, blocks.c.number >= first, blocks.c.number < bound)
                    .order_by(blocks.c.number.desc())
                    .limit(1)
                )
                for bound in bounds
            ]
        return sorted({number for number in found if number is not None})

    def put(
        self,
        found: Iterable[ProtocolEvent],
        *,
        first: int,
        last: BlockRef,
        contracts: Iterable[IndexedContract] = (),
        late: Collection[ChecksumAddress] = (),
    ) -> int:
        """Add all events of the blocks from `first` to `last`, and contracts that are new; return how many events.

        `first` is the block after the last one covered, or begins a new index. With `late` the events are those of
        these contracts alone, which came to the index late: their own progress moves then. Raises IndexMovedError,
        and changes nothing, when the index stands elsewhere: another process was here.
        """
        with self._database.writing() as connection:
            deployment_id = note_deployment(connection, self.chain_id, self.reserve)
            index_writing.add_contracts(connection, deployment_id, contracts)
            if late:
                moved = index_writing.move_late(connection, deployment_id, late, first=first, last=last.number)
            else:
                moved = index_writing.move(connection, deployment_id, first=first, last=last.number)
            if not moved:
                connection.rollback()
                raise IndexMovedError(self._database.place)
            return index_writing.add_events(connection, deployment_id, found, last)

    def add_contracts(self, contracts: Iterable[IndexedContract]) -> None:
        """Note contracts whose events belong into the index; those that are known stay as they are."""
        with self._database.writing() as connection:
            deployment_id = note_deployment(connection, self.chain_id, self.reserve)
            index_writing.add_contracts(connection, deployment_id, contracts)

    def undo(self, from_block: int, *, expected: BlockRef, unpaid: Iterable[NotedPayment] = ()) -> Undone:
        """Forget everything of `from_block` and later blocks: they are no longer part of the chain.

        `unpaid` are payments of the book's lines that went with them. Raises IndexMovedError when `expected` is not
        the last block covered any more.
        """
        with self._database.writing() as connection:
            deployment_id = note_deployment(connection, self.chain_id, self.reserve)
            if not index_writing.stands_at(connection, deployment_id, expected):
                raise IndexMovedError(self._database.place)
            unsettle(connection, unpaid)
            return index_writing.undo(connection, deployment_id, self.chain_id, from_block)

    def lacking_receipts(self, names: Collection[str], most: int) -> list[tuple[int, TxHash]]:
        """Return up to `most` transactions of events with these names, by block, that the index has no receipts of."""
        with self._database.reading() as connection:
            found = self._id(connection)
            return index_receipts.lacking_of_events(connection, found, self.chain_id, names, most)

    def lacking_journal(self) -> list[TxHash]:
        """Return the transactions that hokctl sent on this chain and that the index has no receipts of."""
        with self._database.reading() as connection:
            return index_receipts.lacking_of_journal(connection, self.chain_id)

    def put_transactions(self, found: Iterable[IndexedTransaction], *, names: Collection[str] = ()) -> int:
        """Add receipts, and return how many are new.

        With names, note up to where no receipt of such events is lacking any more.
        """
        with self._database.writing() as connection:
            count = index_receipts.add_transactions(connection, found)
            if names:
                deployment_id = note_deployment(connection, self.chain_id, self.reserve)
                index_receipts.note_receipts(connection, deployment_id, self.chain_id, names)
            return count

    def tells_of(self, receipt: IndexedTransaction) -> bool:
        """Tell whether an event of the index is of this transaction."""
        number = receipt.block_number
        return any(event.tx_hash == receipt.tx_hash for event in self.events(from_block=number, to_block=number))

    def payments(self, first: int, last: int | None = None) -> tuple[NotedPayment, ...]:
        """Return the lines of the book that events of these blocks paid, of all later ones without a last one."""
        with self._database.reading() as connection:
            return load_payments(connection, self.chain_id, first=first, last=last)

    def unsettle(self, gone: Iterable[NotedPayment]) -> None:
        """Note in the book that these payments are no longer part of the chain."""
        with self._database.writing() as connection:
            unsettle(connection, gone)

    def drop(self) -> Dropped:
        """Forget all events, blocks, contracts and transactions: a sync gives them back. Snapshots stay."""
        with self._database.writing() as connection:
            deployment_id = note_deployment(connection, self.chain_id, self.reserve)
            return index_writing.drop(connection, deployment_id, self.chain_id)

    def _block(self, condition: ColumnElement[bool]) -> BlockRef | None:
        with self._database.reading() as connection:
            row = connection.execute(
                select(blocks)
                .where(blocks.c.deployment_id == self._id(connection), condition)
                .order_by(blocks.c.number.desc())
                .limit(1)
            ).first()
        return None if row is None else BlockRef(number=row.number, hash=row.hash, timestamp=row.timestamp)

    def _id(self, connection: Connection) -> int | None:
        return find_deployment(connection, self.chain_id, self.reserve)

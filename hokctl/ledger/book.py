"""The book as a whole: one database with the invoices and the journal."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from eth_typing import ChecksumAddress
from sqlalchemy.engine import URL

from hokctl.domain.units import ModelId
from hokctl.ledger.alerts import AlertBook
from hokctl.ledger.database import Database
from hokctl.ledger.events import EventIndex
from hokctl.ledger.invoices import InvoiceBook
from hokctl.ledger.journal import LedgerJournal
from hokctl.ledger.snapshots import SnapshotBook

BUSY_TIMEOUT_S: Final = 10.0


class Ledger:
    """The invoices, and everything hokctl signed for the chain. Several processes may share one."""

    def __init__(self, database: Database) -> None:
        """Keep the book in `database`; use `open` or `at`."""
        self._database = database
        self.invoices = InvoiceBook(database)
        self.journal = LedgerJournal(database)

    @classmethod
    def open(cls, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Self:
        """Return the book at the SQLAlchemy URL `url`, created if it is not there; `sqlite://` lives in memory.

        Raises LedgerError when it cannot be used, LedgerUrlError for a wrong URL, LedgerVersionError for a book of
        a later hokctl.
        """
        return cls(Database(url, busy_timeout_s=busy_timeout_s))

    @classmethod
    def at(cls, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Self:
        """Return the book in the SQLite file `path`, created if it is not there."""
        url = URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)
        return cls.open(url, busy_timeout_s=busy_timeout_s)

    def index(self, chain_id: int, reserve: ChecksumAddress, model_ids: Iterable[ModelId] = ()) -> EventIndex:
        """Return the index of the events of the deployment whose reserve stands at `reserve`.

        Its events name the models of `model_ids`, and those that the index has learnt itself.
        """
        return EventIndex(self._database, chain_id=chain_id, reserve=reserve, model_ids=model_ids)

    def alerts(self, chain_id: int, reserve: ChecksumAddress) -> AlertBook:
        """Return the alerts of the deployment whose reserve stands at `reserve`."""
        return AlertBook(self._database, chain_id=chain_id, reserve=reserve)

    @property
    def place(self) -> str:
        """Where the book is, without secrets."""
        return self._database.place

    def snapshots_of(self, chain_id: int, reserve: ChecksumAddress) -> SnapshotBook:
        """Return what was seen of the deployment with this reserve."""
        return SnapshotBook(self._database, chain_id, reserve)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Self:
        """Return the book itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the book."""
        self.close()

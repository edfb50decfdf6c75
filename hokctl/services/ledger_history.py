"""What happened to a deployment, from the index of events, and what hokctl sent, from the journal."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby, islice
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.history import SENT, kind_of, names_of
from hokctl.domain.ports import JournalEntry
from hokctl.domain.protocol_events import PAYMENT, IndexedTransaction, ProtocolEvent
from hokctl.domain.units import InvoiceHash, ModelId, TxHash, model_topic
from hokctl.services.ledger_movements import unexplained_transfers
from hokctl.services.models import UnknownModelError

if TYPE_CHECKING:
    from hokctl.domain.invoices import Invoice
    from hokctl.ledger.book import Ledger
    from hokctl.ledger.events import EventIndex
    from hokctl.services.deployments import Deployment

_FOREVER: Final = 2**62
_DAY_S: Final = 86_400
_Placed = tuple[int, int, tuple[int, int], ProtocolEvent | JournalEntry]
"""When, an event after the journal of the same second, where in the chain, and what."""
_TRANSFERS: Final = "transfer"
_MONEY: Final = ("amount", "totalAmount")
"""Which arguments are amounts of the reserve token, the first that an event has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """What of the history is wanted: all that fits everything given."""

    kinds: frozenset[str] = frozenset()
    """Of domain.history.KINDS; empty for all."""
    model_id: ModelId | None = None
    payee: ChecksumAddress | None = None
    since: int | None = None
    """The first second since the epoch."""
    until: int | None = None
    """The second before which it ends."""
    every_transfer: bool = False
    """Also the token's transfers that a payment, a deposit or a withdrawal tells of, as when they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One line of the history: an event, or a transaction of hokctl's that no event tells of."""

    timestamp: int
    block_number: int | None
    """None for a transaction that the index has no receipt of."""
    kind: str
    event: ProtocolEvent | None
    entry: JournalEntry | None
    """What the journal has of a transaction that no event tells of."""
    amount: TokenAmount | None
    invoices: "tuple[Invoice, ...]"
    """The payee's invoices that have the payment's hash, void ones too; where there is none, those of others."""
    transaction: IndexedTransaction | None

    @property
    def tx_hash(self) -> TxHash:
        """The transaction."""
        if self.event is not None:
            return self.event.tx_hash
        if self.entry is None:
            raise RuntimeError("a line of the history is an event's or the journal's")
        return self.entry.tx_hash


def read_history(
    ledger: "Ledger", index: "EventIndex", token: Token, wanted: HistoryFilter, *, limit: int
) -> tuple[HistoryEntry, ...]:
    """Return the newest `limit` lines that fit, the oldest first. Only they are in memory, however long the index is.

    Transactions of the journal without an event of the protocol stand between the events, at the time of their block,
    else at that of their sending; they are left out where a model or a payee is asked for.
    """
    events: Iterator[_Placed] = ((one.timestamp, 1, one.place, one) for one in _events(index, wanted))
    entries: Iterator[_Placed] = ((at, 0, (0, 0), one) for at, one in _entries(ledger, index, wanted, limit))
    merged = heapq.merge(events, entries, key=lambda one: one[:3], reverse=True)
    newest = [one[3] for one in islice(merged, limit)][::-1]
    return tuple(_tell(ledger, index, token, newest))


def open_index(ledger: "Ledger", deployment: "Deployment") -> "EventIndex":
    """Return the index of a deployment's events."""
    return ledger.index(deployment.chain_id, deployment.suite.reserve_address, deployment.model_ids)


def check_model(index: "EventIndex", model_id: ModelId, network: str) -> None:
    """Raise UnknownModelError for a model that neither deployment nor index knows."""
    if model_topic(model_id) not in index.model_names() and next(index.events(model_id=model_id), None) is None:
        raise UnknownModelError(model_id, network)


def days_to_seconds(first: date | None, last: date | None) -> tuple[int | None, int | None]:
    """Return the seconds since the epoch from which and before which the days from `first` to `last` are, in UTC."""
    since = None if first is None else int(datetime.combine(first, time(), UTC).timestamp())
    until = None if last is None else int(datetime.combine(last, time(), UTC).timestamp()) + _DAY_S
    return since, until


def _events(index: "EventIndex", wanted: HistoryFilter) -> Iterator[ProtocolEvent]:
    if wanted.kinds == {SENT}:
        return
    names = names_of(wanted.kinds)
    found = index.events(
        names=names,
        model_id=wanted.model_id,
        payee=wanted.payee,
        since=wanted.since,
        until=wanted.until,
        newest_first=True,
    )
    if not wanted.kinds and not wanted.every_transfer:
        found = _without_own_transfers(found, index.reserve)
    for event in found:
        if not wanted.kinds or kind_of(event) in wanted.kinds:
            yield event


def _without_own_transfers(found: Iterable[ProtocolEvent], reserve: ChecksumAddress) -> Iterator[ProtocolEvent]:
    for _, group in groupby(found, key=lambda event: (event.block_number, event.tx_hash)):
        events = list(group)
        left = {event.place for event in unexplained_transfers(events, reserve)}
        yield from (event for event in events if kind_of(event) != _TRANSFERS or event.place in left)


def _entries(
    ledger: "Ledger", index: "EventIndex", wanted: HistoryFilter, limit: int
) -> list[tuple[int, JournalEntry]]:
    """Return what the journal has and no event tells of, the newest first."""
    if (wanted.kinds and SENT not in wanted.kinds) or wanted.model_id is not None or wanted.payee is not None:
        return []
    entries = ledger.journal.entries(index.chain_id, since=wanted.since or 0, until=wanted.until or _FOREVER)
    receipts = index.transactions(entry.tx_hash for entry in entries)
    mined = {entry.tx_hash: receipts[entry.tx_hash] for entry in entries if entry.tx_hash in receipts}
    timed = [(mined[one.tx_hash].timestamp if one.tx_hash in mined else one.created_at, one) for one in entries]
    newest = sorted(timed, key=lambda one: one[0], reverse=True)
    untold = (one for one in newest if one[1].tx_hash not in mined or not index.tells_of(mined[one[1].tx_hash]))
    return list(islice(untold, limit))


def _tell(
    ledger: "Ledger", index: "EventIndex", token: Token, found: Iterable[ProtocolEvent | JournalEntry]
) -> Iterator[HistoryEntry]:
    lines = list(found)
    receipts = index.transactions(one.tx_hash for one in lines)
    invoices: dict[InvoiceHash, tuple[Invoice, ...]] = {}
    for one in lines:
        receipt = receipts.get(one.tx_hash)
        if isinstance(one, JournalEntry):
            yield HistoryEntry(
                timestamp=one.created_at if receipt is None else receipt.timestamp,
                block_number=None if receipt is None else receipt.block_number,
                kind=SENT,
                event=None,
                entry=one,
                amount=None,
                invoices=(),
                transaction=receipt,
            )
            continue
        yield HistoryEntry(
            timestamp=one.timestamp,
            block_number=one.block_number,
            kind=kind_of(one),
            event=one,
            entry=None,
            amount=_amount(one, token),
            invoices=_invoices(ledger, one, invoices),
            transaction=receipt,
        )


def _amount(event: ProtocolEvent, token: Token) -> TokenAmount | None:
    """Return how much of the reserve token the event is about; None where it is about something else."""
    if kind_of(event) not in {"payment", "deposit", "fee", "withdrawal", "transfer"}:
        return None
    units = next((event.args[name] for name in (*_MONEY, "value") if name in event.args), None)
    return token.amount(units) if isinstance(units, int) else None


def _invoices(
    ledger: "Ledger", event: ProtocolEvent, known: "dict[InvoiceHash, tuple[Invoice, ...]]"
) -> "tuple[Invoice, ...]":
    value = event.args.get("invoiceHash")
    if event.name != PAYMENT or not isinstance(value, bytes):
        return ()
    invoice_hash = InvoiceHash("0x" + value.hex())
    if invoice_hash not in known:
        known[invoice_hash] = ledger.invoices.find_by_hash(invoice_hash)
    same = known[invoice_hash]
    return tuple(one for one in same if one.payee == event.args["payee"]) or same

"""The book and its index over a period, for bookkeeping: movements, balances before and after, for models or providers.

Everything is told as of the last block that the index covers.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import Token
from hokctl.domain.day_spans import day_of, midnight
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.protocol_events import Coverage, IndexedTransaction
from hokctl.domain.units import BlockRef, ModelId, TxHash, model_topic
from hokctl.ledger.errors import NoIndexError
from hokctl.services.ledger_account_names import commodity
from hokctl.services.ledger_entries import GOING_ON, PAYABLE, Books, Entry, Posting, Unit
from hokctl.services.ledger_movements import EVENT_NAMES, Movement, MovementKind, read_movements
from hokctl.services.ledger_obligations import Obligations
from hokctl.services.models import UnknownModelError
from hokctl.services.reconciling import PeriodOrderError

if TYPE_CHECKING:
    from hokctl.ledger.book import Ledger
    from hokctl.ledger.events import EventIndex
    from hokctl.services.deployments import Deployment

_LAST: Final = 2**63
_AFTER_LOGS: Final = 2**62
"""The place of gas among what a transaction did: behind its logs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an export is limited to; None stands for everything."""

    first: date | None = None
    """The first day, in UTC."""
    last: date | None = None
    """The last day, in UTC."""
    model_id: ModelId | None = None
    provider: str | None = None
    """A name from the book or the address book, or an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What an export tells, before it is put into a format."""

    scope: Scope
    token: Token
    unit: Unit
    coverage: Coverage
    movements: tuple[Movement, ...]
    """Those of the period, in their order."""
    opening: Entry | None
    """The balances before the period, where it cuts history."""
    entries: tuple[Entry, ...]
    """The opening, and one entry for each movement."""
    closing_day: date
    """The day on whose beginning the closing balances hold."""
    closing: tuple[Posting, ...]
    """Balances that must hold on the closing day."""
    findings: tuple[Finding, ...]


def export_book(
    ledger: "Ledger",
    deployment: "Deployment",
    token: Token,
    scope: Scope,
    *,
    head: BlockRef,
    name_of: Callable[[ChecksumAddress], str | None],
) -> Export:
    """Return what happened in the scope. `head` is the chain's last block; `name_of` knows the address book.

    Raises NoIndexError before the first sync, PeriodOrderError, and UnknownModelError for one that is nowhere.
    """
    if scope.first is not None and scope.last is not None and scope.last < scope.first:
        raise PeriodOrderError(scope.first, scope.last)
    index = ledger.index(deployment.chain_id, deployment.suite.reserve_address, deployment.model_ids)
    coverage = index.coverage
    if coverage is None:
        raise NoIndexError(ledger.place)
    movements = _collect(ledger, index, token, coverage, name_of)
    known = {model_topic(one) for one in deployment.model_ids} | {one.model.topic for one in movements if one.model}
    if scope.model_id is not None and model_topic(scope.model_id) not in known:
        raise UnknownModelError(scope.model_id, deployment.network)
    wanted = [one for one in movements if _fits(one, scope, name_of)]
    wanted.sort(key=lambda movement: movement.order)
    return build_export(wanted, token, scope, coverage, findings=tuple(_check_reach(scope, coverage, head)))


def build_export(
    movements: Sequence[Movement], token: Token, scope: Scope, coverage: Coverage, *, findings: tuple[Finding, ...] = ()
) -> Export:
    """Return the export of movements that are in order and fit models and providers of the scope."""
    since = 0 if scope.first is None else midnight(scope.first)
    until = _LAST if scope.last is None else midnight(scope.last + timedelta(days=1))
    unit = Unit(commodity(token.symbol), token.decimals)
    # The reserve's accounts hold the money for every provider: of one alone there is no balance.
    books = Books(unit, GOING_ON if scope.provider is None else (PAYABLE,))
    for movement in movements:
        if movement.timestamp < since:
            books.enter(movement)
    opening = None if scope.first is None else books.opening(scope.first)
    inside = tuple(one for one in movements if since <= one.timestamp < until)
    entries = tuple(entry for movement in inside if (entry := books.enter(movement)).postings)
    known = (scope.first, day_of(coverage.last_timestamp), *(entry.day for entry in entries[-1:]))
    last_day = scope.last or max(day for day in known if day is not None)
    return Export(
        scope=scope,
        token=token,
        unit=unit,
        coverage=coverage,
        movements=inside,
        opening=opening,
        entries=entries if opening is None else (opening, *entries),
        closing_day=last_day + timedelta(days=1),
        closing=books.balances(),
        findings=findings,
    )


def _collect(
    ledger: "Ledger",
    index: "EventIndex",
    token: Token,
    coverage: Coverage,
    name_of: Callable[[ChecksumAddress], str | None],
) -> list[Movement]:
    """Return everything since the deployment, in no order."""
    obligations = Obligations(ledger.invoices.list(), token, name_of)
    found = [
        obligations.settle(movement) if movement.kind is MovementKind.PAYMENT else movement
        for movement in read_movements(index.events(names=EVENT_NAMES), index.reserve)
    ]
    by_transaction: dict[TxHash, list[Movement]] = defaultdict(list)
    for movement in found:
        if movement.kind in {MovementKind.PAYMENT, MovementKind.WITHDRAWAL} and movement.tx_hash is not None:
            by_transaction[movement.tx_hash].append(movement)
    receipts = index.transactions(by_transaction)
    receipts |= {one.tx_hash: one for one in ledger.journal.receipts(index.chain_id)}
    gas = [share for one in receipts.values() for share in share_gas(one, by_transaction.get(one.tx_hash, []))]
    return [*(_with_safe(one, receipts) for one in found), *obligations.owed(coverage.last_timestamp), *gas]


def _with_safe(movement: Movement, receipts: dict[TxHash, IndexedTransaction]) -> Movement:
    receipt = None if movement.tx_hash is None else receipts.get(movement.tx_hash)
    if receipt is None or receipt.safe_tx_hash is None:
        return movement
    return replace(movement, safe_tx_hash=receipt.safe_tx_hash, safe_nonce=receipt.safe_nonce)


def share_gas(receipt: IndexedTransaction, moved: Iterable[Movement]) -> Iterator[Movement]:
    """Yield what a transaction cost, in equal shares for its payments; what does not divide goes to the first.

    A transaction that paid nothing has one share, which belongs to no model.
    """
    payments: list[Movement | None] = [one for one in moved if one.kind is MovementKind.PAYMENT]
    payments = payments or [None]
    share, rest = divmod(receipt.gas_used * receipt.gas_price_wei, len(payments))
    for place, payment in enumerate(payments):
        yield Movement(
            kind=MovementKind.GAS,
            timestamp=receipt.timestamp,
            units=share + (0 if place else rest),
            block_number=receipt.block_number,
            log_index=_AFTER_LOGS + place,
            tx_hash=receipt.tx_hash,
            model=None if payment is None else payment.model,
            provider=None if payment is None else payment.provider,
            account=receipt.sender,
            invoice=None if payment is None else payment.invoice,
            safe_tx_hash=receipt.safe_tx_hash,
            safe_nonce=receipt.safe_nonce,
        )


def _fits(movement: Movement, scope: Scope, name_of: Callable[[ChecksumAddress], str | None]) -> bool:
    if scope.model_id is not None and (movement.model is None or movement.model.topic != model_topic(scope.model_id)):
        return False
    if scope.provider is None:
        return True
    if movement.provider is None:
        return False
    named = None if movement.account is None else name_of(movement.account)
    return scope.provider in {movement.provider, movement.account, named}


def _check_reach(scope: Scope, coverage: Coverage, head: BlockRef) -> Iterator[Finding]:
    """Yield that the index ends before the period does, where the chain goes on."""
    day = scope.last or scope.first
    if day is None or head.number <= coverage.last_block:
        return
    if midnight(day + timedelta(days=0 if scope.last is None else 1)) <= coverage.last_timestamp + 1:
        return
    yield Finding(
        code="index-behind",
        severity=Severity.WARNING,
        subject="index",
        message=f"The index ends with block {coverage.last_block}, before the period does; the chain is at block "
        f"{head.number}: what happened since is not in the export.",
        remedy="Run `hokctl ledger sync` and export again, once the last day of the period is over.",
        evidence={"index": str(coverage.last_block), "chain": str(head.number)},
    )

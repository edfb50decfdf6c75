"""Bringing together what a reconciliation compares: book, journal, proposals, index, and the chain at one block."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.reconciliation import Period
from hokctl.errors import UsageError
from hokctl.ledger.errors import IndexMovedError, NoIndexError
from hokctl.services.reconciliation import Reconciliation, Sources, reconcile
from hokctl.services.reconciliation_proposals import read_proposals

if TYPE_CHECKING:
    from hokctl.chain.log_history import LogHistory
    from hokctl.chain.session import Chain, Snapshot
    from hokctl.domain.protocol_events import Coverage
    from hokctl.ledger.book import Ledger
    from hokctl.ledger.events import EventIndex
    from hokctl.routes.governance_store import GovernanceStore
    from hokctl.safe.proposals import ProposalStore
    from hokctl.services.deployments import Deployment


class PeriodOrderError(UsageError):
    """A period that ends before it begins."""

    code = "period-order"

    def __init__(self, first: date, last: date) -> None:
        """Name both days."""
        super().__init__(f"The period ends on {last}, before it begins on {first}.", hint="Exchange --from and --to.")


class BlockNotIndexedError(UsageError):
    """A block that the index does not reach."""

    code = "block-not-indexed"

    def __init__(self, block: int, coverage: "Coverage") -> None:
        """Name the block and what the index covers."""
        super().__init__(
            f"Block {block} is not in the index, which covers the blocks {coverage.first_block} to "
            f"{coverage.last_block}.",
            hint="Run `hokctl ledger sync`, or leave --block out.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What `hokctl ledger reconcile` was given to work with."""

    chain: "Chain"
    deployment: "Deployment"
    ledger: "Ledger"
    proposals: "ProposalStore"
    governance: "GovernanceStore"
    name_of: Callable[[ChecksumAddress], str | None]
    history: Callable[["Snapshot"], "LogHistory"]
    """Reads all logs up to a snapshot anew, past every cache."""


def reconcile_days(
    place: Workplace, first: date | None, last: date | None, *, block: int | None, dust: str
) -> Reconciliation:
    """Return the reconciliation of whole days of UTC, both included; without days of all that the index covers.

    `block` is the last block that is compared, by default the index's; `dust` the least gift, in token units, that is
    looked at by itself. Raises NoIndexError, PeriodOrderError, BlockNotIndexedError, InvalidAmountError, and
    IndexMovedError when another process took blocks out of the index meanwhile.
    """
    if first is not None and last is not None and last < first:
        raise PeriodOrderError(first, last)
    deployment, period = place.deployment, Period.of_days(first, last)
    suite = deployment.suite
    index = place.ledger.index(deployment.chain_id, suite.reserve_address, deployment.model_ids)
    coverage = index.coverage
    if coverage is None:
        raise NoIndexError(place.ledger.place)
    if block is not None and not coverage.first_block <= block <= coverage.last_block:
        raise BlockNotIndexedError(block, coverage)
    snapshot = place.chain.at(coverage.last_block if block is None else block)
    found = reconcile(_gather(place, index, coverage, snapshot, period), period, dust=dust)
    stands = index.block(coverage.last_block)
    if stands is None or stands.hash != coverage.last_hash:
        raise IndexMovedError(place.ledger.place)
    return found


def _gather(
    place: Workplace, index: "EventIndex", coverage: "Coverage", snapshot: "Snapshot", period: Period
) -> Sources:
    deployment, journal = place.deployment, place.ledger.journal
    return Sources(
        snapshot=snapshot,
        head=place.chain.at().block if period.is_closed else snapshot.block,
        deployment=deployment,
        index=index,
        coverage=coverage,
        invoices=tuple(
            invoice
            for invoice in place.ledger.invoices.list()
            if invoice.lines[0].amount.token.chain_id == deployment.chain_id
        ),
        journal=journal.entries(deployment.chain_id, since=period.since, until=period.until),
        recorded=lambda tx_hashes: journal.recorded(deployment.chain_id, tx_hashes),
        proposals=lambda: read_proposals(snapshot, deployment, place.proposals, place.governance),
        name_of=place.name_of,
        read_document=_read_document,
        history=lambda: place.history(snapshot),
    )


def _read_document(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None

"""The balances at the last block against all that was logged, and whether the index is to be believed at all."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hokctl.domain.findings import Finding, Severity
from hokctl.domain.reconciliation import LoggedSums, OddityKind, Period
from hokctl.services.treasuries import check_treasury
from hokctl.services.treasury_audit import check_conservation
from hokctl.services.treasury_books import TreasuryBooks

if TYPE_CHECKING:
    from hokctl.domain.protocol_events import Coverage
    from hokctl.domain.units import BlockRef
    from hokctl.services.reconciliation_movements import Movements

_OF_MODELS: Final = "books-differ-from-logs"
_OF_TOTALS: Final = frozenset({"accrual-not-conserved", "payments-not-conserved"})
_EMPTYING: Final = frozenset({OddityKind.WITHDRAWAL, OddityKind.UNEXPLAINED_TRANSFER, OddityKind.NOT_RECEIVED})
"""What brings a shortfall about, which is then not reported besides."""


def check_stand(coverage: "Coverage", block: "BlockRef") -> list[Finding]:
    """Return that the index ends in a block that the chain no longer has, where it does."""
    if block.number != coverage.last_block or block.hash == coverage.last_hash:
        return []
    return [
        Finding(
            code="index-reorganised",
            severity=Severity.ERROR,
            subject="index",
            message=f"The index ends with block {block.number} {coverage.last_hash}, which the chain no longer has: "
            f"{block.hash} took its place. Nothing was compared.",
            remedy="Run `hokctl ledger sync`, which undoes what is gone, and reconcile again.",
            evidence={"index": coverage.last_hash, "chain": block.hash},
        )
    ]


def check_reach(coverage: "Coverage", period: Period, head: "BlockRef") -> list[Finding]:
    """Return that the index ends before the period does, where the chain goes on."""
    if period.until <= coverage.last_timestamp + 1 or head.number <= coverage.last_block:
        return []
    return [
        Finding(
            code="index-behind",
            severity=Severity.WARNING,
            subject="index",
            message=f"The index ends with block {coverage.last_block} before the period is over; the chain is at block "
            f"{head.number}: what happened since was not compared.",
            remedy="Run `hokctl ledger sync` and reconcile again, once the last day of the period is over.",
            evidence={"index": str(coverage.last_block), "chain": str(head.number)},
        )
    ]


def check_index(books: TreasuryBooks, moved: "Movements", read_again: Callable[[], LoggedSums]) -> list[Finding]:
    """Return that the index lacks events, where it does; the logs are read again only if contracts contradict it."""
    broken = {finding.code for finding in check_conservation(books)}
    if not broken & {_OF_MODELS, *_OF_TOTALS} and books.state.balance.units == moved.held:
        return []
    there = read_again()
    if replace(there, from_block=0) == replace(moved.sums, from_block=0):
        return []
    amount = books.state.token.amount
    pairs = {
        "deposits": (_sum(moved.sums, "deposits"), _sum(there, "deposits")),
        "payments": (_sum(moved.sums, "payments"), _sum(there, "payments")),
        "withdrawals": (moved.sums.withdrawn, there.withdrawn),
        "received": (moved.sums.received, there.received),
        "sent": (moved.sums.sent, there.sent),
    }
    different = {
        name: f"{amount(indexed)} in the index, {amount(logged)} in the logs"
        for name, (indexed, logged) in pairs.items()
        if indexed != logged
    }
    return [
        Finding(
            code="index-incomplete",
            severity=Severity.ERROR,
            subject="index",
            message="The index is not what the node's logs say, so nothing was compared with it: "
            f"{'; '.join(f'{name} {said}' for name, said in different.items()) or 'models have other sums'}.",
            remedy="Make it anew with `hokctl ledger sync --drop`, and reconcile again.",
            evidence=different,
        )
    ]


def check_balances(books: TreasuryBooks, moved: "Movements") -> Iterator[Finding]:
    """Yield what the contracts keep otherwise than logged: of several that follow from one another only the first."""
    found = tuple(check_conservation(books))
    yield from (finding for finding in found if finding.code == "model-unnamed")
    by_model = [finding for finding in found if finding.code == _OF_MODELS]
    by_total = [finding for finding in found if finding.code in _OF_TOTALS]
    if by_model or by_total:
        yield from by_model or by_total
    elif books.state.balance.units != moved.held:
        yield _balance_differs(books, moved.held)
    elif not _EMPTYING & {oddity.kind for oddity in moved.oddities}:
        yield from (finding for finding in check_treasury(books.state) if finding.code == "reserve-shortfall")


def _balance_differs(books: TreasuryBooks, held: int) -> Finding:
    token = books.state.token
    shown = {"balance": str(books.state.balance), "by transfers": f"{'-' if held < 0 else ''}{token.amount(abs(held))}"}
    return Finding(
        code="balance-not-conserved",
        severity=Severity.ERROR,
        subject="InfrastructureReserve",
        message=f"The reserve holds {shown['balance']}, and the token's transfers come to {shown['by transfers']}.",
        remedy="Look at the token: one that changes balances without a transfer is not fit for the reserve.",
        evidence=shown,
    )


def _sum(sums: LoggedSums, what: str) -> int:
    return sum(getattr(model, what) for model in sums.models.values())

"""The reconciliation of a period: what the book says was owed and paid, against what the chain did.

The order of the causes decides what is reported: an index that is wrong makes everything else doubtful, and is reported
alone; what a changed entry of the book, a withdrawal or a lost transaction brings about is not reported besides.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import Token, parse_units
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import Invoice
from hokctl.domain.ports import JournalEntry
from hokctl.domain.reconciliation import Period, Statement
from hokctl.domain.units import BlockRef, TxHash, model_topic
from hokctl.services.reconciliation_balances import check_balances, check_index, check_reach, check_stand
from hokctl.services.reconciliation_book import (
    Key,
    check_documents,
    check_doublets,
    check_names,
    check_tokens,
    find_changed,
    other_hashes,
)
from hokctl.services.reconciliation_invoices import check_invoices, transactions_in_doubt
from hokctl.services.reconciliation_journal import check_journal, open_senders, read_fates, read_nonces
from hokctl.services.reconciliation_matching import Obligations, SurplusPayment
from hokctl.services.reconciliation_money import describe_costs, describe_oddity, describe_surplus
from hokctl.services.reconciliation_movements import EVENT_NAMES, Movements
from hokctl.services.reconciliation_proposals import ProposalsSeen, check_proposals
from hokctl.services.reconciliation_remarks import fold_remarks
from hokctl.services.reconciliation_scope import Scope
from hokctl.services.reconciliation_totals import InvoiceTotals, add_up
from hokctl.services.treasuries import TreasuryState, read_treasury
from hokctl.services.treasury_books import compare_books, sum_logs

if TYPE_CHECKING:
    from hokctl.chain.log_history import LogHistory
    from hokctl.chain.session import Snapshot
    from hokctl.domain.protocol_events import Coverage
    from hokctl.ledger.events import EventIndex
    from hokctl.services.deployments import Deployment

_ORDER: Final = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_SPLIT_SET: Final = "InfrastructureAccrualBpsSet"
_LOST: Final = frozenset({"payment-reorganised", "payment-reverted"})
"""The findings that name a transaction whose journal says the same once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the two sides of the comparison come from."""

    snapshot: "Snapshot"
    """The chain at the last block that is compared."""
    head: BlockRef
    """The newest block that the chain has."""
    deployment: "Deployment"
    index: "EventIndex"
    coverage: "Coverage"
    invoices: Sequence[Invoice]
    """Of this chain, in the order they were entered."""
    journal: Sequence[JournalEntry]
    """Of this chain and of the period."""
    recorded: Callable[[Iterable[TxHash]], frozenset[TxHash]]
    """Tells which of the transactions the journal has, of whatever time."""
    proposals: Callable[[], ProposalsSeen]
    name_of: Callable[[ChecksumAddress], str | None]
    read_document: Callable[[Path], bytes | None]
    """Gives None where there is no such file."""
    history: Callable[[], "LogHistory"]
    """The logs as the node has them now, for when index and contracts contradict each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What was compared, and what does not fit. Amounts are base units of `token`."""

    period: Period
    coverage: "Coverage"
    block: BlockRef
    """The last block that was compared."""
    token: Token
    statement: Statement
    balance_units: int
    """What the reserve holds at the last block."""
    owed_units: int
    """What its models have accrued then."""
    invoices: InvoiceTotals
    journal_count: int
    proposal_count: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left over; remarks do not count."""
        return all(finding.severity is Severity.INFO for finding in self.findings)


def reconcile(sources: Sources, period: Period, *, dust: str) -> Reconciliation:
    """Return what was compared in the period, and what does not fit. Nothing is written anywhere.

    `dust` is the least gift, in token units, that is looked at by itself. Raises InvalidAmountError.
    """
    snapshot, deployment, invoices = sources.snapshot, sources.deployment, sources.invoices
    state = read_treasury(snapshot, deployment)
    scope = _scope(sources, state.token, period)
    changed = dict((*find_changed(invoices), *check_tokens(invoices, scope)))
    owed = Obligations(invoices, also=other_hashes(invoices, changed))
    least = parse_units(dust, state.token.decimals, state.token.symbol)
    moved = _follow(sources, state, scope, owed, dust_units=least)
    books = compare_books(snapshot, deployment, moved.sums, state)
    surplus, seen = tuple(owed.surplus()), sources.proposals()
    findings = check_stand(sources.coverage, snapshot.block) or check_index(
        books, moved, lambda: sum_logs(deployment, sources.history())
    )
    if not findings:
        findings = check_reach(sources.coverage, period, sources.head) if period.is_closed else []
        findings += [*changed.values(), *_compare_invoices(sources, scope, owed, seen, changed)]
        findings += _compare_money(owed, surplus, moved, scope)
        findings += (*check_balances(books, moved), *check_proposals(owed.lines, seen))
        findings += _compare_journal(sources, scope, findings)
    return Reconciliation(
        period=period,
        coverage=sources.coverage,
        block=snapshot.block,
        token=state.token,
        statement=moved.statement,
        balance_units=state.balance.units,
        owed_units=state.owed.units,
        invoices=add_up(owed.lines, period),
        journal_count=len(sources.journal),
        proposal_count=len(seen.proposals),
        findings=tuple(sorted(fold_remarks(findings), key=lambda one: _ORDER.index(one.severity))),
    )


def _scope(sources: Sources, token: Token, period: Period) -> Scope:
    block = sources.snapshot.block
    return Scope(
        token=token,
        period=period,
        last_block=block.number,
        last_timestamp=block.timestamp,
        models=sources.index.model_names(),
        name_of=sources.name_of,
    )


def _follow(sources: Sources, state: TreasuryState, scope: Scope, owed: Obligations, *, dust_units: int) -> Movements:
    """Follow the money through all events up to the last block; payments are offered to the book on the way."""
    suite, index = sources.deployment.suite, sources.index
    splits = {
        model_topic(model.model_id): model.infrastructure_accrual_bps
        for model in state.models
        if model.infrastructure_accrual_bps is not None
    }
    first = dict[str, int]()
    for event in index.events(names=(_SPLIT_SET,), to_block=scope.last_block):
        if event.model_topic is not None and isinstance(old := event.args["oldBps"], int):
            first.setdefault(event.model_topic, old)
    moved = Movements(
        reserve=suite.reserve_address,
        token=suite.usdc_address,
        period=scope.period,
        splits=splits | first,
        dust_units=dust_units,
        on_payment=owed.offer,
    )
    moved.sums.from_block = sources.coverage.first_block
    for event in index.events(names=EVENT_NAMES, to_block=scope.last_block):
        moved.take(event)
    moved.finish()
    return moved


def _compare_invoices(
    sources: Sources, scope: Scope, owed: Obligations, seen: ProposalsSeen, changed: Mapping[Key, Finding]
) -> Iterator[Finding]:
    """Yield what is wrong with invoices, by payments and by themselves."""
    made = (each for line in owed.lines for each in line.payments if scope.period.has(each.place.timestamp))
    sent, carried = sources.recorded(each.place.tx_hash for each in made), seen.carried()
    doubted = transactions_in_doubt(owed.lines, scope)
    fates = read_fates(sources.snapshot, doubted, sources.index.transactions)
    yield from check_invoices(
        owed.lines,
        scope,
        fates,
        ours=lambda one: one.place.tx_hash in sent or (one.model_topic, one.payee, one.invoice_hash) in carried,
        changed=changed,
    )
    yield from check_doublets(owed.lines, scope)
    yield from check_names(sources.invoices)
    yield from check_documents(sources.invoices, sources.read_document)


def _compare_money(
    owed: Obligations, surplus: Sequence[SurplusPayment], moved: Movements, scope: Scope
) -> Iterator[Finding]:
    """Yield what moved in the period that nobody owed, or that nothing explains."""
    yield from (describe_surplus(one, scope) for one in surplus if scope.period.has(one.payment.place.timestamp))
    yield from (describe_oddity(oddity, scope) for oddity in moved.oddities)
    paid = owed.paid_keys() | {(one.payment.model_topic, one.payment.invoice_hash) for one in surplus}
    yield from describe_costs(moved.recorded_costs, paid, scope)


def _compare_journal(sources: Sources, scope: Scope, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield what the journal has otherwise than the chain, but for transactions that a finding is about already."""
    known = {finding.evidence["transaction"] for finding in findings if finding.code in _LOST}
    entries = [entry for entry in sources.journal if entry.tx_hash not in known]
    wanted = (TxHash(entry.tx_hash) for entry in entries)
    fates = read_fates(sources.snapshot, wanted, sources.index.transactions)
    nonces = read_nonces(sources.snapshot, open_senders(entries, fates))
    yield from check_journal(entries, scope, fates, nonces)

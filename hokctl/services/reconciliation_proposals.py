"""What became of the proposals that were to pay: used up without paying, lost, or waiting to pay a second time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hokctl.clients.safe import Safe
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import InvoiceState
from hokctl.domain.units import InvoiceHash, TxHash, model_topic
from hokctl.services.governed_payments import GovernedReads
from hokctl.services.payment_facts import payments_in
from hokctl.services.reconciliation_matching import OwedLine
from hokctl.services.reconciliation_scope import titled

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from hokctl.chain.session import Snapshot
    from hokctl.domain.plans import Plan
    from hokctl.routes.governance_store import GovernanceStore
    from hokctl.safe.proposals import Proposal, ProposalStore
    from hokctl.services.deployments import Deployment

PaymentKey = tuple[str, "ChecksumAddress", InvoiceHash]
"""The hash of the model's id, payee, and invoice hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFacts:
    """A Safe transaction that would pay, and where its Safe stands."""

    proposal: "Proposal"
    pays: tuple[PaymentKey, ...]
    safe_nonce: int
    """The next nonce of the Safe."""
    executed_by: TxHash | None
    """What the folder says executed it."""

    @property
    def is_past(self) -> bool:
        """Whether its nonce is used."""
        return self.proposal.safe_tx.nonce < self.safe_nonce


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalsSeen:
    """Everything that was proposed and would pay."""

    proposals: tuple[ProposalFacts, ...]
    governed: frozenset[PaymentKey]
    """What operations of timelocks and proposals of governors are for, executed or not."""
    waiting: frozenset[InvoiceHash]
    """The invoices that some of those still wait with."""
    untrusted: tuple[Finding, ...]
    """What in the folder is false."""

    def carried(self) -> frozenset[PaymentKey]:
        """Return every payment that was proposed and may have been carried out."""
        past = (key for facts in self.proposals if facts.is_past for key in facts.pays)
        return frozenset((*past, *self.governed))


def read_proposals(
    snapshot: "Snapshot", deployment: "Deployment", store: "ProposalStore", governance: "GovernanceStore"
) -> ProposalsSeen:
    """Return the proposals that would pay, with the Safes' nonces at the snapshot's block: one round trip."""
    reserve, scan = deployment.suite.reserve.address, store.scan(deployment.chain_id)

    def keys(plan: "Plan") -> tuple[PaymentKey, ...]:
        paid = payments_in(plan.calls, reserve)
        return tuple((model_topic(one.model_id), one.payee, one.invoice_hash) for one in paid)

    paying = [(proposal, keys(proposal.plan)) for proposal in scan.proposals if keys(proposal.plan)]
    with snapshot.batch() as batch:
        safes = {proposal.safe_tx.safe for proposal, _ in paying}
        nonces = {safe: batch.add(Safe(safe).nonce()) for safe in sorted(safes)}
        reads = GovernedReads(batch, governance, deployment.chain_id, wanted=lambda plan: bool(keys(plan)))
    return ProposalsSeen(
        proposals=tuple(
            ProposalFacts(
                proposal=proposal,
                pays=pays,
                safe_nonce=nonces[proposal.safe_tx.safe].value_or(0),
                executed_by=store.executed_by(proposal.safe_tx_hash),
            )
            for proposal, pays in paying
        ),
        governed=frozenset(key for plan in _governed_plans(governance, deployment.chain_id) for key in keys(plan)),
        waiting=frozenset(key[2] for _, plan in reads.waiting for key in keys(plan)),
        untrusted=tuple(_untrusted(error.message, error.hint) for error in scan.errors),
    )


def _governed_plans(store: "GovernanceStore", chain_id: int) -> Iterator["Plan"]:
    yield from (one.plan for one in store.operations(chain_id))
    yield from (one.plan for one in store.proposals(chain_id))


def check_proposals(lines: Sequence[OwedLine], seen: ProposalsSeen) -> Iterator[Finding]:
    """Yield one finding for each proposal that did not do what the book waits for, or would do it again."""
    yield from seen.untrusted
    known = {str(facts.proposal.safe_tx_hash): facts for facts in seen.proposals}
    waiting: dict[str, dict[str, OwedLine]] = {}
    begun = {titled(owed.invoice) for owed in lines if owed.payments}
    for owed in lines:
        invoice = owed.invoice
        if invoice.state is InvoiceState.PROPOSED and invoice.safe_tx_hash and titled(invoice) not in begun:
            waiting.setdefault(invoice.safe_tx_hash, {})[titled(invoice)] = owed
    for safe_tx_hash, owed_by_title in waiting.items():
        facts, first = known.get(safe_tx_hash), next(iter(owed_by_title.values()))
        names = ", ".join(owed_by_title)
        if facts is None:
            yield _lost(safe_tx_hash, names)
        elif facts.is_past and first.invoice.invoice_hash not in seen.waiting:
            yield _stale(facts, names)
    settled = _settled_keys(lines)
    for facts in seen.proposals:
        if not facts.is_past and (again := [key for key in facts.pays if key in settled]):
            yield _again(facts, ", ".join(dict.fromkeys(settled[key] for key in again)))


def _settled_keys(lines: Iterable[OwedLine]) -> dict[PaymentKey, str]:
    return {
        (owed.topic, owed.invoice.payee, owed.invoice.invoice_hash): titled(owed.invoice)
        for owed in lines
        if owed.settled
    }


def _stale(facts: ProposalFacts, names: str) -> Finding:
    proposal = facts.proposal
    used = "another Safe transaction" if facts.executed_by is None else f"its execution in {facts.executed_by}"
    return Finding(
        code="proposal-stale",
        severity=Severity.WARNING,
        subject=str(proposal.safe_tx_hash),
        message=f"The book waits for Safe transaction {proposal.safe_tx_hash} to pay {names}. It never will: its nonce "
        f"{proposal.safe_tx.nonce} was used by {used}, and nothing was paid.",
        remedy="Propose the payment anew with `hokctl invoice pay`.",
        evidence={"safe": proposal.safe_tx.safe, "nonce": str(proposal.safe_tx.nonce), "next": str(facts.safe_nonce)},
    )


def _lost(safe_tx_hash: str, names: str) -> Finding:
    return Finding(
        code="proposal-missing",
        severity=Severity.WARNING,
        subject=safe_tx_hash,
        message=f"The book waits for Safe transaction {safe_tx_hash} to pay {names}, and no store of proposals has it.",
        remedy="Get the folder up to date, or propose the payment anew with `hokctl invoice pay`.",
        evidence={"safe_tx_hash": safe_tx_hash},
    )


def _again(facts: ProposalFacts, names: str) -> Finding:
    proposal = facts.proposal
    return Finding(
        code="proposal-pays-again",
        severity=Severity.WARNING,
        subject=str(proposal.safe_tx_hash),
        message=f"Safe transaction {proposal.safe_tx_hash} still waits, and would pay again what is paid: {names}.",
        remedy=f"Take its place with `hokctl safe reject {str(proposal.safe_tx_hash)[:10]}`.",
        evidence={"safe": proposal.safe_tx.safe, "nonce": str(proposal.safe_tx.nonce)},
    )


def _untrusted(message: str, hint: str) -> Finding:
    return Finding(
        code="proposal-untrusted", severity=Severity.WARNING, subject="proposals", message=message, remedy=hint
    )

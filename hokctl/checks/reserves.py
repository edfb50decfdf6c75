"""Checks of the money behind payments: the token, what is left after the queue, invoices that are paid twice."""

from collections.abc import Iterator

from hokctl.checks.facts import QueuedPayments, SafeTxFacts
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.checks.payments import PaymentFacts, PendingPayment, check_payments, check_pending, check_twice
from hokctl.clients.infrastructure_reserve import Payment
from hokctl.domain.findings import Finding, Severity


def check_token(facts: SafeTxFacts) -> Looked:
    """Look at the token as the chain describes it, and whether its issuer stops the payment."""
    token = facts.token
    if token is None or not facts.payments:
        return NOTHING_TO_SEE
    at = (("token", token.address), ("symbol", token.symbol), ("decimals", str(token.decimals)))
    findings = []
    if facts.token_paused:
        findings.append(
            Finding(
                code="token-paused",
                severity=Severity.ERROR,
                subject=token.address,
                message=f"{token.symbol} is paused by its issuer: no transfer goes through.",
                remedy="Wait for the issuer.",
                allowable=False,
            )
        )
    findings.extend(
        Finding(
            code="payee-blocked",
            severity=Severity.ERROR,
            subject=payee,
            message=f"The issuer of {token.symbol} has {payee} on its block list.",
            remedy="Do not pay before the payee and counsel have cleared it up.",
            allowable=False,
        )
        for payee in sorted(facts.blocked_payees)
    )
    return Looked(at, tuple(findings))


def check_solvency(facts: SafeTxFacts) -> Looked:
    """Look whether the money is there: for this proposal, and after everything that is queued before it."""
    if not facts.payments:
        return NOTHING_TO_SEE
    first = facts.payments[0]
    at = [("reserve", str(first.reserve_balance))]
    for one in {payment.model_id: payment for payment in reversed(facts.payments)}.values():
        at.append((f"accrued for model {one.model_id}", str(one.accrued)))
        at.append((f"left for model {one.model_id}", str(_left(facts, one))))
    return Looked(tuple(at), (*check_payments(facts.payments), *_short_after_queue(facts)))


def _before(facts: SafeTxFacts) -> Iterator[Payment]:
    for queued in facts.queued_payments:
        if queued.proposal.safe_tx.nonce < facts.safe_tx.nonce:
            yield from queued.payments


def _left(facts: SafeTxFacts, first: PaymentFacts) -> str:
    """Return what the model has left once the queue and this proposal are paid."""
    taken = sum(one.amount.units for one in facts.payments if one.model_id == first.model_id)
    taken += sum(one.amount_units for one in _before(facts) if one.model_id == first.model_id)
    left = first.accrued.units - taken
    token = first.amount.token
    return str(token.amount(left)) if left >= 0 else f"{token.amount(-left)} too little"


def _short_after_queue(facts: SafeTxFacts) -> Iterator[Finding]:
    queued = tuple(_before(facts))
    for first in {payment.model_id: payment for payment in reversed(facts.payments)}.values():
        own = sum(one.amount.units for one in facts.payments if one.model_id == first.model_id)
        earlier = sum(one.amount_units for one in queued if one.model_id == first.model_id)
        if earlier and own <= first.accrued.units < own + earlier:
            token = first.amount.token
            yield Finding(
                code="queue-insolvent",
                severity=Severity.WARNING,
                subject=first.model_id,
                message=f"After the queue before it, model {first.model_id} has not enough left for this payment.",
                evidence={"accrued": str(first.accrued), "queued before": str(token.amount(earlier))},
                remedy="Pay what is owed most first, or raise the model's split.",
            )


def check_duplicates(facts: SafeTxFacts) -> Looked:
    """Look for the same invoice in this plan, on the chain and in the queue; and for payments that look the same."""
    if not facts.payments:
        return NOTHING_TO_SEE
    at = tuple((one.number, f"{one.amount} to {one.payee}") for one in facts.payments)
    findings = check_twice(facts.payments)
    for one in facts.payments:
        for queued in facts.queued_payments:
            findings.extend(_judge_queued(facts, one, queued))
        findings.extend(_similar(facts, one))
        findings.extend(check_pending(one.number, _governed(facts, one)))
    return Looked(at, tuple(findings))


def _judge_queued(facts: SafeTxFacts, one: PaymentFacts, queued: QueuedPayments) -> Iterator[Finding]:
    other = queued.proposal
    if other.safe_tx.nonce == facts.safe_tx.nonce:
        return  # only one of the two can ever be executed
    same = any(
        (p.payee, p.invoice_hash, p.model_id) == (one.payee, one.invoice_hash, one.model_id) for p in queued.payments
    )
    if same and other.safe_tx.nonce < facts.safe_tx.nonce:
        yield from check_pending(one.number, [_pending(queued)])
    elif same:
        yield Finding(
            code="invoice-proposed-again",
            severity=Severity.WARNING,
            subject=one.number,
            message=f"Invoice {one.number} is proposed once more, in Safe transaction {other.safe_tx_hash}.",
            evidence={"nonce": str(other.safe_tx.nonce)},
            remedy="Have the later one rejected: hokctl safe reject.",
        )


def _governed(facts: SafeTxFacts, one: PaymentFacts) -> list[PendingPayment]:
    """Return what waits at timelocks and governors with the same invoice, but not what this proposal brings on."""
    own = {operation.operation_id for operation in facts.operations} | {str(vote.proposal_id) for vote in facts.voted}
    key = (one.payee, one.invoice_hash, one.model_id)
    return [
        other.pending
        for other in facts.governed_payments
        if other.pending.safe_tx_hash not in own
        and any((paid.payee, paid.invoice_hash, paid.model_id) == key for paid in other.payments)
    ]


def _similar(facts: SafeTxFacts, one: PaymentFacts) -> Iterator[Finding]:
    """Yield a warning where others wait that pay the same amount to the same payee under another invoice."""
    mine = (one.payee, one.amount.units, one.model_id)
    alike = [
        queued.proposal
        for queued in facts.queued_payments
        if queued.proposal.safe_tx.nonce != facts.safe_tx.nonce
        and any(
            (other.payee, other.amount_units, other.model_id) == mine and other.invoice_hash != one.invoice_hash
            for other in queued.payments
        )
    ]
    if alike:
        yield Finding(
            code="similar-payment",
            severity=Severity.WARNING,
            subject=one.number,
            message=f"{len(alike)} more proposed with the same amount to the same payee, under another invoice.",
            evidence={other.safe_tx_hash: other.plan.title for other in alike},
            remedy="Compare the invoices: one may be the other under a new number.",
        )


def _pending(queued: QueuedPayments) -> PendingPayment:
    other = queued.proposal
    return PendingPayment(safe_tx_hash=other.safe_tx_hash, nonce=other.safe_tx.nonce, title=other.plan.title)

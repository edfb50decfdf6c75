"""Checks of the Safe transaction's own fields: refunds, gas limits, its nonce, and whether its bytes hide something."""

from collections.abc import Iterator

from hokctl.checks.facts import SafeTxFacts, Stage, every_call
from hokctl.checks.nonces import already_proposed, describe_gaps, stale_nonce
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.domain.findings import Finding, Severity


def check_refund(facts: SafeTxFacts) -> Looked:
    """Refuse a gas refund: with it the executor takes money out of the Safe that no call of the plan shows."""
    safe_tx = facts.safe_tx
    at = (
        ("gasPrice", str(safe_tx.gas_price)),
        ("baseGas", str(safe_tx.base_gas)),
        ("gasToken", safe_tx.gas_token),
        ("refundReceiver", safe_tx.refund_receiver),
    )
    if not (safe_tx.gas_price or safe_tx.base_gas or int(safe_tx.gas_token, 16) or int(safe_tx.refund_receiver, 16)):
        return Looked(at)
    finding = Finding(
        code="gas-refund",
        severity=Severity.ERROR,
        subject=safe_tx.safe_tx_hash,
        message="Whoever executes it is paid by the Safe for the gas, at a price that the transaction sets.",
        evidence=dict(at),
        remedy="Have it proposed again without gasPrice, baseGas, gasToken and refundReceiver.",
    )
    return Looked(at, (finding,))


def check_nonces(facts: SafeTxFacts) -> Looked:
    """Compare the nonce with the Safe's next one and with the other proposals: used, gap before it, or contested."""
    if facts.stage is Stage.EXPORTED:
        return NOTHING_TO_SEE
    nonce, current = facts.safe_tx.nonce, facts.details.authority.nonce
    queued = sorted({other.safe_tx.nonce for other in facts.queue})
    at = (
        ("nonce", str(nonce)),
        ("the Safe's next", str(current)),
        ("others in the queue", ", ".join(str(one) for one in queued) or "none"),
    )
    if nonce < current:
        return Looked(at, (stale_nonce(facts.safe_tx, current),))
    again = (already_proposed(facts.safe_tx),) if facts.stage is Stage.MADE_AGAIN else ()
    return Looked(at, (*again, *_future(facts), *_gap(facts), *_conflict(facts)))


def _future(facts: SafeTxFacts) -> Iterator[Finding]:
    nonce, current = facts.safe_tx.nonce, facts.details.authority.nonce
    if nonce > current:
        yield Finding(
            code="future-nonce",
            severity=Severity.INFO,
            subject=facts.safe_tx.safe_tx_hash,
            message=f"{nonce - current} of the Safe's transactions come before this one.",
            evidence={"nonce": str(nonce), "next nonce": str(current)},
            remedy="It can be signed now and executed after them: hokctl safe queue.",
        )


def _gap(facts: SafeTxFacts) -> Iterator[Finding]:
    nonce, current = facts.safe_tx.nonce, facts.details.authority.nonce
    before = {one.safe_tx.nonce for one in facts.queue if one.safe_tx.nonce < nonce} | {nonce}
    missing = describe_gaps(before, current=current)
    if missing:
        yield Finding(
            code="nonce-gap",
            severity=Severity.WARNING,
            subject=facts.safe_tx.safe,
            message=f"No proposal has nonce {missing}, so this one, with nonce {nonce}, cannot be executed yet.",
            evidence={"next nonce": str(current)},
            remedy="Find out what is missing before you sign: it decides on what this one will be executed."
            if facts.stage is Stage.WAITING
            else "Leave --nonce out to take the next one that is free, or fill the gap: hokctl safe queue.",
        )


def _conflict(facts: SafeTxFacts) -> Iterator[Finding]:
    rivals = [one for one in facts.queue if one.safe_tx.nonce == facts.safe_tx.nonce]
    if rivals:
        yield Finding(
            code="nonce-conflict",
            severity=Severity.WARNING,
            subject=facts.safe_tx.safe_tx_hash,
            message=f"{len(rivals)} more proposed with nonce {facts.safe_tx.nonce}: only one of them can be executed.",
            evidence={f"cancels {one.safe_tx_hash}": one.plan.title for one in rivals},
            remedy="Agree with the other owners on one of them."
            if facts.stage is Stage.WAITING
            else "Propose it if it is to replace the others; else leave --nonce out.",
        )


def check_calldata(facts: SafeTxFacts) -> Looked:
    """Read every call from its bytes: nothing unknown, nothing behind the arguments."""
    calls = [call for call in every_call(facts.decoded) if call.data]
    if not calls:
        return Looked((("calls", "a transfer of native currency, without data"),))
    at = tuple((str(call.to), call.signature or f"unknown function 0x{call.selector.hex()}") for call in calls)
    findings = []
    for call in calls:
        if not call.exact:
            findings.append(_hidden(facts, str(call.to), call.signature or ""))
        if call.signature is None:
            findings.append(_unknown(str(call.to), call.selector))
    return Looked(at, tuple(findings))


def _hidden(facts: SafeTxFacts, to: str, signature: str) -> Finding:
    return Finding(
        code="hidden-bytes",
        severity=Severity.ERROR,
        subject=to,
        message=f"The calldata for {signature} holds more than its arguments, or writes them crookedly.",
        evidence={"Safe transaction": facts.safe_tx.safe_tx_hash},
        remedy="Sign nothing: bytes that no reviewer sees have no place in a call.",
    )


def _unknown(to: str, selector: bytes) -> Finding:
    return Finding(
        code="unknown-call",
        severity=Severity.WARNING,
        subject=to,
        message=f"hokctl knows no function 0x{selector.hex()}, so it cannot say what this call does.",
        remedy="Have the target's own interface explain it, by a source you trust.",
    )

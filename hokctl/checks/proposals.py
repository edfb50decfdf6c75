"""Checks of a Safe transaction that somebody proposed: facts of the chain against the proposal's own data."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.checks.nonces import stale_nonce
from hokctl.checks.self_changes import check_self_changes
from hokctl.clients.safe_deployments import SAFE_DEPLOYMENTS
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.domain.units import SafeTxHash
from hokctl.safe.account import SafeDetails
from hokctl.safe.transactions import SafeTx


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFacts:
    """A proposal, and what the chain and the folder say about it at one block."""

    safe_tx: SafeTx
    plan: Plan
    details: SafeDetails
    contract_hash: SafeTxHash
    """The safe_tx_hash as the Safe's own contract computes it."""
    rivals: tuple[SafeTxHash, ...]
    """Other waiting proposals with the same nonce."""
    labels: Mapping[ChecksumAddress, str] | None
    """What stands where by the manifest; None without one."""


def check_proposal(facts: ProposalFacts) -> list[Finding]:
    """Return what speaks against signing or executing the proposal: stops first."""
    findings = [*_check_hash(facts), *_check_nonce(facts), *_check_safe(facts), *_check_targets(facts)]
    return sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)


def _check_hash(facts: ProposalFacts) -> list[Finding]:
    if facts.contract_hash == facts.safe_tx.safe_tx_hash:
        return []
    return [
        Finding(
            code="hash-mismatch",
            severity=Severity.ERROR,
            subject=facts.safe_tx.safe,
            message="The Safe's contract computes another safeTxHash than hokctl.",
            evidence={"computed here": facts.safe_tx.safe_tx_hash, "by the contract": facts.contract_hash},
            remedy="Sign nothing: this is not the Safe it claims to be, or its version is not what it says.",
            allowable=False,
        )
    ]


def _check_nonce(facts: ProposalFacts) -> list[Finding]:
    nonce, current = facts.safe_tx.nonce, facts.details.authority.nonce
    if nonce < current:
        return [stale_nonce(facts.safe_tx, current)]
    findings = []
    if nonce > current:
        findings.append(
            Finding(
                code="future-nonce",
                severity=Severity.INFO,
                subject=facts.safe_tx.safe_tx_hash,
                message=f"{nonce - current} of the Safe's transactions come before this one.",
                evidence={"nonce": str(nonce), "next nonce": str(current)},
                remedy="It can be signed now and executed after them: hokctl safe queue.",
            )
        )
    if facts.rivals:
        findings.append(
            Finding(
                code="nonce-conflict",
                severity=Severity.WARNING,
                subject=facts.safe_tx.safe_tx_hash,
                message=f"{len(facts.rivals)} more proposed with nonce {nonce}: only one of them can be executed.",
                evidence={"others": ", ".join(facts.rivals)},
                remedy="Agree with the other owners on one of them.",
            )
        )
    return findings


def _check_safe(facts: ProposalFacts) -> list[Finding]:
    details, safe = facts.details, facts.safe_tx.safe
    findings = []
    known = {address for item in SAFE_DEPLOYMENTS for address in (item.singleton, item.singleton_l2)}
    if details.singleton not in known:
        findings.append(
            Finding(
                code="unknown-singleton",
                severity=Severity.ERROR,
                subject=safe,
                message=f"The Safe runs the code at {details.singleton}, which is no canonical Safe.",
                evidence={"singleton": details.singleton, "version": details.authority.version},
                remedy="Find out who set up this Safe before signing anything for it.",
            )
        )
    if facts.safe_tx.version != details.authority.version:
        findings.append(
            Finding(
                code="safe-version-differs",
                severity=Severity.WARNING,
                subject=safe,
                message=f"Proposed for version {facts.safe_tx.version}, the Safe is {details.authority.version}.",
                evidence={},
                remedy="The Safe was upgraded in between: compare the hashes with particular care.",
            )
        )
    return [*findings, *_check_extras(details)]


def _check_extras(details: SafeDetails) -> list[Finding]:
    """Return what else can act for the Safe, or keep it from acting."""
    safe, findings = details.authority.address, []
    if details.modules:
        findings.append(
            Finding(
                code="safe-has-modules",
                severity=Severity.WARNING,
                subject=safe,
                message="Modules can move the Safe's funds without any confirmation.",
                evidence={"modules": ", ".join(details.modules)},
                remedy="Make sure that each is meant to be there: hokctl safe info.",
            )
        )
    if details.guard is not None:
        findings.append(
            Finding(
                code="safe-has-guard",
                severity=Severity.INFO,
                subject=safe,
                message="A guard may refuse the Safe's transactions.",
                evidence={"guard": details.guard},
                remedy="The simulation includes it.",
            )
        )
    return findings


def _check_targets(facts: ProposalFacts) -> list[Finding]:
    findings = check_self_changes(facts.safe_tx.safe, facts.plan.calls)
    labels = facts.labels
    if labels is None:
        return findings
    for call in facts.plan.calls:
        if call.to is None or call.to == facts.safe_tx.safe:
            continue
        expected = labels.get(call.to)
        if expected is None and call.label in set(labels.values()):
            findings.append(_stranger(call.to, call.label, places_of(call.label, labels)))
        elif expected is not None and not call.label.endswith(expected):  # MockUSDC stands in for USDC
            findings.append(_mislabelled(call.to, call.label, expected))
    return findings


def places_of(label: str, labels: Mapping[ChecksumAddress, str]) -> Collection[ChecksumAddress]:
    """Return the addresses that the manifest has for contracts called `label`."""
    return [address for address, name in labels.items() if name == label]


def _stranger(address: ChecksumAddress, label: str, places: Collection[ChecksumAddress]) -> Finding:
    return Finding(
        code="target-not-in-manifest",
        severity=Severity.WARNING,
        subject=address,
        message=f"The plan calls {address} {label}, but the manifest has no {label} there.",
        evidence={f"{label} by the manifest": ", ".join(places)},
        remedy="A model added since is listed by `hokctl model show`; anything else, do not sign.",
    )


def _mislabelled(address: ChecksumAddress, label: str, expected: str) -> Finding:
    return Finding(
        code="label-mismatch",
        severity=Severity.ERROR,
        subject=address,
        message=f"The plan calls {address} {label}, but by the manifest it is {expected}.",
        evidence={"in the plan": label, "in the manifest": expected},
        remedy="Sign nothing, and ask the proposer: the plan is dressed up, or the manifest is of another deployment.",
        allowable=False,
    )

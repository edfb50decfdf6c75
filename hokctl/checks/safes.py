"""Checks of the Safe: its code, everything that acts for it, its registry, and whether its owners can still sign."""

from collections.abc import Iterator

from eth_typing import ChecksumAddress

from hokctl.checks.confirmations import check_confirmations
from hokctl.checks.facts import SafeTxFacts
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.clients.safe_deployments import SAFE_DEPLOYMENTS
from hokctl.config.policy import RegisteredSafe
from hokctl.domain.findings import Finding, Severity
from hokctl.safe.account import SafeDetails

ERC_1271_SELECTOR = bytes.fromhex("1626ba7e")
"""isValidSignature(bytes32,bytes)."""
_DELEGATION = bytes.fromhex("ef0100")
_PROXY_MARKS = (bytes.fromhex("a619486e"), bytes.fromhex("363d3d37"), bytes.fromhex("360894a13ba1a3210667c828"))
"""Safe proxies answer masterCopy(), minimal proxies begin like this, others name the slot of EIP-1967."""


def check_safe_code(facts: SafeTxFacts) -> Looked:
    """Look at the code that the Safe runs: a canonical one, of the version that the proposal was made for."""
    details, safe = facts.details, facts.safe_tx.safe
    at = (("version", details.authority.version), ("singleton", details.singleton))
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
    return Looked(at, tuple(findings))


def check_extras(facts: SafeTxFacts) -> Looked:
    """Look at what else can act for the Safe, or keep it from acting."""
    details, safe = facts.details, facts.safe_tx.safe
    at = (
        ("modules", ", ".join(details.modules) or "none"),
        ("guard", details.guard or "none"),
        ("fallback handler", details.fallback_handler or "none"),
    )
    findings = []
    registered = _registered(facts)
    if details.modules and (registered is None or set(details.modules) != set(registered.modules)):
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
    return Looked(at, tuple(findings))


def check_registry(facts: SafeTxFacts) -> Looked:
    """Compare the Safe with what its owners wrote down about it in the policy: [safes.NAME]."""
    registered = _registered(facts)
    if registered is None:
        return NOTHING_TO_SEE
    drift = dict(_drift(facts.details, registered))
    at = (("registry", f"policy, {registered.threshold} of {len(registered.owners)}"),)
    if not drift:
        return Looked(at)
    finding = Finding(
        code="safe-drift",
        severity=Severity.ERROR,
        subject=facts.safe_tx.safe,
        message=f"The Safe is not as its owners wrote it down: {', '.join(drift)}.",
        evidence=drift,
        remedy="Find out who changed it and why; then have the owners correct [safes] in the policy.",
    )
    return Looked(at, (finding,))


def _registered(facts: SafeTxFacts) -> RegisteredSafe | None:
    return None if facts.policy is None else facts.policy.safes.get(facts.safe_tx.safe)


def _drift(details: SafeDetails, registered: RegisteredSafe) -> Iterator[tuple[str, str]]:
    safe = details.authority
    if set(safe.owners) != set(registered.owners):
        added, gone = set(safe.owners) - set(registered.owners), set(registered.owners) - set(safe.owners)
        yield "owners", f"new: {_join(added)}; gone: {_join(gone)}"
    if safe.threshold != registered.threshold:
        yield "threshold", f"{safe.threshold}, registered {registered.threshold}"
    if registered.version is not None and safe.version.partition("+")[0] != registered.version:
        yield "version", f"{safe.version}, registered {registered.version}"
    if set(details.modules) != set(registered.modules) or details.more_modules:
        yield "modules", f"{_join(set(details.modules))}, registered {_join(set(registered.modules))}"
    if details.guard != registered.guard:
        yield "guard", f"{details.guard or 'none'}, registered {registered.guard or 'none'}"
    if registered.fallback_handler is not None and details.fallback_handler != registered.fallback_handler:
        yield "fallback handler", f"{details.fallback_handler or 'none'}, registered {registered.fallback_handler}"


def _join(addresses: set[ChecksumAddress]) -> str:
    return ", ".join(sorted(addresses)) or "none"


def check_threshold(facts: SafeTxFacts) -> Looked:
    """Count the owners that can sign at all: a contract must answer ERC-1271, and a Safe cannot confirm itself.

    An owner that has confirmed can. A contract without an answer may still approve on the chain, if anything makes it.
    """
    safe = facts.details.authority
    able = [owner for owner in safe.owners if _can_sign(owner, facts)]
    at = [("threshold", f"{safe.threshold} of {len(safe.owners)}"), ("owners who can sign", str(len(able)))]
    words = {True: "a contract that answers", False: "a contract without isValidSignature", None: "a silent contract"}
    at += [(owner, words[facts.answering[owner]]) for owner in safe.owners if owner in facts.answering]
    findings = [
        Finding(
            code="owner-cannot-sign",
            severity=Severity.WARNING,
            subject=owner,
            message=f"Owner {owner} is the Safe itself." if owner == safe.address else _mute(owner),
            remedy="Replace that owner while the others still reach the threshold: hokctl safe owners.",
        )
        for owner in safe.owners
        if owner not in able
    ]
    if len(able) < safe.threshold:
        findings.append(
            Finding(
                code="threshold-unreachable",
                severity=Severity.ERROR,
                subject=safe.address,
                message=f"Only {len(able)} owners can sign, and the Safe wants {safe.threshold}: it may be locked.",
                remedy="Nothing can be executed; compare the owners with the registry.",
            )
        )
    return Looked(tuple(at), tuple(findings))


def _mute(owner: ChecksumAddress) -> str:
    return f"Owner {owner} is a contract that has no isValidSignature, so it cannot confirm by signature."


def _can_sign(owner: ChecksumAddress, facts: SafeTxFacts) -> bool:
    code = facts.codes.get(owner, b"")
    if owner == facts.safe_tx.safe:
        return False
    if facts.tally is not None and owner in facts.tally.owners:
        return True
    if facts.answering.get(owner) is not None:
        return bool(facts.answering[owner])
    if not code or code.startswith(_DELEGATION):
        return True
    return ERC_1271_SELECTOR in code or any(mark in code for mark in _PROXY_MARKS)


def check_signatures(facts: SafeTxFacts) -> Looked:
    """Look at who confirmed and how: keys' signatures were recovered before, the others asked on the chain."""
    tally = facts.tally
    if tally is None or not (tally.counted or tally.uncounted):
        return Looked((("confirmations", "none yet"),))
    at = tuple((one.owner, one.kind.value) for one in tally.counted)
    return Looked(at, tuple(check_confirmations(tally)))

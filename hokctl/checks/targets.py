"""Checks of where calls go: a contract at every target, with the code that was audited, under its own name."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.checks.facts import SafeTxFacts
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.config.policy import AuditedContract
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


def check_targets(snapshot: "Snapshot", plan: Plan) -> list[Finding]:
    """Return an error for every target without code at the snapshot's block that the plan does not create itself."""
    created = plan.created_addresses
    with snapshot.batch() as batch:
        codes = {to: batch.add_code(to) for call in plan.calls if (to := call.to) is not None and to not in created}
    return judge_targets(plan, {address: slot.value for address, slot in codes.items()}, block=snapshot.block.number)


def judge_targets(plan: Plan, codes: Mapping[ChecksumAddress, bytes], *, block: int) -> list[Finding]:
    """Return an error for every target whose code is known to be empty; `codes` were read at `block`.

    A plain transfer of native currency needs no contract.
    """
    labels = {call.to: call.label for call in plan.calls if call.to is not None and call.data}
    return [
        Finding(
            code="no-code",
            severity=Severity.ERROR,
            subject=address,
            message=f"There is no contract at {address}, where {label} is expected.",
            evidence={"network": plan.network, "block": str(block)},
            remedy="Compare the manifest and the network: the address may belong to another chain.",
            allowable=False,
        )
        for address, label in labels.items()
        if codes.get(address) == b"" and address not in plan.created_addresses
    ]


def check_code(facts: SafeTxFacts) -> Looked:
    """Look for code at every target."""
    targets = [call.to for call in facts.plan.calls if call.to is not None and call.data]
    at = tuple((to, f"{len(facts.codes[to])} bytes of code") for to in dict.fromkeys(targets) if to in facts.codes)
    return Looked(at, tuple(judge_targets(facts.plan, facts.codes, block=facts.block.number)))


def check_audited(facts: SafeTxFacts) -> Looked:
    """Compare code and proxy implementation of the targets with what was audited: [audited.NAME] in the policy."""
    audited = {} if facts.policy is None else facts.policy.audited
    targets = dict.fromkeys(call.to for call in facts.calls if call.to is not None)
    at = [(to, f"proxy to {facts.implementations[to]}") for to in targets if to in facts.implementations]
    findings: list[Finding] = []
    for to in targets:
        if to in audited and to in facts.codes:
            at.append((to, f"code hash {_hash(facts.codes[to])}"))
            findings.extend(_compare(to, audited[to], facts))
    return Looked(tuple(at), tuple(findings)) if at else NOTHING_TO_SEE


def _compare(to: ChecksumAddress, audited: AuditedContract, facts: SafeTxFacts) -> Iterator[Finding]:
    found = _hash(facts.codes[to])
    if audited.code_hash is not None and found != audited.code_hash:
        yield Finding(
            code="code-changed",
            severity=Severity.ERROR,
            subject=to,
            message=f"The code at {to} is not the code that was audited.",
            evidence={"code hash": found, "audited": audited.code_hash},
            remedy="Find out who changed it; after a new audit, correct [audited] in the policy.",
        )
    actual = facts.implementations.get(to)
    if audited.implementation is not None and actual != audited.implementation:
        yield Finding(
            code="implementation-changed",
            severity=Severity.ERROR,
            subject=to,
            message=f"The proxy at {to} points to {actual or 'nothing'}, not to what was audited.",
            evidence={"implementation": actual or "none", "audited": audited.implementation},
            remedy="Find out who upgraded it; after a new audit, correct [audited] in the policy.",
        )


def check_labels(facts: SafeTxFacts) -> Looked:
    """Compare the names in the plan with those in the manifest: a plan may be dressed up."""
    labels = facts.labels
    if labels is None:
        return NOTHING_TO_SEE
    at, findings = [], []
    for call in facts.plan.calls:
        if call.to is None or call.to == facts.safe_tx.safe:
            continue
        expected = labels.get(call.to)
        at.append((call.to, f"{call.label} in the plan, {expected or 'nothing'} in the manifest"))
        if expected is None and call.label in set(labels.values()):
            findings.append(_stranger(call.to, call.label, places_of(call.label, labels)))
        elif expected is not None and not call.label.endswith(expected):  # MockUSDC stands in for USDC
            findings.append(_mislabelled(call.to, call.label, expected))
    return Looked(tuple(at), tuple(findings)) if at else NOTHING_TO_SEE


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


def _hash(code: bytes) -> str:
    return "0x" + keccak(code).hex()

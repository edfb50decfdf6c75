"""What speaks against a Safe transaction as far as its own bytes tell, for a signer who has no chain to ask."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.clients.decoding import DecodedCall
from hokctl.clients.safe import Operation
from hokctl.clients.safe_delegates import DELEGATE_TARGETS
from hokctl.clients.safe_deployments import is_multi_send
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.safe.bundles import Bundle
from hokctl.safe.transactions import SafeTx


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineFacts:
    """A Safe transaction out of a file, and what the signer's own configuration knows."""

    safe_tx: SafeTx
    plan: Plan
    decoded: DecodedCall
    bundle: Bundle | None
    """The file, where hokctl wrote it: with claims about the Safe."""
    decoder: str
    """The hash of what this hokctl can name."""
    signer: ChecksumAddress | None
    safe: ChecksumAddress | None
    """The network's Safe in the configuration."""
    known: Collection[ChecksumAddress]
    """Every address that the address book or the manifest names."""


def check_offline(facts: OfflineFacts) -> tuple[Finding, ...]:
    """Return all findings, stops first."""
    found = [*_check_operation(facts.decoded), *_check_bytes(facts), *_check_refund(facts), *_check_safe(facts)]
    found += [*_check_claims(facts), *_check_targets(facts)]
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def _check_operation(call: DecodedCall, *, inside: bool = False) -> Iterator[Finding]:
    if call.operation is Operation.DELEGATECALL and (inside or not _is_delegate(call.to)):
        yield Finding(
            code="delegatecall-inside" if inside else "delegatecall-unlisted",
            severity=Severity.ERROR,
            subject=str(call.to),
            message=f"{call.to} would run as the Safe itself, with power over its owners, its code and all its funds.",
            evidence={"operation": "1 (delegatecall)", "selector": "0x" + call.selector.hex()},
            remedy="Sign nothing. Only MultiSend with plain calls, SignMessageLib and SafeMigration may run as a Safe.",
            allowable=False,
        )
    if call.operation is Operation.DELEGATECALL and call.to is not None and is_multi_send(call.to) and not call.inner:
        yield Finding(
            code="batch-unreadable",
            severity=Severity.ERROR,
            subject=call.to,
            message="The Safe would run a batch that cannot be read.",
            remedy="Sign nothing, and ask the proposer for a new one.",
            allowable=False,
        )
    for inner in call.inner:
        yield from _check_operation(inner, inside=call.signature == "multiSend(bytes)")


def _is_delegate(to: ChecksumAddress | None) -> bool:
    return to is not None and (to in DELEGATE_TARGETS or is_multi_send(to))


def _check_bytes(facts: OfflineFacts) -> Iterator[Finding]:
    for call in every_call(facts.decoded):
        if not call.exact:
            yield Finding(
                code="hidden-bytes",
                severity=Severity.ERROR,
                subject=str(call.to),
                message=f"The calldata for {call.signature} holds more than its arguments, or writes them crookedly.",
                remedy="Sign nothing: bytes that no reviewer sees have no place in a call.",
            )
        if not call.known:
            yield Finding(
                code="unknown-function",
                severity=Severity.WARNING,
                subject=str(call.to),
                message=f"hokctl knows no function 0x{call.selector.hex()}, so it cannot say what this call does.",
                remedy="Have the target's own interface explain it, by a source you trust.",
            )


def every_call(call: DecodedCall) -> Iterator[DecodedCall]:
    """Yield the call and all the calls inside of it, outer ones first."""
    yield call
    for inner in call.inner:
        yield from every_call(inner)


def _check_refund(facts: OfflineFacts) -> Iterator[Finding]:
    safe_tx = facts.safe_tx
    addresses = {"gasToken": safe_tx.gas_token, "refundReceiver": safe_tx.refund_receiver}
    if not (safe_tx.gas_price or safe_tx.base_gas or any(int(address, 16) for address in addresses.values())):
        return
    yield Finding(
        code="gas-refund",
        severity=Severity.ERROR,
        subject=safe_tx.safe_tx_hash,
        message="Whoever executes it is paid by the Safe for the gas, at a price that the transaction sets.",
        evidence={"gasPrice": str(safe_tx.gas_price), "baseGas": str(safe_tx.base_gas), **addresses},
        remedy="Have it proposed again without gasPrice, baseGas, gasToken and refundReceiver.",
    )


def _check_safe(facts: OfflineFacts) -> Iterator[Finding]:
    safe = facts.safe_tx.safe
    if facts.safe is not None and facts.safe != safe:
        yield Finding(
            code="unfamiliar-safe",
            severity=Severity.WARNING,
            subject=safe,
            message="The configuration names another Safe for this network.",
            evidence={"in the configuration": facts.safe},
            remedy="Make sure that you own this one too.",
        )
    if any(call.to == safe and call.data for call in every_call(facts.decoded)):
        yield Finding(
            code="safe-changes-itself",
            severity=Severity.WARNING,
            subject=safe,
            message="The Safe changes its own owners, threshold, modules or guard.",
            remedy="Make sure that every owner knows of it.",
        )


def _check_claims(facts: OfflineFacts) -> Iterator[Finding]:
    yield Finding(
        code="not-simulated",
        severity=Severity.WARNING,
        subject=facts.safe_tx.safe_tx_hash,
        message="No chain was asked: whether the calls succeed, and what they change, is not checked here.",
        evidence=_claims(facts.bundle),
        remedy="Compare the three hashes with what another owner's node shows: hokctl safe show.",
    )
    if facts.bundle is not None:
        yield from _check_evidence(facts, facts.bundle)


def _check_evidence(facts: OfflineFacts, bundle: Bundle) -> Iterator[Finding]:
    if bundle.evidence.decoder != facts.decoder:
        yield Finding(
            code="other-decoder",
            severity=Severity.INFO,
            subject="evidence",
            message="The exporter's hokctl knows other functions than this one, and may have read the calls otherwise.",
            evidence={"exporter's hokctl": bundle.evidence.hokctl},
            remedy="Use the same version on both sides.",
        )
    if bundle.evidence.simulation != "matches":
        yield Finding(
            code="not-proven-there",
            severity=Severity.WARNING,
            subject="evidence",
            message="By the exporter's own account the simulation did not show the declared effect.",
            evidence={
                "simulation": bundle.evidence.simulation,
                "findings": ", ".join(bundle.evidence.findings) or "none",
            },
            remedy="Ask the exporter why before you sign.",
        )
    if facts.signer is not None and facts.signer not in bundle.stated.owners:
        yield Finding(
            code="signer-not-stated",
            severity=Severity.ERROR,
            subject=facts.signer,
            message=f"By the file, {facts.signer} is no owner of the Safe.",
            evidence={"stated owners": ", ".join(bundle.stated.owners)},
            remedy="Choose another signer, or have the bundle exported again if it is out of date.",
        )


def _claims(bundle: Bundle | None) -> dict[str, str]:
    if bundle is None:
        return {}
    stated, evidence = bundle.stated, bundle.evidence
    return {
        "claimed owners": ", ".join(stated.owners),
        "claimed threshold": str(stated.threshold),
        "claimed next nonce": str(stated.nonce),
        "claimed simulation": f"{evidence.simulation} at block {evidence.block.number} of {evidence.network}",
        "claimed findings": ", ".join(evidence.findings) or "none",
    }


def _check_targets(facts: OfflineFacts) -> Iterator[Finding]:
    for address in dict.fromkeys(call.to for call in facts.plan.calls):
        if address is not None and address != facts.safe_tx.safe and address not in facts.known:
            yield Finding(
                code="unfamiliar-target",
                severity=Severity.WARNING,
                subject=address,
                message=f"Neither the manifest nor the address book knows {address}.",
                remedy="Find out what stands there: its name in the file is the proposer's word.",
            )

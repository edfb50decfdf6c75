"""Checks of what runs as the Safe itself: one flipped bit, `operation`, was enough for the largest theft there was."""

from collections.abc import Iterator, Mapping

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.checks.facts import SafeTxFacts, every_call
from hokctl.checks.outcomes import Looked
from hokctl.clients.create_call import CREATIONS, recognise_creation
from hokctl.clients.decoding import DecodedCall
from hokctl.clients.safe import Operation
from hokctl.clients.safe_delegates import DELEGATE_TARGETS, DelegateTarget
from hokctl.domain.findings import Finding, Severity


def check_delegatecalls(facts: SafeTxFacts) -> Looked:
    """Let a delegatecall go to the known contracts of Safe only, with their very code, at every depth.

    One inside of a batch is accepted in one shape alone: a MultiSend that has CreateCall create a contract, with no
    value, in the name of the Safe.
    """
    delegates = tuple(call for call in every_call(facts.decoded) if call.operation is Operation.DELEGATECALL)
    if not delegates:
        return Looked((("operation", "0: a call"),))
    created = tuple(call for batch in every_call(facts.decoded) for call in _creations(batch))
    creations = frozenset(map(id, created))
    at = tuple((str(call.to), _describe(call.to, facts.codes)) for call in delegates)
    findings = [finding for call in delegates for finding in _judge(call, facts, creates=id(call) in creations)]
    for call in every_call(facts.decoded):
        findings.extend(_inside(call))
    findings.extend(found for call in created if (found := _unknown(call)) is not None)
    return Looked(tuple(dict.fromkeys(at)), tuple(findings))


def _creations(batch: DecodedCall) -> Iterator[DecodedCall]:
    """Yield the creations in a batch that may have some: run by delegatecall, by the MultiSend that passes them on."""
    target = _target(batch)
    if target is None or not target.passes_on or batch.operation is not Operation.DELEGATECALL:
        return
    for call in batch.inner:
        inner = _target(call)
        if inner is not None and inner.creates and call.operation is Operation.DELEGATECALL and _is_creation(call):
            yield call


def _is_creation(call: DecodedCall) -> bool:
    return call.signature in CREATIONS and call.exact and call.value == 0 and call.args[0].value == 0


def _target(call: DecodedCall) -> DelegateTarget | None:
    return None if call.to is None else DELEGATE_TARGETS.get(call.to)


def _describe(to: ChecksumAddress | None, codes: Mapping[ChecksumAddress, bytes]) -> str:
    target = None if to is None else DELEGATE_TARGETS.get(to)
    name = "not one of Safe's contracts" if target is None else f"{target.name} {target.version}"
    return name if to is None or to not in codes else f"{name}, code hash {_hash(codes[to])}"


def _judge(call: DecodedCall, facts: SafeTxFacts, *, creates: bool) -> Iterator[Finding]:
    target = _target(call)
    lone = target is not None and target.creates and not creates
    idle = target is not None and target.passes_on and not any(_creations(call))
    if target is None or call.to is None or lone or idle:
        yield _unlisted(call)
        return
    code = facts.codes.get(call.to)
    if code is not None and _hash(code) != target.code_hash:
        yield Finding(
            code="delegatecall-code",
            severity=Severity.ERROR,
            subject=call.to,
            message=f"The code at {call.to} is not that of {target.name} {target.version}.",
            evidence={"code hash": _hash(code), "expected": target.code_hash},
            remedy="Sign nothing: whatever stands there would run as the Safe itself.",
            allowable=False,
        )
    if target.batches and not call.inner:
        yield Finding(
            code="batch-unreadable",
            severity=Severity.ERROR,
            subject=call.to,
            message="The Safe would run a batch that cannot be read.",
            evidence={"data": "0x" + call.data.hex()},
            remedy="Sign nothing, and ask the proposer for a new one.",
            allowable=False,
        )


def _unlisted(call: DecodedCall) -> Finding:
    return Finding(
        code="delegatecall-unlisted",
        severity=Severity.ERROR,
        subject=str(call.to),
        message=f"{call.to} would run as the Safe itself, with power over its owners, its code and all its funds.",
        evidence={"operation": "1 (delegatecall)", "selector": "0x" + call.selector.hex()},
        remedy="Sign nothing. Only MultiSendCallOnly, SignMessageLib and SafeMigration may run as a Safe, "
        "and MultiSend where it has CreateCall create contracts.",
        allowable=False,
    )


def _inside(call: DecodedCall) -> Iterator[Finding]:
    """Yield an error for delegatecalls in a batch that create nothing: MultiSend passes on whatever it is given."""
    if call.signature != "multiSend(bytes)":
        return
    accepted = frozenset(id(creation) for creation in _creations(call))
    for number, inner in enumerate(call.inner, start=1):
        if inner.operation is Operation.DELEGATECALL and id(inner) not in accepted:
            yield Finding(
                code="delegatecall-inside",
                severity=Severity.ERROR,
                subject=str(inner.to),
                message=f"Call {number} of the batch is itself a delegatecall.",
                evidence={"batch": str(call.to), "target": str(inner.to)},
                remedy="Sign nothing, and ask the proposer where it comes from.",
                allowable=False,
            )


def _unknown(creation: DecodedCall) -> Finding | None:
    """Return that a contract would be created that is none of the suite's; nobody can read what it does."""
    init_code = creation.args[1].value
    if not isinstance(init_code, bytes) or recognise_creation(init_code) is not None:
        return None
    return Finding(
        code="creation-unknown",
        severity=Severity.WARNING,
        subject=str(creation.to),
        message=f"The Safe would create a contract that hokctl does not know, of {len(init_code)} bytes.",
        evidence={"creation code": _hash(init_code)},
        remedy="Compare the hash with your own build of the contract, with its constructor's arguments behind it.",
    )


def _hash(code: bytes) -> str:
    return "0x" + keccak(code).hex()

"""Reading what somebody wants signed: calldata, a Transaction Builder file, a Safe transaction. It asks no chain."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.raw_transactions import RawTransaction, read_raw_transaction
from hokctl.checks.queued_params import find_queueing
from hokctl.clients.decoding import DecodedCall, decode_calldata
from hokctl.clients.safe import Operation
from hokctl.clients.safe_deployments import is_create_call, is_multi_send
from hokctl.domain.documents import DocumentError, Fields, JsonObject, parse_document
from hokctl.domain.findings import Finding, Severity
from hokctl.errors import HokctlError, UsageError
from hokctl.safe.bundles import bundle_from_json, is_bundle
from hokctl.safe.proposals import proposal_from_json
from hokctl.safe.qr_parts import is_parts, join_parts
from hokctl.safe.safe_tx_documents import ForeignSafeTx, is_safe_tx_document, parse_safe_tx_document
from hokctl.safe.transaction_builder import BuilderCall, BuilderFile, is_builder_file, parse_builder_file

_HEX: Final = re.compile(r"0[xX](?:[0-9a-fA-F]{2})*", re.ASCII)
_SHOWN: Final = 40


class UnreadableTransactionError(UsageError):
    """A text that is none of the things that can be decoded."""

    code = "unreadable-transaction"

    def __init__(self, reason: str) -> None:
        """Say what is wrong with it."""
        super().__init__(
            f"This cannot be decoded: {reason}.",
            hint="Give calldata as 0x and an even number of hex digits, or a JSON file: Transaction Builder, proposal, "
            "or Safe transaction.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text says: its calls, and what there is to say about it."""

    kind: str
    """calldata, signed-transaction, transaction-builder, bundle, proposal, safe-tx or safe-txs."""
    calls: tuple[DecodedCall, ...]
    methods: tuple[str, ...] = ()
    """Methods of a Transaction Builder file whose calldata is left to the application."""
    chain_id: int | None = None
    safe: str | None = None
    safe_tx: ForeignSafeTx | None = None
    file: BuilderFile | None = None
    raw: RawTransaction | None = None
    """The signed transaction around the calldata."""
    findings: tuple[Finding, ...] = ()


def read_transaction(text: str, *, to: ChecksumAddress | None, labels: Mapping[ChecksumAddress, str]) -> Reading:
    """Return what `text` says; `to` is the target of bare calldata. Raises UnreadableTransactionError."""
    stripped = text.strip()
    if stripped.startswith(("0x", "0X")):
        if not _HEX.fullmatch(stripped):
            raise UnreadableTransactionError(f"{stripped[:_SHOWN]!r} is not calldata in hex")
        data = bytes.fromhex(stripped[2:])
        raw = read_raw_transaction(data)
        if raw is not None:
            return _read_raw(raw, labels)
        call = decode_calldata(data, to=to, labels=labels)
        return Reading(kind="calldata", calls=(call,), findings=tuple(_remarks((call,))))
    try:
        if is_parts(stripped):
            stripped = join_parts(stripped)
        return _read_document(parse_document(stripped), labels)
    except DocumentError as error:
        raise UnreadableTransactionError(str(error)) from error


def _read_document(document: JsonObject, labels: Mapping[ChecksumAddress, str]) -> Reading:
    if is_builder_file(document):
        return _read_builder_file(parse_builder_file(document), labels)
    if is_bundle(document):
        inner = Fields(document).object("proposal").object("safe_tx")
        return _read_proposal(dict(inner.content), labels, "bundle", lambda: bundle_from_json(document))
    if isinstance(document.get("safe_tx"), dict):
        inner = Fields(document).object("safe_tx")
        return _read_proposal(dict(inner.content), labels, "proposal", lambda: proposal_from_json(document))
    if isinstance(document.get("results"), list):
        return _read_page([_read_safe_tx(dict(item.content), labels) for item in Fields(document).objects("results")])
    if is_safe_tx_document(document):
        return _read_safe_tx(document, labels)
    raise DocumentError("it is neither a Transaction Builder file nor a proposal nor a Safe transaction")


def _read_builder_file(file: BuilderFile, labels: Mapping[ChecksumAddress, str]) -> Reading:
    calls = tuple(
        decode_calldata(call.data, to=call.to, value=call.value, labels=labels)
        for call in file.calls
        if call.data is not None
    )
    methods = tuple(call.method or "unnamed" for call in file.calls if call.data is None)
    faults = [fault for call in file.calls if (fault := _check_method(call))]
    findings = [*_check_checksum(file), *faults, *_remarks(calls)]
    return Reading(
        kind="transaction-builder",
        calls=calls,
        methods=methods,
        chain_id=file.chain_id,
        safe=file.safe,
        file=file,
        findings=tuple(findings),
    )


def _read_safe_tx(document: JsonObject, labels: Mapping[ChecksumAddress, str]) -> Reading:
    safe_tx = parse_safe_tx_document(document)
    call = decode_calldata(
        safe_tx.data, to=safe_tx.to, value=safe_tx.value, operation=Operation(safe_tx.operation), labels=labels
    )
    findings = [*_check_hash(safe_tx), *_check_refund(safe_tx), *_remarks((call,))]
    return Reading(
        kind="safe-tx",
        calls=(call,),
        chain_id=safe_tx.chain_id,
        safe=safe_tx.safe,
        safe_tx=safe_tx,
        findings=tuple(findings),
    )


def _read_proposal(
    safe_tx: JsonObject, labels: Mapping[ChecksumAddress, str], kind: str, verify: Callable[[], object]
) -> Reading:
    """Return the Safe transaction in a file of hokctl's, with what contradicts it among the findings."""
    reading = _read_safe_tx(safe_tx, labels)
    try:
        verify()
    except (HokctlError, DocumentError) as error:
        return replace(reading, kind=kind, findings=(*reading.findings, _contradiction(kind, error)))
    return replace(reading, kind=kind)


def _contradiction(kind: str, error: HokctlError | DocumentError) -> Finding:
    if isinstance(error, HokctlError):
        return Finding(code=error.code, severity=Severity.ERROR, subject=kind, message=error.message, remedy=error.hint)
    return Finding(
        code="invalid-file",
        severity=Severity.ERROR,
        subject=kind,
        message=f"The file contradicts itself: {error}.",
        remedy="Ask for it again from where it comes.",
    )


def _read_page(readings: Sequence[Reading]) -> Reading:
    """Return a page of the Transaction Service: the calls of all its Safe transactions."""
    safes = {reading.safe for reading in readings}
    return Reading(
        kind="safe-txs",
        calls=tuple(call for reading in readings for call in reading.calls),
        safe=safes.pop() if len(safes) == 1 else None,
        findings=tuple(finding for reading in readings for finding in reading.findings),
    )


def _read_raw(raw: RawTransaction, labels: Mapping[ChecksumAddress, str]) -> Reading:
    call = decode_calldata(raw.data, to=raw.to, value=raw.value, labels=labels)
    calls = (call,) if raw.to is not None else ()
    return Reading(
        kind="signed-transaction", calls=calls, chain_id=raw.chain_id, raw=raw, findings=tuple(_remarks(calls))
    )


def _check_checksum(file: BuilderFile) -> list[Finding]:
    if file.stated_checksum == file.checksum:
        return []
    absent = file.stated_checksum is None
    return [
        Finding(
            code="checksum-absent" if absent else "checksum-mismatch",
            severity=Severity.INFO if absent else Severity.ERROR,
            subject="file",
            message="The file has no checksum, so that an accidental change would go unnoticed."
            if absent
            else "The file was changed after its checksum was made.",
            evidence={"stated": file.stated_checksum or "none", "computed": file.checksum},
            remedy="Compare the calls with what was agreed; a checksum does not tell who made the file.",
        )
    ]


def _check_hash(safe_tx: ForeignSafeTx) -> list[Finding]:
    computed = safe_tx.computed
    if computed is None or safe_tx.stated_hash in {None, computed.safe_tx_hash}:
        return []
    return [
        Finding(
            code="hash-mismatch",
            severity=Severity.ERROR,
            subject="safe_tx_hash",
            message="The safeTxHash that is stated is not the one of these fields.",
            evidence={"stated": str(safe_tx.stated_hash), "computed": computed.safe_tx_hash},
            remedy="Sign nothing, and ask who made it.",
        )
    ]


def _check_refund(safe_tx: ForeignSafeTx) -> list[Finding]:
    if not safe_tx.refunds_gas:
        return []
    return [
        Finding(
            code="gas-refund",
            severity=Severity.WARNING,
            subject="safe_tx",
            message="The Safe would pay whoever executes it: gas price, gas token or refund receiver is set.",
            remedy="A refund is a payment that no decoded call shows: make sure it is meant.",
        )
    ]


def _remarks(calls: Sequence[DecodedCall]) -> Iterator[Finding]:
    for call in calls:
        yield from (replace(finding, severity=Severity.WARNING) for finding in find_queueing(replace(call, inner=())))
        if not call.known:
            yield _remark(call, "unknown-function", Severity.INFO, "hokctl does not know this function")
        if not call.exact:
            yield _remark(call, "unexplained-bytes", Severity.WARNING, "the arguments do not explain all of its bytes")
        if call.operation is Operation.DELEGATECALL and not (call.to is not None and _is_known(call.to)):
            yield _remark(call, "delegatecall", Severity.WARNING, "the target's code acts as the Safe itself")
        yield from _remarks(call.inner)


def _is_known(to: ChecksumAddress) -> bool:
    return is_multi_send(to) or is_create_call(to)


def _remark(call: DecodedCall, code: str, severity: Severity, reason: str) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        subject=call.to or "calldata",
        message=f"Selector 0x{call.selector.hex()}: {reason}.",
        remedy="Ask who made it what it does before signing it.",
    )


def _check_method(call: BuilderCall) -> Finding | None:
    """Return that a call's method cannot be encoded, or that it is not what the calldata does."""
    if call.fault is None:
        return None
    return Finding(
        code="not-encoded" if call.data is None else "method-mismatch",
        severity=Severity.INFO if call.data is None else Severity.ERROR,
        subject=call.to,
        message=f"The file names the method {call.method or 'unnamed'}, but {call.fault}.",
        remedy="Have it exported with its data to see what would be signed."
        if call.data is None
        else "Sign nothing: the application shows the method, and the chain runs the calldata.",
    )

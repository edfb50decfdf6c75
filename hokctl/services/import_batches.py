"""Transaction Builder files as proposals: strictly of this chain and this Safe, whole, and unambiguous."""

from collections.abc import Collection
from dataclasses import replace

from eth_typing import ChecksumAddress

from hokctl.clients.safe import Operation
from hokctl.domain.calls import Argument, Call
from hokctl.domain.documents import DocumentError, parse_foreign_address
from hokctl.domain.findings import Finding, Severity
from hokctl.routes.safe import next_nonce
from hokctl.safe.exchange import UnsuitableFileError
from hokctl.safe.multisend import PLAIN_SIGNATURE, RAW_SIGNATURE, pack_calls
from hokctl.safe.proposals import Proposal
from hokctl.safe.transaction_builder import BuilderCall, BuilderFile
from hokctl.safe.transactions import SafeTx, verify_hashes
from hokctl.services.foreign_plans import plan_from_safe_tx
from hokctl.services.import_desk import Draft, ImportDesk, refuse_other_safe

MANY_CALLS = 100
"""From here on services and block gas limits begin to refuse a batch, after it was signed."""


def draft_batch(
    desk: ImportDesk, source: str, file: BuilderFile, others: Collection[Draft] = ()
) -> tuple[Draft, tuple[Finding, ...]]:
    """Return the file's calls as a proposal with the next free nonce, and what a person should know of the file.

    `others` come in at the same time, and take nonces too. The same file again gives the same proposal while that
    waits. Raises UnsuitableFileError for another chain or Safe, a wrong checksum, a method that is not what its
    calldata does, and a file without calls.
    """
    name, chain = source[:80], desk.snapshot.chain
    if file.chain_id != chain.chain_id:
        reason = f"it is for chain {file.chain_id}, and the network {chain.network} is chain {chain.chain_id}"
        raise UnsuitableFileError(name, reason)
    safe = _safe_of(desk, source, file)
    if file.stated_checksum not in {None, file.checksum}:
        raise UnsuitableFileError(
            name, f"it was changed after its checksum was made: {file.stated_checksum} is not {file.checksum}"
        )
    if not file.calls:
        raise UnsuitableFileError(name, "it has no calls")
    calls = [_to_call(name, number, call) for number, call in enumerate(file.calls, start=1)]
    authority = desk.authority(safe)
    inner = pack_calls(calls, safe=safe, version=authority.version)
    draft = SafeTx(
        safe=safe,
        chain_id=chain.chain_id,
        version=authority.version,
        to=inner.to,
        value=inner.value,
        data=inner.data,
        operation=Operation(inner.operation),
        nonce=authority.nonce if desk.nonce is None else desk.nonce,
    )
    proposal = _propose(desk, draft, file.name, others)
    verify_hashes(proposal.safe_tx)
    return Draft(proposal=proposal, kind="transaction-builder", source=source), tuple(_remarks(file))


def _propose(desk: ImportDesk, draft: SafeTx, title: str, others: Collection[Draft]) -> Proposal:
    plan = plan_from_safe_tx(
        draft,
        network=desk.snapshot.chain.network,
        block=desk.snapshot.block,
        labels=desk.knowledge.labels(),
        title=title,
    )
    nonce = desk.nonce
    if nonce is None:
        nonce = next_nonce(desk.store, plan, desk.authority(draft.safe))
        taken = {one.proposal.safe_tx.nonce for one in others if one.proposal.plan.plan_hash != plan.plan_hash}
        while nonce in taken:
            nonce += 1
    return Proposal(safe_tx=replace(draft, nonce=nonce), plan=plan, created_at=desk.now)


def _safe_of(desk: ImportDesk, source: str, file: BuilderFile) -> ChecksumAddress:
    if len(file.safes) > 1:
        raise UnsuitableFileError(source[:80], f"it names several Safes: {', '.join(file.safes)}")
    if not file.safes:
        if desk.safe is None:
            raise UnsuitableFileError(source[:80], "neither it nor the configuration says which Safe it is for")
        return desk.safe
    try:
        safe = parse_foreign_address(file.safes[0], "createdFromSafeAddress")
    except DocumentError as error:
        raise UnsuitableFileError(source[:80], str(error)) from error
    refuse_other_safe(desk, source, safe)
    return safe


def _to_call(name: str, number: int, call: BuilderCall) -> Call:
    if call.fault is not None or call.data is None:
        raise UnsuitableFileError(name, f"in call {number}, {call.method or 'it'}: {call.fault or 'it has no data'}")
    return Call(
        to=call.to,
        label="",
        signature=RAW_SIGNATURE if call.data else PLAIN_SIGNATURE,
        args=(Argument(name="data", type="bytes", value=call.data),) if call.data else (),
        data=call.data,
        value=call.value,
        purpose="",
        requires=(),
    )


def _remarks(file: BuilderFile) -> list[Finding]:
    found = []
    if file.stated_checksum is None:
        found.append(
            _remark("checksum-absent", "The file has no checksum, so that an accidental change would go unnoticed.")
        )
    if not file.safes:
        found.append(_remark("safe-absent", "The file does not say which Safe it was made for."))
    if len(file.calls) > MANY_CALLS:
        found.append(_remark("many-calls", f"{len(file.calls)} calls in one batch may not fit into a block."))
    return found


def _remark(code: str, message: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.WARNING if code == "many-calls" else Severity.INFO,
        subject="file",
        message=message,
        remedy="Compare the calls with what was agreed: hokctl safe show.",
    )

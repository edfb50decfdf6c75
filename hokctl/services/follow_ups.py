"""What an execution leaves to be done: the operation that it scheduled, the governor's proposal that it made."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from eth_typing import ChecksumAddress

from hokctl.clients.decoding import DecodedCall
from hokctl.clients.governor import Governor, ProposalState
from hokctl.clients.timelock_controller import TimelockCall, TimelockController
from hokctl.domain.outcomes import TransactionRecord
from hokctl.domain.reviews import GovernorProposalSummary, OperationSummary, Review
from hokctl.domain.units import Bytes32
from hokctl.routes.governance_store import GovernanceStore
from hokctl.routes.governor_proposals import GovernorProposal
from hokctl.routes.operations import Operation, OperationState
from hokctl.safe.transactions import SafeTx
from hokctl.services.check_subjects import decode_safe_tx, own_calls

if TYPE_CHECKING:
    from hokctl.chain.session import Chain

_ONE: Final = "schedule(address,uint256,bytes,bytes32,bytes32,uint256)"
_BATCH: Final = "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)"
_PROPOSE: Final = "propose(address[],uint256[],bytes[],string)"


def with_follow_up(review: Review, safe_tx: SafeTx, record: TransactionRecord, chain: "Chain", folder: Path) -> Review:
    """Return the review with what the executed Safe transaction has begun, read at the block that it is mined in.

    One round trip where it has begun something, none otherwise. `folder` keeps what was begun with its plan.
    """
    for call in own_calls(decode_safe_tx(safe_tx)):
        if call.to is None or not call.exact:
            continue
        if call.signature in {_ONE, _BATCH}:
            return replace(review, operation=_read_operation(call.to, call, record, chain, folder))
        if call.signature == _PROPOSE:
            *what, description = (argument.value for argument in call.args)
            made = GovernorProposal(governor=call.to, timelock=None, calls=_calls(what), description=str(description))
            return replace(review, governor_proposal=_read_proposal(made, safe_tx.safe, record, chain, folder))
    return review


def _read_operation(
    timelock: ChecksumAddress, call: DecodedCall, record: TransactionRecord, chain: "Chain", folder: Path
) -> OperationSummary | None:
    *what, predecessor, salt, delay = (argument.value for argument in call.args)
    batch = call.signature == _BATCH
    operation = Operation(
        timelock=timelock,
        calls=_calls(what if batch else [(value,) for value in what]),
        salt=_word(salt),
        predecessor=_word(predecessor),
        batch=batch,
        delay_s=cast("int", delay),
    )
    with chain.batch_at(record.block_number) as reads:
        ready_at = reads.add(TimelockController(timelock).get_timestamp(operation.operation_id))
    if not ready_at.value_or(0):
        return None
    path = GovernanceStore(folder).operation_path(chain.chain_id, timelock, operation.operation_id)
    return OperationSummary(
        timelock=timelock,
        operation_id=operation.operation_id,
        salt=operation.salt,
        delay_s=operation.delay_s,
        state=OperationState.WAITING.value,
        earliest_at=ready_at.value,
        path=str(path) if path.is_file() else "none",
    )


def _read_proposal(
    made: GovernorProposal, proposer: ChecksumAddress, record: TransactionRecord, chain: "Chain", folder: Path
) -> GovernorProposalSummary | None:
    client, id_ = Governor(made.governor), made.proposal_id
    with chain.batch_at(record.block_number) as reads:
        begin, end = reads.add(client.proposal_snapshot(id_)), reads.add(client.proposal_deadline(id_))
        clock, timelock = reads.add(client.clock_mode()), reads.add(client.timelock())
    if not begin.value_or(0) or end.failed:
        return None
    path = GovernanceStore(folder).proposal_path(chain.chain_id, made.governor, id_)
    return GovernorProposalSummary(
        governor=made.governor,
        proposal_id=id_,
        description_hash=made.description_hash,
        state=ProposalState.PENDING.name.lower(),
        proposer=proposer,
        timelock=None if timelock.failed else timelock.value,
        counts_seconds=clock.value_or("").startswith("mode=timestamp"),
        snapshot=begin.value,
        deadline=end.value,
        eta=None,
        path=str(path) if path.is_file() else "none",
    )


def _calls(columns: Sequence[object]) -> tuple[TimelockCall, ...]:
    targets, values, datas = (cast("tuple[object, ...]", column) for column in columns)
    return tuple(
        TimelockCall(target=cast("ChecksumAddress", to), value=cast("int", value), data=cast("bytes", data))
        for to, value, data in zip(targets, values, datas, strict=True)
    )


def _word(value: object) -> Bytes32:
    return Bytes32("0x" + cast("bytes", value).hex())

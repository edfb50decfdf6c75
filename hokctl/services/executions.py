"""Executing a Safe transaction once, and proving what it did; also finding out what executed it before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.checks.effects import check_simulation
from hokctl.checks.preflight import findings_of, simulated, weighed
from hokctl.checks.self_changes import await_confirmation_of
from hokctl.clients.safe import Safe
from hokctl.domain.calls import Call
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.outcomes import Outcome, TransactionRecord
from hokctl.domain.reviews import Review
from hokctl.domain.units import SafeTxHash, TxHash
from hokctl.routes.base import MissingSignerError
from hokctl.routes.records import to_record
from hokctl.routes.safe import record_of
from hokctl.routes.safe_simulation import simulate_execution
from hokctl.safe.packing import pack_signatures
from hokctl.services.execution_errors import (
    AlreadyExecutedError,
    NonceNotCurrentError,
    ReplacedProposalError,
    SafeExecutionFailedError,
    ThresholdNotReachedError,
)
from hokctl.services.follow_ups import with_follow_up
from hokctl.services.proposals import Carried, CarryState, conclude
from hokctl.services.routing import open_sender
from hokctl.services.safe_checks import Knowledge
from hokctl.services.safe_reviews import ProposalState, build_review, check_state, decoder_for, read_wanted

if TYPE_CHECKING:
    from hokctl.chain.session import Chain
    from hokctl.chain.transport import Errand
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.safe.proposals import ProposalStore
    from hokctl.services.proposals import Carrier

SUCCESS: Final = "ExecutionSuccess"
FAILURE: Final = "ExecutionFailure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """The chain transaction that used up a Safe transaction's nonce."""

    tx_hash: TxHash
    succeeded: bool


def execute_proposal(carrier: "Carrier", reference: str, knowledge: Knowledge, book: "InvoiceBook | None") -> Carried:
    """Review the proposal again, send its execution once, prove it, and note it in the folder and the book.

    A dry run takes no book. Raises AlreadyExecutedError, ReplacedProposalError, SafeExecutionFailedError,
    NonceNotCurrentError, ThresholdNotReachedError, and what `read_wanted` and sending raise.
    """
    state = read_wanted(carrier, reference, knowledge, executor=carrier.signer.address if carrier.signer else None)
    if state.proposal.safe_tx.nonce < state.authority.nonce:
        return _conclude_earlier(carrier, state, knowledge, book)
    _check_turn(carrier.store, state)
    call, executor = _build_call(state), carrier.signer.address if carrier.signer else state.authority.owners[0]
    sender = open_sender(carrier)
    # Where nobody is asked in between, what sending needs to know is still true afterwards.
    errand = sender.errand(call) if sender is not None and carrier.assume_yes else None
    review = _review(carrier, state, knowledge, call=call, executor=executor, errand=errand)
    plan = state.proposal.plan
    if any(finding.blocks(carrier.allow) for finding in review.findings):
        return Carried(state=CarryState.REFUSED, plan=plan, review=review, findings=review.findings)
    if carrier.dry_run:
        return Carried(state=CarryState.SHOWN, plan=plan, review=review, findings=review.findings)
    if sender is None:
        raise MissingSignerError("send the execution and pay its gas")
    carrier.ui.review(review)
    if not carrier.assume_yes and not carrier.ui.confirm(f"Do you want to {review.action}?"):
        return Carried(state=CarryState.DECLINED, plan=plan, review=review, findings=review.findings)
    receipt = sender.send(call, key=state.proposal.safe_tx_hash, errand=errand)
    return _finish(carrier, state, review, to_record(receipt, decoder_for(state, knowledge)), book)


def find_execution(
    chain: "Chain", safe: ChecksumAddress, safe_tx_hash: SafeTxHash, *, from_block: int, to_block: int
) -> Execution | None:
    """Return what executed the Safe transaction between the two blocks, by the Safe's own events; None if nothing."""
    from hokctl.chain.logs import get_logs
    from hokctl.clients.events import event_topic

    topics = [event_topic("Safe", SUCCESS), event_topic("Safe", FAILURE)]
    for log in get_logs(chain, addresses=[safe], topics=[topics], from_block=from_block, to_block=to_block):
        # Safe 1.3.0 does not index the hash: it is the first word of the data there.
        word = log.topics[1] if len(log.topics) > 1 else "0x" + log.data[:32].hex()
        if word == safe_tx_hash:
            return Execution(tx_hash=log.tx_hash, succeeded=log.topics[0] == topics[0])
    return None


def _check_turn(store: "ProposalStore", state: ProposalState) -> None:
    safe_tx, current = state.proposal.safe_tx, state.authority.nonce
    if safe_tx.nonce > current:
        waiting = store.scan(safe_tx.chain_id, safe_tx.safe).proposals
        first = next((other.safe_tx_hash for other in waiting if other.safe_tx.nonce == current), None)
        raise NonceNotCurrentError(state, first)
    if state.missing:
        raise ThresholdNotReachedError(state)


def _build_call(state: ProposalState) -> Call:
    """Return the execution with exactly as many signatures as the threshold asks for."""
    safe_tx = state.proposal.safe_tx
    signatures = pack_signatures(state.tally.enough(state.authority.threshold))
    purpose = f"Execute Safe transaction {safe_tx.nonce}: {state.proposal.plan.title}"
    return Safe(safe_tx.safe).exec_transaction(safe_tx.fields, signatures, purpose=purpose)


def _review(
    carrier: "Carrier",
    state: ProposalState,
    knowledge: Knowledge,
    *,
    call: Call,
    executor: ChecksumAddress,
    errand: "Errand | None",
) -> Review:
    # Who executes decides nothing any more: the owners have confirmed a change of the Safe itself, twice each.
    checks = await_confirmation_of(check_state(state))
    simulation, compared = None, list[Finding]()
    if not any(finding.blocks(carrier.allow) for finding in findings_of(checks)):
        plan, authority = state.proposal.plan, state.authority
        simulation = simulate_execution(
            carrier.snapshot,
            call,
            state.proposal.safe_tx,
            plan,
            authority,
            executor=executor,
            guard=state.details.guard,
            errand=errand,
        )
        compared = check_simulation(plan, simulation)
    who = carrier.signer.address if carrier.signer else "anyone"
    return build_review(
        state,
        knowledge,
        checks=(*weighed(checks, state.facts, simulation), simulated(simulation, compared)),
        simulation=simulation,
        steps=(f"send the execution from {who}, who pays the gas",),
        action="execute this Safe transaction",
    )


def _finish(
    carrier: "Carrier", state: ProposalState, review: Review, record: TransactionRecord, book: "InvoiceBook | None"
) -> Carried:
    """Prove the execution and note it: in the folder that it happened, in the book what it paid."""
    from hokctl.services.bookkeeping import record_payments
    from hokctl.services.settlement import SafeReference

    safe_tx = state.proposal.safe_tx
    where = record_of(state.proposal, state.authority, carrier.store, state.tally.owners)
    outcome = Outcome(transactions=(record,), proposal=where)
    if not record.succeeded or not _executed(record, safe_tx.safe, safe_tx.safe_tx_hash):
        failed = (_not_executed(state, record),)
        return Carried(
            state=CarryState.FAILED,
            plan=state.proposal.plan,
            review=review,
            outcome=replace(outcome, findings=failed),
            findings=(*review.findings, *failed),
        )
    # The folder's mark comes last: until it stands, the next run finds the execution and finishes the book.
    if book is not None:
        paid_by = SafeReference(safe_tx.safe_tx_hash, safe_tx.nonce)
        record_payments(book, (record,), chain=carrier.chain, safe=paid_by)
    carrier.store.mark_executed(safe_tx.safe_tx_hash, record.tx_hash)
    review = with_follow_up(review, safe_tx, record, carrier.chain, carrier.folder)
    return conclude(state.proposal.plan, carrier.chain, review, outcome)


def _conclude_earlier(
    carrier: "Carrier", state: ProposalState, knowledge: Knowledge, book: "InvoiceBook | None"
) -> Carried:
    """Finish what an earlier run, or somebody else, executed: note it where it is not noted yet, else refuse."""
    from hokctl.chain.receipts import parse_receipt

    safe_tx, plan = state.proposal.safe_tx, state.proposal.plan
    execution = find_execution(
        carrier.chain,
        safe_tx.safe,
        safe_tx.safe_tx_hash,
        # A retold plan is as young as its retelling, not as its proposal.
        from_block=min(plan.block.number if plan.declared else carrier.from_block, carrier.snapshot.block.number),
        to_block=carrier.snapshot.block.number,
    )
    if execution is None:
        raise ReplacedProposalError(safe_tx.safe_tx_hash, safe_tx.nonce)
    if not execution.succeeded:
        raise SafeExecutionFailedError(safe_tx.safe_tx_hash, execution.tx_hash)
    if carrier.dry_run or carrier.store.executed_by(safe_tx.safe_tx_hash) == execution.tx_hash:
        raise AlreadyExecutedError(safe_tx.safe_tx_hash, execution.tx_hash)
    answer = carrier.chain.request("eth_getTransactionReceipt", [execution.tx_hash])
    record = to_record(parse_receipt(answer, execution.tx_hash), decoder_for(state, knowledge))
    steps = (f"nothing: transaction {record.tx_hash} has executed it",)
    review = build_review(state, knowledge, steps=steps, action="conclude it")
    return _finish(carrier, state, review, record, book)


def _executed(record: TransactionRecord, safe: ChecksumAddress, safe_tx_hash: SafeTxHash) -> bool:
    word = bytes.fromhex(safe_tx_hash[2:])
    return any(
        event.address == safe and event.name == SUCCESS and event.arg("txHash") == word for event in record.events
    )


def _not_executed(state: ProposalState, record: TransactionRecord) -> Finding:
    safe_tx = state.proposal.safe_tx
    names: Sequence[str] = [event.name for event in record.events if event.address == safe_tx.safe]
    return Finding(
        code="execution-failed",
        severity=Severity.ERROR,
        subject=safe_tx.safe_tx_hash,
        message=f"Transaction {record.tx_hash} did not execute the Safe transaction.",
        evidence={"status": "success" if record.succeeded else "reverted", "Safe events": ", ".join(names) or "none"},
        remedy="Its nonce is still free unless ExecutionFailure is among the events: mend the cause and run it again.",
        allowable=False,
    )

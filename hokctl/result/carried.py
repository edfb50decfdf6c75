"""The result of every command that changes state: plan, route, proposal and outcome, always in the same shape."""

from hokctl.clients.argument_wording import word_event
from hokctl.domain.abi_values import value_to_json
from hokctl.domain.amounts import Token
from hokctl.domain.documents import JsonObject, JsonValue
from hokctl.domain.outcomes import Outcome, ProposalRecord, TransactionRecord
from hokctl.domain.plans import Plan
from hokctl.domain.reviews import Review
from hokctl.exit_codes import ExitCode
from hokctl.result.authorities import authority_to_json
from hokctl.result.effects import effect_to_json, event_to_json
from hokctl.result.governance import governance_blocks, governor_proposal_to_json, operation_to_json
from hokctl.result.preflight import preflight_to_json
from hokctl.result.values import Block, CommandResult, Facts, Heading, Line, ReviewBlock, Status
from hokctl.services.proposals import Carried, CarryState

_ENDINGS = {
    CarryState.NOTHING_TO_DO: (Status.OK, ExitCode.OK, "No changes: the chain already is as asked for."),
    CarryState.REFUSED: (Status.REFUSED, ExitCode.REFUSED, "Refused: nothing was sent."),
    CarryState.SHOWN: (Status.OK, ExitCode.OK, "Dry run: nothing was sent."),
    CarryState.DECLINED: (Status.ERROR, ExitCode.FAILURE, "Not confirmed: nothing was sent."),
    CarryState.PROPOSED: (Status.PENDING, ExitCode.OK, "Proposed."),
    CarryState.CONFIRMED: (Status.PENDING, ExitCode.OK, "Confirmed."),
    CarryState.SCHEDULED: (Status.PENDING, ExitCode.OK, "Scheduled: the timelock has it."),
    CarryState.VOTED_ON: (Status.PENDING, ExitCode.OK, "Proposed: the voters have it."),
    CarryState.EXPORTED: (Status.OK, ExitCode.OK, "Exported: load the files where the Safe's owners sign."),
    CarryState.DONE: (Status.OK, ExitCode.OK, "Done, and proved on the chain."),
    CarryState.FAILED: (Status.ERROR, ExitCode.CHAIN, "The chain did not do what the plan says."),
}


def carried_result(
    carried: Carried, *, data: JsonObject | None = None, blocks: tuple[Block, ...] = ()
) -> CommandResult:
    """Return what became of a plan; `data` and `blocks` add what the command itself has to say."""
    status, exit_code, sentence = _ENDINGS[carried.state]
    outcome = carried.outcome
    shown: list[Block] = []
    if carried.review is not None and carried.state in {CarryState.SHOWN, CarryState.REFUSED}:
        shown.append(ReviewBlock(carried.review))
    if outcome is not None:
        shown.extend(_outcome_blocks(outcome, carried.review.token if carried.review else None))
        shown.extend(governance_blocks(carried.review))
    return CommandResult(
        data={**carried_to_json(carried), **(data or {})},
        blocks=(*shown, *blocks, Line(sentence)),
        status=status,
        exit_code=exit_code,
        block=carried.plan.block,
        findings=carried.findings,
    )


def carried_to_json(carried: Carried) -> JsonObject:
    """Return plan, route, proposal and outcome as scripts read them."""
    outcome, review = carried.outcome, carried.review
    proposal = outcome.proposal if outcome else None
    governance: JsonObject = {}
    if review is not None and review.operation is not None:
        governance["operation"] = operation_to_json(review.operation)
    if review is not None and review.governor_proposal is not None:
        governance["governor_proposal"] = governor_proposal_to_json(review.governor_proposal)
    if outcome is not None and outcome.files:
        governance["files"] = list[JsonValue](outcome.files)
    return {
        **governance,
        "plan": plan_summary_to_json(carried.plan),
        "route": route_to_json(carried.review) if carried.review else None,
        "effect": _effect_to_json(review) if review else None,
        "proposal": proposal_to_json(proposal) if proposal else None,
        "outcome": outcome_to_json(outcome) if outcome and outcome.transactions else None,
        **(preflight_to_json(carried.review) if carried.review and carried.review.checks else {}),
    }


def _effect_to_json(review: Review) -> JsonValue:
    if review.effect is None:
        return None
    unguarded = review.without_guard
    without = None if unguarded is None else effect_to_json(unguarded, review.token)
    return {**effect_to_json(review.effect, review.token), "without_guard": without}


def plan_summary_to_json(plan: Plan) -> JsonObject:
    """Return the plan as the command surface promises it."""
    return {
        "title": plan.title,
        "plan_hash": plan.plan_hash,
        "config_source": plan.config_source,
        "after": [condition.text for condition in plan.after],
        "calls": [
            {
                "to": call.to,
                "label": call.label,
                "signature": call.signature,
                "args": [{"name": a.name, "type": a.type, "value": value_to_json(a.value)} for a in call.args],
                "data": "0x" + call.data.hex(),
                "value": str(call.value),
                "purpose": call.purpose,
            }
            for call in plan.calls
        ],
    }


def route_to_json(review: Review) -> JsonObject:
    """Return the route with its authority and steps."""
    return {
        "kind": review.route.kind,
        "authority": authority_to_json(review.route.authority),
        "steps": list(review.route.steps),
    }


def proposal_to_json(proposal: ProposalRecord) -> JsonObject:
    """Return a proposal with the three hashes."""
    return {
        "safe": proposal.safe,
        "safe_tx_hash": proposal.safe_tx_hash,
        "domain_hash": proposal.domain_hash,
        "message_hash": proposal.message_hash,
        "nonce": proposal.nonce,
        "threshold": proposal.threshold,
        "confirmations": list(proposal.confirmations),
        "path": proposal.path,
    }


def outcome_to_json(outcome: Outcome) -> JsonObject:
    """Return the mined transactions with their decoded events."""
    return {"transactions": [_transaction_to_json(transaction) for transaction in outcome.transactions]}


def _transaction_to_json(transaction: TransactionRecord) -> JsonObject:
    return {
        "tx_hash": transaction.tx_hash,
        "block": transaction.block_number,
        "gas_used": transaction.gas_used,
        "status": "success" if transaction.succeeded else "reverted",
        "events": [event_to_json(event) for event in transaction.events],
    }


def _outcome_blocks(outcome: Outcome, token: Token | None) -> list[Block]:
    blocks: list[Block] = []
    for transaction in outcome.transactions:
        ending = "succeeded" if transaction.succeeded else "REVERTED"
        blocks.append(Heading(f"Transaction {transaction.tx_hash} {ending}"))
        facts = [("block", str(transaction.block_number)), ("gas used", f"{transaction.gas_used:,}")]
        facts.extend(("event", word_event(event, token)) for event in transaction.events)
        blocks.append(Facts(tuple(facts)))
    if outcome.proposal is not None and not outcome.transactions:
        blocks.extend(proposal_blocks(outcome.proposal))
    if outcome.files:
        blocks.append(Facts(tuple(("file", path) for path in outcome.files)))
    return blocks


def proposal_blocks(proposal: ProposalRecord) -> list[Block]:
    """Return a proposal for people: where it is, and what to compare."""
    missing = proposal.threshold - len(proposal.confirmations)
    following = "hokctl safe execute" if missing <= 0 else "hokctl safe sign"
    return [
        Heading(f"Safe transaction with nonce {proposal.nonce} of {proposal.safe}"),
        Facts(
            (
                ("safeTxHash", proposal.safe_tx_hash),
                ("domain hash", proposal.domain_hash),
                ("message hash", proposal.message_hash),
                ("confirmations", f"{len(proposal.confirmations)} of {proposal.threshold}"),
                ("folder", proposal.path),
                ("next", f"{following} {proposal.safe_tx_hash[:10]}"),
            )
        ),
    ]

"""Checks of governors: enough votes to propose, and each step in its time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from hokctl.checks.call_facts import ProposerVotes, VotedProposal
from hokctl.checks.facts import SafeTxFacts
from hokctl.checks.outcomes import NOTHING_TO_SEE, Looked
from hokctl.clients.governor import ProposalState
from hokctl.domain.findings import Finding, Severity

_OPEN: Final = (ProposalState.PENDING, ProposalState.ACTIVE)
_RIGHT_STATES: Final = {
    "vote": (ProposalState.ACTIVE,),
    "queue": (ProposalState.SUCCEEDED,),
    "execute": (ProposalState.SUCCEEDED, ProposalState.QUEUED),
}
_EARLY_STATES: Final = {
    "vote": (ProposalState.PENDING,),
    "queue": _OPEN,
    "execute": _OPEN,
}


def check_governors(facts: SafeTxFacts) -> Looked:
    """Look where the governors' proposals stand that the calls vote on, queue or execute, and when their votes end."""
    if not facts.voted:
        return NOTHING_TO_SEE
    at = tuple((f"proposal {one.proposal_id}", _words(one)) for one in facts.voted)
    return Looked(at, tuple(finding for one in facts.voted for finding in _judge(facts, one)))


def judge_votes(one: ProposerVotes) -> Iterator[Finding]:
    """Yield what speaks against proposing to a governor: too few votes."""
    if one.votes is not None and one.votes < one.needed:
        yield Finding(
            code="votes-below-threshold",
            severity=Severity.ERROR,
            subject=one.proposer,
            message=f"{one.proposer} has {one.votes} votes, and proposing takes {one.needed}.",
            evidence={"governor": one.governor},
            remedy="Have votes delegated to it, or have it proposed by somebody with enough of them.",
        )


def _words(one: VotedProposal) -> str:
    if one.state is None:
        return f"unknown to {one.governor}"
    return f"{_name(one.state)}; the vote ends at {_deadline(one)}"


def _judge(facts: SafeTxFacts, one: VotedProposal) -> Iterator[Finding]:
    # What comes first in the queue may bring the proposal there, and time passes.
    waits = facts.safe_tx.nonce > facts.details.authority.nonce
    severity = Severity.WARNING if waits else Severity.ERROR
    evidence = {"governor": one.governor, "step": one.step, "the vote ends": _deadline(one)}
    early = one.state is not None and one.state in _EARLY_STATES[one.step]
    queued = one.step == "execute" and one.state == ProposalState.QUEUED
    if one.state is None:
        yield Finding(
            code="vote-unknown",
            severity=severity,
            subject=str(one.proposal_id),
            message=f"The governor {one.governor} knows no such proposal.",
            remedy="hokctl governor list shows what is before it.",
        )
    elif early or (queued and one.due_at > facts.block.timestamp):
        when = _time(one.due_at) if queued else _deadline(one)
        reason = f"it can be executed from {when} on" if queued else f"it is {_name(one.state)} until {when}"
        yield Finding(
            code="vote-waiting",
            severity=severity,
            subject=str(one.proposal_id),
            message=f"It is too early to {one.step}: {reason if one.step != 'vote' else 'the vote has not begun'}.",
            evidence=evidence,
            remedy="Wait until then.",
        )
    elif one.state not in _RIGHT_STATES[one.step]:
        yield Finding(
            code="vote-over",
            severity=Severity.ERROR,
            subject=str(one.proposal_id),
            message=f"It is too late to {one.step}: the proposal is {_name(one.state)}.",
            evidence=evidence,
            remedy="Nothing is left to do; reject this Safe transaction.",
        )


def _name(state: int) -> str:
    known = state in ProposalState.__members__.values()
    return ProposalState(state).name.lower() if known else f"in state {state}"


def _deadline(one: VotedProposal) -> str:
    return _time(one.deadline) if one.by_time else f"block {one.deadline}"


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"

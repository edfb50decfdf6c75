"""The result of checking a Safe transaction without signing it."""

from collections.abc import Sequence

from hokctl.domain.documents import JsonValue
from hokctl.domain.findings import Severity
from hokctl.domain.reviews import Review
from hokctl.exit_codes import ExitCode
from hokctl.result.carried import plan_summary_to_json
from hokctl.result.preflight import checks_table, preflight_to_json
from hokctl.result.values import CommandResult, Heading, ReviewBlock, Status
from hokctl.services.safe_reviews import ProposalState


def examination_result(state: ProposalState, review: Review, *, effects: Sequence[str]) -> CommandResult:
    """Return the result of a check: the review, every check, and exit code 5 where something deserves a look.

    `effects` are the sentences about what the bytes do.
    """
    wrong = any(finding.severity is not Severity.INFO for finding in review.findings)
    safe_tx = state.proposal.safe_tx
    return CommandResult(
        data={
            "safe": safe_tx.safe,
            "safe_tx_hash": safe_tx.safe_tx_hash,
            "nonce": safe_tx.nonce,
            "plan": plan_summary_to_json(review.plan),
            "effects": list[JsonValue](effects),
            **preflight_to_json(review),
        },
        blocks=(ReviewBlock(review), Heading("Checks"), checks_table(review.checks)),
        status=Status.FINDINGS if wrong else Status.OK,
        exit_code=ExitCode.FINDINGS if wrong else ExitCode.OK,
        block=state.facts.block,
        findings=review.findings,
    )

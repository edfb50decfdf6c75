"""Published sources, for scripts and people."""

from collections.abc import Sequence

from hokctl.domain.documents import JsonValue
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import BlockRef
from hokctl.exit_codes import ExitCode
from hokctl.explorers.base import Verdict
from hokctl.result.values import Block, CommandResult, Heading, Line, Status, Table
from hokctl.services.publishing import Published

_WORDS = {
    Verdict.EXACT: "verified, exactly",
    Verdict.MATCH: "verified",
    Verdict.PENDING: "pending",
    Verdict.FAILED: "not verified",
    Verdict.UNKNOWN: "not sent",
}


def published_result(
    published: Sequence[Published], findings: tuple[Finding, ...], *, endpoint: str, block: BlockRef, clones: bool
) -> CommandResult:
    """Return what became of each contract: exit 5 where the explorer took one for something else."""
    pending = any(one.opinion.verdict is Verdict.PENDING for one in published)
    wrong = any(finding.severity is not Severity.INFO for finding in findings)
    status = Status.FINDINGS if wrong else Status.PENDING if pending else Status.OK
    return CommandResult(
        data={"explorer": endpoint, "contracts": [_to_json(one) for one in published]},
        blocks=_blocks(published, endpoint, clones=clones, pending=pending),
        status=status,
        exit_code=ExitCode.FINDINGS if wrong else ExitCode.OK,
        block=block,
        findings=findings,
    )


def _to_json(one: Published) -> JsonValue:
    target = one.target
    return {
        "name": target.label,
        "address": target.address,
        "identifier": target.source.identifier,
        "compiler_version": target.source.compiler_version,
        "creation_tx_hash": None if target.creation is None else target.creation.tx_hash,
        "verdict": one.opinion.verdict.value,
        "reason": one.opinion.reason,
        "sent": one.sent,
    }


def _blocks(published: Sequence[Published], endpoint: str, *, clones: bool, pending: bool) -> tuple[Block, ...]:
    rows = tuple(
        (
            one.target.label,
            one.target.address,
            _WORDS[one.opinion.verdict] + ("" if one.sent or not one.opinion.is_verified else " before"),
        )
        for one in published
    )
    lines = (
        [Line("Tokens and pools are clones: explorers recognise them by what they are clones of.")] if clones else []
    )
    if pending:
        lines.append(Line("The explorer is still at work: run the same command again to see what has become of it."))
    return (Heading(f"Sources at {endpoint}"), Table(("contract", "address", "sources"), rows), *lines)

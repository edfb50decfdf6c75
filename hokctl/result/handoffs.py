"""The result of a handoff: what was carried, and what the deployer holds afterwards."""

from collections.abc import Sequence
from dataclasses import replace

from eth_typing import ChecksumAddress

from hokctl.domain.documents import JsonObject
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.powers import Holding
from hokctl.exit_codes import ExitCode
from hokctl.result.carried import carried_result
from hokctl.result.values import Block, CommandResult, Facts, Heading, Line, Status, Table
from hokctl.services.handoff_wishes import Destiny, takers_of
from hokctl.services.handoffs import Handoff, Remains
from hokctl.services.power_reads import PENDING_OWNER
from hokctl.services.proposals import Carried


def handoff_result(handoff: Handoff, carried: Carried, after: Remains | None) -> CommandResult:
    """Return what became of a handoff; `after` is what the deployer holds once it is done, None while it is not."""
    data: JsonObject = {"handoff": _to_json(handoff, after)}
    shown = after or handoff.before
    result = carried_result(carried, data=data, blocks=_blocks(handoff, shown))
    if after is None:
        return result
    findings = (*result.findings, *_pending(after, handoff.admin), *_left(after, handoff.deployer))
    blocks = (*result.blocks, _closing(handoff, after))
    if after.open or after.kept:
        exit_code, status = ExitCode.FINDINGS, Status.FINDINGS
    else:
        exit_code, status = ExitCode.OK, Status.PENDING if after.pending else Status.OK
    return replace(
        result, findings=findings, blocks=blocks, exit_code=exit_code, status=status, block=after.powers.block
    )


def _closing(handoff: Handoff, after: Remains) -> Line:
    deployer = handoff.deployer
    if after.nothing:
        count = len(after.powers.contracts)
        return Line(f"The deployer {deployer} holds nothing: {count} contracts at block {after.powers.block.number}.")
    if after.open or after.kept:
        return Line(f"The deployer {deployer} still holds {len(after.open) + len(after.kept)} powers.")
    return Line(f"Pending: {handoff.admin} accepts the ownership by the same command.")


def _blocks(handoff: Handoff, remains: Remains) -> tuple[Block, ...]:
    rows = [(str(one), "offered: its new owner accepts it") for one in remains.pending]
    rows += [(str(one.holding), _fate(one)) for one in (*remains.open, *remains.kept)]
    facts = (
        ("deployer", handoff.deployer),
        ("administrator", handoff.admin),
        ("read at block", str(remains.powers.block.number)),
    )
    table = Table(("Power of the deployer", "What becomes of it"), tuple(rows), empty="The deployer holds nothing.")
    return Heading("Handoff"), Facts(facts), table


def _fate(destiny: Destiny) -> str:
    if destiny.stays:
        return f"stays: {destiny.stays}"
    heirs = ", ".join(destiny.heirs)
    return f"goes to {heirs}" if heirs else "is taken away: others have it"


def _to_json(handoff: Handoff, after: Remains | None) -> JsonObject:
    remains = after or handoff.before
    return {
        "deployer": handoff.deployer,
        "admin": handoff.admin,
        "actor": handoff.actor,
        "block": remains.powers.block.number,
        "contracts": len(remains.powers.contracts),
        "holds_nothing": after is not None and after.nothing,
        "pending": [_holding_to_json(one) for one in remains.pending],
        "open": [{**_holding_to_json(one.holding), "to": list(one.heirs)} for one in remains.open],
        "kept": [{**_holding_to_json(one.holding), "reason": one.stays} for one in remains.kept],
    }


def _holding_to_json(holding: Holding) -> JsonObject:
    return {
        "contract": holding.contract,
        "address": holding.address,
        "power": holding.power,
        "model_id": holding.model_id,
    }


def _pending(after: Remains, admin: ChecksumAddress) -> Sequence[Finding]:
    return [
        Finding(
            code="ownership-pending",
            severity=Severity.INFO,
            subject=one.address,
            message=f"The ownership of {one.contract} is offered and not accepted yet.",
            evidence={"offered to": ", ".join(after.powers.holders(one.address, PENDING_OWNER)) or admin},
            remedy="Run `hokctl deploy handoff` as one who signs for the new owner: it proposes the acceptance.",
        )
        for one in after.pending
    ]


def _left(after: Remains, deployer: ChecksumAddress) -> Sequence[Finding]:
    return [
        Finding(
            code="deployer-holds-power",
            severity=Severity.WARNING,
            subject=one.holding.address,
            message=f"The deployer {deployer} still has {one.holding}.",
            evidence={"reason": one.stays or f"only {_takers(after, one)} can take it"},
            remedy=_remedy(after, one),
        )
        for one in (*after.open, *after.kept)
    ]


def _remedy(after: Remains, destiny: Destiny) -> str:
    if not destiny.stays:
        return f"Run `hokctl deploy handoff` again, as one who signs for {_takers(after, destiny)}."
    return "If it must not stay, correct the specification; what the contract has fixed takes a new deployment."


def _takers(after: Remains, destiny: Destiny) -> str:
    return " or ".join(takers_of(destiny, after.powers)) or "nobody"

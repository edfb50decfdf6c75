"""Who may, for scripts and for people."""

from typing import TYPE_CHECKING

from hokctl.domain.authority import (
    AccountRequired,
    Authority,
    ContractAuthority,
    EoaAuthority,
    GovernorAuthority,
    Requirement,
    RoleRequired,
    SafeAuthority,
)
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.paths import Path, find_paths
from hokctl.domain.roles import role_name
from hokctl.exit_codes import ExitCode
from hokctl.result.values import Block, CommandResult, Facts, Heading, Line, Status, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hokctl.domain.documents import JsonObject, JsonValue
    from hokctl.domain.units import BlockRef
    from hokctl.services.authorities import WhoMay


def authority_to_json(authority: Authority) -> "JsonObject":
    """Return who acts, with the chain of authority behind it."""
    found: JsonObject = {"kind": authority.kind, "address": authority.address}
    if isinstance(authority, SafeAuthority):
        owners: list[JsonValue] = list(authority.owners)
        found |= {"owners": owners, "threshold": authority.threshold, "version": authority.version}
        return found | ({"modules": list(authority.modules)} if authority.modules else {})
    if isinstance(authority, EoaAuthority):
        return found | ({"delegate": authority.delegate} if authority.delegate else {})
    if isinstance(authority, ContractAuthority):
        return found | ({"reason": authority.reason} if authority.reason else {})
    if isinstance(authority, GovernorAuthority):
        return found | {
            "name": authority.name,
            "timelock": authority.timelock,
            "voting_delay": authority.voting_delay,
            "voting_period": authority.voting_period,
            "clock": "seconds" if authority.clock_is_time else "blocks",
            "proposal_threshold": str(authority.proposal_threshold),
            "token": authority.token,
        }
    return found | {
        "min_delay_s": authority.min_delay_s,
        "proposers": [authority_to_json(one) for one in authority.proposers],
        "executors": [authority_to_json(one) for one in authority.executors],
        "open_execution": authority.open_execution,
        "cancellers": [authority_to_json(one) for one in authority.cancellers],
        "admins": [authority_to_json(one) for one in authority.admins],
        "known_from_block": authority.known_from_block,
    }


def requirement_to_json(requirement: Requirement) -> "JsonObject":
    """Return one demand."""
    if isinstance(requirement, RoleRequired):
        role = role_name(requirement.role)
        return {"kind": "role", "role": role, "contract": requirement.contract}
    if isinstance(requirement, AccountRequired):
        return {"kind": "account", "account": requirement.account}
    return {"kind": "owner", "contract": requirement.contract}


def path_to_json(path: Path) -> "JsonObject":
    """Return the steps from keys to the call, first step first."""
    return {
        "hops": [
            {
                "address": hop.authority.address,
                "kind": hop.authority.kind,
                "delay_s": hop.delay_s,
                "delay_blocks": hop.delay_blocks,
                "text": str(hop),
            }
            for hop in path.hops
        ],
        "executor": authority_to_json(path.executor) if path.executor else None,
        "delay_s": path.delay_s,
        "delay_blocks": path.delay_blocks,
        "text": str(path),
    }


def who_result(answer: "WhoMay", names: "Mapping[str, str]", block: "BlockRef") -> CommandResult:
    """Return who may; with a finding and exit 5 when nobody may. `names` are the address book's and the suite's."""
    reason = answer.reason
    findings = (_nobody(answer, reason),) if reason else ()
    return CommandResult(
        data={
            "target": answer.address,
            "contract": answer.contract,
            "function": answer.function,
            "anyone": answer.is_open,
            "requirements": [[requirement_to_json(one) for one in way] for way in answer.requirements],
            "through": f"{answer.through.contract}.{answer.through.function}" if answer.through else None,
            "holders": [_holder_to_json(holder, names) for holder in answer.holders],
            "reason": reason or None,
            "note": answer.note or None,
        },
        blocks=_blocks(answer),
        status=Status.FINDINGS if findings else Status.OK,
        exit_code=ExitCode.FINDINGS if findings else ExitCode.OK,
        findings=findings,
        block=block,
    )


def who_to_json(answer: "WhoMay") -> "JsonObject":
    """Return who may as a part of a report: the holders, and the quickest way."""
    first = answer.paths[0] if answer.paths else None
    return {
        "requires": [" and ".join(str(one) for one in way) for way in answer.requirements],
        "holders": [authority_to_json(holder) for holder in answer.holders],
        "delay_s": first.delay_s if first else None,
        "delay_blocks": first.delay_blocks if first else None,
        "paths": [path_to_json(path) for path in answer.paths],
        "reason": answer.reason or None,
    }


def who_rows(action: str, answer: "WhoMay") -> tuple[tuple[str, str, str], ...]:
    """Return who may as rows of a table of actions: a path each, or why nobody may."""
    if answer.paths:
        return tuple((action, path.time, str(path)) for path in answer.paths)
    return ((action, "-", "anyone" if answer.is_open else f"nobody: {answer.reason}"),)


def _holder_to_json(holder: Authority, names: "Mapping[str, str]") -> "JsonObject":
    ways = find_paths(holder)
    paths = sorted(ways.paths, key=lambda path: (path.delay_blocks, path.delay_s))
    first = path_to_json(paths[0]) if paths else None
    return {
        "address": holder.address,
        "kind": holder.kind,
        "name": names.get(holder.address),
        "authority": authority_to_json(holder),
        "path": first["hops"] if first else [],
        "delay_s": paths[0].delay_s if paths else None,
        "delay_blocks": paths[0].delay_blocks if paths else None,
        "paths": [path_to_json(path) for path in paths],
        "reason": "; ".join(ways.obstacles) or None,
    }


def _blocks(answer: "WhoMay") -> tuple[Block, ...]:
    facts = [("contract", f"{answer.contract} {answer.address or 'not in this deployment'}")]
    needs = [" and ".join(str(one) for one in way) for way in answer.requirements]
    facts += [("needs" if number == 0 else "or", text) for number, text in enumerate(needs)]
    facts += [("note", answer.note)] if answer.note else []
    facts += [("through", f"{answer.through.contract}.{answer.through.function}")] if answer.through else []
    blocks: list[Block] = [Heading(f"Who may: {answer.contract}.{answer.function}"), Facts(tuple(facts))]
    if answer.is_open:
        return (*blocks, Line("Anyone may."))
    if answer.paths:
        rows = tuple((path.time, str(path)) for path in answer.paths)
        blocks.append(Table(("earliest", "who, step by step"), rows))
    remarks = dict.fromkeys(text for holder in answer.holders for text in _remarks(holder))
    blocks.extend(Line(text) for text in remarks)
    return tuple(blocks)


def _remarks(holder: Authority) -> list[str]:
    """Return what people should know about the authorities in a chain besides its paths."""
    if isinstance(holder, GovernorAuthority):
        votes = f"Proposing to the governor {holder.address} takes {holder.proposal_threshold:,} units of votes."
        return [votes] if holder.proposal_threshold else []
    if isinstance(holder, SafeAuthority):
        return [f"The module {one} acts for the Safe {holder.address} without confirmations." for one in holder.modules]
    if isinstance(holder, EoaAuthority | ContractAuthority):
        return []
    remarks = [text for proposer in holder.proposers for text in _remarks(proposer)]
    if holder.admins:
        who = ", ".join(str(admin) for admin in holder.admins)
        remarks.append(f"The delay of the timelock {holder.address} can be got around: {who} hands out its roles.")
    if holder.known_from_block is not None:
        remarks.append(
            f"The timelock {holder.address} is older than block {holder.known_from_block}, from which the node gave "
            "its logs: others may hold its roles too."
        )
    return remarks


def _nobody(answer: "WhoMay", reason: str) -> Finding:
    target = f"{answer.contract}.{answer.function}"
    return Finding(
        code="nobody-can",
        severity=Severity.WARNING,
        subject=target,
        message=f"Nobody can do {target}: {reason}.",
        evidence={"target": answer.address or "none"},
        remedy=f"It takes another holder first: `hokctl roles who {answer.contract}.grantRole` or `.transferOwnership` "
        "tells who can name one.",
    )

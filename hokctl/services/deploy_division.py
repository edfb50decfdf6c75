"""Dividing a deployment's steps among those who may make them: one run carries the steps of one authority."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.domain.authority import (
    AccountRequired,
    Authority,
    EoaAuthority,
    Requirement,
    SafeAuthority,
    TimelockAuthority,
)
from hokctl.domain.findings import Finding, Severity
from hokctl.routes.base import NobodyMayError
from hokctl.routes.resolve import Resolution, resolve_each
from hokctl.services.deploy_steps import Step

if TYPE_CHECKING:
    from hokctl.services.proposals import Carrier


_KINDS: Final = {"direct": "eoa", "safe": "safe", "timelock": "timelock", "governor": "governor"}
"""The kind of authority that each route goes through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """The steps that this run carries, and those that it leaves to others."""

    own: tuple[Step, ...]
    left: tuple[tuple[Step, tuple[Authority, ...]], ...] = ()
    """Each step left, with those who may make it; nobody for one that cannot be made."""
    reasons: tuple[tuple[Step, str], ...] = ()
    """Why nobody can make a step."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is left to others, one finding for each who may, and what nobody can do."""
        groups: dict[tuple[Authority, ...], list[Step]] = {}
        for step, holders in self.left:
            if holders:
                groups.setdefault(holders, []).append(step)
        return (
            *(_left(steps, holders) for holders, steps in groups.items()),
            *(_impossible(step, reason) for step, reason in self.reasons),
        )


def divide(steps: Sequence[Step], carrier: "Carrier", *, deployer: ChecksumAddress, creates: bool) -> Division:
    """Return which of `steps` the carrier's authority makes; all of them where one authority may make all.

    Where contracts are to be created it is the deployer's turn. A step that builds on one left to others is left
    as well. Raises NobodyMayError when not a single step can be made by anybody.
    """
    demands = list(dict.fromkeys(step.call.requires for step in steps))
    if all(demand == (AccountRequired(account=deployer),) for demand in demands):
        return Division(own=tuple(steps))
    resolved = dict(zip(demands, _resolve(demands, carrier, deployer), strict=True))
    if all(not resolution.holders for resolution in resolved.values()):
        raise NobodyMayError(
            f"Nobody can change what differs: {next(iter(resolved.values())).reason}.",
            hint="`hokctl roles list` shows who holds what.",
        )
    actor = deployer if creates else _choose(steps, resolved, carrier)
    return _divide(steps, resolved, actor)


def _resolve(
    demands: Sequence[tuple[Requirement, ...]], carrier: "Carrier", deployer: ChecksumAddress
) -> list[Resolution]:
    known = [*carrier.candidates, deployer, *([carrier.signer.address] if carrier.signer else [])]
    known.extend([carrier.safe] if carrier.safe else [])
    return resolve_each(carrier.snapshot, demands, candidates=known, from_block=carrier.from_block)


def _divide(
    steps: Sequence[Step], resolved: dict[tuple[Requirement, ...], Resolution], actor: ChecksumAddress
) -> Division:
    own: list[Step] = []
    left: list[tuple[Step, tuple[Authority, ...]]] = []
    reasons: list[tuple[Step, str]] = []
    broken: set[str] = set()
    for step in steps:
        resolution = resolved[step.call.requires]
        may = not step.call.requires or any(holder.address == actor for holder in resolution.holders)
        if may and step.chain not in broken:
            own.append(step)
            continue
        left.append((step, resolution.holders))
        if not resolution.holders:
            reasons.append((step, resolution.reason))
        broken.update([step.chain] if step.chain is not None else [])
    return Division(own=tuple(own), left=tuple(left), reasons=tuple(reasons))


def _choose(
    steps: Sequence[Step], resolved: dict[tuple[Requirement, ...], Resolution], carrier: "Carrier"
) -> ChecksumAddress:
    """Return whose turn it is: who may make everything, else the signer, else who fits it best and may make most."""
    weights: dict[Authority, int] = {}
    for step in steps:
        for holder in resolved[step.call.requires].holders:
            weights[holder] = weights.get(holder, 0) + 1
    signer = None if carrier.signer is None else carrier.signer.address
    named = carrier.safe if carrier.safe_demanded else None

    def rank(item: tuple[Authority, int]) -> tuple[bool, bool, bool, bool, bool, int]:
        holder, count = item
        everything = count == len(steps)
        return (
            holder.kind == _KINDS.get(carrier.via, holder.kind),
            named is not None and holder.address == named,
            everything and _fits(holder, signer),
            holder.address == signer,
            _fits(holder, signer),
            count,
        )

    return max(weights.items(), key=rank)[0].address


def _fits(holder: Authority, signer: ChecksumAddress | None) -> bool:
    """Tell whether `signer` can begin what `holder` does; anybody may be meant where no signer is named."""
    if signer is None:
        return True
    match holder:
        case EoaAuthority():
            return holder.address == signer
        case SafeAuthority():
            return signer in holder.owners
        case TimelockAuthority():
            return any(_fits(proposer, signer) for proposer in holder.proposers)
        case _:
            return False


def _left(steps: Sequence[Step], holders: tuple[Authority, ...]) -> Finding:
    what = "One change is" if len(steps) == 1 else f"{len(steps)} changes are"
    return Finding(
        code="left-to-others",
        severity=Severity.INFO,
        subject=holders[0].address,
        message=f"{what} for {', or '.join(str(holder) for holder in holders)} to make, not for this run.",
        evidence={step.name: step.call.purpose for step in steps},
        remedy=f"Run `hokctl deploy apply` once more {_way(holders[0])}.",
    )


def _way(holder: Authority) -> str:
    match holder:
        case EoaAuthority():
            return f"with the key of {holder.address}"
        case SafeAuthority():
            return f"with --safe {holder.address} and the key of an owner"
        case _:
            return "with the key of somebody who may propose there"


def _impossible(step: Step, reason: str) -> Finding:
    return Finding(
        code="nobody-may-change",
        severity=Severity.WARNING,
        subject=step.name,
        message=f"Nobody can do this: {step.call.purpose}. The reason: {reason}.",
        remedy="Correct the specification, or give somebody the power first.",
    )

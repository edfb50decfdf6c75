"""Who may make the calls of a plan: read from the chain, never from the configuration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.access_control import AccessControl
from hokctl.clients.ownable import Ownable
from hokctl.domain.authority import AccountRequired, Authority, OwnershipRequired, Requirement, RoleRequired
from hokctl.domain.paths import Path, find_paths
from hokctl.domain.plans import Plan
from hokctl.domain.roles import RoleId, role_name
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.routes.survey import ROLE_GRANTED_TOPIC, Survey

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot

REASONS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What the chain says about a plan's demands at one block."""

    requirements: tuple[Requirement, ...]
    """Everything the caller must hold, each once; empty when anyone may call."""
    holders: tuple[Authority, ...]
    """The accounts found that meet all of it, each with the chain of authority behind it."""
    remarks: tuple[str, ...] = ()
    """Why there is no holder, where there is none."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The ways from keys to the calls, the quickest first."""
        paths = [path for holder in self.holders for path in find_paths(holder).paths]
        return tuple(sorted(paths, key=lambda path: (path.delay_blocks, path.delay_s)))

    @property
    def reason(self) -> str:
        """Why nobody can make the calls; empty when somebody can."""
        if self.paths:
            return ""
        obstacles = (reason for holder in self.holders for reason in find_paths(holder).obstacles)
        reasons = tuple(dict.fromkeys((*self.remarks, *obstacles)))
        more = len(reasons) - REASONS_SHOWN
        return "; ".join((*reasons[:REASONS_SHOWN], *([f"and {more} more like these"] if more > 0 else ())))


def requirements_of(plan: Plan) -> tuple[Requirement, ...]:
    """Return what the caller of all the plan's calls must hold, each demand once, in order."""
    return tuple(dict.fromkeys(requirement for call in plan.calls for requirement in call.requires))


def resolve(snapshot: "Snapshot", plan: Plan, *, candidates: Iterable[ChecksumAddress], from_block: int) -> Resolution:
    """Return who may carry the plan: accounts seen in role logs and in `candidates`, each confirmed at the snapshot.

    `from_block` is the block from which RoleGranted logs are read. When the plan demands nothing, the candidates
    themselves are returned.
    """
    return resolve_requirements(snapshot, requirements_of(plan), candidates=candidates, from_block=from_block)


def resolve_requirements(
    snapshot: "Snapshot",
    requirements: tuple[Requirement, ...],
    *,
    candidates: Iterable[ChecksumAddress],
    from_block: int,
    owners: bool = False,
) -> Resolution:
    """Return who meets all of `requirements`, as `resolve` does; `owners` tells to look behind the owners of Safes.

    At most three round trips, and two more for each step of a chain that leads through timelocks.
    """
    known = dict.fromkeys(candidates)
    survey = Survey(snapshot, from_block=from_block, candidates=tuple(known), owners=owners)
    roles = tuple(requirement for requirement in requirements if isinstance(requirement, RoleRequired))
    known.update(dict.fromkeys(account for _, account in _grants(snapshot, roles, from_block)))
    named = _named(snapshot, requirements)
    known.update(dict.fromkeys(named.values()))
    known.pop(ZERO_ADDRESS, None)
    with snapshot.batch() as batch:
        survey.probe(batch, known)
        meets = {
            account: [batch.add(AccessControl(one.contract).has_role(RoleId(one.role), account)) for one in roles]
            for account in known
        }
    demanded = set(named.values())
    held = [who for who, slots in meets.items() if all(slot.value for slot in slots) and demanded <= {who}]
    survey.follow(held)
    holders = tuple(survey.authority(account) for account in held)
    remarks = (
        () if holders else _why(requirements, named, {who: [s.value for s in slots] for who, slots in meets.items()})
    )
    return Resolution(requirements=requirements, holders=holders, remarks=remarks)


def find_role_holders(
    snapshot: "Snapshot", role: RoleId, contracts: Sequence[ChecksumAddress], *, from_block: int
) -> dict[ChecksumAddress, tuple[Authority, ...]]:
    """Return who holds `role` on each of `contracts`: accounts seen in role logs, each confirmed at the snapshot.

    Takes two round trips, however many contracts there are, unless the node wants its logs in smaller ranges; and
    two more for each step of a chain that leads through timelocks.
    """
    demands = tuple(RoleRequired(contract=contract, role=role) for contract in contracts)
    granted = sorted(set(_grants(snapshot, demands, from_block)))
    survey = Survey(snapshot, from_block=from_block)
    with snapshot.batch() as batch:
        survey.probe(batch, (account for _, account in granted))
        held = {pair: batch.add(AccessControl(pair[0]).has_role(role, pair[1])) for pair in granted}
    survey.follow(account for (_, account), slot in held.items() if slot.value)
    return {
        contract: tuple(
            survey.authority(account) for (where, account), slot in held.items() if where == contract and slot.value
        )
        for contract in contracts
    }


def _grants(
    snapshot: "Snapshot", roles: tuple[RoleRequired, ...], from_block: int
) -> list[tuple[ChecksumAddress, ChecksumAddress]]:
    """Return (contract, account) of every RoleGranted log of these roles up to the snapshot's block."""
    from hokctl.chain.logs import get_logs

    if not roles:
        return []
    logs = get_logs(
        snapshot.chain,
        addresses=sorted({role.contract for role in roles}),
        topics=[ROLE_GRANTED_TOPIC, sorted({str(role.role) for role in roles})],
        from_block=min(from_block, snapshot.block.number),
        to_block=snapshot.block.number,
    )
    found = ((log.address, to_checksum_address("0x" + log.topics[2][-40:])) for log in logs)
    return [(contract, account) for contract, account in found if account != ZERO_ADDRESS]


def _named(snapshot: "Snapshot", requirements: tuple[Requirement, ...]) -> dict[Requirement, ChecksumAddress]:
    """Return the one account that each demand for an owner or an account leaves."""
    found: dict[Requirement, ChecksumAddress] = {
        requirement: requirement.account for requirement in requirements if isinstance(requirement, AccountRequired)
    }
    owned = [requirement for requirement in requirements if isinstance(requirement, OwnershipRequired)]
    if not owned:
        return found
    with snapshot.batch() as batch:
        owners = [batch.add(Ownable(one.contract).owner()) for one in owned]
    return found | {one: owner.value for one, owner in zip(owned, owners, strict=True)}


def _why(
    requirements: tuple[Requirement, ...],
    named: dict[Requirement, ChecksumAddress],
    meets: dict[ChecksumAddress, list[bool]],
) -> tuple[str, ...]:
    """Return in words what is missing when nobody meets all of the requirements."""
    remarks = []
    roles = [requirement for requirement in requirements if isinstance(requirement, RoleRequired)]
    for index, role in enumerate(roles):
        holders = [who for who, held in meets.items() if held[index]]
        if not holders:
            remarks.append(f"nobody that the logs name holds {role_name(role.role)} on {role.contract}")
        elif len(requirements) > 1:
            remarks.append(f"{role} is held by {', '.join(holders)}")
    for requirement, account in named.items():
        if account == ZERO_ADDRESS and isinstance(requirement, OwnershipRequired):
            remarks.append(f"{requirement.contract} has no owner: its ownership was renounced")
        elif account == ZERO_ADDRESS:
            remarks.append("the account that may do it is not set")
        elif len(requirements) > 1:
            remarks.append(f"{requirement} is with {account}")
    return tuple(remarks)

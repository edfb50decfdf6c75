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
    from hokctl.chain.logs import LogSource
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
    (found,) = resolve_each(snapshot, [requirements], candidates=candidates, from_block=from_block, owners=owners)
    return found


def resolve_each(
    snapshot: "Snapshot",
    demands: Sequence[tuple[Requirement, ...]],
    *,
    candidates: Iterable[ChecksumAddress],
    from_block: int,
    owners: bool = False,
) -> list[Resolution]:
    """Return the same for each of several `demands`, in no more round trips than for one."""
    known = dict.fromkeys(candidates)
    survey = Survey(snapshot, from_block=from_block, candidates=tuple(known), owners=owners)
    every = tuple(dict.fromkeys(requirement for demand in demands for requirement in demand))
    roles = tuple(requirement for requirement in every if isinstance(requirement, RoleRequired))
    grants = _grants(snapshot, roles, from_block)
    named = _named(snapshot, every)
    known.update(dict.fromkeys((*(account for _, account in grants), *named.values())))
    known.pop(ZERO_ADDRESS, None)
    with snapshot.batch() as batch:
        survey.probe(batch, known)
        slots = {
            (role, account): batch.add(AccessControl(role.contract).has_role(RoleId(role.role), account))
            for role in roles
            for account in known
        }
    facts = _Facts(named=named, held=frozenset(pair for pair, slot in slots.items() if slot.value))
    holders = [[account for account in known if facts.meets(demand, account)] for demand in demands]
    survey.follow(account for found in holders for account in found)
    return [
        Resolution(
            requirements=demand,
            holders=tuple(survey.authority(account) for account in found),
            remarks=() if found else facts.why(demand),
        )
        for demand, found in zip(demands, holders, strict=True)
    ]


def find_role_holders(
    snapshot: "Snapshot",
    role: RoleId,
    contracts: Sequence[ChecksumAddress],
    *,
    from_block: int,
    logs: "LogSource | None" = None,
) -> dict[ChecksumAddress, tuple[Authority, ...]]:
    """Return who holds `role` on each of `contracts`: accounts seen in role logs, each confirmed at the snapshot.

    Takes two round trips, however many contracts there are, unless the node wants its logs in smaller ranges; and
    two more for each step of a chain that leads through timelocks. With `logs` they come from there.
    """
    demands = tuple(RoleRequired(contract=contract, role=role) for contract in contracts)
    granted = sorted(set(_grants(snapshot, demands, from_block, logs)))
    survey = Survey(snapshot, from_block=from_block, logs=logs)
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
    snapshot: "Snapshot", roles: tuple[RoleRequired, ...], from_block: int, source: "LogSource | None" = None
) -> list[tuple[ChecksumAddress, ChecksumAddress]]:
    """Return (contract, account) of every RoleGranted log of these roles up to the snapshot's block."""
    from hokctl.chain.logs import get_logs

    if not roles:
        return []
    last = snapshot.block.number
    addresses = sorted({role.contract for role in roles})
    topics = [ROLE_GRANTED_TOPIC, sorted({str(role.role) for role in roles})]
    if source is None:
        logs = get_logs(snapshot.chain, addresses, topics, min(from_block, last), last)
    else:
        logs = source.read(addresses, topics)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    named: dict[Requirement, ChecksumAddress]
    """The one account that each demand for an owner or an account leaves."""
    held: frozenset[tuple[RoleRequired, ChecksumAddress]]

    def meets(self, demand: tuple[Requirement, ...], account: ChecksumAddress) -> bool:
        """Tell whether `account` meets all of `demand`."""
        return all(self.named.get(one) == account or (one, account) in self.held for one in demand)

    def why(self, demand: tuple[Requirement, ...]) -> tuple[str, ...]:
        """Return in words what is missing when nobody meets all of `demand`."""
        return tuple(
            text for one in demand if (text := self._missing(one) or (self._standing(one) if len(demand) > 1 else ""))
        )

    def _missing(self, requirement: Requirement) -> str:
        if isinstance(requirement, RoleRequired):
            if any(role == requirement for role, _ in self.held):
                return ""
            return f"nobody that the logs name holds {role_name(requirement.role)} on {requirement.contract}"
        if self.named[requirement] != ZERO_ADDRESS:
            return ""
        if isinstance(requirement, OwnershipRequired):
            return f"{requirement.contract} has no owner: its ownership was renounced"
        return "the account that may do it is not set"

    def _standing(self, requirement: Requirement) -> str:
        if isinstance(requirement, RoleRequired):
            holders = sorted(account for role, account in self.held if role == requirement)
            return f"{requirement} is held by {', '.join(holders)}"
        return f"{requirement} is with {self.named[requirement]}"

"""Who may make the calls of a plan: read from the chain, never from the configuration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.clients.access_control import AccessControl
from hokctl.clients.ownable import Ownable
from hokctl.domain.authority import (
    AccountRequired,
    Authority,
    ContractAuthority,
    EoaAuthority,
    OwnershipRequired,
    Requirement,
    RoleRequired,
)
from hokctl.domain.plans import Plan
from hokctl.domain.roles import RoleId
from hokctl.safe.account import SafeReads

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Snapshot

ROLE_GRANTED_TOPIC = "0x2f8788117e7eff1d82e926ec794901d17c78024a50270940304540a733656f0d"
"""RoleGranted(bytes32 indexed role, address indexed account, address indexed sender)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What the chain says about a plan's demands at one block."""

    requirements: tuple[Requirement, ...]
    """Everything the caller must hold, each once; empty when anyone may call."""
    holders: tuple[Authority, ...]
    """The accounts found that meet all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    address: ChecksumAddress
    code: "Slot[bytes]"
    meets: tuple["Slot[bool]", ...]
    safe: SafeReads


def requirements_of(plan: Plan) -> tuple[Requirement, ...]:
    """Return what the caller of all the plan's calls must hold, each demand once, in order."""
    return tuple(dict.fromkeys(requirement for call in plan.calls for requirement in call.requires))


def resolve(snapshot: "Snapshot", plan: Plan, *, candidates: Iterable[ChecksumAddress], from_block: int) -> Resolution:
    """Return who may carry the plan: accounts seen in role logs and in `candidates`, each confirmed at the snapshot.

    `from_block` is the block from which RoleGranted logs are read. When the plan demands nothing, the candidates
    themselves are returned.
    """
    requirements = requirements_of(plan)
    known = dict.fromkeys(candidates)
    known.update(dict.fromkeys(_granted(snapshot, requirements, from_block)))
    known.update(dict.fromkeys(_named(snapshot, requirements)))
    return Resolution(requirements=requirements, holders=tuple(_confirm(snapshot, tuple(known), requirements)))


def find_role_holders(
    snapshot: "Snapshot", role: RoleId, contracts: Sequence[ChecksumAddress], *, from_block: int
) -> dict[ChecksumAddress, tuple[Authority, ...]]:
    """Return who holds `role` on each of `contracts`: accounts seen in role logs, each confirmed at the snapshot.

    Takes two round trips, however many contracts there are, unless the node wants its logs in smaller ranges.
    """
    demands = tuple(RoleRequired(contract=contract, role=role) for contract in contracts)
    granted = set(_grants(snapshot, demands, from_block))
    with snapshot.batch() as batch:
        accounts = {account: _queue(batch, account, ()) for account in dict.fromkeys(one for _, one in sorted(granted))}
        held = {
            (contract, account): batch.add(AccessControl(contract).has_role(role, account))
            for contract, account in sorted(granted)
        }
    return {
        contract: tuple(
            _authority(accounts[account]) for (where, account), slot in held.items() if where == contract and slot.value
        )
        for contract in contracts
    }


def _granted(snapshot: "Snapshot", requirements: tuple[Requirement, ...], from_block: int) -> list[ChecksumAddress]:
    roles = tuple(requirement for requirement in requirements if isinstance(requirement, RoleRequired))
    return [account for _, account in _grants(snapshot, roles, from_block)]


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
    return [(log.address, to_checksum_address("0x" + log.topics[2][-40:])) for log in logs]


def _named(snapshot: "Snapshot", requirements: tuple[Requirement, ...]) -> list[ChecksumAddress]:
    accounts = [requirement.account for requirement in requirements if isinstance(requirement, AccountRequired)]
    owned = [requirement.contract for requirement in requirements if isinstance(requirement, OwnershipRequired)]
    if not owned:
        return accounts
    with snapshot.batch() as batch:
        owners = [batch.add(Ownable(contract).owner()) for contract in owned]
    return [*accounts, *(owner.value for owner in owners)]


def _confirm(
    snapshot: "Snapshot", addresses: tuple[ChecksumAddress, ...], requirements: tuple[Requirement, ...]
) -> list[Authority]:
    owned = [requirement.contract for requirement in requirements if isinstance(requirement, OwnershipRequired)]
    with snapshot.batch() as batch:
        owners = [batch.add(Ownable(contract).owner()) for contract in owned]
        found = [
            _queue(batch, address, tuple(one for one in requirements if isinstance(one, RoleRequired)))
            for address in addresses
        ]
    demanded = {requirement.account for requirement in requirements if isinstance(requirement, AccountRequired)}
    demanded |= {owner.value for owner in owners}
    return [_authority(one) for one in found if all(slot.value for slot in one.meets) and demanded <= {one.address}]


def _queue(batch: "Batch", address: ChecksumAddress, roles: tuple[RoleRequired, ...]) -> _Candidate:
    return _Candidate(
        address=address,
        code=batch.add_code(address),
        meets=tuple(batch.add(AccessControl(one.contract).has_role(RoleId(one.role), address)) for one in roles),
        safe=SafeReads(batch, address),
    )


def _authority(candidate: _Candidate) -> Authority:
    if not candidate.code.value:
        return EoaAuthority(address=candidate.address)
    return candidate.safe.authority or ContractAuthority(address=candidate.address)

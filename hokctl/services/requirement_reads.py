"""The reads that tell whether a Safe holds what calls demand, placed in a batch among others."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.access_control import AccessControl
from hokctl.clients.ownable import Ownable
from hokctl.domain.authority import AccountRequired, OwnershipRequired, Requirement, RoleRequired
from hokctl.domain.plans import Plan
from hokctl.domain.units import ZERO_ADDRESS

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch


def requirements_of(plan: Plan) -> tuple[Requirement, ...]:
    """Return what the plan's calls demand of the caller, each demand once."""
    return tuple(dict.fromkeys(item for call in plan.calls for item in call.requires))


def add_requirement(batch: "Batch", requirement: Requirement, safe: ChecksumAddress) -> "Callable[[], bool | None]":
    """Add the reads that tell whether the Safe meets the demand; return how to ask for the answer.

    The answer is None where the contract does not say.
    """
    match requirement:
        case RoleRequired():
            contract = AccessControl(requirement.contract)
            held = batch.add(contract.has_role(requirement.role, safe))
            open_to_all = batch.add(contract.has_role(requirement.role, ZERO_ADDRESS))
            return lambda: None if held.failed else held.value or open_to_all.value_or(default=False)
        case OwnershipRequired():
            owner = batch.add(Ownable(requirement.contract).owner())
            return lambda: None if owner.failed else owner.value == safe
        case AccountRequired():
            return lambda: requirement.account == safe

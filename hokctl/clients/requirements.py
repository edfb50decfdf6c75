"""What each function of the protocol asks of its caller, in every version that hokctl meets.

A demand is what the sources of a version say. Which version stands at an address the chain decides: a `Choice`
names the view that tells, and a call that a stranger makes tells the rest (services.authorities).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.clients.codec import function_selector
from hokctl.domain.authority import AccountRequired, OwnershipRequired, Requirement, RoleRequired
from hokctl.domain.roles import ROLE_NAMES, RoleId, role_id


@dataclass(frozen=True, slots=True)
class HasRole:
    """The caller holds the role with this name, or this id."""

    role: str


@dataclass(frozen=True, slots=True)
class Owns:
    """The caller owns the contract."""


@dataclass(frozen=True, slots=True)
class IsNamedBy:
    """The caller is the account that the contract's view of this name answers, such as `pauser`."""

    view: str


@dataclass(frozen=True, slots=True)
class IsContract:
    """The caller is the contract itself."""


Condition = HasRole | Owns | IsNamedBy | IsContract
Way = tuple[Condition, ...]
"""Conditions that the caller meets together; with none, everybody passes."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a function asks of its caller: any one of the ways; without any, nobody passes."""

    ways: tuple[Way, ...]
    note: str = ""
    """What else there is to say about it."""

    @property
    def is_open(self) -> bool:
        """Whether everybody passes."""
        return () in self.ways

    @property
    def views(self) -> tuple[str, ...]:
        """The views that name callers."""
        return tuple(dict.fromkeys(one.view for way in self.ways for one in way if isinstance(one, IsNamedBy)))


@dataclass(frozen=True, slots=True)
class Choice:
    """A demand that differs by version: one where the contract answers the view, another where it does not."""

    view: str
    present: Demand
    absent: Demand


Entries = tuple[tuple[Demand | Choice, tuple[str, ...]], ...]
"""What is asked, and of which functions, by their canonical signatures."""
Table = dict[str, Entries]
"""The functions of contracts, by the contract's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRequirement:
    """One function of one contract, with what it asks of its caller."""

    contract: str
    signature: str
    demand: Demand | Choice

    @property
    def name(self) -> str:
        """The function's name."""
        return self.signature.partition("(")[0]

    @property
    def selector(self) -> bytes:
        """The four bytes that choose it."""
        return function_selector(self.signature)


ANYONE: Final = Demand(((),))
"""Everybody, with whatever is their own: tokens, roles, allowances."""
OWNER: Final = Demand(((Owns(),),))
ITSELF: Final = Demand(((IsContract(),),))
UNRECORDED: Final = Demand((), "no record says who may; the contract itself may tell")
"""A function of the live protocol whose demand only the chain can tell."""


def holder_of(role: str) -> Demand:
    """Return the demand for a role."""
    return Demand(((HasRole(role),),))


def named_by(view: str) -> Demand:
    """Return the demand to be the account that a view names."""
    return Demand(((IsNamedBy(view),),))


def nobody(note: str) -> Demand:
    """Return the demand that nobody meets, for the reason in `note`."""
    return Demand((), note)


def id_of_role(role: str) -> RoleId:
    """Return the id of a role given by its name, or by its id."""
    return RoleId(role.lower()) if role.startswith("0x") else role_id(role)


def requirements_for(
    way: Way, contract: ChecksumAddress, accounts: Mapping[str, ChecksumAddress]
) -> tuple[Requirement, ...]:
    """Return a way as demands on a caller of `contract`; `accounts` holds what its views answered."""
    return tuple(_requirement(condition, contract, accounts) for condition in way)


def roles_in(demand: Demand | Choice) -> frozenset[RoleId]:
    """Return the roles that a demand speaks of, in any version."""
    demands = (demand.present, demand.absent) if isinstance(demand, Choice) else (demand,)
    names = (one.role for each in demands for way in each.ways for one in way if isinstance(one, HasRole))
    return frozenset(role_id(name) for name in names)


@cache
def function_requirements() -> tuple[FunctionRequirement, ...]:
    """Return every state-changing function of the suite, of v2.0.0 and of the live protocol."""
    from hokctl.clients.live_requirement_tables import LIVE
    from hokctl.clients.requirement_tables import PROTOCOL

    return tuple(
        FunctionRequirement(contract=contract, signature=signature, demand=demand)
        for table in (PROTOCOL, LIVE)
        for contract, entries in table.items()
        for demand, signatures in entries
        for signature in signatures
    )


@cache
def contracts_with_role(name: str) -> tuple[str, ...]:
    """Return the contracts that know the role with this name, sorted."""
    wanted = role_id(name) if name in ROLE_NAMES else None
    found = {one.contract for one in function_requirements() if wanted in roles_in(one.demand)}
    return tuple(sorted(found))


def _requirement(
    condition: Condition, contract: ChecksumAddress, accounts: Mapping[str, ChecksumAddress]
) -> Requirement:
    if isinstance(condition, HasRole):
        return RoleRequired(contract=contract, role=id_of_role(condition.role))
    if isinstance(condition, Owns):
        return OwnershipRequired(contract=contract)
    if isinstance(condition, IsNamedBy):
        return AccountRequired(account=accounts[condition.view])
    return AccountRequired(account=contract)

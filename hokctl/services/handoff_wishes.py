"""Who gets what the deployer holds: by the specification, else its administrator; or why nobody can get it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.account_powers import AccountPower, find_account_power
from hokctl.clients.power_events import POOL_REGISTRAR
from hokctl.domain.paths import find_paths
from hokctl.domain.powers import Holding, Powers
from hokctl.domain.roles import (
    DEFAULT_ADMIN_ROLE,
    DEPLOYER_ROLE,
    DEPOSITOR_ROLE,
    FEE_DEPOSITOR_ROLE,
    GOV_ROLE,
    MINTER_ROLE,
    PAUSER_ROLE,
    PAYER_ROLE,
    TIMELOCK_ADMIN_ROLE,
    RoleId,
    role_id,
    role_name,
)
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.services.power_reads import PENDING_OWNER

if TYPE_CHECKING:
    from hokctl.config.spec import DeploymentSpec

_ADMINS: Final = frozenset({DEFAULT_ADMIN_ROLE, TIMELOCK_ADMIN_ROLE})
_OF_CONTRACTS: Final = frozenset({MINTER_ROLE, DEPOSITOR_ROLE, role_id("RECORDER_ROLE")})
"""Roles that only contracts of the protocol use: nobody needs to take them over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destiny:
    """What is to become of one power that the deployer holds."""

    holding: Holding
    heirs: tuple[ChecksumAddress, ...] = ()
    """Who gets it; nobody where others have it, or nobody needs to."""
    named: AccountPower | None = None
    """The setter, of an account that a contract names."""
    stays: str = ""
    """Why it stays with the deployer, where it does."""


def read_destiny(spec: "DeploymentSpec", holding: Holding, powers: Powers) -> Destiny:
    """Return what the specification has become of a power of the deployer."""
    deployer = holding.holder
    if holding.role is not None:
        return _of_role(spec, holding, holding.role, powers)
    if holding.power == "owner":
        heir = _governor(spec, holding) if holding.contract == "HokusaiToken" else spec.admin
        return _inherited(holding, (heir,))
    if holding.power == POOL_REGISTRAR:
        return Destiny(holding=holding)
    kind = find_account_power(lambda one: (one.name, one.contract) == (holding.power, holding.contract))
    if kind is None:
        return Destiny(holding=holding, stays=_why_fixed(holding))
    heirs = {"feeRecipient": spec.treasury, "treasury": spec.treasury, "pauser": spec.pauser}
    heir = heirs.get(kind.name, ZERO_ADDRESS)
    if heir == deployer:
        return Destiny(holding=holding, stays="the specification names it")
    return Destiny(holding=holding, heirs=(heir,), named=kind)


def _of_role(spec: "DeploymentSpec", holding: Holding, role: RoleId, powers: Powers) -> Destiny:
    address, deployer = holding.address, holding.holder
    able = admin_holders(powers, address, role)
    if not any(_acts(powers, one, {deployer, spec.admin}) for one in able):
        reason = f"nobody can revoke it: {role_name(_admin_role(powers, address, role))} there is with "
        return Destiny(holding=holding, stays=reason + (", ".join(sorted(able)) or "nobody"))
    others = [one for one in powers.holders(address, holding.power) if one != deployer]
    further = spec.roles.get(holding.contract, {}).get(role, ())
    if "timelock" in holding.contract.lower():
        # A timelock administers itself; whoever else proposes to it goes on doing so.
        return _inherited(holding, () if others or role in _ADMINS else (spec.admin,))
    named: dict[RoleId, tuple[ChecksumAddress, ...]] = {
        DEFAULT_ADMIN_ROLE: (_governor(spec, holding) if holding.contract == "HokusaiParams" else spec.admin,),
        GOV_ROLE: (_governor(spec, holding),),
        PAYER_ROLE: (spec.payer,),
        PAUSER_ROLE: (spec.pauser,),
        FEE_DEPOSITOR_ROLE: (spec.backend,),
        DEPLOYER_ROLE: (spec.admin,),
    }
    if role in named:
        return _inherited(holding, tuple(dict.fromkeys((*named[role], *further))))
    if role in _OF_CONTRACTS or (others and not further):
        return _inherited(holding, tuple(further))
    return _inherited(holding, tuple(further) or (spec.admin,))


def _inherited(holding: Holding, heirs: tuple[ChecksumAddress, ...]) -> Destiny:
    if holding.holder in heirs:
        return Destiny(holding=holding, stays="the specification names it")
    return Destiny(holding=holding, heirs=heirs)


def _governor(spec: "DeploymentSpec", holding: Holding) -> ChecksumAddress:
    """Return who governs the model of a contract: by the specification, else the administrator."""
    governors = {model.model_id: model.governor for model in spec.models}
    return spec.admin if holding.model_id is None else governors.get(holding.model_id, spec.admin)


def _admin_role(powers: Powers, address: ChecksumAddress, role: RoleId) -> RoleId:
    found = (one.admin for one in powers.admins if (one.address, one.role) == (address, role))
    return next(found, DEFAULT_ADMIN_ROLE)


def admin_role_of(powers: Powers, holding: Holding) -> RoleId:
    """Return the role whose holders hand out the role that is held."""
    return _admin_role(powers, holding.address, holding.role or DEFAULT_ADMIN_ROLE)


def admin_holders(powers: Powers, address: ChecksumAddress, role: RoleId) -> frozenset[ChecksumAddress]:
    """Return who hands out `role` on the contract at `address`."""
    return frozenset(powers.holders(address, role_name(_admin_role(powers, address, role))))


def _acts(powers: Powers, account: ChecksumAddress, sure: Collection[ChecksumAddress]) -> bool:
    """Tell whether somebody can act through `account`; those in `sure` are looked at elsewhere."""
    kind = powers.kinds.get(account)
    return account in sure or (kind is not None and bool(find_paths(kind).paths))


def takers_of(destiny: Destiny, powers: Powers) -> tuple[ChecksumAddress, ...]:
    """Return who can take the power from the deployer: by the role's admin role, or as the owner."""
    holding = destiny.holding
    by_admin = destiny.named is not None and destiny.named.by_admin
    if holding.role is not None or by_admin:
        found = admin_holders(powers, holding.address, holding.role or DEFAULT_ADMIN_ROLE)
    else:
        found = frozenset(powers.holders(holding.address, "owner"))
    return tuple(sorted(account for account in found if _acts(powers, account, ())))


def _why_fixed(holding: Holding) -> str:
    if (holding.contract, holding.power) == ("HokusaiAMM", "treasury"):
        return "the treasury of a pool is fixed when it is created"
    if holding.power == PENDING_OWNER:
        return "its owner has offered it, and only the owner can offer it to another"
    return "hokctl knows no function that changes it"

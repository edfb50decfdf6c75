"""What the chain says about one power before it changes hands: who holds it, who hands it out, what accounts are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.access_control import AccessControl, LastAdminGuard
from hokctl.clients.account_powers import AccountPower, NamingContract
from hokctl.clients.ownable import Ownable2Step
from hokctl.domain.authority import (
    AccountRequired,
    Authority,
    ContractAuthority,
    OwnershipRequired,
    Requirement,
    RoleRequired,
)
from hokctl.domain.roles import RoleId, role_name
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.errors import RefusedError
from hokctl.routes.resolve import Resolution, resolve_each
from hokctl.services.power_steps import Power

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


class NoSuchPowerError(RefusedError):
    """A power that the contract, in the version that stands there, does not have."""

    code = "no-such-power"

    def __init__(self, power: Power) -> None:
        """Name the power and the contract."""
        super().__init__(
            f"{power.contract} {power.address} has no {power.name}: it is of another version, or another contract.",
            hint="hokctl doctor says which version stands where; hokctl roles list shows what is held.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFacts:
    """One role on one contract."""

    admin: RoleId
    """The role whose holders grant and revoke it."""
    held: dict[ChecksumAddress, bool]
    """Whether each account that was asked about holds it."""
    holders: Resolution
    admins: Resolution
    accounts: dict[ChecksumAddress, Authority]
    """What each account that was asked about is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerFacts:
    """The owner of one contract."""

    owner: ChecksumAddress
    pending: ChecksumAddress | None
    """Who is offered the ownership, the zero address when nobody; None where it changes hands in one step."""
    holders: Resolution
    accounts: dict[ChecksumAddress, Authority]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFacts:
    """An account that a contract names."""

    account: ChecksumAddress
    logs: bool
    """Whether this version logs a change."""
    accounts: dict[ChecksumAddress, Authority]


def read_role(
    snapshot: "Snapshot", deployment: "Deployment", power: Power, role: RoleId, accounts: Sequence[ChecksumAddress]
) -> RoleFacts:
    """Return who holds the role and its admin role, and what `accounts` are. Raises NoSuchPowerError."""
    client = AccessControl(power.address, label=power.contract)
    with snapshot.batch() as batch:
        admin = batch.add(client.get_role_admin(role))
        held = {account: batch.add(client.has_role(role, account)) for account in accounts}
    if admin.failed:
        raise NoSuchPowerError(power)
    demands = [
        (RoleRequired(contract=power.address, role=role),),
        (RoleRequired(contract=power.address, role=admin.value),),
    ]
    holders, admins, *rest = _resolve(snapshot, deployment, demands, accounts)
    return RoleFacts(
        admin=admin.value,
        held={account: slot.value for account, slot in held.items()},
        holders=holders,
        admins=admins,
        accounts=_kinds(accounts, rest),
    )


def read_owner(
    snapshot: "Snapshot", deployment: "Deployment", power: Power, accounts: Sequence[ChecksumAddress]
) -> OwnerFacts:
    """Return who owns the contract and who is offered it, and what `accounts` are. Raises NoSuchPowerError."""
    client = Ownable2Step(power.address, label=power.contract)
    with snapshot.batch() as batch:
        owner, pending = batch.add(client.owner()), batch.add(client.pending_owner())
    if owner.failed:
        raise NoSuchPowerError(power)
    holders, *rest = _resolve(snapshot, deployment, [(OwnershipRequired(contract=power.address),)], accounts)
    return OwnerFacts(
        owner=owner.value,
        pending=None if pending.failed else pending.value,
        holders=holders,
        accounts=_kinds(accounts, rest),
    )


def read_named(
    snapshot: "Snapshot",
    deployment: "Deployment",
    power: Power,
    kind: AccountPower,
    accounts: Sequence[ChecksumAddress],
) -> NamedFacts:
    """Return whom the contract names, and what `accounts` are. Raises NoSuchPowerError."""
    with snapshot.batch() as batch:
        named = batch.add(NamingContract(power.address, kind).holder())
        # The suite logs whatever changes; v2.0.0 and the live version do not log a new recipient of fees.
        suite = batch.add(LastAdminGuard(power.address).admin_count())
    if named.failed:
        raise NoSuchPowerError(power)
    rest = _resolve(snapshot, deployment, [], accounts)
    logs = kind.name != "feeRecipient" or not suite.failed
    return NamedFacts(account=named.value, logs=logs, accounts=_kinds(accounts, rest))


def read_accounts(
    snapshot: "Snapshot", deployment: "Deployment", accounts: Sequence[ChecksumAddress]
) -> dict[ChecksumAddress, Authority]:
    """Return what each of `accounts` is, with the chain of authority behind it."""
    return _kinds(accounts, _resolve(snapshot, deployment, [], accounts))


def why_unrotatable(deployment: "Deployment", facts: RoleFacts) -> str:
    """Return why nobody hands out a role: nobody holds its admin role, or contracts that have no way to use it."""
    admins = facts.admins.holders
    passive = [one.address for one in admins if isinstance(one, ContractAuthority)]
    if passive and len(passive) == len(admins):
        names = ", ".join(f"{deployment.labels.get(one, 'the contract')} {one}" for one in passive)
        return f"its admin role {role_name(facts.admin)} is held by {names}, which has no function that uses it"
    return facts.admins.reason or "nobody holds its admin role"


def why_not_owned(deployment: "Deployment", facts: OwnerFacts) -> str:
    """Return why nobody hands on an ownership."""
    label = deployment.labels.get(facts.owner)
    if label is not None:
        return f"its owner is {label} {facts.owner}, which has no function that hands it on"
    return facts.holders.reason


def _resolve(
    snapshot: "Snapshot",
    deployment: "Deployment",
    demands: "Sequence[tuple[Requirement, ...]]",
    accounts: Sequence[ChecksumAddress],
) -> list[Resolution]:
    asked = [(AccountRequired(account=account),) for account in accounts if account != ZERO_ADDRESS]
    if not demands and not asked:
        return []
    candidates = (*deployment.accounts, *accounts)
    return resolve_each(
        snapshot, [*demands, *asked], candidates=candidates, from_block=deployment.deployed_at_block, owners=True
    )


def _kinds(accounts: Sequence[ChecksumAddress], found: Sequence[Resolution]) -> dict[ChecksumAddress, Authority]:
    known = {holder.address: holder for resolution in found for holder in resolution.holders}
    return {account: known.get(account) or ContractAuthority(address=account) for account in accounts}

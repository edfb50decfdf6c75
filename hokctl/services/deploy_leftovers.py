"""What those who deploy hold of the common contracts and the specification gives to others: a handoff moves it."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.domain.roles import (
    DEFAULT_ADMIN_ROLE,
    DEPLOYER_ROLE,
    FEE_DEPOSITOR_ROLE,
    MINTER_ROLE,
    PAUSER_ROLE,
    PAYER_ROLE,
    RoleId,
    role_name,
)
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.services.deploy_steps import Grant, desired_grants

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.clients.suite import Suite
    from hokctl.config.spec import DeploymentSpec

_ROLES: Final[dict[str, tuple[RoleId, ...]]] = {
    "TokenManager": (DEFAULT_ADMIN_ROLE, DEPLOYER_ROLE, MINTER_ROLE),
    "InfrastructureReserve": (DEFAULT_ADMIN_ROLE, PAUSER_ROLE, PAYER_ROLE),
    "UsageFeeRouter": (DEFAULT_ADMIN_ROLE, FEE_DEPOSITOR_ROLE),
}


class LeftoversProbe:
    """The questions that tell it, riding in a batch that is made anyhow."""

    def __init__(
        self, batch: "Batch", suite: "Suite", spec: "DeploymentSpec", accounts: Iterable[ChecksumAddress | None]
    ) -> None:
        """Ask about `accounts`, but for the administrator, who hands nothing over."""
        self._accounts = tuple(one for one in dict.fromkeys(accounts) if one is not None and one != spec.admin)
        self._treasury = spec.treasury
        given = frozenset(desired_grants(spec, suite.router_address))
        contracts = {"TokenManager": suite.token_manager_address, "UsageFeeRouter": suite.router_address}
        contracts["InfrastructureReserve"] = suite.reserve_address
        asked = [
            grant
            for account in self._accounts
            for contract, roles in _ROLES.items()
            for role in roles
            if (grant := Grant(contract=contract, role=role, account=account)) not in given
        ]
        reads = {
            ("owner", "ModelRegistry"): suite.registry.owner(),
            ("owner", "TokenManager"): suite.token_manager.owner(),
            ("owner", "HokusaiAMMFactory"): suite.factory.owner(),
            ("feeRecipient", "TokenManager"): suite.token_manager.fee_recipient(),
        }
        self._named: dict[tuple[str, str], Slot[ChecksumAddress]] = {}
        if self._accounts:
            self._named = {power: batch.add(read) for power, read in reads.items()}
        self._roles: dict[Grant, Slot[bool]] = {
            grant: batch.add(grant.client(contracts).has_role(grant.role, grant.account)) for grant in asked
        }

    def kept(self, fresh: Collection[str], creator: ChecksumAddress) -> dict[ChecksumAddress, tuple[str, ...]]:
        """Return the powers, in words, of each account that holds any, once the batch has run.

        Of the contracts in `fresh`, which do not exist yet, `creator` will hold what they give at birth.
        """
        found = {
            account: (*self._named_as(account, fresh, creator), *self._held_by(account, fresh, creator))
            for account in self._accounts
        }
        return {account: powers for account, powers in found.items() if powers}

    def _named_as(self, account: ChecksumAddress, fresh: Collection[str], creator: ChecksumAddress) -> list[str]:
        return [
            f"{power} of {contract}"
            for (power, contract), slot in self._named.items()
            if (creator if contract in fresh else slot.value_or(ZERO_ADDRESS)) == account
            and (power, account) != ("feeRecipient", self._treasury)
        ]

    def _held_by(self, account: ChecksumAddress, fresh: Collection[str], creator: ChecksumAddress) -> list[str]:
        return [
            f"{role_name(grant.role)} on {grant.contract}"
            for grant, slot in self._roles.items()
            if grant.account == account
            and (
                account == creator and grant.held_at_birth if grant.contract in fresh else slot.value_or(default=False)
            )
        ]

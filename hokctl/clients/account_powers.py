"""Powers that a contract gives to one account which it names: a view tells it, and a setter changes it.

Sources: the interfaces of v2.0.0, of the live protocol, and of the suite.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, as_address, as_bool
from hokctl.domain.authority import OwnershipRequired, Requirement, RoleRequired
from hokctl.domain.calls import Call
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPower:
    """One such power of one kind of contract."""

    name: str
    """As people write it, which is its view's name too."""
    contract: str
    setter: str
    """The setter's name; it takes the account."""
    argument: str
    event: str | None
    """The event that a change logs; None where a version logs none."""
    new: str = ""
    """The event's argument with the account that gets the power."""
    old: str = ""
    """The event's argument with the account that had it; empty where the event does not say."""
    by_admin: bool = False
    """Whether DEFAULT_ADMIN_ROLE sets it; else the owner does."""
    clearable: bool = False
    """Whether nobody at all may have it."""


PAUSER: Final = AccountPower(
    name="pauser",
    contract="HokusaiAMMFactory",
    setter="setPauser",
    argument="newPauser",
    event="PauserUpdated",
    new="newPauser",
    old="previousPauser",
    clearable=True,
)
DELTA_VERIFIER: Final = AccountPower(
    name="deltaVerifier",
    contract="TokenManager",
    setter="setDeltaVerifier",
    argument="deltaVerifier_",
    event="DeltaVerifierUpdated",
    new="newDeltaVerifier",
    clearable=True,
)
FEE_RECIPIENT: Final = AccountPower(
    name="feeRecipient",
    contract="TokenManager",
    setter="setFeeRecipient",
    argument="recipient",
    event="FeeRecipientUpdated",
    new="newFeeRecipient",
)
"""As the suite has it; v2.0.0 and the live version log nothing."""
RESERVE_TREASURY: Final = AccountPower(
    name="treasury",
    contract="InfrastructureReserve",
    setter="setTreasury",
    argument="newTreasury",
    event="TreasuryUpdated",
    new="newTreasury",
    old="oldTreasury",
    by_admin=True,
)
FACTORY_TREASURY: Final = AccountPower(
    name="treasury",
    contract="HokusaiAMMFactory",
    setter="setTreasury",
    argument="newTreasury",
    event="TreasuryUpdated",
    new="newTreasury",
)
ACCOUNT_POWERS: Final = (PAUSER, DELTA_VERIFIER, FEE_RECIPIENT, RESERVE_TREASURY, FACTORY_TREASURY)


class NamingContract(Client):
    """A contract that names who has a power."""

    def __init__(self, address: ChecksumAddress, power: AccountPower) -> None:
        """Stand for the contract at `address`, of the kind that has `power`."""
        super().__init__(address, label=power.contract)
        self.power = power

    def holder(self) -> Read[ChecksumAddress]:
        """Who has the power, the zero address when nobody. A version without it reverts."""
        return self._read(f"{self.power.name}()", ("address",), (), as_address)

    def set_holder(self, account: ChecksumAddress, *, purpose: str) -> Call:
        """Give the power to `account`. Owner, or for the reserve's treasury DEFAULT_ADMIN_ROLE."""
        role = RoleRequired(contract=self.address, role=DEFAULT_ADMIN_ROLE)
        demand: Requirement = role if self.power.by_admin else OwnershipRequired(contract=self.address)
        signature = f"{self.power.setter}(address)"
        return self._call(signature, (self.power.argument,), (account,), purpose=purpose, requires=(demand,))


def find_account_power(matches: Callable[[AccountPower], bool]) -> AccountPower | None:
    """Return the first power that `matches`, or None."""
    return next((power for power in ACCOUNT_POWERS if matches(power)), None)


class RegistrarList(Client):
    """The live model registry's list of who may register pools besides its owner."""

    contract_name = "ModelRegistry"

    def is_registrar(self, account: ChecksumAddress) -> Read[bool]:
        """Whether `account` may register pools."""
        return self._read("poolRegistrars(address)", ("bool",), (account,), as_bool)

    def set_registrar(self, account: ChecksumAddress, *, authorized: bool, purpose: str) -> Call:
        """Let `account` register pools, or no longer. Owner."""
        return self._call(
            "setPoolRegistrar(address,bool)",
            ("registrar", "authorized"),
            (account, authorized),
            purpose=purpose,
            requires=(self._owner,),
        )

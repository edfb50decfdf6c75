"""Who holds which power over a deployment: roles, ownerships, and accounts that contracts name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eth_typing import ChecksumAddress

from hokctl.domain.authority import Authority
from hokctl.domain.roles import RoleId
from hokctl.domain.units import BlockRef, ModelId, TxHash


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The log that gave a power, or took it."""

    block_number: int
    tx_hash: TxHash


@dataclass(frozen=True, slots=True, kw_only=True)
class PoweredContract:
    """A contract of the deployment, or a timelock behind it, whose holders were looked for."""

    name: str
    """The name in the manifest, or the kind of contract: HokusaiParams, TimelockController."""
    address: ChecksumAddress
    model_id: ModelId | None = None
    """Whose it is, of contracts of which each model has its own."""
    has_code: bool = True

    def __str__(self) -> str:
        """Return the name, with the model's id."""
        return self.name if self.model_id is None else f"{self.name} of model {self.model_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One power of one account over one contract, confirmed on the chain."""

    contract: str
    """The contract's name, as in PoweredContract."""
    address: ChecksumAddress
    power: str
    """The name of a role, the id of a role without a known name, or owner, pendingOwner, pauser, treasury, …"""
    role: RoleId | None
    """The role's id; None where the power is no role."""
    model_id: ModelId | None
    holder: ChecksumAddress
    since: Origin | None = field(default=None, compare=False)
    """The latest log that gave the power; None where no log was found that did."""

    def __str__(self) -> str:
        """Return the power in words."""
        return self.over(self.contract if self.model_id is None else f"{self.contract} of model {self.model_id}")

    def over(self, where: str) -> str:
        """Return the power over the contracts called `where`, in words."""
        return f"{self.power} {'of' if self.role is None else 'on'} {where}"

    @property
    def verb(self) -> str:
        """The word between the holder and the power."""
        return "is" if self.role is None else "holds"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAdmin:
    """Which role's holders hand out a role."""

    contract: str
    address: ChecksumAddress
    model_id: ModelId | None
    role: RoleId
    admin: RoleId
    changed: Origin | None = None
    """The latest log that changed it; None where none did, so that it is as OpenZeppelin begins: DEFAULT_ADMIN_ROLE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """Every power over a deployment at one block."""

    block: BlockRef
    from_block: int
    """The block from which logs were read."""
    contracts: tuple[PoweredContract, ...]
    holdings: tuple[Holding, ...]
    """What the chain confirms, whether a log says so or not."""
    admins: tuple[RoleAdmin, ...]
    denied: tuple[Holding, ...] = ()
    """What the logs say and the chain denies."""
    kinds: Mapping[ChecksumAddress, Authority] = field(default_factory=dict)
    """What each holder is."""
    deployers: tuple[ChecksumAddress, ...] = ()
    """The keys that deployed and hold something: the one in the manifest, and the first owners and admins."""
    late: tuple[PoweredContract, ...] = ()
    """Timelocks that are older than the logs that could be read: others may hold their roles too."""

    @property
    def unlogged(self) -> tuple[Holding, ...]:
        """The roles that are held although no log says so."""
        late = {contract.address for contract in self.late}
        return tuple(
            holding
            for holding in self.holdings
            if holding.role is not None and holding.since is None and holding.address not in late
        )

    def of(self, account: ChecksumAddress) -> tuple[Holding, ...]:
        """Return everything that `account` holds."""
        return tuple(holding for holding in self.holdings if holding.holder == account)

    def holders(self, address: ChecksumAddress, power: str) -> tuple[ChecksumAddress, ...]:
        """Return who holds `power` on the contract at `address`."""
        return tuple(one.holder for one in self.holdings if (one.address, one.power) == (address, power))

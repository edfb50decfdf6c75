"""Who may make a call: what the contract demands, and who on the chain can meet it."""

from dataclasses import dataclass, field

from eth_typing import ChecksumAddress

from hokctl.domain.durations import format_duration
from hokctl.domain.roles import RoleId, role_name


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRequired:
    """The caller must hold `role` on `contract` (OpenZeppelin AccessControl)."""

    contract: ChecksumAddress
    role: RoleId

    def __str__(self) -> str:
        """Return the demand in words."""
        return f"{role_name(self.role)} on {self.contract}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipRequired:
    """The caller must be the owner of `contract` (OpenZeppelin Ownable)."""

    contract: ChecksumAddress

    def __str__(self) -> str:
        """Return the demand in words."""
        return f"ownership of {self.contract}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRequired:
    """The caller must be exactly `account`: a Safe calling itself, or the holder of tokens."""

    account: ChecksumAddress

    def __str__(self) -> str:
        """Return the demand in words."""
        return f"being {self.account}"


Requirement = RoleRequired | OwnershipRequired | AccountRequired


@dataclass(frozen=True, slots=True, kw_only=True)
class EoaAuthority:
    """An externally owned account: one key."""

    address: ChecksumAddress
    delegate: ChecksumAddress | None = None
    """The contract whose code the account runs as its own (EIP-7702); its key still acts alone."""

    @property
    def kind(self) -> str:
        """The word for it in JSON."""
        return "eoa"

    def __str__(self) -> str:
        """Return the authority in words."""
        code = f" (runs the code of {self.delegate})" if self.delegate else ""
        return f"account {self.address}{code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeAuthority:
    """A Safe: `threshold` of its `owners` act as one account."""

    address: ChecksumAddress
    owners: tuple[ChecksumAddress, ...]
    threshold: int
    nonce: int
    version: str
    contract_owners: tuple["Authority", ...] = field(default=(), compare=False)
    """Those owners that are contracts, where they were asked for; they confirm on the chain or by ERC-1271."""
    modules: tuple[ChecksumAddress, ...] = field(default=(), compare=False)
    """Contracts that act as the Safe without any confirmation, where they were asked for."""

    @property
    def kind(self) -> str:
        """The word for it in JSON."""
        return "safe"

    def __str__(self) -> str:
        """Return the authority in words."""
        return f"{self.threshold}-of-{len(self.owners)} Safe {self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractAuthority:
    """A contract that hokctl cannot act through."""

    address: ChecksumAddress
    reason: str = ""
    """Why not, where more is known than that it is none of the kinds that hokctl can tell."""

    @property
    def kind(self) -> str:
        """The word for it in JSON."""
        return "contract"

    def __str__(self) -> str:
        """Return the authority in words."""
        return f"contract {self.address}{f' ({self.reason})' if self.reason else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelockAuthority:
    """An OpenZeppelin TimelockController: what its proposers schedule, its executors may run after the delay."""

    address: ChecksumAddress
    min_delay_s: int
    """The least time between scheduling and execution, in seconds."""
    proposers: tuple["Authority", ...]
    """Who may schedule, as the chain says: the next step towards a key."""
    executors: tuple["Authority", ...]
    """Who may execute what is due; empty when anyone may."""
    open_execution: bool
    """Whether EXECUTOR_ROLE is held by the zero address: then anyone executes."""
    cancellers: tuple["Authority", ...] = ()
    """Who may cancel what waits; before OpenZeppelin 4.8 its proposers."""
    admins: tuple["Authority", ...] = ()
    """Who besides the timelock itself hands out its roles, and so gets around its delay; should be empty."""
    known_from_block: int | None = None
    """The block from which its role logs could be read, when it is older: others may hold its roles too."""

    @property
    def kind(self) -> str:
        """The word for it in JSON."""
        return "timelock"

    def __str__(self) -> str:
        """Return the authority in words."""
        behind = f" behind {', '.join(str(one) for one in self.proposers)}" if self.proposers else " without proposers"
        return f"timelock {self.address} ({format_duration(self.min_delay_s)}){behind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernorAuthority:
    """An OpenZeppelin Governor: token holders vote on proposals, directly or for its timelock."""

    address: ChecksumAddress
    name: str
    timelock: ChecksumAddress | None
    """The timelock that it acts through; None when it calls targets itself."""
    voting_delay: int
    """From the proposal to the vote's begin, in the governor's clock."""
    voting_period: int
    """How long the vote is open, in the governor's clock."""
    clock_is_time: bool
    """Whether the governor counts in seconds; else in blocks."""
    proposal_threshold: int
    """The votes that a proposer needs, in the token's base units."""
    token: ChecksumAddress | None = None
    """The token whose holders vote, where the governor names one."""

    @property
    def kind(self) -> str:
        """The word for it in JSON."""
        return "governor"

    def __str__(self) -> str:
        """Return the authority in words."""
        return f"governor {self.name} {self.address}"


Authority = EoaAuthority | SafeAuthority | TimelockAuthority | GovernorAuthority | ContractAuthority

"""Everything that the checks of one Safe transaction know: read once, at one block, and then only looked at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from eth_typing import ChecksumAddress

from hokctl.checks.call_facts import Demanded, GasMeasure, GovernedPayment, ProposerVotes, VotedProposal
from hokctl.checks.limits import Spending
from hokctl.checks.payments import PaymentFacts
from hokctl.clients.decoding import DecodedCall
from hokctl.clients.infrastructure_reserve import Payment
from hokctl.clients.safe import Operation
from hokctl.config.policy import Policy
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.authority import Requirement
from hokctl.domain.checks import ToolFacts
from hokctl.domain.invoices import Invoice
from hokctl.domain.plans import Plan
from hokctl.domain.units import BlockRef, ModelId
from hokctl.safe.account import SafeDetails
from hokctl.safe.proposals import Proposal
from hokctl.safe.tally import Tally
from hokctl.safe.transactions import SafeTx


@dataclass(frozen=True, slots=True, kw_only=True)
class HashComparison:
    """One hash, computed by three that do not know of each other."""

    name: str
    own: str
    """From hokctl's own encoding."""
    eth_account: str
    contract: str | None
    """As the Safe's contract computes it; None where it has no view for it."""

    @property
    def agrees(self) -> bool:
        """Whether all that there are say the same."""
        return {self.own, self.eth_account, self.contract or self.own} == {self.own}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondNode:
    """What a second node says about the block that everything was read at."""

    endpoint: str
    """Scheme and host."""
    chain_id: int | None = None
    block_hash: str | None = None
    """Its hash of the block; None when it does not have the block yet."""
    failure: str | None = None
    """Why it gave no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorFacts:
    """Who pays for the execution, and what gas costs."""

    address: ChecksumAddress
    balance_wei: int
    base_fee_wei: int
    max_fee_wei: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedPayments:
    """What another waiting proposal would pay from the reserve."""

    proposal: Proposal
    payments: tuple[Payment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledOperation:
    """An operation of a timelock that one of the calls executes."""

    timelock: ChecksumAddress
    operation_id: str
    due_at: int | None
    """From when it can be executed, in Unix seconds; 0 unknown, 1 done, None when the timelock does not say."""


class Stage(StrEnum):
    """How far a Safe transaction has come when it is checked."""

    MADE = "made"
    """It is about to be proposed."""
    MADE_AGAIN = "made-again"
    """The same: it lies there already, and nothing is doubled."""
    EXPORTED = "exported"
    """It goes into a file, and whoever loads the file chooses its nonce."""
    WAITING = "waiting"
    """It is proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeTxFacts:
    """A Safe transaction that waits or is about to, and everything that it is compared with."""

    network: str
    chain_id: int
    """The chain of the configuration, which the node was held to."""
    block: BlockRef
    proposal: Proposal
    details: SafeDetails
    hashes: tuple[HashComparison, ...]
    decoded: DecodedCall
    """What the bytes say, whatever the plan says."""
    stage: Stage = Stage.WAITING
    queue: tuple[Proposal, ...] = field(default=())
    """The other proposals whose nonce is not used yet."""
    tally: Tally | None = None
    """Which confirmations count."""
    labels: Mapping[ChecksumAddress, str] | None = None
    """What stands where by the manifest; None without one."""
    book: Mapping[ChecksumAddress, str] = field(default_factory=dict)
    """The address book of this network."""
    policy: Policy | None = None
    codes: Mapping[ChecksumAddress, bytes] = field(default_factory=dict)
    """Runtime code by address, as far as it was asked for."""
    implementations: Mapping[ChecksumAddress, ChecksumAddress] = field(default_factory=dict)
    """What the targets that are proxies point to (EIP-1967)."""
    token: Token | None = None
    """The reserve token."""
    token_paused: bool = False
    blocked_payees: frozenset[ChecksumAddress] = frozenset()
    """Accounts that the token's issuer has put on its block list."""
    payments: tuple[PaymentFacts, ...] = field(default=())
    queued_payments: tuple[QueuedPayments, ...] = field(default=())
    governed_payments: tuple[GovernedPayment, ...] = field(default=())
    """What timelocks and governors would pay, by the folder's files."""
    payees_paid_before: frozenset[ChecksumAddress] | None = None
    """The payees that the reserve has paid before; None when the logs were not asked."""
    spending: Spending | None = None
    """What counts against the policy's limits of a day; None where it has none."""
    requirements: tuple[tuple[Requirement, bool | None], ...] = field(default=())
    """What the calls demand of the caller, and whether the Safe has it; None where the contract does not say."""
    operations: tuple[ScheduledOperation, ...] = field(default=())
    demands: tuple[Demanded, ...] = field(default=())
    """What calls demand that no plan explains."""
    votes: tuple[ProposerVotes, ...] = field(default=())
    voted: tuple[VotedProposal, ...] = field(default=())
    daily_burns: Mapping[ModelId, TokenAmount] = field(default_factory=dict)
    """The declared burn of the models that pay."""
    invoices: tuple[Invoice, ...] = field(default=())
    """What the book has under the hashes that are paid."""
    answering: Mapping[ChecksumAddress, bool | None] = field(default_factory=dict)
    """Whether owners that are contracts answer when asked for a signature; None where that is not clear."""
    block_gas_limit: int | None = None
    gas: GasMeasure | None = None
    """Once it was simulated."""
    executor: ExecutorFacts | None = None
    second: SecondNode | None = None
    tool: ToolFacts | None = None

    @property
    def safe_tx(self) -> SafeTx:
        """The Safe transaction."""
        return self.proposal.safe_tx

    @property
    def plan(self) -> Plan:
        """The plan that came with it."""
        return self.proposal.plan

    @property
    def calls(self) -> tuple[DecodedCall, ...]:
        """The calls that the Safe itself makes: those of a batch, else the one."""
        return self.decoded.inner if self.decoded.operation is Operation.DELEGATECALL else (self.decoded,)

    def name_of(self, address: ChecksumAddress) -> str | None:
        """Return what an address is called: in the address book, else by the manifest."""
        return self.book.get(address) or (self.labels or {}).get(address)


def every_call(decoded: DecodedCall) -> Iterator[DecodedCall]:
    """Yield the call and all calls inside of it, outer ones first."""
    yield decoded
    for inner in decoded.inner:
        yield from every_call(inner)


def addresses_in(value: object) -> Iterator[ChecksumAddress]:
    """Yield every address among decoded arguments, also inside of arrays and structs."""
    from eth_utils.address import is_checksum_address, to_checksum_address

    if isinstance(value, str) and is_checksum_address(value):
        yield to_checksum_address(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from addresses_in(getattr(item, "value", item))

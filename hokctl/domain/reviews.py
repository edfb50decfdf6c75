"""What a person sees before saying yes: the plan, its findings, its way to the chain, and the hashes to compare."""

from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import Token
from hokctl.domain.authority import Authority
from hokctl.domain.checks import CheckOutcome
from hokctl.domain.effects import Effect
from hokctl.domain.findings import Finding
from hokctl.domain.plans import Plan
from hokctl.domain.units import Bytes32, OperationId, SafeTxHash


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSummary:
    """How a plan will reach the chain."""

    kind: str
    """direct, safe, timelock, governor or export."""
    authority: Authority
    steps: tuple[str, ...]
    """What has to happen, in order, each in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceScreens:
    """What a hardware wallet shows for a Safe transaction: names and values, in order."""

    blind: tuple[tuple[str, str], ...]
    """When it does not know the transaction's fields, and signs its hashes."""
    clear: tuple[tuple[str, str], ...]
    """When it knows the fields (ERC-7730)."""
    hidden: tuple[tuple[str, str], ...]
    """What it never shows, and only hokctl does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeTxSummary:
    """The Safe transaction behind a plan, with the three hashes that a hardware wallet or another tool shows."""

    safe: ChecksumAddress
    nonce: int
    to: ChecksumAddress
    operation: int
    """0 is a call, 1 a delegatecall."""
    safe_tx_hash: SafeTxHash
    domain_hash: str
    message_hash: str
    threshold: int
    confirmations: tuple[ChecksumAddress, ...] = ()
    screens: DeviceScreens | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSummary:
    """The operation of a timelock that carries out a plan."""

    timelock: ChecksumAddress
    operation_id: OperationId
    salt: Bytes32
    delay_s: int
    state: str
    """unset, waiting, ready or done, at the block that was read."""
    earliest_at: int | None
    """From when it can be executed, in seconds since the epoch: once scheduled for sure, before that at the best."""
    path: str
    """The file that keeps it with its plan, which may be yet to be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernorProposalSummary:
    """The proposal of a governor that carries out a plan."""

    governor: ChecksumAddress
    proposal_id: int
    description_hash: Bytes32
    state: str
    """unset, pending, active, canceled, defeated, succeeded, queued, expired or executed."""
    proposer: ChecksumAddress | None
    timelock: ChecksumAddress | None
    counts_seconds: bool
    """Whether snapshot and deadline are seconds since the epoch; else they are block numbers."""
    snapshot: int | None
    """When votes are counted and the vote begins; None before it is proposed."""
    deadline: int | None
    """When the vote ends."""
    eta: int | None
    """From when it can be executed, in seconds since the epoch; None where it is not queued."""
    path: str
    """The file that keeps it with its plan, which may be yet to be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Everything about a plan that a signer must have seen before confirming."""

    plan: Plan
    findings: tuple[Finding, ...]
    route: RouteSummary
    safe_tx: SafeTxSummary | None = None
    operation: OperationSummary | None = None
    """The timelock's operation, when the way leads through one."""
    governor_proposal: GovernorProposalSummary | None = None
    """The governor's proposal, when the way leads through one."""
    action: str = "carry this plan to the chain"
    """What a yes does, to complete the question `Do you want to …?`."""
    token: Token | None = None
    """The reserve token, where amounts in the plan's calls and events can be given in its units."""
    checks: tuple[CheckOutcome, ...] = ()
    """How every check of a Safe transaction came out; nothing where there is none."""
    effect: Effect | None = None
    """What the calls would do, as the node observed it; None where it was not asked, or something reverts."""
    without_guard: Effect | None = None
    """The same with the Safe's guard taken away; None where there is none."""

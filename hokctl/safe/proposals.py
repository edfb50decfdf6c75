"""A proposal: a Safe transaction together with the plan it carries out, and whether the two agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from eth_typing import ChecksumAddress

from hokctl.clients.safe_deployments import is_multi_send_call_only
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.calls import Call
from hokctl.domain.documents import DocumentError, Fields, JsonObject, JsonValue
from hokctl.domain.findings import Finding
from hokctl.domain.plans import InvalidPlanError, Plan, plan_from_json, plan_to_json
from hokctl.domain.units import SafeTxHash, TxHash
from hokctl.errors import HokctlError, RefusedError, UsageError
from hokctl.safe.multisend import (
    RAW_SIGNATURE,
    InnerCall,
    pack_calls,
    unpack_calls,
    verify_call_data,
)
from hokctl.safe.signatures import Confirmation
from hokctl.safe.transactions import SafeTx, safe_tx_from_json, safe_tx_to_json

PROPOSAL_VERSION = 1


class PlanMismatchError(RefusedError):
    """A plan that is not what the Safe transaction would do."""

    code = "plan-mismatch"

    def __init__(self, safe_tx_hash: str, reason: str) -> None:
        """Name the Safe transaction and where it departs from its plan."""
        super().__init__(
            f"The plan is not what Safe transaction {safe_tx_hash} does: {reason}.",
            hint="Sign nothing, and ask the proposer where it comes from.",
        )


class InvalidProposalError(UsageError):
    """A text that is not a proposal of hokctl."""

    code = "invalid-proposal"
    shows_hashes = True

    def __init__(self, reason: str) -> None:
        """Say what is wrong with it."""
        super().__init__(f"The proposal cannot be read: {reason}.", hint="Have it proposed again from its plan.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A Safe transaction that waits for its owners, with the plan they review."""

    safe_tx: SafeTx
    plan: Plan
    created_at: int
    """Seconds since the epoch."""
    proposer: ChecksumAddress | None = None
    """Who proposed it, by their own account; nobody checks it."""

    @property
    def safe_tx_hash(self) -> SafeTxHash:
        """The hash that owners sign, computed from the fields."""
        return self.safe_tx.safe_tx_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a store holds for one Safe: the proposals, and the errors of those that cannot be trusted."""

    proposals: tuple[Proposal, ...]
    errors: tuple[HokctlError, ...]


class ProposalStore(Protocol):
    """Where proposals and their signatures meet: a shared folder, the Transaction Service, or both."""

    @property
    def description(self) -> str:
        """The store in words, to follow `in`."""

    @property
    def notices(self) -> tuple[Finding, ...]:
        """What the store came upon so far that a person must know, and that stopped nothing."""

    def location_of(self, proposal: Proposal) -> str:
        """Return where the proposal is kept: a directory, or scheme and host of a service."""

    def sources_of(self, safe_tx_hash: SafeTxHash) -> tuple[str, ...]:
        """Return which stores hold the proposal: `folder`, `service`, or both."""

    def add(self, proposal: Proposal) -> Proposal:
        """Keep the proposal and return the kept one: the first, when it is proposed twice."""

    def get(self, reference: str) -> Proposal:
        """Return the proposal whose safe_tx_hash is, or alone begins with, `reference` (at least 8 hex digits)."""

    def list(self, chain_id: int, safe: ChecksumAddress) -> Sequence[Proposal]:
        """Return the proposals of a Safe, executed ones included, by nonce and then by age.

        The first that cannot be trusted raises its error; `scan` reports it and goes on.
        """

    def scan(self, chain_id: int, safe: ChecksumAddress | None = None) -> Scan:
        """Return the proposals of a Safe, of all Safes without one, and the errors of those that cannot be trusted."""

    def add_confirmation(self, safe_tx_hash: SafeTxHash, confirmation: Confirmation) -> None:
        """Keep an owner's signature, once it is proven to be theirs."""

    def confirmations(self, safe_tx_hash: SafeTxHash) -> Sequence[Confirmation]:
        """Return the signatures, each recovered, by owner. Whether these are owners only the chain can tell."""

    def mark_executed(self, safe_tx_hash: SafeTxHash, tx_hash: TxHash) -> None:
        """Note the chain transaction that executed the proposal."""

    def executed_by(self, safe_tx_hash: SafeTxHash) -> TxHash | None:
        """Return the chain transaction that executed the proposal, as far as the store knows."""


def build_safe_tx(plan: Plan, *, safe: SafeAuthority, nonce: int | None = None) -> SafeTx:
    """Return the Safe transaction that carries out `plan` at `nonce` (default: the Safe's next).

    A plan that creates a contract raises CreationBySafeError.
    """
    inner = pack_calls(plan.calls, safe=safe.address, version=safe.version)
    return SafeTx(
        safe=safe.address,
        chain_id=plan.chain_id,
        version=safe.version,
        to=inner.to,
        value=inner.value,
        data=inner.data,
        operation=inner.operation,
        nonce=safe.nonce if nonce is None else nonce,
    )


def verify_plan(plan: Plan, safe_tx: SafeTx) -> None:
    """Raise PlanMismatchError unless the Safe transaction does the plan's calls and nothing else.

    The bytes of every call are encoded anew from the arguments that a reviewer reads. A plan whose effect nobody
    declared only retells the Safe transaction: its calls must be those in the bytes, and the checks judge the rest.
    """
    for call in plan.calls:
        reason = _raw(call) if plan.declared else None
        reason = reason or verify_call_data(call)
        if reason is not None:
            raise PlanMismatchError(safe_tx.safe_tx_hash, reason)
    if plan.chain_id != safe_tx.chain_id:
        raise PlanMismatchError(safe_tx.safe_tx_hash, f"it is for chain {safe_tx.chain_id}, not {plan.chain_id}")
    if plan.declared:
        _verify_packing(plan, safe_tx)
        _verify_no_refund(safe_tx)
        return
    items = unpack_calls(inner_call_of(safe_tx))
    if [(call.to, call.value, call.data) for call in plan.calls] != [
        (item.to, item.value, item.data) for item in items
    ]:
        raise PlanMismatchError(safe_tx.safe_tx_hash, "it makes other calls")


def _raw(call: Call) -> str | None:
    return f"nobody can read the call of {call.label}" if call.signature == RAW_SIGNATURE else None


def inner_call_of(safe_tx: SafeTx) -> InnerCall:
    """Return what the Safe itself does in the Safe transaction."""
    return InnerCall(to=safe_tx.to, value=safe_tx.value, data=safe_tx.data, operation=safe_tx.operation)


def _verify_packing(plan: Plan, safe_tx: SafeTx) -> None:
    """Refuse any packing but hokctl's own, or the same calls at the MultiSendCallOnly of another version."""
    inner = pack_calls(plan.calls, safe=safe_tx.safe, version=safe_tx.version)
    theirs = inner_call_of(safe_tx)
    if inner == theirs or (is_multi_send_call_only(theirs.to) and unpack_calls(inner) == unpack_calls(theirs)):
        return
    for name in ("to", "value", "operation", "data"):
        if getattr(inner, name) != getattr(theirs, name):
            raise PlanMismatchError(safe_tx.safe_tx_hash, f"its {name} differs")


def _verify_no_refund(safe_tx: SafeTx) -> None:
    gas = (safe_tx.safe_tx_gas, safe_tx.base_gas, safe_tx.gas_price)
    if any(gas) or int(safe_tx.gas_token, 16) or int(safe_tx.refund_receiver, 16):
        raise PlanMismatchError(
            safe_tx.safe_tx_hash, "it would also pay a gas refund, which no plan of hokctl asks for"
        )


def proposal_to_json(proposal: Proposal) -> JsonObject:
    """Return the proposal as JSON values, with its hashes for people who read the file."""
    safe_tx = proposal.safe_tx
    return {
        "version": PROPOSAL_VERSION,
        "safe_tx": safe_tx_to_json(safe_tx),
        "safe_tx_hash": safe_tx.safe_tx_hash,
        "domain_hash": safe_tx.domain_hash,
        "message_hash": safe_tx.message_hash,
        "plan": plan_to_json(proposal.plan),
        "plan_hash": proposal.plan.plan_hash,
        "created_at": proposal.created_at,
        "proposer": proposal.proposer,
    }


def proposal_from_json(document: JsonObject) -> Proposal:
    """Return the proposal that `proposal_to_json` wrote.

    Nothing in it is believed: hashes that do not follow from the fields raise InvalidProposalError, a plan that
    the Safe transaction does not carry out raises PlanMismatchError.
    """
    fields = Fields(document)
    try:
        if fields.number("version") != PROPOSAL_VERSION:
            raise InvalidProposalError(f"version {fields.number('version')} is not {PROPOSAL_VERSION}")
        proposal = Proposal(
            safe_tx=safe_tx_from_json(fields.object("safe_tx")),
            plan=plan_from_json(fields.object("plan").content),
            created_at=fields.timestamp("created_at"),
            proposer=fields.optional_address("proposer"),
        )
        stated = {name: fields.hash(name) for name in ("safe_tx_hash", "domain_hash", "message_hash", "plan_hash")}
    except DocumentError as error:
        raise InvalidProposalError(str(error)) from error
    _verify_stated_hashes(proposal, stated)
    verify_plan(proposal.plan, proposal.safe_tx)
    return proposal


def verify_storable(proposal: Proposal) -> JsonObject:
    """Return the proposal's JSON, once reading it back gave the very same proposal; else InvalidProposalError."""
    document = proposal_to_json(proposal)
    try:
        same = proposal_from_json(document) == proposal
    except InvalidPlanError as error:
        raise InvalidProposalError(f"its plan would not be readable ({error.message})") from error
    if not same:
        raise InvalidProposalError("it would not be read back as it is")
    return document


def _verify_stated_hashes(proposal: Proposal, stated: dict[str, str]) -> None:
    computed: dict[str, JsonValue] = {
        "safe_tx_hash": proposal.safe_tx_hash,
        "domain_hash": proposal.safe_tx.domain_hash,
        "message_hash": proposal.safe_tx.message_hash,
        "plan_hash": proposal.plan.plan_hash,
    }
    for name, value in stated.items():
        if value != computed[name]:
            raise InvalidProposalError(f"its {name} is {value}, but its content hashes to {computed[name]}")

"""Looking at a proposal again before it is signed or executed: everything is derived anew, nothing is believed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.confirmations import check_confirmations
from hokctl.checks.payments import check_payments
from hokctl.checks.proposals import ProposalFacts, check_proposal
from hokctl.checks.targets import check_targets
from hokctl.clients.decoding import decode_calldata
from hokctl.clients.descriptions import describe_call
from hokctl.clients.safe import Safe
from hokctl.domain.amounts import Token
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.effects import Simulation
from hokctl.domain.findings import Finding
from hokctl.domain.reviews import Review, RouteSummary
from hokctl.domain.units import SafeTxHash
from hokctl.errors import RefusedError
from hokctl.routes.decoding import plan_decoder
from hokctl.routes.records import Decoder
from hokctl.routes.safe import summarise
from hokctl.safe.account import SafeDetails, get_safe_details
from hokctl.safe.proposals import Proposal, ProposalStore, verify_plan
from hokctl.safe.signatures import Confirmation
from hokctl.safe.tally import Tally, TallyReads
from hokctl.safe.transactions import SafeTx, verify_hashes
from hokctl.services.payment_facts import payments_in, read_payments
from hokctl.services.routing import refuse_out

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment
    from hokctl.services.proposals import Carrier


class ProposalChainError(RefusedError):
    """A proposal for another chain than the network's."""

    code = "proposal-chain"

    def __init__(self, safe_tx: SafeTx, *, network: str, chain_id: int) -> None:
        """Name both chains."""
        super().__init__(
            f"Safe transaction {safe_tx.safe_tx_hash} is for chain {safe_tx.chain_id}, "
            f"but the network {network} is chain {chain_id}.",
            hint="Choose the network of that chain with --network.",
        )


class OtherSafeError(RefusedError):
    """A proposal of another Safe than the one that was named."""

    code = "other-safe"

    def __init__(self, safe_tx: SafeTx, named: ChecksumAddress) -> None:
        """Name both Safes."""
        super().__init__(
            f"Safe transaction {safe_tx.safe_tx_hash} is of the Safe {safe_tx.safe}, not of {named}.",
            hint="Leave --safe away, or name another proposal: hokctl safe queue lists them.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalState:
    """A proposal as the chain and the folder have it at one block."""

    proposal: Proposal
    details: SafeDetails
    contract_hash: SafeTxHash
    tally: Tally
    """Which confirmations count: those handed in that are valid, and the approvals on the chain."""
    rivals: tuple[SafeTxHash, ...]

    @property
    def authority(self) -> SafeAuthority:
        """The Safe as it is now."""
        return self.details.authority

    @property
    def confirmations(self) -> tuple[Confirmation, ...]:
        """The confirmations that count: valid ones of today's owners."""
        return self.tally.counted

    @property
    def missing(self) -> int:
        """How many confirmations are missing to the threshold."""
        return max(0, self.authority.threshold - len(self.confirmations))


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is known beside the chain and the proposal: the deployment and the address book."""

    deployment: "Deployment | None"
    name_of: Callable[[ChecksumAddress], str | None]

    def labels(self) -> dict[ChecksumAddress, str]:
        """Return what stands where by the manifest."""
        return {} if self.deployment is None else self.deployment.labels


def read_wanted(carrier: "Carrier", reference: str) -> ProposalState:
    """Return the proposal to confirm or execute, if it is what the options ask for.

    Raises OtherSafeError, RouteUnavailableError, and what `read_proposal` raises.
    """
    refuse_out(carrier, "this one is proposed already")
    state = read_proposal(carrier.snapshot, carrier.store, reference)
    if carrier.safe_demanded and carrier.safe is not None and state.proposal.safe_tx.safe != carrier.safe:
        raise OtherSafeError(state.proposal.safe_tx, carrier.safe)
    return state


def read_proposal(snapshot: "Snapshot", store: ProposalStore, reference: str) -> ProposalState:
    """Return the proposal that `reference` names, and where it stands.

    The store has compared its hashes and its plan with its data; here they are compared once more, with another
    implementation of EIP-712. Raises ProposalReferenceError, ProposalTamperedError, ProposalChainError,
    NotASafeError, HashMismatchError.
    """
    proposal = store.get(reference)
    safe_tx, chain = proposal.safe_tx, snapshot.chain
    if safe_tx.chain_id != chain.chain_id:
        raise ProposalChainError(safe_tx, network=chain.network, chain_id=chain.chain_id)
    verify_plan(proposal.plan, safe_tx)
    verify_hashes(safe_tx)
    details, batch = get_safe_details(snapshot, safe_tx.safe), snapshot.batch()
    contract_hash = batch.add(Safe(safe_tx.safe).get_transaction_hash(safe_tx.fields, safe_tx.nonce))
    tally = TallyReads(batch, safe_tx, details.authority, store.confirmations(safe_tx.safe_tx_hash))
    batch.run()
    return ProposalState(
        proposal=proposal,
        details=details,
        contract_hash=contract_hash.value,
        tally=tally.tally,
        rivals=tuple(
            other.safe_tx_hash
            for other in store.scan(chain.chain_id, safe_tx.safe).proposals
            if other.safe_tx.nonce == safe_tx.nonce and other.safe_tx_hash != safe_tx.safe_tx_hash
        ),
    )


def check_state(snapshot: "Snapshot", state: ProposalState, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return what speaks against the proposal besides its simulation: Safe, targets, and payments as they are now."""
    plan, deployment = state.proposal.plan, knowledge.deployment
    findings = check_proposal(
        ProposalFacts(
            safe_tx=state.proposal.safe_tx,
            plan=plan,
            details=state.details,
            contract_hash=state.contract_hash,
            rivals=state.rivals,
            labels=None if deployment is None else deployment.labels,
        )
    )
    findings.extend(check_confirmations(state.tally))
    findings.extend(check_targets(snapshot, plan))
    payments = () if deployment is None else payments_in(plan.calls, deployment.suite.reserve.address)
    if deployment is not None and payments:
        reads = read_payments(snapshot, deployment, payments)
        findings.extend(check_payments(reads.facts(number_of=lambda hash_: hash_, name_of=knowledge.name_of)))
    return tuple(findings)


def build_review(
    snapshot: "Snapshot",
    state: ProposalState,
    knowledge: Knowledge,
    *,
    findings: tuple[Finding, ...],
    steps: tuple[str, ...],
    action: str,
    simulation: Simulation | None = None,
) -> Review:
    """Return what a person reviews: the plan, and first of all what its bytes do, in words of hokctl's own."""
    safe_tx, token = state.proposal.safe_tx, _token(snapshot, knowledge)
    return Review(
        plan=state.proposal.plan,
        findings=findings,
        route=RouteSummary(
            kind="safe",
            authority=state.authority,
            steps=(*(f"the Safe will: {line}" for line in describe_calls(safe_tx, knowledge, token)), *steps),
        ),
        safe_tx=summarise(safe_tx, state.authority, state.confirmations),
        action=action,
        token=token,
        effect=simulation.effect if simulation else None,
        without_guard=simulation.without_guard if simulation else None,
    )


def describe_safe_tx(snapshot: "Snapshot", safe_tx: SafeTx, knowledge: Knowledge) -> tuple[str, ...]:
    """Return one sentence per call that the Safe transaction makes, from its bytes alone."""
    return describe_calls(safe_tx, knowledge, _token(snapshot, knowledge))


def describe_calls(safe_tx: SafeTx, knowledge: Knowledge, token: Token | None) -> tuple[str, ...]:
    """Return one sentence per call, as `describe_safe_tx`, for a token that is known without a chain."""
    decoded = decode_calldata(
        safe_tx.data, to=safe_tx.to, value=safe_tx.value, operation=safe_tx.operation, labels=knowledge.labels()
    )
    names = {address: name for address in _addresses(decoded.args) if (name := knowledge.name_of(address))}
    calls = decoded.inner if safe_tx.operation and decoded.inner else (decoded,)
    for call in calls:
        names |= {address: name for address in _addresses(call.args) if (name := knowledge.name_of(address))}
    return tuple(describe_call(call, token=token, names=names) for call in calls)


def decoder_for(state: ProposalState, knowledge: Knowledge) -> Decoder:
    """Return a decoder of the execution's logs: by the manifest, and by the plan's own names."""
    labels = {**knowledge.labels(), state.authority.address: Safe.contract_name}
    known = () if knowledge.deployment is None else knowledge.deployment.model_ids
    return plan_decoder(state.proposal.plan, labels, known)


def _addresses(args: object) -> Iterator[ChecksumAddress]:
    from eth_utils.address import is_checksum_address, to_checksum_address

    if isinstance(args, str) and is_checksum_address(args):
        yield to_checksum_address(args)
    elif isinstance(args, tuple):
        for item in args:
            yield from _addresses(getattr(item, "value", item))


def _token(snapshot: "Snapshot", knowledge: Knowledge) -> Token | None:
    return None if knowledge.deployment is None else knowledge.deployment.token(snapshot)

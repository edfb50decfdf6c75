"""Looking at a proposal again before it is signed or executed: everything is derived anew, nothing is believed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.facts import SafeTxFacts
from hokctl.checks.preflight import findings_of, run_checks
from hokctl.clients.decoding import decode_calldata
from hokctl.clients.descriptions import describe_call
from hokctl.clients.safe import Safe
from hokctl.domain.amounts import Token
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.checks import CheckOutcome
from hokctl.domain.effects import Simulation
from hokctl.domain.reviews import Review, RouteSummary
from hokctl.errors import RefusedError
from hokctl.routes.decoding import plan_decoder
from hokctl.routes.records import Decoder
from hokctl.routes.safe import summarise
from hokctl.safe.account import SafeDetails
from hokctl.safe.proposals import Proposal, ProposalStore, verify_plan
from hokctl.safe.signatures import Confirmation
from hokctl.safe.tally import Tally
from hokctl.safe.transactions import SafeTx, verify_hashes
from hokctl.services.routing import refuse_out
from hokctl.services.safe_checks import Knowledge, Waiting, read_facts

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
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
    """A proposal as the chain and its store have it at one block."""

    facts: SafeTxFacts
    tally: Tally
    """Which confirmations count: those handed in that are valid, and the approvals on the chain."""

    @property
    def proposal(self) -> Proposal:
        """The proposal."""
        return self.facts.proposal

    @property
    def details(self) -> SafeDetails:
        """The Safe with everything that acts for it."""
        return self.facts.details

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


def read_wanted(
    carrier: "Carrier", reference: str, knowledge: Knowledge, *, executor: ChecksumAddress | None = None
) -> ProposalState:
    """Return the proposal to confirm or execute, if it is what the options ask for.

    Raises OtherSafeError, RouteUnavailableError, and what `read_proposal` raises.
    """
    refuse_out(carrier, "this one is proposed already")
    state = read_proposal(
        carrier.snapshot,
        carrier.store,
        reference,
        knowledge,
        executor=executor,
        max_fee_wei=carrier.max_fee_wei,
    )
    if carrier.safe_demanded and carrier.safe is not None and state.proposal.safe_tx.safe != carrier.safe:
        raise OtherSafeError(state.proposal.safe_tx, carrier.safe)
    return state


def read_proposal(
    snapshot: "Snapshot",
    store: ProposalStore,
    reference: str,
    knowledge: Knowledge,
    *,
    executor: ChecksumAddress | None = None,
    max_fee_wei: int | None = None,
) -> ProposalState:
    """Return the proposal that `reference` names, and where it stands; `executor` would pay for its execution.

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
    others = store.scan(chain.chain_id, safe_tx.safe).proposals
    waiting = Waiting(
        proposal=proposal,
        handed_in=tuple(store.confirmations(safe_tx.safe_tx_hash)),
        others=tuple(other for other in others if other.safe_tx_hash != safe_tx.safe_tx_hash),
    )
    facts = read_facts(snapshot, waiting, knowledge, executor=executor, max_fee_wei=max_fee_wei)
    if facts.tally is None:
        raise RuntimeError("read_facts counts the confirmations")
    return ProposalState(facts=facts, tally=facts.tally)


def check_state(state: ProposalState) -> tuple[CheckOutcome, ...]:
    """Return how every check of the pre-flight list came out but the simulation. Nothing is read any more."""
    return run_checks(state.facts)


def build_review(
    state: ProposalState,
    knowledge: Knowledge,
    *,
    steps: tuple[str, ...],
    action: str,
    checks: tuple[CheckOutcome, ...] = (),
    simulation: Simulation | None = None,
) -> Review:
    """Return what a person reviews: the plan, and first of all what its bytes do, in words of hokctl's own."""
    safe_tx, token = state.proposal.safe_tx, state.facts.token
    return Review(
        plan=state.proposal.plan,
        findings=findings_of(checks),
        route=RouteSummary(
            kind="safe",
            authority=state.authority,
            steps=(*(f"the Safe will: {line}" for line in describe_calls(safe_tx, knowledge, token)), *steps),
        ),
        safe_tx=summarise(safe_tx, state.authority, state.confirmations),
        action=action,
        token=token,
        checks=checks,
        effect=None if simulation is None else simulation.effect,
        without_guard=None if simulation is None else simulation.without_guard,
    )


def describe_state(state: ProposalState, knowledge: Knowledge) -> tuple[str, ...]:
    """Return one sentence per call that the Safe transaction makes, from its bytes alone."""
    return describe_calls(state.proposal.safe_tx, knowledge, state.facts.token)


def describe_calls(safe_tx: SafeTx, knowledge: Knowledge, token: Token | None) -> tuple[str, ...]:
    """Return one sentence per call, as `describe_state`, for a token that is known without a chain."""
    decoded = decode_calldata(
        safe_tx.data, to=safe_tx.to, value=safe_tx.value, operation=safe_tx.operation, labels=knowledge.labels()
    )
    names = {address: name for address in _addresses(decoded.args) if (name := knowledge.name_of(address))}
    calls = decoded.inner if safe_tx.operation and decoded.inner else (decoded,)
    for call in calls:
        names |= {address: name for address in _addresses(call.args) if (name := knowledge.name_of(address))}
    return tuple(describe_call(call, token=token, names=names, creator=safe_tx.safe) for call in calls)


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

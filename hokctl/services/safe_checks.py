"""Reading what the checks of a Safe transaction need: everything at one block, in one round trip where it can be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.chain.wire import Json, parse_object, parse_quantity
from hokctl.checks.facts import (
    ExecutorFacts,
    HashComparison,
    QueuedPayments,
    SafeTxFacts,
    ScheduledOperation,
    Stage,
)
from hokctl.checks.limits import limits_a_day
from hokctl.checks.payees import recipients_of
from hokctl.clients.safe import Safe
from hokctl.clients.timelock_controller import TimelockController
from hokctl.domain.amounts import Token
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.checks import ToolFacts
from hokctl.domain.units import InvoiceHash
from hokctl.routes.governance_store import GovernanceStore
from hokctl.safe.account import SafeDetailsReads, address_in
from hokctl.safe.proposals import Proposal
from hokctl.safe.signatures import Confirmation
from hokctl.safe.tally import TallyReads
from hokctl.safe.transactions import SafeTx, compare_hashes
from hokctl.services.call_demands import DemandReads
from hokctl.services.check_subjects import decode_safe_tx, operations_in, own_calls, targets_of
from hokctl.services.governed_payments import ask_governed, governed_payments
from hokctl.services.obligation_facts import (
    DeclaredBurn,
    InvoicesOf,
    burns_of,
    invoices_of,
    no_invoices,
    nothing_declared,
)
from hokctl.services.owner_probes import OwnerProbes
from hokctl.services.past_payments import PastPayees
from hokctl.services.payment_facts import PaymentSlots, payments_in
from hokctl.services.requirement_reads import add_requirement, requirements_of
from hokctl.services.second_nodes import ask_second_node
from hokctl.services.spending import read_spending, waiting_before
from hokctl.services.voting_reads import VotingReads

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot
    from hokctl.chain.session import Chain, Snapshot
    from hokctl.clients.infrastructure_reserve import Payment
    from hokctl.config.policy import Policy
    from hokctl.services.deployments import Deployment

IMPLEMENTATION_SLOT: Final = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC
"""Where a proxy keeps the address of its implementation (EIP-1967)."""
MOST_CANDIDATES: Final = 40
"""Accounts that are asked about beforehand, because they may turn out to be owners."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is known beside the chain and the proposal: the deployment, the address book, the policy."""

    deployment: "Deployment | None"
    name_of: Callable[[ChecksumAddress], str | None]
    book: Mapping[ChecksumAddress, str] = field(default_factory=dict)
    """The address book of the network."""
    policy: "Policy | None" = None
    second: "Callable[[], Chain | None]" = lambda: None
    """Opens the second node, where one is configured."""
    tool: ToolFacts | None = None
    declared_burn: DeclaredBurn = nothing_declared
    """The configuration's daily burn of a model, in token units."""
    governance: GovernanceStore | None = None
    """The folder's files about timelocks and governors."""
    invoices_of: InvoicesOf = no_invoices
    """The book's invoices under a hash."""
    number_of: Callable[[InvoiceHash], str] = str
    """Gives an invoice's hash its number, where somebody knows it."""

    def labels(self) -> dict[ChecksumAddress, str]:
        """Return what stands where by the manifest."""
        return {} if self.deployment is None else self.deployment.labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A proposal as its store has it, or as it will be, with the others that wait beside it."""

    proposal: Proposal
    handed_in: tuple[Confirmation, ...]
    others: tuple[Proposal, ...]
    stage: Stage = Stage.WAITING
    owners: tuple[ChecksumAddress, ...] = ()
    """The Safe's owners, where they were read at this block before."""


def read_facts(
    snapshot: "Snapshot",
    waiting: Waiting,
    knowledge: Knowledge,
    *,
    executor: ChecksumAddress | None = None,
    max_fee_wei: int | None = None,
) -> SafeTxFacts:
    """Return everything that the checks look at.

    One round trip; another one when the Safe has owners that neither the policy nor the address book knows, when the
    node does not give the reserve's logs at once, a few for the day's payments where the policy limits a day, and one
    to the second node. Raises NotASafeError.
    """
    reads = _Reads(snapshot, waiting, knowledge, executor)
    facts = replace(reads.facts(), second=ask_second_node(snapshot, knowledge.second))
    if facts.executor is not None:
        facts = replace(facts, executor=replace(facts.executor, max_fee_wei=max_fee_wei))
    return reads.with_owners(facts)


class _Reads:
    """The one batch, and what becomes of its answers."""

    def __init__(
        self, snapshot: "Snapshot", waiting: Waiting, knowledge: Knowledge, executor: ChecksumAddress | None
    ) -> None:
        self._snapshot, self._waiting, self._knowledge, self._executor = snapshot, waiting, knowledge, executor
        safe_tx, deployment = waiting.proposal.safe_tx, knowledge.deployment
        self._decoded = decode_safe_tx(safe_tx, knowledge.labels())
        self._payments: tuple[Payment, ...] = ()
        if deployment is not None:
            self._payments = payments_in(own_calls(self._decoded), deployment.suite.reserve.address)
        self._candidates = self._owner_candidates()
        batch = snapshot.batch()
        self._add(batch)
        batch.run()

    def _add(self, batch: "Batch") -> None:
        waiting, deployment = self._waiting, self._knowledge.deployment
        safe_tx, safe = waiting.proposal.safe_tx, Safe(waiting.proposal.safe_tx.safe)
        self._details = SafeDetailsReads(batch, safe.address)
        self._contract_hash = batch.add(safe.get_transaction_hash(safe_tx.fields, safe_tx.nonce))
        self._domain = batch.add(safe.domain_separator())
        self._tally = TallyReads(batch, safe_tx, _pretended(safe_tx, self._candidates), waiting.handed_in)
        self._probes = OwnerProbes(batch, safe_tx, self._candidates, version=safe_tx.version)
        targets = targets_of(waiting.proposal, self._decoded)
        self._slots = {to: batch.add_storage(to, IMPLEMENTATION_SLOT) for to in targets}
        asked = dict.fromkeys((*targets, *self._payees(), *self._candidates))
        self._codes = {address: batch.add_code(address) for address in asked}
        self._due = {
            (to, id_): batch.add(TimelockController(to).get_timestamp(id_))
            for to, id_ in operations_in(own_calls(self._decoded))
        }
        self._held = [
            (item, add_requirement(batch, item, safe.address)) for item in requirements_of(waiting.proposal.plan)
        ]
        own, planned = own_calls(self._decoded), (call.data for call in waiting.proposal.plan.calls if call.requires)
        self._demands = DemandReads(batch, own, safe.address, self._knowledge.labels(), planned=frozenset(planned))
        self._voting = VotingReads(batch, self._snapshot, own, safe.address)
        number: list[Json] = [hex(self._snapshot.block.number), False]
        self._block = batch.ask("eth_getBlockByNumber", number, lambda answer: parse_object(answer, "a block"))
        if deployment is not None:
            self._token = batch.add(deployment.suite.usdc.decimals()), batch.add(deployment.suite.usdc.symbol())
            self._paused = batch.add(deployment.suite.usdc.paused())
            self._blocked = {to: batch.add(deployment.suite.usdc.is_blacklisted(to)) for to in self._payees()}
            self._money = PaymentSlots(batch, deployment, self._payments) if self._payments else None
            self._governed = ask_governed(batch, self._knowledge.governance, deployment) if self._payments else None
            self._past = PastPayees(batch, self._snapshot, deployment, self._payments) if self._payments else None
        if self._executor is not None:
            self._balance = batch.add_balance(self._executor)

    def facts(self) -> SafeTxFacts:
        """Return the facts, as far as this batch gave them."""
        snapshot, waiting, knowledge = self._snapshot, self._waiting, self._knowledge
        details = self._details.details
        facts = SafeTxFacts(
            network=snapshot.chain.network,
            chain_id=snapshot.chain.chain_id,
            block=snapshot.block,
            proposal=waiting.proposal,
            details=details,
            hashes=_compare(waiting.proposal.safe_tx, self._domain, self._contract_hash.value),
            decoded=self._decoded,
            stage=waiting.stage,
            queue=tuple(one for one in waiting.others if one.safe_tx.nonce >= details.authority.nonce),
            labels=None if knowledge.deployment is None else knowledge.deployment.labels,
            book=knowledge.book,
            policy=knowledge.policy,
            codes={address: slot.value for address, slot in self._codes.items()},
            implementations={to: found for to, slot in self._slots.items() if (found := address_in(slot.value))},
            requirements=tuple((item, held()) for item, held in self._held),
            operations=tuple(
                ScheduledOperation(timelock=to, operation_id=id_, due_at=None if slot.failed else slot.value)
                for (to, id_), slot in self._due.items()
            ),
            demands=self._demands.demands,
            votes=self._voting.votes,
            voted=self._voting.voted,
            block_gas_limit=parse_quantity(self._block.value.get("gasLimit"), "a block's gas limit"),
            executor=self._executor_facts(),
            tool=knowledge.tool,
        )
        return facts if knowledge.deployment is None else self._with_money(facts, knowledge.deployment)

    def with_owners(self, facts: SafeTxFacts) -> SafeTxFacts:
        """Return the facts with the code of every owner, and the tally; asks again for owners nobody had heard of."""
        safe_tx, authority = self._waiting.proposal.safe_tx, facts.details.authority
        known = set(authority.owners) <= set(self._candidates) and authority.version == safe_tx.version
        if known:
            answering = self._probes.answering({owner: facts.codes[owner] for owner in authority.owners})
            return replace(facts, tally=self._tally.tally.restricted(authority.owners), answering=answering)
        with self._snapshot.batch() as batch:
            tally = TallyReads(batch, safe_tx, authority, self._waiting.handed_in)
            codes = {owner: batch.add_code(owner) for owner in authority.owners}
            probes = OwnerProbes(batch, safe_tx, authority.owners, version=safe_tx.version)
        more = {owner: slot.value for owner, slot in codes.items()}
        return replace(facts, codes={**facts.codes, **more}, tally=tally.tally, answering=probes.answering(more))

    def _with_money(self, facts: SafeTxFacts, deployment: "Deployment") -> SafeTxFacts:
        decimals, symbol = self._token
        token = None
        if not decimals.failed and not symbol.failed:
            token = Token(
                chain_id=deployment.chain_id,
                address=deployment.suite.usdc.address,
                decimals=decimals.value,
                symbol=symbol.value,
            )
        facts = replace(
            facts,
            token=token,
            token_paused=self._paused.value_or(default=False),
            blocked_payees=frozenset(to for to, slot in self._blocked.items() if slot.value_or(default=False)),
        )
        if self._money is None:
            return facts
        money = self._money.reads(self._snapshot)
        reserve = deployment.suite.reserve.address
        queued = ((one, payments_in(own_calls(decode_safe_tx(one.safe_tx)), reserve)) for one in facts.queue)
        payments = money.facts(number_of=self._knowledge.number_of, name_of=self._knowledge.name_of)
        facts = replace(
            facts,
            payments=payments,
            daily_burns=burns_of(payments, self._knowledge.declared_burn, payments[0].amount.token),
            invoices=invoices_of(payments, self._knowledge.invoices_of),
            queued_payments=tuple(QueuedPayments(proposal=one, payments=paid) for one, paid in queued if paid),
            governed_payments=governed_payments(self._governed, deployment),
            payees_paid_before=None if self._past is None else self._past.paid,
        )
        if not limits_a_day(self._knowledge.policy):
            return facts
        return replace(facts, spending=read_spending(self._snapshot, deployment, waiting_before(facts)))

    def _executor_facts(self) -> ExecutorFacts | None:
        if self._executor is None:
            return None
        block = self._block.value
        return ExecutorFacts(
            address=self._executor,
            balance_wei=self._balance.value,
            base_fee_wei=parse_quantity(block.get("baseFeePerGas", "0x0"), "a block's base fee"),
            max_fee_wei=None,
        )

    def _payees(self) -> tuple[ChecksumAddress, ...]:
        direct = recipients_of(own_calls(self._decoded))
        return tuple(dict.fromkeys((*(payment.payee for payment in self._payments), *direct)))

    def _owner_candidates(self) -> tuple[ChecksumAddress, ...]:
        """Return who may turn out to own the Safe: by the policy, by signature, by the address book."""
        policy, safe = self._knowledge.policy, self._waiting.proposal.safe_tx.safe
        registered = policy.safes.get(safe) if policy is not None else None
        every = (
            *self._waiting.owners,
            *(registered.owners if registered is not None else ()),
            *(one.owner for one in self._waiting.handed_in),
            *self._knowledge.book,
        )
        return tuple(dict.fromkeys(every))[:MOST_CANDIDATES]


def _pretended(safe_tx: SafeTx, candidates: Sequence[ChecksumAddress]) -> SafeAuthority:
    """Return the Safe as if all candidates owned it: what is asked beforehand."""
    return SafeAuthority(
        address=safe_tx.safe, owners=tuple(candidates), threshold=1, nonce=safe_tx.nonce, version=safe_tx.version
    )


def _compare(safe_tx: SafeTx, domain: "Slot[str]", contract_hash: str) -> tuple[HashComparison, ...]:
    by_contract = {"domain hash": None if domain.failed else domain.value, "safe_tx_hash": contract_hash}
    return tuple(
        HashComparison(name=name, own=own, eth_account=theirs, contract=by_contract.get(name))
        for name, (own, theirs) in compare_hashes(safe_tx).items()
    )

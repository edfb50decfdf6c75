"""The Safe route: a plan becomes one Safe transaction, proposed in the shared folder and signed by its owners."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.config.writing import atomic_write_text
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.documents import dump_document
from hokctl.domain.effects import Simulation
from hokctl.domain.outcomes import Outcome, ProposalRecord
from hokctl.domain.plans import Plan
from hokctl.domain.reviews import RouteSummary, SafeTxSummary
from hokctl.errors import RefusedError
from hokctl.routes.base import Route
from hokctl.routes.safe_simulation import simulate_proposal
from hokctl.safe.device_screens import device_screens
from hokctl.safe.proposals import Proposal, ProposalStore, build_safe_tx, verify_storable
from hokctl.safe.signatures import KEY_KINDS, Confirmation, NotAnOwnerError, confirmations_of
from hokctl.safe.tally import Tally
from hokctl.safe.transactions import SafeTx, verify_hashes

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.domain.ports import Signer


class OutTakenError(RefusedError):
    """A file named by --out that exists."""

    code = "out-taken"

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(f"{path}, named by --out, exists already.", hint="Name another file, or remove it.")


class SafeRoute(Route):
    """Proposes a plan to a Safe and adds the signer's confirmation, if there is a signer."""

    def __init__(
        self,
        plan: Plan,
        authority: SafeAuthority,
        *,
        store: ProposalStore,
        signer: "Signer | None",
        nonce: int | None,
        now: int,
        out: Path | None = None,
        announce: Callable[[], None] | None = None,
    ) -> None:
        """Build the Safe transaction; `nonce` None takes the next one free on the chain and in the store.

        `out` names a file that the proposal is written to as well; `announce` is called before the proposal is written
        anywhere, and whatever it raises, nothing is proposed. Raises NotAnOwnerError when the signer does not
        own the Safe, OutTakenError when `out` exists.
        """
        if out is not None and out.exists():
            raise OutTakenError(out)
        if signer is not None and signer.address not in authority.owners:
            raise NotAnOwnerError(signer.address, authority.address)
        self._plan = plan
        self._authority = authority
        self._store = store
        self._signer = signer
        self._now = now
        self._out = out
        self._announce = announce
        self._tally: Tally | None = None
        self._guard: ChecksumAddress | None = None
        chosen = next_nonce(store, plan, authority) if nonce is None else nonce
        self._safe_tx = build_safe_tx(plan, safe=authority, nonce=chosen)
        verify_hashes(self._safe_tx)

    @property
    def summary(self) -> RouteSummary:
        """The Safe, and the steps up to the execution."""
        signed = {confirmation.owner for confirmation in self._confirmations()}
        more = self._authority.threshold - len(signed | ({self._signer.address} if self._signer else set()))
        copy = "" if self._out is None else f", and write it to {self._out}"
        steps = [f"propose the Safe transaction in {self._store.description}{copy}"]
        if self._signer is not None:
            steps.append(f"confirm it as owner {self._signer.address}")
        if more > 0:
            steps.append(f"{more} more owner{'s confirm' if more > 1 else ' confirms'}: hokctl safe sign")
        steps.append("anyone executes: hokctl safe execute")
        return RouteSummary(kind="safe", authority=self._authority, steps=tuple(steps))

    @property
    def safe_tx(self) -> SafeTxSummary | None:
        """The Safe transaction with its hashes."""
        return summarise(self._safe_tx, self._authority, self._confirmations())

    @property
    def actor(self) -> SafeAuthority:
        """The Safe."""
        return self._authority

    @property
    def carried_plan(self) -> Plan:
        """The plan itself."""
        return self._plan

    @property
    def proposing(self) -> "SafeRoute":
        """This very way."""
        return self

    @property
    def draft(self) -> Proposal:
        """The proposal as `carry` writes it."""
        proposer = self._signer.address if self._signer else None
        return Proposal(safe_tx=self._safe_tx, plan=self._plan, created_at=self._now, proposer=proposer)

    @property
    def others(self) -> tuple[Proposal, ...]:
        """The Safe's other proposals in the store."""
        return tuple(item for item in self._stored if item.safe_tx_hash != self._safe_tx.safe_tx_hash)

    @property
    def is_proposed(self) -> bool:
        """Whether this very Safe transaction is proposed already."""
        return len(self.others) < len(self._stored)

    @property
    def handed_in(self) -> Sequence[Confirmation]:
        """The confirmations that the store has, when this very Safe transaction is proposed already."""
        return self._store.confirmations(self._safe_tx.safe_tx_hash) if self.is_proposed else ()

    def take(self, *, guard: ChecksumAddress | None, tally: Tally | None) -> None:
        """Take note of what the checks have read: what guards the Safe, and which confirmations count."""
        self._guard, self._tally = guard, tally

    def simulate(self, snapshot: "Snapshot") -> Simulation:
        """Run the exact Safe transaction."""
        return simulate_proposal(snapshot, self._safe_tx, self._plan, self._authority, guard=self._guard)

    def carry(self, plan: Plan) -> Outcome:
        """Write the proposal, to the folder and where else it is wanted, and with a signer the first confirmation."""
        # Signed first: a key that cannot be used leaves no proposal behind that nobody stands by.
        confirmation = confirm(self._safe_tx, self._signer) if self._signer else None
        built = replace(self.draft, plan=plan)
        # Announced before anybody else can see it: a run that dies in between is known to have begun.
        if self._announce is not None:
            self._announce()
        # The extra file first: where it cannot be written, nothing is proposed.
        self._write_out(built)
        proposal = self._store.add(built)
        if proposal != built:
            self._write_out(proposal)
        if confirmation is not None:
            self._store.add_confirmation(proposal.safe_tx_hash, confirmation)
        confirmed = {item.owner for item in (*self._confirmations(), *([confirmation] if confirmation else []))}
        return Outcome(proposal=record_of(proposal, self._authority, self._store, confirmed))

    def _write_out(self, proposal: Proposal) -> None:
        if self._out is not None:
            atomic_write_text(self._out, dump_document(verify_storable(proposal)))

    def _confirmations(self) -> tuple[Confirmation, ...]:
        """Return the confirmations that count: those of keys, and once the chain was asked the others too."""
        if self._tally is not None:
            return self._tally.counted
        by_keys = [item for item in self.handed_in if item.kind in KEY_KINDS]
        return confirmations_of(self._authority.owners, by_keys)

    @cached_property
    def _stored(self) -> Sequence[Proposal]:
        return self._store.scan(self._safe_tx.chain_id, self._safe_tx.safe).proposals


def next_nonce(store: ProposalStore, plan: Plan, authority: SafeAuthority) -> int:
    """Return the first nonce that neither the chain has used nor a waiting proposal has taken.

    Proposing the very same plan again takes the nonce it already waits with, so that nothing is doubled.
    """
    waiting = [
        proposal
        for proposal in store.list(plan.chain_id, authority.address)
        if proposal.safe_tx.nonce >= authority.nonce
    ]
    for proposal in waiting:
        if proposal.plan.plan_hash == plan.plan_hash:
            return proposal.safe_tx.nonce
    return max([authority.nonce, *(proposal.safe_tx.nonce + 1 for proposal in waiting)])


def confirm(safe_tx: SafeTx, signer: "Signer") -> Confirmation:
    """Return the signer's confirmation over the hash that was computed here."""
    return Confirmation(owner=signer.address, signature=signer.sign_typed_data(safe_tx.typed_data()))


def summarise(safe_tx: SafeTx, authority: SafeAuthority, confirmations: tuple[Confirmation, ...]) -> SafeTxSummary:
    """Return what a signer compares before confirming."""
    return SafeTxSummary(
        safe=safe_tx.safe,
        nonce=safe_tx.nonce,
        to=safe_tx.to,
        operation=int(safe_tx.operation),
        safe_tx_hash=safe_tx.safe_tx_hash,
        domain_hash=safe_tx.domain_hash,
        message_hash=safe_tx.message_hash,
        threshold=authority.threshold,
        confirmations=tuple(confirmation.owner for confirmation in confirmations),
        screens=device_screens(safe_tx),
    )


def record_of(
    proposal: Proposal, authority: SafeAuthority, store: ProposalStore, confirmed: Collection[ChecksumAddress]
) -> ProposalRecord:
    """Return where the proposal stands; `confirmed` are the owners whose confirmations count."""
    safe_tx = proposal.safe_tx
    return ProposalRecord(
        safe=safe_tx.safe,
        safe_tx_hash=safe_tx.safe_tx_hash,
        domain_hash=safe_tx.domain_hash,
        message_hash=safe_tx.message_hash,
        nonce=safe_tx.nonce,
        threshold=authority.threshold,
        confirmations=tuple(sorted(set(confirmed), key=lambda owner: int(owner, 16))),
        path=store.location_of(proposal),
    )

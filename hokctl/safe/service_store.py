"""The Transaction Service as a store of proposals, next to or in place of the shared folder. It is never believed.

The service keeps Safe transactions, not plans: what hokctl meant travels as a note in `origin`, and a proposal that is
known from the service alone gets a plan that only retells its calls. A proposal reaches the service with the first
signature over it, since an unsigned one is hidden there.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.domain.authority import SafeAuthority
from hokctl.domain.documents import DocumentError, parse_document
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.domain.units import PlanHash, SafeTxHash, TxHash
from hokctl.errors import HokctlError
from hokctl.safe.packing import InvalidSignaturesError, pack_signatures, unpack_signatures
from hokctl.safe.proposals import Proposal, Scan
from hokctl.safe.references import parse_reference, refuse_reference
from hokctl.safe.service_errors import NotAtServiceError
from hokctl.safe.service_records import ServiceConfirmation, ServiceTx
from hokctl.safe.signatures import Confirmation, DuplicateSignatureError, InvalidSignatureError, SignatureKind
from hokctl.safe.transaction_service import Listing, TransactionService
from hokctl.safe.transactions import SafeTx

SERVICE: Final = "service"
"""The name of this kind of store."""
_APPLICATION: Final = "hokctl"
_MAX_ORIGIN: Final = 200
_HASH_DIGITS: Final = 64
_KINDS: Final = {
    "EOA": SignatureKind.EIP712,
    "ETH_SIGN": SignatureKind.ETH_SIGN,
    "APPROVED_HASH": SignatureKind.APPROVED_HASH,
    "CONTRACT_SIGNATURE": SignatureKind.CONTRACT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The note of hokctl's that a proposal carries through the service. Anybody can write one."""

    plan_hash: PlanHash | None
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A proposal as the service has it, its confirmations sorted by whether they are what they say."""

    transaction: ServiceTx
    confirmations: tuple[Confirmation, ...]
    """One of each owner; keys' signatures recovered, the others in form."""
    faults: tuple[str, ...]
    """What is wrong with the other confirmations, in words."""


class ServiceStore:
    """A ProposalStore in a Transaction Service. One run sees one state of it, but for its own writes."""

    def __init__(
        self,
        service: TransactionService,
        *,
        chain_id: int,
        safe: ChecksumAddress | None,
        read_safe: Callable[[ChecksumAddress], SafeAuthority],
        build_plan: Callable[[SafeTx, str | None], Plan],
    ) -> None:
        """Use `service`; `safe` is the one that is meant where none is named.

        `read_safe` reads a Safe from the chain; `build_plan` retells a Safe transaction under somebody's title.
        """
        self.service = service
        self._chain_id = chain_id
        self._safe = safe
        self._read_safe = read_safe
        self._build_plan = build_plan
        self._listings: dict[ChecksumAddress, Listing] = {}
        self._entries: dict[SafeTxHash, Entry | None] = {}
        self._added: dict[SafeTxHash, Proposal] = {}

    @property
    def description(self) -> str:
        """The service in words."""
        return f"the Transaction Service at {self.service.endpoint}"

    @property
    def notices(self) -> tuple[Finding, ...]:
        """What is wrong with the confirmations that were looked at so far."""
        seen = [entry for entry in self._entries.values() if entry is not None]
        return tuple(self._fault(entry, fault) for entry in seen for fault in entry.faults)

    def location_of(self, proposal: Proposal) -> str:
        """Return the service by scheme, host and port."""
        del proposal
        return self.service.endpoint

    def sources_of(self, safe_tx_hash: SafeTxHash) -> tuple[str, ...]:
        """Return `service` for a proposal that it holds."""
        return (SERVICE,) if self.entry(safe_tx_hash) is not None else ()

    def entry(self, safe_tx_hash: SafeTxHash) -> Entry | None:
        """Return what the service has of a Safe transaction; None when it does not know it."""
        if safe_tx_hash not in self._entries:
            found = self.service.fetch(safe_tx_hash)
            self._entries[safe_tx_hash] = None if found is None else _judge(found)
        return self._entries[safe_tx_hash]

    def waiting(self, safe: ChecksumAddress, safe_tx_hash: SafeTxHash) -> Entry | None:
        """Return what the service has of a Safe transaction that waits; without a request once its list was read."""
        if safe in self._listings and safe_tx_hash not in self._entries:
            return None
        return self.entry(safe_tx_hash)

    def entries(self, safe: ChecksumAddress) -> tuple[Entry, ...]:
        """Return what waits with the Safe, by nonce and then by age."""
        if safe not in self._listings:
            listing = self.service.pending(safe, nonce=self._read_safe(safe).nonce)
            self._listings[safe] = listing
            self._entries |= {found.safe_tx_hash: _judge(found) for found in listing.transactions}
        found = (self._entries.get(one.safe_tx_hash) for one in self._listings[safe].transactions)
        return tuple(entry for entry in found if entry is not None)

    def errors(self, safe: ChecksumAddress) -> tuple[HokctlError, ...]:
        """Return what in the service's list for the Safe cannot be trusted."""
        self.entries(safe)
        return self._listings[safe].errors

    def add(self, proposal: Proposal) -> Proposal:
        """Return the proposal; it is sent with the first confirmation, and with its plan's hash and title."""
        self._added[proposal.safe_tx_hash] = proposal
        return proposal

    def get(self, reference: str) -> Proposal:
        """Return the proposal that `reference` names: any by its whole hash, a waiting one of the Safe by 8 digits."""
        digits = parse_reference(reference)
        if len(digits) == _HASH_DIGITS:
            found = self.entry(SafeTxHash("0x" + digits))
            entries = [] if found is None else [found]
        else:
            known = self.entries(self._safe) if self._safe is not None else ()
            entries = [one for one in known if one.transaction.safe_tx_hash[2:].startswith(digits)]
        if len(entries) != 1:
            raise refuse_reference(digits, len(entries), where=self.service.endpoint)
        return self.proposal_of(entries[0])

    def list(self, chain_id: int, safe: ChecksumAddress) -> Sequence[Proposal]:
        """Return the proposals that wait with a Safe; the first that cannot be trusted raises its error."""
        scan = self.scan(chain_id, safe)
        for error in scan.errors:
            raise error
        return scan.proposals

    def scan(self, chain_id: int, safe: ChecksumAddress | None = None) -> Scan:
        """Return the proposals that wait with a Safe, without one with the network's, and what cannot be trusted."""
        wanted = safe or self._safe
        if chain_id != self._chain_id or wanted is None:
            return Scan(proposals=(), errors=())
        proposals = [self.proposal_of(entry) for entry in self.entries(wanted)]
        proposals.sort(key=lambda proposal: (proposal.safe_tx.nonce, proposal.created_at, proposal.safe_tx_hash))
        return Scan(proposals=tuple(proposals), errors=self.errors(wanted))

    def add_confirmation(self, safe_tx_hash: SafeTxHash, confirmation: Confirmation) -> None:
        """Send an owner's confirmation, and with it the proposal when the service does not know it."""
        added = self._added.get(safe_tx_hash)
        if added is not None:
            self.push(added, (confirmation,))
            return
        entry = self.entry(safe_tx_hash)
        if entry is None:
            raise NotAtServiceError(self.service.endpoint, safe_tx_hash)
        self.push(self.proposal_of(entry), (confirmation,))

    def confirmations(self, safe_tx_hash: SafeTxHash) -> Sequence[Confirmation]:
        """Return the confirmations that are what they say, by owner. Only the chain tells whether they count."""
        entry = self.entry(safe_tx_hash)
        return () if entry is None else entry.confirmations

    def mark_executed(self, safe_tx_hash: SafeTxHash, tx_hash: TxHash) -> None:
        """Do nothing: the service watches the chain itself."""

    def executed_by(self, safe_tx_hash: SafeTxHash) -> TxHash | None:
        """Return None: what the service says about executions is no proof, and no note of hokctl's."""
        del safe_tx_hash
        return None

    def push(self, proposal: Proposal, confirmations: Sequence[Confirmation]) -> bool:
        """Bring the proposal and these confirmations to the service as far as it lacks them; tell whether it did.

        On-chain approvals are left out: the service finds them itself.
        """
        sendable = [one for one in confirmations if one.kind is not SignatureKind.APPROVED_HASH]
        entry = self.waiting(proposal.safe_tx.safe, proposal.safe_tx_hash)
        kept = set() if entry is None else {one.owner for one in entry.confirmations}
        missing = [one for one in sendable if one.owner not in kept]
        if not missing:
            return False
        # Whatever comes of it, the service knows more than before.
        self.forget(proposal.safe_tx_hash)
        if entry is None:
            first, *missing = missing
            self.service.propose(
                proposal.safe_tx,
                sender=first.owner,
                signature=pack_signatures([first]),
                origin=build_origin(proposal.plan),
            )
        if missing:
            self.service.confirm(proposal.safe_tx_hash, pack_signatures(missing))
        return True

    def forget(self, safe_tx_hash: SafeTxHash) -> None:
        """Ask the service anew about a Safe transaction the next time."""
        self._entries.pop(safe_tx_hash, None)
        self._listings.clear()

    def proposal_of(self, entry: Entry) -> Proposal:
        """Return the proposal with a plan that retells it."""
        transaction = entry.transaction
        title = parse_origin(transaction.origin).title
        return Proposal(
            safe_tx=transaction.safe_tx,
            plan=self._build_plan(transaction.safe_tx, title),
            created_at=transaction.submitted_at,
            proposer=transaction.proposed_by_delegate or transaction.proposer,
        )

    def _fault(self, entry: Entry, fault: str) -> Finding:
        return Finding(
            code="confirmation-untrusted",
            severity=Severity.WARNING,
            subject=entry.transaction.safe_tx_hash,
            message=f"The Transaction Service at {self.service.endpoint} has a confirmation that is none: {fault}",
            remedy="It does not count; ask that owner to sign, and the service's operator what happened.",
        )


def build_origin(plan: Plan) -> str:
    """Return the note that a plan's proposal carries: at most 200 characters of JSON, the title cut to fit."""
    note = {"name": _APPLICATION, "plan": plan.plan_hash, "title": plan.title}
    text = json.dumps(note)
    while len(text) > _MAX_ORIGIN and note["title"]:
        note["title"] = note["title"].removesuffix("…")[:-1] + "…" if len(note["title"]) > 1 else ""
        text = json.dumps(note)
    return text


def parse_origin(text: str) -> Origin:
    """Return the note in an `origin`; other applications' names are no titles."""
    try:
        document = parse_document(text)
    except DocumentError:
        return Origin(plan_hash=None, title=None)
    if document.get("name") != _APPLICATION:
        return Origin(plan_hash=None, title=None)
    plan_hash, title = document.get("plan"), document.get("title")
    return Origin(
        plan_hash=PlanHash(plan_hash) if isinstance(plan_hash, str) else None,
        title=title if isinstance(title, str) else None,
    )


def _judge(transaction: ServiceTx) -> Entry:
    confirmations: dict[ChecksumAddress, Confirmation] = {}
    faults: list[str] = []
    for stated in transaction.confirmations:
        try:
            confirmation = believe(stated, transaction.safe_tx_hash)
        except (InvalidSignaturesError, InvalidSignatureError, DuplicateSignatureError) as error:
            faults.append(f"of {stated.owner}: {error.message}")
        else:
            confirmations.setdefault(confirmation.owner, confirmation)
    ordered = sorted(confirmations.values(), key=lambda one: int(one.owner, 16))
    return Entry(transaction=transaction, confirmations=tuple(ordered), faults=tuple(faults))


def believe(stated: ServiceConfirmation, safe_tx_hash: SafeTxHash) -> Confirmation:
    """Return the one confirmation in a record, if it is of the owner that the record names; else raise."""
    found = unpack_signatures(stated.signature, safe_tx_hash)
    if len(found) != 1:
        raise InvalidSignatureError(stated.owner, f"it holds {len(found)} signatures")
    (confirmation,) = found
    if confirmation.owner != stated.owner:
        raise InvalidSignatureError(stated.owner, f"over {safe_tx_hash} it recovers to {confirmation.owner}")
    kind = _KINDS.get(stated.signature_type)
    if kind is None or kind is not confirmation.kind:
        reason = f"the service calls it {stated.signature_type[:40]}, but it is of kind {confirmation.kind}"
        raise InvalidSignatureError(stated.owner, reason)
    return confirmation

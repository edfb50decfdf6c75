"""Signing a Safe transaction out of a file, on a machine without a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.checks.offline import OfflineFacts, check_offline
from hokctl.clients.decoding import decode_calldata, decoder_digest
from hokctl.clients.known_tokens import find_token
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.documents import JsonObject
from hokctl.domain.plans import Plan
from hokctl.domain.reviews import Review, RouteSummary
from hokctl.domain.units import BlockRef
from hokctl.errors import UsageError, shown
from hokctl.routes.base import MissingSignerError
from hokctl.routes.safe import confirm, summarise
from hokctl.safe.confirmation_documents import confirmation_to_json
from hokctl.safe.exchange import Offer, UnsuitableFileError
from hokctl.safe.proposals import verify_plan
from hokctl.safe.transactions import verify_hashes
from hokctl.services.exchange_files import read_exchange_file
from hokctl.services.foreign_plans import plan_from_safe_tx
from hokctl.services.outputs import HandedOut, hand_out
from hokctl.services.proposals import CarryState
from hokctl.services.safe_checks import Knowledge
from hokctl.services.safe_reviews import OtherSafeError, ProposalChainError, describe_calls

if TYPE_CHECKING:
    from hokctl.config.networks import NetworkSettings
    from hokctl.domain.ports import Signer, Ui

_NOWHERE = BlockRef(number=0, hash="0x" + "00" * 32, timestamp=0)


class NothingToSignError(UsageError):
    """A file without a Safe transaction, or with several."""

    code = "nothing-to-sign"

    def __init__(self, source: str, reason: str) -> None:
        """Name the file and what it holds instead."""
        super().__init__(
            f"{shown(source)} cannot be signed: {reason}.",
            hint="hokctl safe export HASH --out FILE writes what `safe sign --offline` reads.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineDesk:
    """What a signer without a network works with."""

    network: "NetworkSettings"
    knowledge: Knowledge
    book: Mapping[ChecksumAddress, str]
    """The address book of the network, by address."""
    signer: "Signer | None"
    safe: ChecksumAddress | None
    """The Safe that was named on the command line, and must be the one."""
    ui: "Ui"
    assume_yes: bool
    dry_run: bool
    allow: frozenset[str]
    out: Path | None
    qr: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineSigned:
    """What became of it."""

    state: CarryState
    offer: Offer
    review: Review
    signature: JsonObject | None = None
    handed: HandedOut | None = None


def sign_offline(desk: OfflineDesk, source: str) -> OfflineSigned:
    """Review the Safe transaction in the file `source` without any node, ask, sign, and write the signature.

    Raises NothingToSignError, ProposalChainError, OtherSafeError, PlanMismatchError, HashMismatchError,
    MissingSignerError, OutTakenError, and what reading the file raises.
    """
    offer = _read(desk, source)
    if desk.signer is None and not desk.dry_run:
        raise MissingSignerError("sign the Safe transaction")
    review = _review(desk, offer)
    if any(finding.blocks(desk.allow) for finding in review.findings):
        return OfflineSigned(state=CarryState.REFUSED, offer=offer, review=review)
    if desk.signer is None or desk.dry_run:
        return OfflineSigned(state=CarryState.SHOWN, offer=offer, review=review)
    desk.ui.review(review)
    if not desk.assume_yes and not desk.ui.confirm(f"Do you want to {review.action}?"):
        return OfflineSigned(state=CarryState.DECLINED, offer=offer, review=review)
    confirmation = confirm(offer.safe_tx, desk.signer)
    document = confirmation_to_json(confirmation, offer.safe_tx_hash)
    name = f"{confirmation.owner}.signature"
    out = desk.out if desk.out is not None or desk.qr else Path(f"{name}.json")
    handed = hand_out(document, name=name, out=out, qr=desk.qr)
    return OfflineSigned(state=CarryState.CONFIRMED, offer=offer, review=review, signature=document, handed=handed)


def _read(desk: OfflineDesk, source: str) -> Offer:
    """Return the one Safe transaction in the file, its hashes computed in two ways and its plan compared with it."""
    content = read_exchange_file(source, chain_id=desk.network.chain_id)
    if content.batch is not None:
        raise NothingToSignError(source, "a Transaction Builder file has no nonce yet: import it first")
    if len(content.offers) != 1:
        raise NothingToSignError(source, f"it holds {len(content.offers)} Safe transactions, not one")
    (offer,) = content.offers
    safe_tx = offer.safe_tx
    if safe_tx.chain_id != desk.network.chain_id:
        raise ProposalChainError(safe_tx, network=desk.network.name, chain_id=desk.network.chain_id)
    if desk.safe is not None and desk.safe != safe_tx.safe:
        raise OtherSafeError(safe_tx, desk.safe)
    if offer.executed:
        raise UnsuitableFileError(shown(source), "the Safe transaction in it was executed already")
    verify_hashes(safe_tx)
    verify_plan(_plan_of(desk, offer), safe_tx)
    return offer


def _plan_of(desk: OfflineDesk, offer: Offer) -> Plan:
    if offer.proposal is not None:
        return offer.proposal.plan
    return plan_from_safe_tx(
        offer.safe_tx,
        network=desk.network.name,
        block=_NOWHERE,
        labels=desk.knowledge.labels(),
        title=offer.title,
    )


def _review(desk: OfflineDesk, offer: Offer) -> Review:
    safe_tx, plan, labels = offer.safe_tx, _plan_of(desk, offer), desk.knowledge.labels()
    stated = None if offer.bundle is None else offer.bundle.stated
    authority = SafeAuthority(
        address=safe_tx.safe,
        owners=() if stated is None else stated.owners,
        threshold=0 if stated is None else stated.threshold,
        nonce=safe_tx.nonce if stated is None else stated.nonce,
        version=safe_tx.version,
    )
    signer = None if desk.signer is None else desk.signer.address
    decoded = decode_calldata(
        safe_tx.data, to=safe_tx.to, value=safe_tx.value, operation=safe_tx.operation, labels=labels
    )
    facts = OfflineFacts(
        safe_tx=safe_tx,
        plan=plan,
        decoded=decoded,
        bundle=offer.bundle,
        decoder=decoder_digest(),
        signer=signer,
        safe=desk.network.safe,
        known={*labels, *desk.book},
    )
    token = find_token(safe_tx.chain_id, labels)
    steps = [f"the Safe will: {line}" for line in describe_calls(safe_tx, desk.knowledge, token)]
    steps.append(f"compare nonce {safe_tx.nonce} and the three hashes with another owner: a Ledger shows no nonce")
    steps.extend([] if signer is None else [f"sign it as {signer}, without any node"])
    steps.append("carry the signature to a machine with the shared folder: hokctl safe import FILE")
    return Review(
        plan=plan,
        findings=check_offline(facts),
        route=RouteSummary(kind="safe", authority=authority, steps=tuple(steps)),
        safe_tx=summarise(safe_tx, authority, offer.confirmations),
        action="sign this Safe transaction",
        token=token,
    )

"""Confirming a Safe transaction on the chain: an owner calls approveHash, directly or as a Safe of its own.

An approval needs no signature and no file: whoever reads the proposal counts it. An owner that is a Safe approves by
a proposal of its own, whose signers are shown what they approve, and not only a hash.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.safe import Safe
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.plans import Plan
from hokctl.domain.units import SafeTxHash
from hokctl.routes.base import MissingSignerError, RouteUnavailableError
from hokctl.safe.signatures import NotAnOwnerError
from hokctl.services.confirmations import review_proposal
from hokctl.services.planning import event_emitted, view_is
from hokctl.services.proposals import Carried, carry
from hokctl.services.safe_changes import read_members
from hokctl.services.safe_checks import Knowledge
from hokctl.services.safe_reviews import ProposalState, describe_state, read_proposal

if TYPE_CHECKING:
    from hokctl.services.proposals import Carrier


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What became of an approval, and what was approved."""

    carried: Carried
    safe_tx_hash: SafeTxHash
    owner: ChecksumAddress
    sentences: tuple[str, ...]
    """What the approved Safe transaction does, one sentence per call."""


def approve_proposal(carrier: "Carrier", reference: str, knowledge: Knowledge) -> Approval:
    """Review the proposal as for signing, and carry the owner's approveHash; nothing is sent where it stands already.

    The owner is the Safe that --safe names, else the signer, else the one owner that is a Safe of the signer's.
    Raises NotAnOwnerError, MissingSignerError, RouteUnavailableError, and what `read_proposal` raises.
    """
    state = read_proposal(carrier.snapshot, carrier.store, reference, knowledge)
    owner = _choose_owner(carrier, state)
    plan = plan_approval(carrier, state, owner)
    inner = review_proposal(carrier, state, knowledge)
    carrier.ui.review(inner)
    way = replace(carrier, confirms=state.proposal.safe_tx_hash)
    if carrier.signer is None or owner != carrier.signer.address:
        way = replace(way, safe=owner, safe_demanded=True)
    return Approval(
        carried=carry(plan, way, findings=inner.findings),
        safe_tx_hash=state.proposal.safe_tx_hash,
        owner=owner,
        sentences=describe_state(state, knowledge),
    )


def plan_approval(carrier: "Carrier", state: ProposalState, owner: ChecksumAddress) -> Plan:
    """Return the plan by which `owner` approves the proposal on the chain; without calls when it did already."""
    safe_tx, safe = state.proposal.safe_tx, Safe(state.proposal.safe_tx.safe)
    word = bytes.fromhex(safe_tx.safe_tx_hash[2:])
    what = f"Safe transaction {safe_tx.nonce} of {safe.address}"
    call = safe.approve_hash(
        safe_tx.safe_tx_hash, purpose=f"Confirm {what} for its owner {owner}: {state.proposal.plan.title}", owner=owner
    )
    event = event_emitted(
        safe.address,
        Safe.contract_name,
        "ApproveHash",
        {"approvedHash": ("bytes32", word), "owner": ("address", owner)},
        "the approval is logged",
    )
    return Plan(
        title=f"Approve {what}: {state.proposal.plan.title}",
        network=carrier.chain.network,
        chain_id=safe_tx.chain_id,
        block=carrier.snapshot.block,
        calls=() if owner in state.tally.approved else (call,),
        after=(view_is(safe.approved_hashes(owner, safe_tx.safe_tx_hash), 1, f"{owner} has approved it"), event),
        config_source=state.proposal.plan.config_source,
    )


def _choose_owner(carrier: "Carrier", state: ProposalState) -> ChecksumAddress:
    safe, owners = state.authority.address, state.authority.owners
    if carrier.safe_demanded and carrier.safe is not None and carrier.safe != safe:
        if carrier.safe not in owners:
            raise NotAnOwnerError(carrier.safe, safe)
        return carrier.safe
    if carrier.signer is None:
        raise MissingSignerError("know which owner approves")
    if carrier.signer.address in owners:
        return carrier.signer.address
    members, _ = read_members(carrier.snapshot, safe)
    mine = [
        owner.address
        for owner in members.owners
        if isinstance(owner, SafeAuthority) and carrier.signer.address in owner.owners
    ]
    if not mine:
        raise NotAnOwnerError(carrier.signer.address, safe)
    if len(mine) > 1:
        raise RouteUnavailableError(
            f"{len(mine)} owners of the Safe are Safes of the signer's: {', '.join(mine)}.",
            hint="Choose the one that approves with --safe.",
        )
    return mine[0]

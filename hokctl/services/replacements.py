"""Rejecting and replacing Safe transactions: of those with one nonce only one can ever be executed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.safe import Safe
from hokctl.domain.authority import AccountRequired
from hokctl.domain.calls import Call
from hokctl.domain.documents import JsonValue
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.errors import RefusedError
from hokctl.routes.base import RouteUnavailableError
from hokctl.safe.account import get_safe
from hokctl.safe.multisend import PLAIN_SIGNATURE
from hokctl.safe.proposals import Proposal
from hokctl.services.execution_errors import AlreadyExecutedError
from hokctl.services.executions import find_execution
from hokctl.services.planning import event_emitted
from hokctl.services.proposals import Carried, carry

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.proposals import Carrier

_NONCE: Final = re.compile(r"[0-9]{1,7}", re.ASCII)


class NothingToReplaceError(RefusedError):
    """A replacement that would replace nothing, or the wrong thing."""

    code = "nothing-to-replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What became of a rejection or a replacement, and what it cancels once it is executed."""

    carried: Carried
    safe: ChecksumAddress
    nonce: int | None
    cancels: tuple[Proposal, ...]

    @property
    def cancelled(self) -> list[JsonValue]:
        """What it cancels, for scripts."""
        return [{"safe_tx_hash": item.safe_tx_hash, "title": item.plan.title} for item in self.cancels]


def reject(carrier: "Carrier", reference: str, safe: ChecksumAddress | None) -> Replacement:
    """Propose to use up a nonce with a call that does nothing; `reference` is a nonce of `safe`, or a proposal.

    Raises NothingToReplaceError, ProposalReferenceError, NotASafeError, RouteUnavailableError.
    """
    if _NONCE.fullmatch(reference) and safe is not None:
        owner, nonce = safe, int(reference)
    else:
        safe_tx = carrier.store.get(reference).safe_tx
        owner, nonce = safe_tx.safe, safe_tx.nonce
    _refuse_nonce(carrier)
    following = get_safe(carrier.snapshot, owner).nonce
    plan = plan_rejection(carrier.snapshot, owner, nonce)
    cancels = _with_nonce(carrier, owner, nonce, besides=plan)
    if nonce > following and not cancels:
        raise NothingToReplaceError(
            f"No proposal here has nonce {nonce}, and the Safe's next is {following}.",
            hint="hokctl safe queue lists the proposals and their nonces.",
        )
    way = replace(carrier, nonce=nonce, safe=owner, safe_demanded=True)
    return Replacement(
        carried=carry(plan, way, findings=_cancelling(owner, nonce, cancels)), safe=owner, nonce=nonce, cancels=cancels
    )


def replace_proposal(carrier: "Carrier", reference: str, other: str | None) -> Replacement:
    """Propose the plan of `other` in the place of the proposal `reference`, or that one's own anew at a free nonce.

    Raises NothingToReplaceError, AlreadyExecutedError, ProposalReferenceError, RouteUnavailableError.
    """
    _refuse_nonce(carrier)
    old = carrier.store.get(reference)
    safe = old.safe_tx.safe
    way = replace(carrier, safe=safe, safe_demanded=True)
    if other is None:
        plan = replace(_stale_plan(carrier, old), block=carrier.snapshot.block)
        return Replacement(carried=carry(plan, way), safe=safe, nonce=None, cancels=())
    new, nonce = carrier.store.get(other), old.safe_tx.nonce
    if new.safe_tx.safe != safe or new.safe_tx.nonce == nonce:
        raise NothingToReplaceError(
            f"{new.safe_tx_hash} cannot take the place of {old.safe_tx_hash}: it has the same nonce or another Safe.",
            hint="Of two with the same nonce, sign and execute the one that is wanted.",
        )
    cancels = _with_nonce(carrier, safe, nonce, besides=new.plan)
    found = (*_cancelling(safe, nonce, cancels), _twice(new))
    carried = carry(new.plan, replace(way, nonce=nonce), findings=found)
    return Replacement(carried=carried, safe=safe, nonce=nonce, cancels=cancels)


def plan_rejection(snapshot: "Snapshot", safe: ChecksumAddress, nonce: int) -> Plan:
    """Return the plan of the one call that does nothing: the Safe to itself, no value, no data."""
    call = Call(
        to=safe,
        label=Safe.contract_name,
        signature=PLAIN_SIGNATURE,
        args=(),
        data=b"",
        value=0,
        purpose=f"Do nothing, and use up nonce {nonce}",
        requires=(AccountRequired(account=safe),),
    )
    received = event_emitted(
        safe,
        Safe.contract_name,
        "SafeReceived",
        {"sender": ("address", safe), "value": ("uint256", 0)},
        "the Safe logs that it sent itself nothing",
    )
    return Plan(
        title=f"Reject what was proposed with nonce {nonce}",
        network=snapshot.chain.network,
        chain_id=snapshot.chain.chain_id,
        block=snapshot.block,
        calls=(call,),
        after=(received,),
    )


def _stale_plan(carrier: "Carrier", old: Proposal) -> Plan:
    """Return the plan of a proposal that can never be executed any more; refuse one that still can, or that was."""
    safe_tx = old.safe_tx
    authority = get_safe(carrier.snapshot, safe_tx.safe)
    if safe_tx.nonce >= authority.nonce:
        raise NothingToReplaceError(
            f"Safe transaction {old.safe_tx_hash} still waits with nonce {safe_tx.nonce}.",
            hint="Name what takes its place: --with; or hokctl safe reject; or any command with --nonce "
            f"{safe_tx.nonce}.",
        )
    execution = find_execution(
        carrier.chain,
        safe_tx.safe,
        old.safe_tx_hash,
        from_block=min(old.plan.block.number, carrier.snapshot.block.number),
        to_block=carrier.snapshot.block.number,
    )
    if execution is not None and execution.succeeded:
        raise AlreadyExecutedError(old.safe_tx_hash, execution.tx_hash)
    return old.plan


def _with_nonce(carrier: "Carrier", safe: ChecksumAddress, nonce: int, *, besides: Plan) -> tuple[Proposal, ...]:
    waiting = carrier.store.scan(carrier.chain.chain_id, safe).proposals
    return tuple(item for item in waiting if item.safe_tx.nonce == nonce and item.plan.plan_hash != besides.plan_hash)


def _cancelling(safe: ChecksumAddress, nonce: int, cancels: Sequence[Proposal]) -> tuple[Finding, ...]:
    if not cancels:
        return (
            Finding(
                code="cancels-nothing-known",
                severity=Severity.WARNING,
                subject=safe,
                message=f"No proposal here has nonce {nonce}: what is cancelled is only known elsewhere, if at all.",
                remedy="hokctl safe queue lists the proposals and their nonces.",
            ),
        )
    return tuple(
        Finding(
            code="cancels",
            severity=Severity.INFO,
            subject=item.safe_tx_hash,
            message=f"Once it is executed, this one never can be: {item.plan.title}.",
            remedy="Tell its proposer.",
        )
        for item in cancels
    )


def _twice(new: Proposal) -> Finding:
    return Finding(
        code="proposed-twice",
        severity=Severity.WARNING,
        subject=new.safe_tx_hash,
        message=f"The same calls also wait with nonce {new.safe_tx.nonce}, and would be made twice.",
        remedy=f"Reject the later one as well: hokctl safe reject {new.safe_tx_hash[:10]}",
    )


def _refuse_nonce(carrier: "Carrier") -> None:
    if carrier.nonce is not None:
        raise RouteUnavailableError("--nonce is decided by what is rejected or replaced.", hint="Leave --nonce away.")

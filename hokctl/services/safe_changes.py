"""Plans that change a Safe itself: its owners and its threshold.

Every plan is built on what the Safe is now; the linked lists are walked for who comes before whom. What no Safe could
live with is refused, and also what it could live with but not act any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.safe import SENTINEL, Safe
from hokctl.domain.authority import ContractAuthority, EoaAuthority, SafeAuthority
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.errors import RefusedError
from hokctl.safe.account import NotASafeError, SafeReads
from hokctl.services.planning import event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot

OwnerAuthority = EoaAuthority | SafeAuthority | ContractAuthority


class ImpossibleSafeChangeError(RefusedError):
    """A change of a Safe that it would refuse, or that nobody could act with afterwards."""

    code = "impossible-safe-change"

    def __init__(
        self, safe: str, reason: str, *, hint: str = "hokctl safe owners list shows what the Safe is."
    ) -> None:
        """Name the Safe and what stands against the change."""
        super().__init__(f"The Safe {safe} cannot be changed like this: {reason}.", hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeMembers:
    """A Safe at one block, and what each of its owners is."""

    safe: SafeAuthority
    owners: tuple[OwnerAuthority, ...]
    """In the order of the Safe's linked list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeChange:
    """A plan for a Safe to change itself, and what the caller should know about it."""

    plan: Plan
    findings: tuple[Finding, ...] = ()


def read_members(
    snapshot: "Snapshot", safe: ChecksumAddress, newcomer: ChecksumAddress | None = None
) -> tuple[SafeMembers, OwnerAuthority | None]:
    """Return the Safe with its owners, and what the account `newcomer` is. Two round trips; NotASafeError."""
    batch = snapshot.batch()
    reads = SafeReads(batch, safe)
    batch.run()
    authority = reads.authority
    if authority is None:
        raise NotASafeError(safe)
    wanted = (*authority.owners, *(() if newcomer is None else (newcomer,)))
    with snapshot.batch() as batch:
        found = {account: (batch.add_code(account), SafeReads(batch, account)) for account in wanted}
    kinds = {account: _kind(account, code.value, safe.authority) for account, (code, safe) in found.items()}
    members = SafeMembers(safe=authority, owners=tuple(kinds[owner] for owner in authority.owners))
    return members, None if newcomer is None else kinds[newcomer]


def plan_owner_added(
    snapshot: "Snapshot", safe: ChecksumAddress, owner: ChecksumAddress, threshold: int | None
) -> SafeChange:
    """Return the plan that makes `owner` one of the Safe's owners; `threshold` None leaves it as it is."""
    members, newcomer = read_members(snapshot, safe, owner)
    _verify_newcomer(members.safe, owner)
    after = members.safe.threshold if threshold is None else threshold
    kinds = (*members.owners, *(() if newcomer is None else (newcomer,)))
    _verify_threshold(members.safe, after, kinds)
    call = Safe(safe).add_owner_with_threshold(
        owner, after, purpose=f"Make {owner} an owner of the Safe; then {after} of {len(kinds)} must confirm"
    )
    conditions = (*_owner_after(members.safe, owner, owns=True), *_threshold_after(members.safe, after))
    return SafeChange(
        plan=build_safe_plan(snapshot, safe, f"Add the owner {owner} ({after} of {len(kinds)})", call, conditions),
        findings=_check_newcomer(newcomer),
    )


def plan_owner_removed(
    snapshot: "Snapshot", safe: ChecksumAddress, owner: ChecksumAddress, threshold: int | None
) -> SafeChange:
    """Return the plan that takes `owner` out of the Safe; `threshold` None leaves it as it is."""
    members, _ = read_members(snapshot, safe)
    _verify_member(members.safe, owner)
    kinds = tuple(kind for kind in members.owners if kind.address != owner)
    if not kinds:
        raise ImpossibleSafeChangeError(safe, f"{owner} is its last owner")
    after = members.safe.threshold if threshold is None else threshold
    _verify_threshold(members.safe, after, kinds)
    call = Safe(safe).remove_owner(
        previous_in(members.safe.owners, owner),
        owner,
        after,
        purpose=f"Take the owner {owner} out of the Safe; then {after} of {len(kinds)} must confirm",
    )
    conditions = (*_owner_after(members.safe, owner, owns=False), *_threshold_after(members.safe, after))
    return SafeChange(
        plan=build_safe_plan(snapshot, safe, f"Remove the owner {owner} ({after} of {len(kinds)})", call, conditions)
    )


def plan_owner_swapped(
    snapshot: "Snapshot", safe: ChecksumAddress, old: ChecksumAddress, new: ChecksumAddress
) -> SafeChange:
    """Return the plan that puts the owner `new` in the place of `old`."""
    members, newcomer = read_members(snapshot, safe, new)
    _verify_member(members.safe, old)
    _verify_newcomer(members.safe, new)
    kinds = (*(kind for kind in members.owners if kind.address != old), *(() if newcomer is None else (newcomer,)))
    _verify_threshold(members.safe, members.safe.threshold, kinds)
    call = Safe(safe).swap_owner(
        previous_in(members.safe.owners, old), old, new, purpose=f"Put {new} in the place of the owner {old}"
    )
    conditions = (*_owner_after(members.safe, old, owns=False), *_owner_after(members.safe, new, owns=True))
    return SafeChange(
        plan=build_safe_plan(snapshot, safe, f"Replace the owner {old} by {new}", call, conditions),
        findings=_check_newcomer(newcomer),
    )


def plan_threshold(snapshot: "Snapshot", safe: ChecksumAddress, threshold: int) -> SafeChange:
    """Return the plan that sets how many owners must confirm; without calls when it is so already."""
    members, _ = read_members(snapshot, safe)
    _verify_threshold(members.safe, threshold, members.owners)
    now, count = members.safe.threshold, len(members.owners)
    call = Safe(safe).change_threshold(threshold, purpose=f"Have {threshold} of {count} owners confirm; now {now}")
    conditions = _threshold_after(members.safe, threshold)
    plan = build_safe_plan(snapshot, safe, f"Set the threshold to {threshold} of {count}", call, conditions)
    return SafeChange(plan=plan if threshold != now else replace(plan, calls=()))


def build_safe_plan(
    snapshot: "Snapshot", safe: ChecksumAddress, title: str, call: Call, after: Sequence[Condition]
) -> Plan:
    """Return the plan of one call that the Safe makes to itself."""
    return Plan(
        title=f"{title}: Safe {safe}",
        network=snapshot.chain.network,
        chain_id=snapshot.chain.chain_id,
        block=snapshot.block,
        calls=(call,),
        after=tuple(after),
        moves_funds=True,
    )


def _kind(address: ChecksumAddress, code: bytes, safe: SafeAuthority | None) -> OwnerAuthority:
    if not code:
        return EoaAuthority(address=address)
    return safe or ContractAuthority(address=address)


def _verify_newcomer(safe: SafeAuthority, owner: ChecksumAddress) -> None:
    if owner in {ZERO_ADDRESS, SENTINEL}:
        raise ImpossibleSafeChangeError(safe.address, f"{owner} is nobody's account")
    if owner == safe.address:
        raise ImpossibleSafeChangeError(safe.address, "a Safe cannot own itself")
    if owner in safe.owners:
        raise ImpossibleSafeChangeError(safe.address, f"{owner} owns it already")


def _verify_member(safe: SafeAuthority, owner: ChecksumAddress) -> None:
    if owner not in safe.owners:
        raise ImpossibleSafeChangeError(safe.address, f"{owner} does not own it")


def _verify_threshold(safe: SafeAuthority, threshold: int, owners: Sequence[OwnerAuthority]) -> None:
    """Refuse a threshold that the owners cannot reach; contracts that hokctl does not know may never answer."""
    able = [owner for owner in owners if not isinstance(owner, ContractAuthority)]
    hint = "Give a threshold that is right afterwards with --threshold."
    if not 1 <= threshold <= len(owners):
        reason = f"with {len(owners)} owners the threshold cannot be {threshold}"
        raise ImpossibleSafeChangeError(safe.address, reason, hint=hint)
    if threshold > len(able):
        reason = f"only {len(able)} of its owners are accounts or Safes, and {threshold} would have to confirm"
        raise ImpossibleSafeChangeError(safe.address, reason, hint=hint)


def _check_newcomer(newcomer: OwnerAuthority | None) -> tuple[Finding, ...]:
    if not isinstance(newcomer, ContractAuthority):
        return ()
    return (
        Finding(
            code="owner-may-not-sign",
            severity=Severity.WARNING,
            subject=newcomer.address,
            message="The new owner is a contract that is no Safe: it may be unable to confirm anything.",
            remedy="Have it approve the hash of a harmless Safe transaction first, or choose another owner.",
        ),
    )


def previous_in(listed: Sequence[ChecksumAddress], member: ChecksumAddress) -> ChecksumAddress:
    """Return who points to `member` in a Safe's linked list, which begins and ends with the sentinel."""
    position = listed.index(member)
    return listed[position - 1] if position else SENTINEL


def _owner_after(safe: SafeAuthority, owner: ChecksumAddress, *, owns: bool) -> tuple[Condition, ...]:
    text = f"{owner} {'is an owner' if owns else 'is no owner any more'}"
    event = "AddedOwner" if owns else "RemovedOwner"
    return (
        view_is(Safe(safe.address).is_owner(owner), owns, text),
        event_emitted(safe.address, Safe.contract_name, event, {"owner": ("address", owner)}, f"{text}: logged"),
    )


def _threshold_after(safe: SafeAuthority, threshold: int) -> tuple[Condition, ...]:
    """Return what must hold of the threshold, which the Safe logs where it changes."""
    view = view_is(Safe(safe.address).get_threshold(), threshold, f"{threshold} owners must confirm")
    if threshold == safe.threshold:
        return (view,)
    args: dict[str, tuple[str, AbiValue]] = {"threshold": ("uint256", threshold)}
    event = event_emitted(
        safe.address, Safe.contract_name, "ChangedThreshold", args, f"the threshold becomes {threshold}"
    )
    return (view, event)

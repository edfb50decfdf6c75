"""Taking in what has become due to the escrow of claims in the vesting vault."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hokctl.chain.reverts import ContractRevertedError
from hokctl.clients.inquiries import attempt, lacking
from hokctl.clients.requirements import requirements_for
from hokctl.clients.reward_vesting_vault import RewardVestingVault
from hokctl.domain.authority import Requirement
from hokctl.domain.calls import Call
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Condition, Plan
from hokctl.errors import HokctlError, UsageError
from hokctl.services.escrows import VAULT, EscrowState, Vesting, read_escrow
from hokctl.services.planning import Transfer, build_plan, event_emitted, tokens_moved, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


class UnknownScheduleError(UsageError):
    """A schedule that is not the escrow's."""

    code = "unknown-schedule"

    def __init__(self, schedule_id: int) -> None:
        """Name the schedule."""
        super().__init__(
            f"The escrow has no vesting schedule {schedule_id}.", hint="`hokctl claims show` lists its schedules."
        )


def plan_claim_vested(
    snapshot: "Snapshot", deployment: "Deployment", schedule_ids: Sequence[int] = ()
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan that takes in what is due of the schedules named, of all when none is.

    Those with nothing due are left out. Only of a schedule that is over can the amount be declared: of the others it
    grows with each block. Raises UnknownScheduleError, MissingContractError.
    """
    vault = RewardVestingVault(deployment.contract(VAULT))
    state = read_escrow(snapshot, deployment)
    known = {one.id: one for one in state.vestings}
    for schedule_id in schedule_ids:
        if schedule_id not in known:
            raise UnknownScheduleError(schedule_id)
    chosen = [known[one] for one in dict.fromkeys(schedule_ids or known) if known[one].claimable]
    growing = [one for one in chosen if not one.is_over(state.now)]
    requires = _demanded(snapshot, state)
    batches = [chosen[start : start + state.max_batch] for start in range(0, len(chosen), state.max_batch)]
    plan = build_plan(
        snapshot,
        deployment,
        f"Take in what is due of {len(chosen)} vesting schedules",
        [_call(state, vault, part, requires) for part in batches],
        after=_growing(state, vault, chosen) if growing else _exact(state, vault, chosen),
        moves_funds=False,
    )
    if not growing:
        return plan, ()
    return replace(plan, declared=False), (_grows(growing),)


def _demanded(snapshot: "Snapshot", state: EscrowState) -> tuple[Requirement, ...]:
    """Return what the escrow asks of who takes vested rewards in, which only a stranger's call can tell."""
    address, label = state.escrow.address, state.escrow.label
    with snapshot.batch() as batch:
        tried = batch.add(attempt(address, label, "claimVested(address,uint256)"))
    try:
        tried.value  # noqa: B018 - reading it raises what went wrong
    except ContractRevertedError as error:
        lacked = lacking(error.revert)
        return () if lacked is None else requirements_for((lacked,), address, {})
    except HokctlError:
        return ()
    return ()


def _call(
    state: EscrowState, vault: RewardVestingVault, chosen: Sequence[Vesting], requires: tuple[Requirement, ...]
) -> Call:
    if len(chosen) == 1:
        (one,) = chosen
        purpose = f"Take in {one.claimable} or more that is due of schedule {one.id}"
        return state.escrow.claim_vested(vault.address, one.id, purpose=purpose, requires=requires)
    ids = [one.id for one in chosen]
    purpose = f"Take in what is due of the schedules {', '.join(map(str, ids))}"
    return state.escrow.claim_vested_batch(vault.address, ids, purpose=purpose, requires=requires)


def _exact(state: EscrowState, vault: RewardVestingVault, chosen: Sequence[Vesting]) -> tuple[Condition, ...]:
    """Return all that happens where everything is due: amounts are certain."""
    found: list[Condition] = []
    for one in chosen:
        amount = ("uint256", one.claimable.units)
        ours: dict[str, tuple[str, str | int]] = {
            "vault": ("address", vault.address),
            "scheduleId": ("uint256", one.id),
            "amount": amount,
        }
        theirs: dict[str, tuple[str, str | int]] = {"scheduleId": ("uint256", one.id), "amount": amount}
        text = f"{one.claimable} of schedule {one.id} is logged"
        found += [
            event_emitted(state.escrow.address, state.escrow.label, "VestedClaimed", {**ours}, text),
            event_emitted(vault.address, vault.label, "VestedRewardClaimed", {**theirs}, text),
            view_is(vault.claimable(one.id), 0, f"nothing more is due of schedule {one.id}"),
        ]
    for token in dict.fromkeys(one.schedule.token for one in chosen):
        moved = [
            Transfer(giver=vault.address, taker=state.escrow.address, amount=one.claimable)
            for one in chosen
            if one.schedule.token == token
        ]
        found += tokens_moved(token, moved)
    return tuple(found)


def _growing(state: EscrowState, vault: RewardVestingVault, chosen: Sequence[Vesting]) -> tuple[Condition, ...]:
    """Return what is certain while amounts grow with each block."""
    return tuple(
        condition
        for one in chosen
        for condition in (
            event_emitted(
                state.escrow.address,
                state.escrow.label,
                "VestedClaimed",
                {"vault": ("address", vault.address), "scheduleId": ("uint256", one.id)},
                f"what is due of schedule {one.id} is logged",
            ),
            view_is(vault.claimable(one.id), 0, f"nothing more is due of schedule {one.id} at that block"),
        )
    )


def _grows(growing: Sequence[Vesting]) -> Finding:
    return Finding(
        code="vesting-grows",
        severity=Severity.INFO,
        subject="RewardVestingVault",
        message="What is due grows with each block, so the plan cannot declare the amounts.",
        evidence={f"schedule {one.id}": f"{one.claimable} at the block that was read" for one in growing},
        remedy="Read the simulated effect: tokens go from the vault to the escrow, and nowhere else.",
    )

"""The brake: pausing and unpausing the reserve and the pools, and withdrawing to the treasury."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.domain.amounts import TokenAmount
from hokctl.domain.calls import Call
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Condition, Plan
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, PAUSER_ROLE
from hokctl.domain.units import ModelId
from hokctl.errors import RefusedError
from hokctl.services.authorities import WhoMay, who_may_each
from hokctl.services.fee_files import ZeroAmountError
from hokctl.services.models import read_reserve
from hokctl.services.planning import Transfer, build_plan, event_emitted, tokens_moved, view_is
from hokctl.services.pool_brakes import plan_pools
from hokctl.services.treasuries import TreasuryState, read_treasury

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


class ExceedsBalanceError(RefusedError):
    """A withdrawal of more than the reserve holds."""

    code = "exceeds-balance"

    def __init__(self, amount: TokenAmount, balance: TokenAmount) -> None:
        """Name both amounts."""
        super().__init__(
            f"{amount} cannot be withdrawn: the reserve holds {balance}.",
            hint="Withdraw less, or `all`.",
        )


_ACTIONS: Final = {
    "pause the reserve": "InfrastructureReserve.pause",
    "unpause the reserve": "InfrastructureReserve.unpause",
    "withdraw to the treasury": "InfrastructureReserve.emergencyWithdraw",
    "pause pools": "HokusaiAMMFactory.pausePool",
    "unpause pools": "HokusaiAMMFactory.unpausePool",
}
"""The emergency actions, and the call that each is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyState:
    """The state of the brake at one block."""

    treasury: TreasuryState
    actions: tuple[tuple[str, WhoMay], ...]
    """Each emergency action with who can do it and how soon, as the chain says."""
    paused_pools: tuple[ModelId, ...]


def read_emergency(snapshot: "Snapshot", deployment: "Deployment") -> EmergencyState:
    """Return whether the brake is pulled, on what, and who can pull and release it."""
    treasury = read_treasury(snapshot, deployment)
    answers = who_may_each(snapshot, deployment, tuple(_ACTIONS.values()))
    models = read_reserve(snapshot, deployment).models
    with snapshot.batch() as batch:
        paused = [batch.add(deployment.suite.pool_at(model.pool).paused()) for model in models]
    return EmergencyState(
        treasury=treasury,
        actions=tuple(zip(_ACTIONS, answers, strict=True)),
        paused_pools=tuple(model.model_id for model, slot in zip(models, paused, strict=True) if slot.value_or(False)),
    )


def plan_brake(snapshot: "Snapshot", deployment: "Deployment", *, pause: bool, pools: Sequence[ModelId] | None) -> Plan:
    """Return the plan that pauses or unpauses the reserve, or the pools of the models named (none named: all).

    What already stands as wanted is left out. `pools` None means the reserve. Raises PoolsCannotBePausedError.
    """
    word = "Pause" if pause else "Unpause"
    if pools is None:
        reserve = deployment.suite.reserve
        with snapshot.batch() as batch:
            now, pauser = batch.add(reserve.paused()), batch.add(reserve.pauser_role())
        role = DEFAULT_ADMIN_ROLE if pauser.failed else PAUSER_ROLE
        purpose = f"{word} deposits to and payments from the reserve"
        call = reserve.pause(purpose=purpose, role=role) if pause else reserve.unpause(purpose=purpose)
        calls: list[Call] = [] if now.value == pause else [call]
        after: list[Condition] = [_paused(reserve, pause=pause)]
        after.append(view_is(reserve.paused(), pause, f"the reserve is {'paused' if pause else 'not paused'}"))
        return build_plan(snapshot, deployment, f"{word} the reserve", calls, after=after, moves_funds=False)
    return plan_pools(snapshot, deployment, pools, pause=pause)


def plan_withdrawal(
    snapshot: "Snapshot", deployment: "Deployment", amount_text: str
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan that withdraws an amount of token units, or `all`, to the treasury, and what it leaves.

    Raises InvalidAmountError, ZeroAmountError, ExceedsBalanceError.
    """
    state, reserve = read_treasury(snapshot, deployment), deployment.suite.reserve
    amount = state.balance if amount_text == "all" else TokenAmount.parse(amount_text, state.token)
    if not amount:
        raise ZeroAmountError("the withdrawal")
    if state.balance < amount:
        raise ExceedsBalanceError(amount, state.balance)
    call = reserve.emergency_withdraw(amount.units, purpose=f"Withdraw {amount} from the reserve to {state.treasury}")
    logged = event_emitted(
        reserve.address,
        reserve.label,
        "EmergencyWithdrawal",
        {"recipient": ("address", state.treasury), "amount": ("uint256", amount.units)},
        f"{amount} went to the treasury {state.treasury}",
    )
    title = f"Emergency withdrawal of {amount}"
    moved = Transfer(giver=reserve.address, taker=state.treasury, amount=amount)
    after = (logged, *tokens_moved(deployment.suite.usdc.address, [moved]))
    plan = build_plan(snapshot, deployment, title, (call,), after=after, moves_funds=True)
    return plan, _consequences(state, amount)


def _paused(contract: InfrastructureReserve, *, pause: bool) -> Condition:
    event = "Paused" if pause else "Unpaused"
    return event_emitted(contract.address, contract.label, event, {}, f"{event} is logged")


def _consequences(state: TreasuryState, amount: TokenAmount) -> tuple[Finding, ...]:
    findings = []
    left = state.token.amount(state.balance.units - amount.units)
    if left < state.owed:
        findings.append(
            Finding(
                code="leaves-shortfall",
                severity=Severity.WARNING,
                subject="reserve",
                message=f"The withdrawal leaves {left} for {state.owed} that models have accrued.",
                evidence={"balance": str(state.balance), "amount": str(amount), "owed": str(state.owed)},
                remedy="Payments to providers fail until the money is returned to the reserve.",
            )
        )
    if state.treasury_safe is None:
        findings.append(
            Finding(
                code="treasury-not-multisig",
                severity=Severity.WARNING,
                subject=state.treasury,
                message="The withdrawal goes to a treasury that is not a Safe.",
                evidence={"treasury": state.treasury},
                remedy="Change it first with `hokctl treasury set`.",
            )
        )
    return tuple(findings)

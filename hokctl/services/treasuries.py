"""The treasury: what the reserve holds against what it owes, and who receives an emergency withdrawal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.plans import Plan
from hokctl.safe.account import SafeReads
from hokctl.services.models import read_reserve
from hokctl.services.planning import build_plan, event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment
    from hokctl.services.models import ModelState


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasuryState:
    """The reserve's books at one block, and the account behind `treasury`."""

    token: Token
    treasury: ChecksumAddress
    treasury_has_code: bool
    treasury_safe: SafeAuthority | None
    """The treasury's Safe; None when it is none."""
    paused: bool
    balance: TokenAmount
    owed: TokenAmount
    """What all models together have accrued and not been paid."""
    total_accrued: TokenAmount
    """All infrastructure shares ever deposited, payments included."""
    total_paid: TokenAmount
    total_withdrawn: TokenAmount | None
    """All emergency withdrawals; None where the contract does not book them (v2.0.0)."""
    models: "tuple[ModelState, ...]" = ()

    @property
    def shortfall(self) -> TokenAmount:
        """What is missing to pay everything that is owed; zero when the reserve is solvent."""
        return self.token.amount(max(0, self.owed.units - self.balance.units))

    @property
    def unallocated(self) -> TokenAmount:
        """What the reserve holds beyond everything that is owed."""
        return self.token.amount(max(0, self.balance.units - self.owed.units))


def read_treasury(snapshot: "Snapshot", deployment: "Deployment") -> TreasuryState:
    """Return the reserve's books and its treasury at the snapshot's block."""
    state, reserve = read_reserve(snapshot, deployment), deployment.suite.reserve
    treasury = snapshot.get(reserve.treasury())
    with snapshot.batch() as batch:
        paid, withdrawn = batch.add(reserve.total_paid()), batch.add(reserve.total_withdrawn())
        paused, code = batch.add(reserve.paused()), batch.add_code(treasury)
        safe = SafeReads(batch, treasury)
    token = state.token
    return TreasuryState(
        token=token,
        treasury=treasury,
        treasury_has_code=bool(code.value),
        treasury_safe=safe.authority,
        paused=paused.value,
        balance=state.balance,
        owed=token.amount(sum(model.accrued.units for model in state.models)),
        total_accrued=state.total_accrued,
        total_paid=token.amount(paid.value),
        total_withdrawn=None if withdrawn.failed else token.amount(withdrawn.value),
        models=state.models,
    )


def check_treasury(state: TreasuryState) -> tuple[Finding, ...]:
    """Return what is wrong with the treasury: a shortfall, or a treasury that is no multisig."""
    findings = []
    if state.shortfall:
        findings.append(
            Finding(
                code="reserve-shortfall",
                severity=Severity.WARNING,
                subject="reserve",
                message=f"The reserve lacks {state.shortfall} to pay everything that its models have accrued.",
                evidence={"owed": str(state.owed), "balance": str(state.balance)},
                remedy="Return what was withdrawn, or agree with the providers who is paid first.",
            )
        )
    if state.treasury_safe is None:
        findings.append(_not_a_multisig(state.treasury, has_code=state.treasury_has_code, severity=Severity.WARNING))
    return tuple(findings)


def plan_treasury(
    snapshot: "Snapshot", deployment: "Deployment", treasury: ChecksumAddress
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan that makes `treasury` the receiver of emergency withdrawals, and what speaks against it.

    An account that is no Safe is a finding that stops the plan unless it is allowed by its code.
    """
    reserve = deployment.suite.reserve
    with snapshot.batch() as batch:
        old, code = batch.add(reserve.treasury()), batch.add_code(treasury)
        safe = SafeReads(batch, treasury)
    call = reserve.set_treasury(treasury, purpose=f"Send emergency withdrawals to {treasury} instead of {old.value}")
    plan = build_plan(
        snapshot,
        deployment,
        f"Change the treasury of the reserve to {treasury}",
        () if old.value == treasury else (call,),
        after=(
            view_is(reserve.treasury(), treasury, f"the treasury is {treasury}"),
            event_emitted(
                reserve.address,
                reserve.label,
                "TreasuryUpdated",
                {"oldTreasury": ("address", old.value), "newTreasury": ("address", treasury)},
                "the change of treasury is logged",
            ),
        ),
        moves_funds=True,
    )
    if safe.authority is not None or not plan.calls:
        return plan, ()
    return plan, (_not_a_multisig(treasury, has_code=bool(code.value), severity=Severity.ERROR),)


def _not_a_multisig(treasury: ChecksumAddress, *, has_code: bool, severity: Severity) -> Finding:
    kind = "a contract that does not answer as a Safe" if has_code else "an account with a single key"
    return Finding(
        code="treasury-not-multisig",
        severity=severity,
        subject=treasury,
        message=f"The treasury is {kind}, not a multisig.",
        evidence={"treasury": treasury},
        remedy="Make a Safe the treasury: `hokctl safe create`, then `hokctl treasury set`.",
    )

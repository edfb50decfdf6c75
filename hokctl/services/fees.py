"""API fees: what one would split into, and depositing it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.erc20 import Erc20
from hokctl.domain.amounts import TokenAmount
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.plans import Condition, EventCondition, Plan
from hokctl.domain.splits import CostBasis
from hokctl.domain.units import ModelId
from hokctl.errors import ChainError
from hokctl.services.fee_effects import RELAYING, declare_deposits
from hokctl.services.fee_facts import FeeFacts, read_fees
from hokctl.services.fee_files import Fee, positive
from hokctl.services.models import ModelState
from hokctl.services.planning import build_plan, event_emitted

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.clients.hokusai_amm import PhaseInfo
    from hokctl.services.deployments import Deployment


class PoolSilentError(ChainError):
    """A pool that does not say where it stands."""

    code = "pool-silent"

    def __init__(self, model_id: ModelId, pool: ChecksumAddress) -> None:
        """Name the model and its pool."""
        super().__init__(
            f"The pool {pool} of model {model_id} tells neither phase nor price.",
            hint="It is of an older make: `hokctl model show` tells what it does answer.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeQuote:
    """What a fee would do at one block. Prices are in the scale of their phase and cannot be compared across phases."""

    model: ModelState
    amount: TokenAmount
    infrastructure: TokenAmount
    profit: TokenAmount
    basis: CostBasis
    """What decides over the split."""
    calls: int | None
    """The number of calls that it is quoted for; None where the router takes none."""
    phase: str
    reserve_before: TokenAmount
    """What backs the pool's tokens now."""
    spot_price_before: int
    spot_price_after: int | None
    """None when the fee would take the pool from one phase to the next, where prices have another scale."""


def quote_fee(
    snapshot: "Snapshot", deployment: "Deployment", model_id: ModelId, amount_text: str, calls: int | None = None
) -> FeeQuote:
    """Return what a fee of `amount_text` token units would split into, and what it does to the pool's price.

    `calls` is the number of calls that it is for, which only the live router takes. Raises what `read_fees` does.
    """
    token = deployment.token(snapshot)
    amount = positive(TokenAmount.parse(amount_text, token), "the fee")
    (facts,), _ = read_fees(snapshot, deployment, (Fee(model_id=model_id, amount=amount, calls=calls),))
    info, price = facts.pool.phase, facts.pool.spot_price
    if info is None or price is None:
        raise PoolSilentError(model_id, facts.model.pool)
    return FeeQuote(
        model=facts.model,
        amount=amount,
        infrastructure=token.amount(facts.split.infrastructure_units),
        profit=token.amount(facts.split.profit_units),
        basis=facts.split.basis,
        calls=facts.calls,
        phase=info.phase.name.lower().replace("_", "-"),
        reserve_before=token.amount(info.reserve_units),
        spot_price_before=price,
        spot_price_after=_price_after(info, price, facts.split.profit_units),
    )


def plan_deposit(
    snapshot: "Snapshot", deployment: "Deployment", fees: Sequence[Fee], depositor: ChecksumAddress
) -> Plan:
    """Return the plan that deposits the fees from `depositor`: the missing allowance first, then one deposit.

    Raises what `read_fees` does.
    """
    facts, allowance_units = read_fees(snapshot, deployment, fees, depositor)
    total = fees[0].amount.token.amount(sum(fee.amount.units for fee in fees))
    usdc, router, after = deployment.suite.usdc, deployment.suite.router, list[Condition]()
    calls: list[Call] = []
    if allowance_units < total.units:
        purpose = f"Allow the fee router to take {total}"
        calls.append(usdc.approve(router.address, total.units, purpose=purpose))
        after.append(_allowed(usdc, depositor, router.address, total))
    calls.append(_deposit_call(deployment, facts, total))
    after.extend(declare_deposits(deployment.suite, facts, depositor))
    plan = build_plan(
        snapshot,
        deployment,
        f"Deposit {total} of API fees for {_models(fees)}",
        calls,
        after=after,
        moves_funds=False,
    )
    # Nobody can say what a pool of another make does when the suite's router tells it to fetch its tokens.
    known = all(one.version in RELAYING or one.pool.takes_credit for one in facts)
    return plan if known else replace(plan, declared=False)


def _price_after(info: "PhaseInfo", price: int, profit_units: int) -> int | None:
    """Return the price after the pool's reserve grew by `profit_units`, with the supply unchanged.

    On the flat part the price stays; on the curve it is in proportion to the reserve (CRR times supply is constant).
    """
    if info.phase == 0:
        return price if info.reserve_units + profit_units < info.threshold_units else None
    return price * (info.reserve_units + profit_units) // info.reserve_units if info.reserve_units else None


def _deposit_call(deployment: "Deployment", facts: Sequence[FeeFacts], total: TokenAmount) -> Call:
    router, live, first = deployment.suite.router, deployment.suite.live_router, facts[0]
    if len(facts) == 1:
        purpose = f"Deposit a fee of {total} for model {first.fee.model_id}"
        if first.calls is None:
            return router.deposit_fee(first.fee.model_id, total.units, purpose=purpose)
        purpose += f", for {first.calls} calls"
        return live.deposit_fee(first.fee.model_id, total.units, first.calls, purpose=purpose)
    purpose = f"Deposit fees of {total} for {len(facts)} models"
    if first.calls is None:
        return router.batch_deposit_fees([(one.fee.model_id, one.fee.amount.units) for one in facts], purpose=purpose)
    fees = [(one.fee.model_id, one.fee.amount.units, one.calls or 0) for one in facts]
    return live.batch_deposit_fees(fees, purpose=purpose)


def _allowed(usdc: Erc20, depositor: ChecksumAddress, spender: ChecksumAddress, total: TokenAmount) -> EventCondition:
    args: dict[str, tuple[str, AbiValue]] = {
        "owner": ("address", depositor),
        "spender": ("address", spender),
        "value": ("uint256", total.units),
    }
    return event_emitted(usdc.address, usdc.label, "Approval", args, f"the allowance of {total} is logged")


def _models(fees: Sequence[Fee]) -> str:
    return f"model {fees[0].model_id}" if len(fees) == 1 else f"{len(fees)} models"

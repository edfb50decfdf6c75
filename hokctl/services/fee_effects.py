"""The complete effect of depositing fees: what router, reserve and pools log, and where the tokens go.

The suite's router has the tokens go from the depositor straight to reserve and pools. Those of v2.0.0 and of the
live protocol take all of them first and hand them on by allowances.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import TokenAmount
from hokctl.domain.calls import AbiValue
from hokctl.domain.plans import Condition
from hokctl.domain.versions import Version
from hokctl.services.fee_facts import FeeFacts
from hokctl.services.planning import Transfer, event_emitted, may_approve, tokens_moved

if TYPE_CHECKING:
    from hokctl.clients.suite import Suite

RELAYING: Final = frozenset({Version.V2, Version.LIVE})
"""The versions whose router takes the tokens itself before it hands them on."""

_Args = dict[str, tuple[str, AbiValue]]


def declare_deposits(suite: "Suite", facts: Sequence[FeeFacts], depositor: ChecksumAddress) -> tuple[Condition, ...]:
    """Return everything that depositing the fees does, by one call or, of several, as a batch."""
    conditions: list[Condition] = []
    for one in facts:
        conditions += [_deposited(suite, one, depositor), *_calculated(suite, one)]
        conditions += [*_accrued(suite, one), *_credited(suite, one)]
    if len(facts) > 1:
        conditions.extend(_batched(suite, facts, depositor))
    transfers = [transfer for transfer in _transfers(suite, facts, depositor) if transfer.amount]
    if facts[0].version in RELAYING:
        takers = dict.fromkeys(transfer.taker for transfer in transfers[1:])
        conditions.append(may_approve(suite.usdc_address, depositor, suite.router_address))
        conditions += [may_approve(suite.usdc_address, suite.router_address, taker) for taker in takers]
    else:
        fetching = [one.model.pool for one in facts if not one.pool.takes_credit]
        conditions += [may_approve(suite.usdc_address, suite.router_address, pool) for pool in fetching]
    return (*conditions, *tokens_moved(suite.usdc_address, transfers))


def _transfers(suite: "Suite", facts: Sequence[FeeFacts], depositor: ChecksumAddress) -> list[Transfer]:
    total, infrastructure = _sum(one.fee.amount for one in facts), _sum(_infrastructure(one) for one in facts)
    relayed = facts[0].version in RELAYING
    giver = suite.router_address if relayed else depositor
    found = [Transfer(giver=depositor, taker=giver, amount=total)] if relayed else []
    found.append(Transfer(giver=giver, taker=suite.reserve_address, amount=infrastructure))
    for one in facts:
        if not relayed and not one.pool.takes_credit:
            # A pool of another make fetches its tokens from the suite's router.
            found.append(Transfer(giver=depositor, taker=suite.router_address, amount=_profit(one)))
        source = giver if one.pool.takes_credit else suite.router_address
        found.append(Transfer(giver=source, taker=one.model.pool, amount=_profit(one)))
    return found


def _deposited(suite: "Suite", facts: FeeFacts, depositor: ChecksumAddress) -> Condition:
    fee, infrastructure, profit = facts.fee, _infrastructure(facts), _profit(facts)
    args: _Args = {
        "modelId": ("string", fee.model_id),
        "poolAddress": ("address", facts.model.pool),
        "totalAmount": ("uint256", fee.amount.units),
        "infrastructureAmount": ("uint256", infrastructure.units),
        "profitAmount": ("uint256", profit.units),
        "depositor": ("address", depositor),
    }
    text = f"{fee.amount} for model {fee.model_id}: {infrastructure} to the reserve, {profit} to its pool"
    return event_emitted(suite.router.address, suite.router.label, "FeeDeposited", args, text)


def _calculated(suite: "Suite", facts: FeeFacts) -> list[Condition]:
    """Return what the live router logs besides: the calls, and what the split was based on."""
    if facts.calls is None:
        return []
    basis = facts.split.basis
    args: _Args = {
        "modelId": ("string", facts.fee.model_id),
        "totalFee": ("uint256", facts.fee.amount.units),
        "infraShare": ("uint256", facts.split.infrastructure_units),
        "profitShare": ("uint256", facts.split.profit_units),
        "callCount": ("uint256", facts.calls),
        "costBasis": ("uint8", int(basis)),
    }
    text = f"the split of model {facts.fee.model_id} is logged: {facts.calls} calls, by {basis.name.lower()}"
    return [event_emitted(suite.router.address, suite.router.label, "FeeSplitCalculated", args, text)]


def _accrued(suite: "Suite", facts: FeeFacts) -> list[Condition]:
    amount, model_id, reserve = _infrastructure(facts), facts.fee.model_id, suite.reserve
    if not amount:
        return []
    args: _Args = {"modelId": ("string", model_id), "amount": ("uint256", amount.units)}
    text = f"the reserve sets {amount} aside for model {model_id}"
    return [event_emitted(reserve.address, reserve.label, "InfrastructureDeposited", args, text)]


def _credited(suite: "Suite", facts: FeeFacts) -> list[Condition]:
    profit, model_id = _profit(facts), facts.fee.model_id
    if not profit:
        return []
    pool, phase = suite.pool_at(facts.model.pool), facts.pool.phase
    args: _Args = {"depositor": ("address", suite.router_address), "amount": ("uint256", profit.units)}
    text = f"the pool of model {model_id} books {profit}"
    found: list[Condition] = [event_emitted(pool.address, pool.label, "FeesDeposited", args, text)]
    if phase is not None and phase.phase == 0 and phase.reserve_units + profit.units >= phase.threshold_units:
        text = f"the pool of model {model_id} goes over to its bonding curve"
        found.append(event_emitted(pool.address, pool.label, "PhaseTransition", {}, text))
    return found


def _batched(suite: "Suite", facts: Sequence[FeeFacts], depositor: ChecksumAddress) -> list[Condition]:
    total, infrastructure = _sum(one.fee.amount for one in facts), _sum(_infrastructure(one) for one in facts)
    count, router, reserve = len(facts), suite.router, suite.reserve
    args: _Args = {
        "totalAmount": ("uint256", total.units),
        "totalInfrastructure": ("uint256", infrastructure.units),
        "totalProfit": ("uint256", (total - infrastructure).units),
        "modelCount": ("uint256", count),
        "depositor": ("address", depositor),
    }
    text = f"the batch of {total} is logged"
    found: list[Condition] = [event_emitted(router.address, router.label, "BatchDeposited", args, text)]
    if infrastructure:
        args = {"modelCount": ("uint256", count), "totalAmount": ("uint256", infrastructure.units)}
        text = f"the reserve logs {infrastructure} for {count} models"
        found.append(event_emitted(reserve.address, reserve.label, "BatchDeposited", args, text))
    return found


def _infrastructure(facts: FeeFacts) -> TokenAmount:
    return facts.fee.amount.token.amount(facts.split.infrastructure_units)


def _profit(facts: FeeFacts) -> TokenAmount:
    return facts.fee.amount.token.amount(facts.split.profit_units)


def _sum(amounts: Iterable[TokenAmount]) -> TokenAmount:
    first, *others = amounts
    return sum(others, start=first)

"""The complete effect of depositing fees: what router, reserve and pools log, and where the tokens go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.amounts import TokenAmount
from hokctl.domain.calls import AbiValue
from hokctl.domain.plans import Condition
from hokctl.domain.splits import split_units
from hokctl.services.models import ModelState
from hokctl.services.planning import Transfer, event_emitted, tokens_moved

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.clients.hokusai_amm import PhaseInfo
    from hokctl.clients.suite import Suite

_Args = dict[str, tuple[str, AbiValue]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFacts:
    """What decides over a pool's part in a deposit."""

    takes_credit: bool
    """Whether the router sends it tokens and lets it book them; an older pool is asked to fetch them."""
    phase: "PhaseInfo | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """A fee, as it will be split."""

    model: ModelState
    pool: PoolFacts
    amount: TokenAmount

    @property
    def infrastructure(self) -> TokenAmount:
        """What goes to the reserve."""
        units, _ = split_units(self.amount.units, self.model.infrastructure_accrual_bps or 0)
        return self.amount.token.amount(units)

    @property
    def profit(self) -> TokenAmount:
        """What goes to the model's pool."""
        return self.amount - self.infrastructure


def read_pools(
    snapshot: "Snapshot", suite: "Suite", pools: Sequence[ChecksumAddress]
) -> dict[ChecksumAddress, PoolFacts]:
    """Return what decides over each pool's part, in one round trip."""
    with snapshot.batch() as batch:
        asked = {
            address: (
                batch.add(suite.pool_at(address).accrual_params()),
                batch.add(suite.pool_at(address).get_phase_info()),
            )
            for address in pools
        }
    return {
        address: PoolFacts(takes_credit=not params.failed, phase=None if phase.failed else phase.value)
        for address, (params, phase) in asked.items()
    }


def declare_deposits(
    suite: "Suite", deposits: Sequence[Deposit], depositor: ChecksumAddress, *, batch: bool
) -> tuple[Condition, ...]:
    """Return everything that depositing the fees does, with one call or as a batch; all pools must take credit."""
    conditions: list[Condition] = []
    shares = [deposit.infrastructure for deposit in deposits]
    infrastructure = sum(shares[1:], start=shares[0])
    transfers = [Transfer(giver=depositor, taker=suite.reserve_address, amount=infrastructure)]
    for deposit in deposits:
        conditions.append(_deposited(suite, deposit, depositor))
        conditions.extend(_accrued(suite, deposit))
        conditions.extend(_credited(suite, deposit))
        transfers.append(Transfer(giver=depositor, taker=deposit.model.pool, amount=deposit.profit))
    if batch:
        conditions.extend(_batched(suite, deposits, depositor, infrastructure))
    return (*conditions, *tokens_moved(suite.usdc_address, [transfer for transfer in transfers if transfer.amount]))


def _deposited(suite: "Suite", deposit: Deposit, depositor: ChecksumAddress) -> Condition:
    model_id = deposit.model.model_id
    args: _Args = {
        "modelId": ("string", model_id),
        "poolAddress": ("address", deposit.model.pool),
        "totalAmount": ("uint256", deposit.amount.units),
        "infrastructureAmount": ("uint256", deposit.infrastructure.units),
        "profitAmount": ("uint256", deposit.profit.units),
        "depositor": ("address", depositor),
    }
    text = (
        f"{deposit.amount} for model {model_id}: {deposit.infrastructure} to the reserve, {deposit.profit} to its pool"
    )
    return event_emitted(suite.router.address, suite.router.label, "FeeDeposited", args, text)


def _accrued(suite: "Suite", deposit: Deposit) -> list[Condition]:
    if not deposit.infrastructure:
        return []
    model_id, reserve = deposit.model.model_id, suite.reserve
    args: _Args = {"modelId": ("string", model_id), "amount": ("uint256", deposit.infrastructure.units)}
    text = f"the reserve sets {deposit.infrastructure} aside for model {model_id}"
    return [event_emitted(reserve.address, reserve.label, "InfrastructureDeposited", args, text)]


def _credited(suite: "Suite", deposit: Deposit) -> list[Condition]:
    if not deposit.profit:
        return []
    pool, phase, model_id = suite.pool_at(deposit.model.pool), deposit.pool.phase, deposit.model.model_id
    args: _Args = {"depositor": ("address", suite.router_address), "amount": ("uint256", deposit.profit.units)}
    text = f"the pool of model {model_id} books {deposit.profit}"
    found: list[Condition] = [event_emitted(pool.address, pool.label, "FeesDeposited", args, text)]
    if phase is not None and phase.phase == 0 and phase.reserve_units + deposit.profit.units >= phase.threshold_units:
        text = f"the pool of model {model_id} goes over to its bonding curve"
        found.append(event_emitted(pool.address, pool.label, "PhaseTransition", {}, text))
    return found


def _batched(
    suite: "Suite", deposits: Sequence[Deposit], depositor: ChecksumAddress, infrastructure: TokenAmount
) -> list[Condition]:
    total = sum((deposit.amount for deposit in deposits[1:]), start=deposits[0].amount)
    count = len(deposits)
    args: _Args = {
        "totalAmount": ("uint256", total.units),
        "totalInfrastructure": ("uint256", infrastructure.units),
        "totalProfit": ("uint256", (total - infrastructure).units),
        "modelCount": ("uint256", count),
        "depositor": ("address", depositor),
    }
    found: list[Condition] = [
        event_emitted(
            suite.router.address, suite.router.label, "BatchDeposited", args, f"the batch of {total} is logged"
        )
    ]
    if infrastructure:
        args = {"modelCount": ("uint256", count), "totalAmount": ("uint256", infrastructure.units)}
        text = f"the reserve logs {infrastructure} for {count} models"
        found.append(event_emitted(suite.reserve.address, suite.reserve.label, "BatchDeposited", args, text))
    return found

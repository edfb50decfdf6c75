"""The reserve's books, twice: as the contracts keep them, and as their logs and the token's tell them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.domain.reconciliation import LoggedSums, ModelSums
from hokctl.domain.units import ModelId, model_topic
from hokctl.services.treasuries import TreasuryState, read_treasury

if TYPE_CHECKING:
    from hokctl.chain.log_history import LogHistory
    from hokctl.chain.receipts import Log
    from hokctl.chain.session import Snapshot
    from hokctl.services.deployments import Deployment


def _topic(signature: str) -> str:
    return "0x" + keccak(text=signature).hex()


DEPOSITED: Final = _topic("InfrastructureDeposited(string,uint256,uint256)")
PAID: Final = _topic("InfrastructureCostPaid(string,address,uint256,bytes32,string,address)")
WITHDRAWN: Final = _topic("EmergencyWithdrawal(address,uint256)")
TRANSFER: Final = _topic("Transfer(address,address,uint256)")
_WORD: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBooks:
    """One model's account. All amounts of these books are base units of the reserve token."""

    topic: str
    """The hash of its id, which is all that logs tell."""
    model_id: ModelId | None
    """None where no name is known for the hash."""
    accrued: int
    """What it may still spend; for a model without a name what the logs leave."""
    paid: int
    logged_deposits: int
    logged_payments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolBooks:
    """What a pool counts as its reserve, and what it has."""

    model_id: ModelId
    address: ChecksumAddress
    counted: int
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasuryBooks:
    """Everything that an audit of the treasury compares, at one block."""

    state: TreasuryState
    models: tuple[ModelBooks, ...]
    pools: tuple[PoolBooks, ...]
    router_balance: int
    withdrawn: int
    """The sum of all logged emergency withdrawals."""
    received: int
    """The sum of all the token's transfers to the reserve."""
    sent: int
    """The sum of all the token's transfers from the reserve."""
    from_block: int

    @property
    def donated(self) -> int:
        """What came in beside deposits: it belongs to no model."""
        return self.received - sum(model.logged_deposits for model in self.models)


def read_books(snapshot: "Snapshot", deployment: "Deployment", history: "LogHistory") -> TreasuryBooks:
    """Return the books at the snapshot's block, with the logs in `history`."""
    return compare_books(snapshot, deployment, sum_logs(deployment, history))


def sum_logs(deployment: "Deployment", history: "LogHistory") -> LoggedSums:
    """Return what the reserve's logs and those of the token's transfers in `history` add up to."""
    suite = deployment.suite
    reserve, word = suite.reserve_address, "0x" + suite.reserve_address[2:].lower().rjust(64, "0")
    sums = LoggedSums(from_block=history.first)
    for log in history.read([reserve], [(DEPOSITED, PAID, WITHDRAWN)]):
        units = _units(log)
        if log.topics[0] == WITHDRAWN:
            sums.withdrawn += units
        elif log.topics[0] == DEPOSITED:
            sums.models.setdefault(log.topics[1], ModelSums()).deposits += units
        else:
            sums.models.setdefault(log.topics[1], ModelSums()).payments += units
    sums.received = sum(_units(log) for log in history.read([suite.usdc_address], [TRANSFER, None, word]))
    sums.sent = sum(_units(log) for log in history.read([suite.usdc_address], [TRANSFER, word]))
    return sums


def compare_books(
    snapshot: "Snapshot", deployment: "Deployment", logged: LoggedSums, state: TreasuryState | None = None
) -> TreasuryBooks:
    """Return the books at the snapshot's block beside what the logs up to it add up to; `state` is read without one."""
    suite = deployment.suite
    state = state or read_treasury(snapshot, deployment)
    with snapshot.batch() as batch:
        pools = batch.add(suite.factory.get_all_pools())
        router_balance = batch.add(suite.usdc.balance_of(suite.router_address))
    with snapshot.batch() as batch:
        asked = [
            (
                pool,
                batch.add(suite.factory.pool_to_model(pool)),
                batch.add(suite.pool_at(pool).reserve_balance()),
                batch.add(suite.usdc.balance_of(pool)),
            )
            for pool in pools.value
        ]
    names = dict.fromkeys((*(ModelId(name.value) for _, name, _, _ in asked), *deployment.model_ids))
    return TreasuryBooks(
        state=state,
        models=_read_models(snapshot, deployment, tuple(names), logged),
        pools=tuple(
            PoolBooks(model_id=ModelId(name.value), address=pool, counted=counted.value, balance=balance.value)
            for pool, name, counted, balance in asked
            if not counted.failed
        ),
        router_balance=router_balance.value,
        withdrawn=logged.withdrawn,
        received=logged.received,
        sent=logged.sent,
        from_block=logged.from_block,
    )


def _read_models(
    snapshot: "Snapshot", deployment: "Deployment", names: tuple[ModelId, ...], logged: LoggedSums
) -> tuple[ModelBooks, ...]:
    reserve = deployment.suite.reserve
    with snapshot.batch() as batch:
        accounts = {model_id: batch.add(reserve.get_model_accounting(model_id)) for model_id in names}
    found = []
    for model_id, account in accounts.items():
        topic = model_topic(model_id)
        sums = logged.models.get(topic, ModelSums())
        found.append(
            ModelBooks(
                topic=topic,
                model_id=model_id,
                accrued=account.value.accrued_units,
                paid=account.value.paid_units,
                logged_deposits=sums.deposits,
                logged_payments=sums.payments,
            )
        )
    for topic in sorted(logged.models.keys() - {model.topic for model in found}):
        sums = logged.models[topic]
        found.append(
            ModelBooks(
                topic=topic,
                model_id=None,
                accrued=sums.deposits - sums.payments,
                paid=sums.payments,
                logged_deposits=sums.deposits,
                logged_payments=sums.payments,
            )
        )
    return tuple(found)


def _units(log: "Log") -> int:
    """Return the amount of an event: the first word of its data."""
    return int.from_bytes(log.data[:_WORD], "big")

"""The reserve's books, twice: as the contracts keep them, and as their logs and the token's tell them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.domain.units import ModelId, model_topic
from hokctl.services.treasuries import TreasuryState, read_treasury

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    suite = deployment.suite
    state = read_treasury(snapshot, deployment)
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
    reserve, word = suite.reserve_address, "0x" + suite.reserve_address[2:].lower().rjust(64, "0")
    own = history.read([reserve], [(DEPOSITED, PAID, WITHDRAWN)])
    received = history.read([suite.usdc_address], [TRANSFER, None, word])
    sent = history.read([suite.usdc_address], [TRANSFER, word])
    return TreasuryBooks(
        state=state,
        models=_read_models(snapshot, deployment, tuple(names), own),
        pools=tuple(
            PoolBooks(model_id=ModelId(name.value), address=pool, counted=counted.value, balance=balance.value)
            for pool, name, counted, balance in asked
            if not counted.failed
        ),
        router_balance=router_balance.value,
        withdrawn=_sum(own, WITHDRAWN),
        received=_sum(received, TRANSFER),
        sent=_sum(sent, TRANSFER),
        from_block=history.first,
    )


def _read_models(
    snapshot: "Snapshot", deployment: "Deployment", names: tuple[ModelId, ...], logs: "list[Log]"
) -> tuple[ModelBooks, ...]:
    reserve = deployment.suite.reserve
    with snapshot.batch() as batch:
        accounts = {model_id: batch.add(reserve.get_model_accounting(model_id)) for model_id in names}
    found = []
    for model_id, account in accounts.items():
        topic = model_topic(model_id)
        found.append(
            ModelBooks(
                topic=topic,
                model_id=model_id,
                accrued=account.value.accrued_units,
                paid=account.value.paid_units,
                logged_deposits=_sum(logs, DEPOSITED, topic),
                logged_payments=_sum(logs, PAID, topic),
            )
        )
    known = {model.topic for model in found}
    unnamed = sorted({log.topics[1] for log in logs if log.topics[0] in {DEPOSITED, PAID}} - known)
    for topic in unnamed:
        deposits, payments = _sum(logs, DEPOSITED, topic), _sum(logs, PAID, topic)
        found.append(
            ModelBooks(
                topic=topic,
                model_id=None,
                accrued=deposits - payments,
                paid=payments,
                logged_deposits=deposits,
                logged_payments=payments,
            )
        )
    return tuple(found)


def _sum(logs: "Iterable[Log]", event: str, model: str | None = None) -> int:
    """Return the sum of the amounts, each the first word of the data, of one event, of one model."""
    return sum(
        int.from_bytes(log.data[:_WORD], "big")
        for log in logs
        if log.topics[0] == event and model in {None, log.topics[1]}
    )

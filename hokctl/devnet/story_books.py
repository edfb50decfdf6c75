"""Where the money of the story is, as the chain says, and what the book says about it."""

from dataclasses import dataclass

from hokctl.devnet.workplace import TREASURY, Workplace
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.invoices import InvoiceState
from hokctl.domain.units import ModelId
from hokctl.services.deployments import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """All the money at one block, and in the book."""

    fees: TokenAmount
    """All fees ever deposited."""
    infrastructure: TokenAmount
    """What of them was ever set aside."""
    profit: TokenAmount
    """What of them the model's pool holds."""
    accrued: TokenAmount
    """What the model has set aside and not paid."""
    paid: TokenAmount
    withdrawn: TokenAmount
    reserve: TokenAmount
    """What the reserve holds."""
    provider: TokenAmount
    """What the provider holds."""
    treasury: TokenAmount
    """What the Safe holds."""
    booked: TokenAmount
    """What the book has as paid."""

    @property
    def balanced(self) -> bool:
        """Whether everything adds up, and the book says what the chain says."""
        return (
            self.fees == self.infrastructure + self.profit
            and self.infrastructure == self.paid + self.withdrawn + self.reserve
            and self.paid == self.provider == self.booked
            and self.withdrawn == self.treasury
            and self.accrued == self.infrastructure - self.paid
        )


def read_books(place: Workplace, deployment: Deployment, token: Token, model_id: ModelId) -> Books:
    """Return where the money is: everything at one block."""
    suite, snapshot = deployment.suite, place.snapshot()
    pool = suite.pool_at(snapshot.get(suite.factory.get_pool(model_id)))
    with snapshot.batch() as batch:
        units = {
            "fees": batch.add(suite.router.total_fees_deposited()),
            "infrastructure": batch.add(suite.reserve.total_accrued()),
            "profit": batch.add(suite.usdc.balance_of(pool.address)),
            "accrued": batch.add(suite.reserve.accrued(model_id)),
            "paid": batch.add(suite.reserve.total_paid()),
            "withdrawn": batch.add(suite.reserve.total_withdrawn()),
            "reserve": batch.add(suite.usdc.balance_of(suite.reserve_address)),
            "provider": batch.add(suite.usdc.balance_of(place.resolve("together-ai"))),
            "treasury": batch.add(suite.usdc.balance_of(place.resolve(TREASURY))),
        }
    paid = place.ledger.invoices.list({InvoiceState.PAID})
    amounts = {name: token.amount(slot.value) for name, slot in units.items()}
    return Books(booked=token.amount(sum(invoice.total.units for invoice in paid)), **amounts)

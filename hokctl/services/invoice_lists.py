"""Choosing invoices of the book, and adding them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from hokctl.domain.amounts import TokenAmount
from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.units import ModelId
from hokctl.errors import UsageError
from hokctl.ledger.invoices import InvoiceBook

if TYPE_CHECKING:
    from hokctl.services.deployments import Deployment

UNPAID = frozenset({InvoiceState.OPEN, InvoiceState.PROPOSED})
"""What is still owed."""


class ChoiceError(UsageError):
    """Invoices that are named, and an option that chooses others."""

    code = "invoice-choice"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("--all and --due do not go together with numbers.", hint="Name invoices, or choose them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTotal:
    """What invoices of one state and token come to."""

    state: InvoiceState
    invoices: int
    amount: TokenAmount


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which invoices are asked for; None and False stand for any."""

    state: InvoiceState | None = None
    provider: str | None = None
    """As the book's key has it."""
    model_id: ModelId | None = None
    due_by: date | None = None
    """Only those that are still owed and due on this day or before."""


def choose_invoices(book: InvoiceBook, wanted: Wanted) -> tuple[Invoice, ...]:
    """Return the invoices that are asked for, in the order they were entered."""
    states = None if wanted.state is None else frozenset({wanted.state})
    if wanted.due_by is not None:
        states = UNPAID if states is None else UNPAID & states
    return tuple(
        invoice
        for invoice in book.list(states, provider=wanted.provider)
        if (wanted.model_id is None or any(line.model_id == wanted.model_id for line in invoice.lines))
        and (wanted.due_by is None or (invoice.due is not None and invoice.due <= wanted.due_by))
    )


def due_by(now: int) -> date:
    """Return the UTC day at the time `now`."""
    return datetime.fromtimestamp(now, UTC).date()


def owed_invoices(
    book: InvoiceBook, deployment: "Deployment", *, provider: str | None, due_by: date | None
) -> tuple[Invoice, ...]:
    """Return the invoices that are open or proposed, in the token that this deployment's reserve pays with."""
    token = deployment.chain_id, deployment.suite.usdc.address
    found = choose_invoices(book, Wanted(provider=provider, due_by=due_by))
    return tuple(
        one for one in found if one.state in UNPAID and (one.total.token.chain_id, one.total.token.address) == token
    )


def add_up(invoices: Sequence[Invoice], model_id: ModelId | None = None) -> tuple[StateTotal, ...]:
    """Return the totals by state and token; with `model_id` of that model's lines alone."""
    sums: dict[tuple[InvoiceState, str], TokenAmount] = {}
    counts: dict[tuple[InvoiceState, str], int] = {}
    for invoice in invoices:
        owed = [line.amount for line in invoice.lines if model_id in {None, line.model_id}]
        key = invoice.state, f"{owed[0].token.chain_id}:{owed[0].token.address}:{owed[0].token.symbol}"
        counts[key] = counts.get(key, 0) + 1
        for amount in owed:
            sums[key] = sums[key] + amount if key in sums else amount
    return tuple(StateTotal(state=key[0], invoices=counts[key], amount=amount) for key, amount in sums.items())

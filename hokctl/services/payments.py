"""Paying invoices from what their models have accrued: facts at one block, plans, and the book afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.domain.invoices import Invoice, InvoiceState
from hokctl.domain.units import InvoiceHash
from hokctl.errors import RefusedError, UsageError
from hokctl.ledger.errors import InvoiceStateError
from hokctl.services.bookkeeping import record_payments, record_proposal, settle
from hokctl.services.payment_batches import DEFAULT_BATCH_SIZE, Item
from hokctl.services.payment_carrying import Planner, carry_payments
from hokctl.services.payment_queue import payments_of
from hokctl.services.payment_state import PaymentState, read_state
from hokctl.services.payments_under_way import check_under_way
from hokctl.services.proposals import Carried
from hokctl.services.safe_references import read_safe_references
from hokctl.services.settlement import events_in_logs

if TYPE_CHECKING:
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.deployments import Deployment
    from hokctl.services.proposals import Carrier


class InvoiceTokenError(RefusedError):
    """An invoice in a token that this deployment's reserve does not pay with."""

    code = "invoice-token"

    def __init__(self, invoice: Invoice, network: str, token: ChecksumAddress) -> None:
        """Name both tokens."""
        theirs = invoice.total.token
        super().__init__(
            f"Invoice {invoice.number} is in token {theirs.address} of chain {theirs.chain_id}, "
            f"but the reserve on {network} pays with {token}.",
            hint="Choose the invoice's network with --network.",
        )


class InvalidBatchSizeError(UsageError):
    """A number of payments that no call can have."""

    code = "invalid-batch-size"

    def __init__(self, size: int) -> None:
        """Name the number."""
        super().__init__(f"A call cannot hold {size} payments.", hint="Give a whole number above zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRules:
    """How invoices are to be paid, besides what the policy says."""

    name_of: Callable[[ChecksumAddress], str | None]
    """Knows the address book."""
    batch_size: int = DEFAULT_BATCH_SIZE
    """How many payments one call may hold."""
    beside: tuple[Path, ...] = field(default=())
    """Files that wait elsewhere and may pay the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """What became of invoices that were to be paid: of each plan, in the order they were carried."""

    parts: tuple[Carried, ...]
    """One, unless the gas of one transaction asked for more."""
    invoices: tuple[Invoice, ...]
    """As the book has them afterwards."""

    @property
    def first(self) -> Carried:
        """The first that did not go well, else the first."""
        return next((part for part in self.parts if part.state is not self.parts[0].state), self.parts[0])


def pay_invoice(
    carrier: "Carrier",
    deployment: "Deployment",
    book: "InvoiceBook",
    invoice: Invoice,
    *,
    name_of: Callable[[ChecksumAddress], str | None],
) -> Carried:
    """Pay one invoice, as `pay_invoices` does; return what became of its plan."""
    return pay_invoices(carrier, deployment, book, (invoice,), PaymentRules(name_of=name_of)).first


def pay_invoices(
    carrier: "Carrier", deployment: "Deployment", book: "InvoiceBook", invoices: Sequence[Invoice], rules: PaymentRules
) -> Paying:
    """Plan the payment of all that is open of `invoices`, carry it, and note in the book what became of it.

    All or nothing: what speaks against one speaks against all of them, and is named with its invoice. One call where
    there is one payment, else batches of at most `rules.batch_size`; one plan, unless the gas of one transaction
    asks for several. Invoices that the chain turns out to have paid are noted as paid, and a dry run notes nothing.
    Raises InvoiceStateError for a paid or void invoice, InvoiceTokenError, InvalidBatchSizeError.
    """
    if rules.batch_size < 1:
        raise InvalidBatchSizeError(rules.batch_size)
    for invoice in invoices:
        _check_open(invoice, deployment)
    items = tuple(Item(invoice=one, payment=payment) for one in invoices for payment in payments_of(one))
    state = read_state(carrier, deployment, book, items, name_of=rules.name_of, beside=rules.beside)
    planner = Planner(carrier.snapshot, deployment, state, rules.batch_size)
    under_way = check_under_way(carrier, planner, items)
    planner = replace(planner, state=replace(state, findings=(*state.findings, *under_way)))
    way = replace(carrier, knowledge=lambda: replace(carrier.knowledge(), number_of=_numbers(invoices)))
    made = carry_payments(planner, items, way)
    if not carrier.dry_run:
        _note(book, carrier, deployment, made, state)
    return Paying(
        parts=tuple(carried for _, carried in made),
        invoices=tuple(book.get(invoice.number, invoice.provider) for invoice in invoices),
    )


def _note(
    book: "InvoiceBook",
    carrier: "Carrier",
    deployment: "Deployment",
    made: Sequence[tuple[Sequence[Item], Carried]],
    state: PaymentState,
) -> None:
    """Write into the book what was proposed and paid now, and what the chain turned out to have paid before."""
    logs = [log for log in state.reads.logged if log is not None]
    if logs:
        events = events_in_logs(carrier.chain, logs, read_safe_references(carrier.chain, logs, carrier.store))
        settle(book, events, chain_id=deployment.chain_id)
    for items, carried in made:
        invoices = {(item.invoice.provider, item.invoice.number): item.invoice for item in items}
        record_proposal(book, tuple(invoices.values()), carried)
        if carried.outcome is not None:
            record_payments(book, carried.outcome.transactions, chain=carrier.chain)


def _check_open(invoice: Invoice, deployment: "Deployment") -> None:
    if invoice.state in {InvoiceState.PAID, InvoiceState.VOID}:
        reference = invoice.tx_hash or invoice.safe_tx_hash
        step = "paid again" if invoice.tx_hash else "paid"
        raise InvoiceStateError(invoice.number, state=invoice.state, step=step, reference=reference)
    check_token(invoice, deployment)


def check_token(invoice: Invoice, deployment: "Deployment") -> None:
    """Raise InvoiceTokenError for an invoice in another token than this deployment's reserve pays with."""
    token = invoice.total.token
    if (token.chain_id, token.address) != (deployment.chain_id, deployment.suite.usdc.address):
        raise InvoiceTokenError(invoice, deployment.network, deployment.suite.usdc.address)


def _numbers(invoices: Sequence[Invoice]) -> Callable[[InvoiceHash], str]:
    """Return what gives the invoices' hashes their numbers; other hashes stay what they are."""
    known = {str(invoice.invoice_hash): invoice.number for invoice in invoices}
    return lambda hash_: known.get(hash_, hash_)

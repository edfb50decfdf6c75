"""From payments to calls: as many in one as the configured size and the gas of one transaction allow."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hokctl.checks.gas import TX_GAS_CAP
from hokctl.clients.codec import word_from_hex
from hokctl.clients.infrastructure_reserve import InfrastructureReserve, Payment
from hokctl.domain.amounts import Token
from hokctl.domain.calls import AbiValue, Call
from hokctl.domain.invoices import Invoice
from hokctl.domain.plans import Condition
from hokctl.services.planning import Transfer, event_emitted, tokens_moved, view_is

if TYPE_CHECKING:
    from hokctl.services.deployments import Deployment
    from hokctl.services.payment_facts import PaymentReads

DEFAULT_BATCH_SIZE: Final = 200
"""Payments in one call where nobody says otherwise."""
ITEM_GAS: Final = 48_000
"""What one more payment takes at the most, measured on the suite with its record of the invoice and on the live version
with its count of costs; a token behind a proxy, as USDC is, included."""
NEW_MODEL_GAS: Final = 40_000
"""What a model's first payment in a batch takes more: its accounts are read and written for the first time."""
NEW_PAYEE_GAS: Final = 25_000
"""What a payee's first payment in a batch takes more: a balance that may begin at zero."""
MEMO_BYTE_GAS: Final = 60
"""What a byte of a memo takes: as calldata, through Safe and batch, and in the log."""
BASE_GAS: Final = 250_000
"""What the transaction takes besides: itself, the Safe with its signatures, or a timelock."""
ITEM_BYTES: Final = 384
"""The calldata of one payment without its memo, at the most for a model's id of one word."""
TX_BYTES: Final = 110_000
"""Calldata of one transaction: nodes take 128 KiB, of which the Safe's own part and signatures are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of an invoice that is to be paid."""

    invoice: Invoice
    payment: Payment

    @property
    def owed(self) -> str:
        """What it is, in words."""
        amount = self.invoice.total.token.amount(self.payment.amount_units)
        return f"{amount} for invoice {self.invoice.number}, model {self.payment.model_id}"


def bound_gas(items: Sequence[Item]) -> int:
    """Return the gas that a transaction with these payments takes at the most: a measured bound, not an estimate."""
    models, payees = ({item.payment.model_id for item in items}, {item.payment.payee for item in items})
    memos = sum(len(item.payment.memo.encode()) for item in items)
    more = len(models) * NEW_MODEL_GAS + len(payees) * NEW_PAYEE_GAS + memos * MEMO_BYTE_GAS
    return BASE_GAS + len(items) * ITEM_GAS + more


def bound_bytes(items: Sequence[Item]) -> int:
    """Return the calldata of a transaction with these payments, at the most."""
    texts = (len(text.encode()) + 31 for item in items for text in (item.payment.model_id, item.payment.memo))
    return len(items) * ITEM_BYTES + sum(texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What bounds calls and transactions."""

    batch_size: int
    """Payments in one call, at the most."""
    block_gas_limit: int

    def transactions(self, items: Sequence[Item]) -> list[tuple[Item, ...]]:
        """Return the payments in parts that each fit one transaction; an invoice's stay together where they can."""
        most = min(TX_GAS_CAP, self.block_gas_limit // 2)
        return _fill(items, lambda part: bound_gas(part) <= most and bound_bytes(part) <= TX_BYTES)

    def calls(self, items: Sequence[Item]) -> list[tuple[Item, ...]]:
        """Return the payments of each call: no more than fit a transaction, and the configured size."""
        parts = self.transactions(items)
        return [call for part in parts for call in _fill(part, lambda call: len(call) <= self.batch_size)]


def build_calls(deployment: "Deployment", chunks: Sequence[Sequence[Item]]) -> tuple[Call, ...]:
    """Return the calls that pay each of `chunks`: one payment alone as itself, several as a batch."""
    return tuple(_build_call(deployment, chunk) for chunk in chunks)


def build_conditions(
    deployment: "Deployment", chunks: Sequence[Sequence[Item]], reads: "PaymentReads"
) -> tuple[Condition, ...]:
    """Return the whole effect of the calls that `build_calls` makes of the same payments."""
    reserve, items = deployment.suite.reserve, [item for chunk in chunks for item in chunk]
    conditions = [condition for item in items for condition in _paid(reserve, item, reads)]
    transfers = [
        Transfer(giver=reserve.address, taker=item.payment.payee, amount=reads.token.amount(item.payment.amount_units))
        for item in items
    ]
    return (
        *conditions,
        *tokens_moved(deployment.suite.usdc.address, transfers),
        *(_batch_logged(reserve, chunk) for chunk in chunks if len(chunk) > 1),
    )


def describe(items: Sequence[Item], token: Token) -> str:
    """Return what is paid in a few words: the invoice and its provider, or how many of how many."""
    total = token.amount(sum(item.payment.amount_units for item in items))
    invoices = {(item.invoice.provider, item.invoice.number): item.invoice for item in items}
    if len(invoices) == 1:
        (invoice,) = invoices.values()
        return f"invoice {invoice.number} of {invoice.provider}: {total}"
    providers = dict.fromkeys(provider for provider, _ in invoices)
    models = {item.payment.model_id for item in items}
    whose = next(iter(providers)) if len(providers) == 1 else f"{len(providers)} providers"
    return f"{len(invoices)} invoices of {whose}: {total} from {len(models)} model{'s' if len(models) > 1 else ''}"


def _fill(items: Sequence[Item], fits: Callable[[Sequence[Item]], bool]) -> list[tuple[Item, ...]]:
    parts: list[tuple[Item, ...]] = []
    current: tuple[Item, ...] = ()
    for group in _by_invoice(items):
        if fits((*current, *group)):
            current = (*current, *group)
            continue
        if current:
            parts.append(current)
        current = ()
        for item in group:
            if current and not fits((*current, item)):
                parts.append(current)
                current = ()
            current = (*current, item)
    return [*parts, current] if current else parts


def _by_invoice(items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        groups.setdefault((item.invoice.provider, item.invoice.number), []).append(item)
    yield from (tuple(group) for group in groups.values())


def _build_call(deployment: "Deployment", items: Sequence[Item]) -> Call:
    reserve, token = deployment.suite.reserve, items[0].invoice.total.token
    payments = [item.payment for item in items]
    total = token.amount(sum(payment.amount_units for payment in payments))
    invoice = items[0].invoice
    if len(payments) == 1:
        purpose = f"Pay {total} to {invoice.provider} for invoice {invoice.number}, model {payments[0].model_id}"
        return reserve.pay_infrastructure_cost(payments[0], purpose=purpose)
    if all(item.invoice is invoice for item in items):
        shares = ", ".join(f"{token.amount(one.amount_units)} from model {one.model_id}" for one in payments)
        purpose = f"Pay {total} to {invoice.provider} for invoice {invoice.number}: {shares}"
    else:
        purpose = f"Pay {describe(items, token)}, in {len(items)} payments"
    return reserve.batch_pay_infrastructure_costs(payments, purpose=purpose)


def _paid(reserve: InfrastructureReserve, item: Item, reads: "PaymentReads") -> Iterator[Condition]:
    payment, word = item.payment, word_from_hex(item.payment.invoice_hash)
    if reads.remembers_invoices:
        read = reserve.is_invoice_paid(payment.model_id, payment.payee, payment.invoice_hash)
        yield view_is(read, expected=True, text=f"the reserve remembers {item.owed} as paid")
    args: dict[str, tuple[str, AbiValue]] = {
        "modelId": ("string", payment.model_id),
        "payee": ("address", payment.payee),
        "amount": ("uint256", payment.amount_units),
        "invoiceHash": ("bytes32", word),
        "memo": ("string", payment.memo),
    }
    text = f"the payment of {item.owed} is logged"
    yield event_emitted(reserve.address, reserve.label, "InfrastructureCostPaid", args, text)
    if reads.counts_costs:
        counted = {name: args[name] for name in ("modelId", "amount", "invoiceHash")}
        # The reserve counts the payment as a cost by itself, so that nobody needs to record it again.
        text = f"the reserve records {item.owed} as a cost of the period"
        yield event_emitted(reserve.address, reserve.label, "ActualCostsRecorded", counted, text)


def _batch_logged(reserve: InfrastructureReserve, items: Sequence[Item]) -> Condition:
    args: dict[str, tuple[str, AbiValue]] = {
        "paymentCount": ("uint256", len(items)),
        "totalAmount": ("uint256", sum(item.payment.amount_units for item in items)),
    }
    text = f"the batch of {len(items)} payments is logged"
    return event_emitted(reserve.address, reserve.label, "BatchPaymentCompleted", args, text)

"""Invoices and payments for the tests of the comparison, as small as can be."""

from dataclasses import replace

from eth_utils.address import to_checksum_address

from hokctl.domain.amounts import Token
from hokctl.domain.invoices import HashMethod, Invoice, InvoiceLine, InvoiceState, LinePayment, hash_number
from hokctl.domain.reconciliation import MadePayment, Period, Place
from hokctl.domain.units import ModelId, TxHash, model_topic
from hokctl.services.reconciliation_scope import Scope

PAYEE = to_checksum_address("0x" + "a1" * 20)
STRANGER = to_checksum_address("0x" + "5e" * 20)
USDC = Token(chain_id=31337, address=to_checksum_address("0x" + "05" * 20), decimals=6, symbol="USDC")
DAY_S = 86_400
START = 1_750_032_000
"""The midnight that block 0 was mined at; one block a day."""


def place_at(block: int, log_index: int = 0) -> Place:
    """Return where the only transaction of a block stands."""
    return Place(
        tx_hash=TxHash(f"0x{block:064x}"), block_number=block, log_index=log_index, timestamp=START + block * DAY_S
    )


def paid(
    block: int, number: str, units: int = 50, *, model: str = "21", payee: str = PAYEE, log_index: int = 0
) -> MadePayment:
    """Return a payment for an invoice number; the provider is PAYEE."""
    return MadePayment(
        model_topic=model_topic(ModelId(model)),
        payee=to_checksum_address(payee),
        units=units,
        invoice_hash=hash_number(number),
        place=place_at(block, log_index),
        provider=PAYEE,
    )


def facts_of(payment: MadePayment) -> LinePayment:
    """Return what the book notes about a payment."""
    place = payment.place
    return LinePayment(
        tx_hash=place.tx_hash,
        block_number=place.block_number,
        log_index=place.log_index,
        paid_at=place.timestamp,
        safe_tx_hash=None,
        safe_nonce=None,
    )


def owed(number: str, *lines: tuple[str, int], state: InvoiceState = InvoiceState.OPEN) -> Invoice:
    """Return an invoice over (model, units); 50 units of model 21 without any."""
    return Invoice(
        number=number,
        provider="together",
        payee=PAYEE,
        lines=tuple(
            InvoiceLine(model_id=ModelId(model), amount=USDC.amount(units)) for model, units in lines or (("21", 50),)
        ),
        invoice_hash=hash_number(number),
        hash_method=HashMethod.NUMBER,
        currency="USDC",
        state=state,
    )


def booked(invoice: Invoice, *payments: MadePayment) -> Invoice:
    """Return the invoice as paid, line by line, by the payments."""
    lines = (replace(line, payment=facts_of(payment)) for line, payment in zip(invoice.lines, payments, strict=True))
    return replace(invoice, lines=tuple(lines), state=InvoiceState.PAID, tx_hash=payments[-1].place.tx_hash)


def scope_of(*, last_block: int = 100, since: int = 0, until: int = 1_000) -> Scope:
    """Return the scope of the days of some blocks, where PAYEE is called together."""
    return Scope(
        token=USDC,
        period=Period(since=START + since * DAY_S, until=START + until * DAY_S),
        last_block=last_block,
        last_timestamp=START + last_block * DAY_S,
        models={model_topic(ModelId(model)): ModelId(model) for model in ("21", "22")},
        name_of={PAYEE: "together"}.get,
    )

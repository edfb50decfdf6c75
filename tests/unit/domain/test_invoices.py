"""Invoice numbers are hashed byte for byte, so nothing invisible gets into them."""

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.invoices import (
    HashMethod,
    InvalidInvoiceError,
    Invoice,
    InvoiceLine,
    hash_document,
    hash_number,
    parse_invoice_number,
)
from hokctl.domain.units import ModelId

from .samples import ALICE, USDC

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("text", ["INV-2024-001", "1", "Rechnung Nr. 7/2024", "é", "x" * 120])
def test_a_number_is_kept_as_the_provider_wrote_it(text: str) -> None:
    assert parse_invoice_number(text) == text


@pytest.mark.parametrize(
    "text",
    ["", " ", " INV-1", "INV-1 ", "INV-1\n", "a\tb", "x" * 121, "INV-1\u200b", "INV\u202e-1", "INV\xa01", "\ud800"],
)
def test_a_number_with_something_invisible_is_refused(text: str) -> None:
    with pytest.raises(InvalidInvoiceError) as caught:
        parse_invoice_number(text)
    assert (caught.value.code, caught.value.exit_code) == ("invalid-invoice", 2)


@given(text=st.text(max_size=130))
def test_every_accepted_number_can_be_hashed_and_printed(text: str) -> None:
    try:
        number = parse_invoice_number(text)
    except InvalidInvoiceError:
        return
    assert number == text
    assert number.isprintable()
    assert hash_number(number) == "0x" + keccak(number.encode()).hex()


def test_the_specifications_hash_is_keccak_of_the_number() -> None:
    expected = "0x" + keccak(b"INV-2024-001").hex()
    assert hash_number("INV-2024-001") == hash_document(b"INV-2024-001") == expected


def test_the_total_is_the_sum_of_the_lines() -> None:
    lines = tuple(InvoiceLine(model_id=ModelId(f"m{units}"), amount=USDC.amount(units)) for units in (1, 20, 300))
    invoice = Invoice(
        number="INV-1",
        provider="provider-a",
        payee=ALICE,
        lines=lines,
        invoice_hash=hash_number("INV-1"),
        hash_method=HashMethod.NUMBER,
        currency="USDC",
    )
    assert invoice.total == USDC.amount(321)

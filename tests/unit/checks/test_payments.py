"""What speaks against a payment, from facts alone."""

from dataclasses import replace
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from hokctl.checks.payments import PaymentFacts, PendingPayment, check_payments, check_pending
from hokctl.domain.amounts import Token
from hokctl.domain.findings import Severity
from hokctl.domain.invoices import hash_number
from hokctl.domain.units import ZERO_ADDRESS, ZERO_HASH, InvoiceHash, ModelId

pytestmark = pytest.mark.unit

PROVIDER, STRANGER, RESERVE, TOKEN = (to_checksum_address(bytes([number]) * 20) for number in range(1, 5))
USDC = Token(chain_id=1, address=TOKEN, decimals=6, symbol="USDC")
SOUND = PaymentFacts(
    model_id=ModelId("21"),
    number="INV-1",
    payee=PROVIDER,
    amount=USDC.amount(50),
    invoice_hash=hash_number("INV-1"),
    accrued=USDC.amount(100),
    reserve_balance=USDC.amount(100),
    provider=PROVIDER,
    paused=False,
    already_paid=False,
    paid_by=None,
    token=TOKEN,
    reserve=RESERVE,
    payee_name=None,
)


def codes(**changes: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - fields of several types
    return [(finding.code, finding.severity.value) for finding in check_payments([replace(SOUND, **changes)])]


def test_a_sound_payment_has_no_findings() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"paused": True}, [("reserve-paused", "error")]),
        ({"already_paid": True}, [("invoice-already-paid", "error")]),
        ({"invoice_hash": InvoiceHash(ZERO_HASH), "already_paid": True}, [("zero-invoice-hash", "error")]),
        ({"accrued": USDC.amount(49)}, [("exceeds-accrued", "error")]),
        ({"reserve_balance": USDC.amount(49)}, [("reserve-insolvent", "error")]),
        ({"amount": USDC.amount(51)}, [("large-payment", "warning")]),
        ({"payee": STRANGER}, [("payee-not-provider", "error")]),
        ({"payee": STRANGER, "payee_name": "known"}, [("payee-not-provider", "warning")]),
        ({"provider": ZERO_ADDRESS}, [("payee-not-provider", "error")]),
        ({"payee": ZERO_ADDRESS}, [("impossible-payee", "error")]),
        ({"payee": TOKEN, "provider": TOKEN}, [("impossible-payee", "error")]),
        ({"payee": RESERVE, "provider": RESERVE}, [("impossible-payee", "error")]),
    ],
)
def test_each_fact_that_speaks_against_it_is_named(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert codes(**changes) == found


def test_stops_come_before_warnings() -> None:
    large = replace(SOUND, amount=USDC.amount(51))
    stopped = replace(SOUND, already_paid=True)

    assert [finding.code for finding in check_payments([large, stopped])] == ["invoice-already-paid", "large-payment"]


def test_a_paused_reserve_is_named_once_for_a_batch() -> None:
    paused = replace(SOUND, paused=True)

    assert [finding.code for finding in check_payments([paused, paused, paused])] == ["reserve-paused"]


def test_an_earlier_payment_is_named_by_its_transaction() -> None:
    (finding,) = check_payments([replace(SOUND, already_paid=True, paid_by="0xabc")])

    assert finding.message == f"Invoice INV-1 of model 21 was already paid to {PROVIDER} by transaction 0xabc."


@pytest.mark.parametrize("code", ["reserve-paused", "invoice-already-paid", "exceeds-accrued", "impossible-payee"])
def test_facts_that_the_contract_would_refuse_cannot_be_allowed(code: str) -> None:
    worst = replace(SOUND, paused=True, already_paid=True, accrued=USDC.amount(0), payee=ZERO_ADDRESS)
    found = {finding.code: finding for finding in check_payments([worst])}

    assert found[code].blocks(frozenset({code}))


@given(amount=st.integers(1, 10**12), accrued=st.integers(0, 10**12), balance=st.integers(0, 10**12))
def test_a_payment_is_stopped_exactly_when_the_money_is_not_there(amount: int, accrued: int, balance: int) -> None:
    facts = replace(
        SOUND, amount=USDC.amount(amount), accrued=USDC.amount(accrued), reserve_balance=USDC.amount(balance)
    )
    stopped = any(finding.severity is Severity.ERROR for finding in check_payments([facts]))

    assert stopped == (amount > min(accrued, balance))


def test_every_waiting_proposal_of_the_invoice_is_named() -> None:
    pending = [
        PendingPayment(safe_tx_hash="0x" + "ab" * 32, nonce=3, title="Pay INV-1"),
        PendingPayment(safe_tx_hash="0x" + "cd" * 32, nonce=None, title="by the book"),
    ]
    findings = check_pending("INV-1", pending)

    assert [(finding.code, finding.evidence["nonce"]) for finding in findings] == [
        ("invoice-already-proposed", "3"),
        ("invoice-already-proposed", "unknown"),
    ]
    assert "hokctl safe sign 0xabababab" in findings[0].remedy
    assert check_pending("INV-1", []) == []

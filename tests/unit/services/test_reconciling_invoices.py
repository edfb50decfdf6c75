"""Payments held against what is owed: each fault of the book or of the chain is one finding with its own code."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hokctl.domain.findings import Finding
from hokctl.domain.invoices import Invoice, InvoiceState, LinePayment
from hokctl.domain.reconciliation import Fate, MadePayment
from hokctl.domain.units import ZERO_HASH, InvoiceHash, TxHash
from hokctl.services.reconciliation_book import check_doublets
from hokctl.services.reconciliation_invoices import check_invoices, transactions_in_doubt
from hokctl.services.reconciliation_matching import Obligations
from hokctl.services.reconciliation_money import describe_surplus
from hokctl.services.reconciliation_remarks import fold_remarks
from hokctl.services.reconciliation_scope import Scope
from tests.unit.services.reconciliation_samples import (
    DAY_S,
    PAYEE,
    START,
    STRANGER,
    booked,
    facts_of,
    owed,
    paid,
    place_at,
    scope_of,
)

pytestmark = pytest.mark.unit

GONE = TxHash("0x" + "dead" * 16)


def compare(
    invoices: Iterable[Invoice],
    payments: Iterable[MadePayment],
    fates: Mapping[TxHash, Fate] | None = None,
    scope: Scope | None = None,
    *,
    ours: bool = True,
) -> list[Finding]:
    """Return what is found when all payments have been offered to the book in their order."""
    where = scope or scope_of()
    obligations = Obligations(invoices)
    for payment in payments:
        obligations.offer(payment)
    surplus = [one for one in obligations.surplus() if where.period.has(one.payment.place.timestamp)]
    return [
        *check_invoices(obligations.lines, where, fates or {}, ours=lambda _: ours),
        *(describe_surplus(one, where) for one in surplus),
        *check_doublets(obligations.lines, where),
    ]


def codes(findings: Iterable[Finding]) -> list[str]:
    return sorted(finding.code for finding in findings)


def test_an_invoice_that_was_paid_and_booked_is_no_finding() -> None:
    payment = paid(3, "INV-1")
    assert compare([booked(owed("INV-1"), payment)], [payment]) == []


def test_an_open_invoice_is_no_finding_before_it_is_due() -> None:
    last_day = scope_of().last_day
    assert compare([owed("INV-1"), replace(owed("INV-2"), due=last_day)], []) == []
    overdue = replace(owed("INV-2"), due=date.fromordinal(last_day.toordinal() - 1))
    assert codes(compare([overdue], [])) == ["invoice-overdue"]


def test_a_payment_that_the_book_does_not_know_of_yet() -> None:
    (finding,) = compare([owed("INV-1")], [paid(3, "INV-1")])
    assert (finding.code, finding.subject) == ("payment-not-booked", "INV-1 of together")
    assert finding.evidence["transaction"] == place_at(3).tx_hash


def test_a_payment_that_hokctl_has_no_trace_of_is_told_once_whatever_the_book_says() -> None:
    payment = paid(3, "INV-1")
    for invoice in owed("INV-1"), booked(owed("INV-1"), payment):
        (finding,) = compare([invoice], [payment], ours=False)
        assert (finding.code, finding.evidence["book"]) == ("payment-outside-hokctl", invoice.state.value)
    late = replace(booked(owed("INV-1"), payment), entered_at=START + 3 * DAY_S + 1)
    assert codes(compare([late], [payment], ours=False)) == ["entered-after-payment"]


@pytest.mark.parametrize(
    ("payment", "code", "said"),
    [
        (paid(3, "INV-1", 49), "amount-differs", "the amount is 0.000049 USDC and should be 0.00005 USDC"),
        (paid(3, "INV-1", payee=STRANGER), "payee-differs", f"the payee is {STRANGER} and should be together"),
        (paid(3, "INV-1", model="22"), "model-differs", "the model is 22 and should be 21"),
        (paid(3, "INV-1", 49, model="22"), "model-differs", "the amount is 0.000049 USDC and should be"),
    ],
)
@pytest.mark.parametrize("booked_as", [InvoiceState.OPEN, InvoiceState.PAID])
def test_a_payment_that_differs_from_its_invoice(
    payment: MadePayment, code: str, said: str, booked_as: InvoiceState
) -> None:
    (finding,) = compare([owed("INV-1", state=booked_as)], [payment])
    assert finding.code == code
    assert said in finding.message


def test_a_payment_to_another_account_over_another_amount_is_that_of_another_provider() -> None:
    assert codes(compare([owed("INV-1")], [paid(3, "INV-1", 49, payee=STRANGER)])) == ["payment-without-invoice"]


def test_an_invoice_that_was_paid_in_parts_is_settled_once_the_parts_add_up() -> None:
    parts = [paid(3, "INV-1", 30), paid(4, "INV-1", 20)]
    assert codes(compare([owed("INV-1", state=InvoiceState.PAID)], parts)) == []
    assert codes(compare([owed("INV-1", state=InvoiceState.PAID)], parts[:1])) == ["amount-differs"]


def test_an_invoice_that_was_paid_twice_is_named_with_both_payments() -> None:
    first, second = paid(3, "INV-1"), paid(5, "INV-1")
    (finding,) = compare([booked(owed("INV-1"), first)], [first, second])
    assert finding.code == "invoice-paid-twice"
    assert (finding.evidence["earlier"], finding.evidence["transaction"]) == (first.place.tx_hash, second.place.tx_hash)


def test_a_second_payment_from_another_model_or_of_another_amount_is_the_same_invoice_again() -> None:
    first = paid(3, "INV-1")
    for second in (paid(5, "INV-1", model="22"), paid(5, "INV-1", 7)):
        assert codes(compare([booked(owed("INV-1"), first)], [first, second])) == ["invoice-paid-twice"]


def test_a_line_paid_twice_is_not_taken_for_the_line_that_is_open() -> None:
    invoice = owed("INV-1", ("21", 50), ("22", 30))
    found = compare([invoice], [paid(3, "INV-1", 50), paid(5, "INV-1", 50)])
    assert codes(found) == ["invoice-paid-twice", "invoice-partly-paid"]


def test_payments_that_nobody_owed() -> None:
    zero = replace(paid(3, "INV-1"), invoice_hash=InvoiceHash(ZERO_HASH))
    assert codes(compare([], [paid(3, "INV-1")])) == ["payment-without-invoice"]
    assert codes(compare([owed("INV-1")], [zero])) == ["payment-without-hash"]
    assert codes(compare([owed("INV-1", state=InvoiceState.VOID)], [paid(3, "INV-1")])) == ["void-invoice-paid"]


def test_another_providers_invoice_of_the_same_number_is_paid_for_itself() -> None:
    theirs = replace(owed("INV-1"), provider="other", payee=STRANGER)
    payments = [paid(3, "INV-1", payee=STRANGER), paid(4, "INV-1")]
    paid_both = [booked(theirs, payments[0]), booked(owed("INV-1"), payments[1])]
    assert compare([*paid_both], [replace(payments[0], provider=STRANGER), payments[1]]) == []


def test_an_invoice_of_which_a_line_lacks_is_paid_in_part() -> None:
    invoice, payment = owed("INV-1", ("21", 50), ("22", 30)), paid(3, "INV-1")
    for state in InvoiceState.OPEN, InvoiceState.PAID:
        (finding,) = compare([replace(invoice, state=state)], [payment])
        assert finding.code == "invoice-partly-paid"
        assert "what lacks is 0.00003 USDC of model 22" in finding.message


def test_an_invoice_that_is_booked_as_paid_and_was_not() -> None:
    gone = booked(owed("INV-1"), replace(paid(3, "INV-1"), place=replace(place_at(3), tx_hash=GONE)))
    for fate, code in (
        (Fate.UNKNOWN, "payment-reorganised"),
        (Fate.REVERTED, "payment-reverted"),
        (Fate.MINED, "payment-missing"),
    ):
        assert codes(compare([gone], [], {GONE: fate})) == [code]
    assert compare([gone], [], {GONE: Fate.LATER}) == []
    assert codes(compare([owed("INV-1", state=InvoiceState.PAID)], [])) == ["payment-missing"]


def test_only_transactions_that_the_index_does_not_explain_are_asked_about() -> None:
    payment = paid(3, "INV-1")
    invoices = [booked(owed("INV-1"), payment), booked(owed("INV-2"), paid(4, "INV-2"))]
    obligations = Obligations(invoices)
    obligations.offer(payment)
    assert transactions_in_doubt(obligations.lines, scope_of()) == {place_at(4).tx_hash}


def test_a_payment_that_was_reorganised_and_made_again_by_another_transaction() -> None:
    invoice = booked(owed("INV-1"), replace(paid(3, "INV-1"), place=replace(place_at(3), tx_hash=GONE)))
    assert codes(compare([invoice], [paid(5, "INV-1")], {GONE: Fate.UNKNOWN})) == ["payment-reorganised"]
    assert codes(compare([invoice], [paid(5, "INV-1")], {GONE: Fate.MINED})) == ["payment-facts-differ"]


FACTS = facts_of(paid(3, "INV-1"))


@pytest.mark.parametrize(
    "facts", [replace(FACTS, block_number=2), replace(FACTS, log_index=9), replace(FACTS, paid_at=START)]
)
def test_facts_of_a_payment_that_are_not_those_of_its_event(facts: LinePayment) -> None:
    (line,) = owed("INV-1").lines
    invoice = replace(owed("INV-1"), lines=(replace(line, payment=facts),), state=InvoiceState.PAID)
    assert codes(compare([invoice], [paid(3, "INV-1")])) == ["payment-facts-differ"]


def test_a_book_from_before_facts_were_kept_is_compared_by_its_transaction() -> None:
    payment = paid(3, "INV-1")
    invoice = replace(owed("INV-1", state=InvoiceState.PAID), tx_hash=payment.place.tx_hash)
    assert compare([invoice], [payment]) == []
    assert codes(compare([replace(invoice, tx_hash=GONE)], [payment], {GONE: Fate.MINED})) == ["payment-facts-differ"]


def test_what_lies_outside_the_period_is_matched_and_not_reported() -> None:
    early, late = paid(3, "INV-1"), paid(30, "INV-2")
    scope = scope_of(since=10, until=20)
    unknown = [paid(4, "INV-8"), paid(31, "INV-9")]
    assert compare([owed("INV-1"), owed("INV-2")], [early, *unknown, late], scope=scope) == []
    assert codes(compare([], [paid(9, "A"), paid(10, "B"), paid(19, "C"), paid(20, "D")], scope=scope)) == [
        "payment-without-invoice",
        "payment-without-invoice",
    ]


def test_what_the_index_has_not_come_to_is_compared_with_nothing() -> None:
    assert compare([booked(owed("INV-1"), paid(101, "INV-1"))], []) == []


def test_a_payee_that_is_neither_the_provider_nor_in_the_address_book() -> None:
    invoice = replace(owed("INV-1"), payee=STRANGER)
    payment = paid(3, "INV-1", payee=STRANGER)
    assert codes(compare([booked(invoice, payment)], [payment])) == ["payee-unknown"]
    assert compare([booked(invoice, payment)], [replace(payment, provider=STRANGER)]) == []
    named = replace(paid(3, "INV-1"), provider=STRANGER)
    assert compare([booked(owed("INV-1"), named)], [named]) == []


def test_remarks_about_when_an_invoice_was_entered_and_paid() -> None:
    payment = paid(3, "INV-1")
    invoice = booked(owed("INV-1"), payment)
    late = replace(invoice, entered_at=START + 3 * DAY_S + 1)
    assert codes(compare([late], [payment])) == ["entered-after-payment"]
    ahead = replace(invoice, period_start=date(2025, 6, 20), period_end=date(2025, 6, 30))
    assert codes(compare([ahead], [payment])) == ["paid-before-period"]


def in_june(invoice: Invoice) -> Invoice:
    return replace(invoice, period_start=date(2025, 6, 1), period_end=date(2025, 6, 2))


def test_one_document_or_one_obligation_paid_under_two_numbers() -> None:
    first, second = paid(3, "INV-1"), paid(4, "INV-2")
    both = [in_june(booked(owed("INV-1"), first)), in_june(booked(owed("INV-2"), second))]
    assert codes(compare(both, [first, second])) == ["obligation-paid-twice"]
    document = [replace(one, document_hash=InvoiceHash("0x" + "d0" * 32)) for one in both]
    assert codes(compare(document, [first, second])) == ["document-paid-twice"]
    assert compare([both[0], in_june(owed("INV-2"))], [first]) == []


def test_many_remarks_of_one_kind_are_told_in_one_finding() -> None:
    overdue = [replace(owed(f"INV-{number}"), due=date(2020, 1, 1)) for number in range(5)]
    found = compare([*overdue, owed("INV-9")], [paid(3, "GHOST")])
    assert [finding.code for finding in fold_remarks(found)] == ["payment-without-invoice", "invoice-overdue"]
    (_, folded) = fold_remarks(found)
    assert "The same holds for 4 others." in folded.message
    assert folded.evidence["others"] == ", ".join(f"INV-{number} of together" for number in range(1, 5))
    few = compare(overdue[:3], [])
    assert fold_remarks(few) == few


NUMBERS = ("INV-1", "INV-2", "INV-3")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(["21", "22"]), st.integers(49, 51)), max_size=8))
def test_no_payment_is_lost_and_none_is_taken_twice(made: list[tuple[str, str, int]]) -> None:
    payments = [paid(block, number, units, model=model) for block, (number, model, units) in enumerate(made, start=1)]
    obligations = Obligations([owed("INV-1"), owed("INV-2", ("21", 50), ("22", 50))])
    for payment in payments:
        obligations.offer(payment)
    surplus = [one.payment for one in obligations.surplus()]
    taken = [each for line in obligations.lines for each in line.payments]
    assert sorted(each.place.block_number for each in (*surplus, *taken)) == [
        each.place.block_number for each in payments
    ]
    assert all(each.payee == PAYEE for each in taken)

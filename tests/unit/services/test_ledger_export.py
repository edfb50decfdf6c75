"""What an export tells: every movement once, every entry in balance, every balance as the chain has it."""

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hokctl.domain.bookkeeping import ExportFormat
from hokctl.domain.invoices import InvoiceState
from hokctl.domain.units import ModelId
from hokctl.services.ledger_account_names import account_part, commodity, one_line
from hokctl.services.ledger_export import Export, Scope, build_export
from hokctl.services.ledger_export_formats import render_export
from hokctl.services.ledger_movements import MovementKind
from tests.programs import bean_check, hledger, hledger_check, needs_hledger

from .export_samples import RESERVE, ROUTER, STRANGER, USDC, History, exported, moved, owed, settle, two_months

pytestmark = pytest.mark.unit

JUNE = Scope(first=date(2025, 6, 1), last=date(2025, 6, 30))


def closing(export: Export) -> dict[str, int]:
    return {posting.account: posting.units for posting in export.closing}


def test_every_entry_sums_up_to_nothing_and_every_balance_is_what_the_chain_has() -> None:
    export = exported()
    for entry in export.entries:
        sums: Counter[str] = Counter()
        for posting in entry.postings:
            sums[posting.unit.commodity] += posting.units
        assert not any(sums.values()), entry

    assert closing(export) == {
        "Assets:Reserve:Model-21": 800_000_000 - 50_000_000 - 20_000_000 - 5_000_000,
        "Assets:Reserve:Model-chat--2f-v2--20---bd-": 350_000_000 - 30_000_001,
        "Assets:Reserve:Unallocated": 7_000_000 - 100_000_000,
        "Assets:Treasury": 100_000_000,
        "Liabilities:Payable:Provider-together": -11_000_000,
    }


def test_an_invoice_is_owed_from_its_entry_until_its_payment_and_never_before_it_exists() -> None:
    by_title = {entry.title: entry for entry in exported().entries}
    invoice = by_title["Invoice INV-1 of model 21"]
    assert (invoice.day, [(one.account, one.units) for one in invoice.postings]) == (
        date(2025, 5, 10),
        [
            ("Expenses:Infrastructure:Model-21:Provider-together", 50_000_000),
            ("Liabilities:Payable:Provider-together", -50_000_000),
        ],
    )
    payment = by_title["Payment of INV-1 of model 21"]
    assert (payment.day, payment.postings[0].account) == (date(2025, 5, 20), "Liabilities:Payable:Provider-together")
    assert by_title["Invoice INV-2 of model 21"].day == date(2025, 6, 20), "paid first, entered five days later"
    assert by_title["Payment of model 21"].postings[0].account == "Expenses:Infrastructure:Model-21:Provider-together"


def test_a_period_opens_with_what_was_there_before_and_closes_as_the_whole_does() -> None:
    june, whole = exported(JUNE), exported()
    assert june.opening is not None
    assert {one.account: one.units for one in june.opening.postings} == {
        "Assets:Reserve:Model-21": 750_000_000,
        "Assets:Reserve:Model-chat--2f-v2--20---bd-": 319_999_999,
        "Equity:Opening": -1_069_999_999,
    }
    assert closing(june) == closing(whole)
    assert {one.kind for one in june.movements} == set(MovementKind) - {MovementKind.DEPOSIT, MovementKind.UNEXPLAINED}
    may = exported(Scope(last=date(2025, 5, 31)))
    assert may.opening is None
    assert closing(may)["Assets:Reserve:Model-21"] == 750_000_000
    assert len(may.movements) + len(june.movements) == len(whole.movements)
    assert may.closing_day == date(2025, 6, 1)


def test_gas_is_shared_by_the_payments_of_a_transaction_to_the_last_wei() -> None:
    gas = [one for one in exported().movements if one.kind is MovementKind.GAS]
    assert [(one.model and one.model.label, one.units) for one in gas] == [
        ("21", 50_000_000_350_000),
        ("chat/v2 ½", 50_000_000_350_000),
        (None, 100_000_000_700_000),
    ]


def test_deposits_and_what_no_event_explains_are_told_apart() -> None:
    history = History()
    history.say("2025-06-01T00:00", moved(ROUTER, RESERVE, 9), ("InfrastructureDeposited", "21", {"amount": 9}))
    history.say("2025-06-02T00:00", moved(RESERVE, STRANGER, 4))
    history.say("2025-06-03T00:00", ("InfrastructureDeposited", "21", {"amount": 5}))
    history.say("2025-06-04T00:00", moved(RESERVE, RESERVE, 3))
    history.say("2025-06-05T00:00", moved(ROUTER, STRANGER, 3))
    assert [(one.kind.value, one.units) for one in history.movements()] == [
        ("deposit", 9),
        ("unexplained", -4),
        ("deposit", 5),
        ("unexplained", -5),
    ]
    export = build_export(history.movements(), USDC, Scope(), history.coverage)
    assert closing(export) == {"Assets:Reserve:Model-21": 14, "Assets:Reserve:Unallocated": -9}


def test_an_invoice_of_an_older_book_is_known_by_its_transaction() -> None:
    history = History()
    tx_hash = history.pay("2025-06-20T10:00", ("21", 20, "INV-2"))
    invoice = owed("INV-2", ("21", 20), when="2025-06-01T00:00")
    old = replace(invoice, entered_at=None, period_end=date(2025, 5, 31), state=InvoiceState.PAID, tx_hash=tx_hash)
    found = settle(history, [old, replace(invoice, number="void", state=InvoiceState.VOID)], [])
    assert [(one.kind.value, one.settles) for one in found] == [("invoice", False), ("payment", True)]
    assert found[0].timestamp < found[1].timestamp


@pytest.mark.parametrize("scope", [Scope(), JUNE, Scope(first=date(2030, 1, 1)), Scope(last=date(2020, 1, 1))])
def test_bean_check_accepts_the_journal(scope: Scope, tmp_path: Path) -> None:
    journal = render_export(exported(scope), ExportFormat.BEANCOUNT)
    assert bean_check(journal, tmp_path / "book.beancount") == "", journal


def test_bean_check_finds_an_entry_that_is_missing(tmp_path: Path) -> None:
    journal = render_export(exported(JUNE), ExportFormat.BEANCOUNT)
    head, _, rest = journal.partition('2025-06-21 * "together" "Payment of model 21"')
    cut = head + rest.partition("\n\n")[2]
    assert "Balance failed" in bean_check(cut, tmp_path / "book.beancount")


@pytest.mark.parametrize("scope", [Scope(), JUNE, Scope(first=date(2030, 1, 1)), Scope(last=date(2020, 1, 1))])
class TestHledger:
    """The journal as hledger reads it."""

    pytestmark = needs_hledger

    def test_hledger_accepts_the_journal(self, scope: Scope) -> None:
        """Its strict check has nothing to say."""
        assert hledger_check(render_export(exported(scope), ExportFormat.HLEDGER)) == ""

    def test_hledger_comes_to_the_same_balances(self, scope: Scope) -> None:
        """The balances of its own arithmetic are those of the export."""
        export = exported(scope)
        shown = hledger(
            render_export(export, ExportFormat.HLEDGER), "balance", "--flat", "--output-format=csv", "Assets", "Liab"
        )
        found = {
            row["account"]: row["balance"] for row in csv.DictReader(io.StringIO(shown)) if row["account"] != "total"
        }
        assert found == {one.account: f"{one.unit.text(one.units)} USDC" for one in export.closing if one.units}


def test_the_table_has_every_movement_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(render_export(exported(), ExportFormat.CSV))))
    assert Counter(row["kind"] for row in rows) == Counter(
        {"fee": 3, "payment": 4, "invoice": 4, "gas": 3, "donation": 1, "withdrawal": 1}
    )
    fee = rows[0]
    assert (fee["time"], fee["model"], fee["amount"], fee["infrastructure"], fee["profit"], fee["symbol"]) == (
        "2025-05-02T10:00:00Z",
        "21",
        "1000.000001",
        "800.000000",
        "200.000001",
        "USDC",
    )
    history = History()
    history.pay("2025-06-01T00:00", ("=1+1", 1, '=HYPERLINK("http://x")'), ("@x", 2, "\t-1"), ("+", 3, "ok"))
    export = build_export(history.movements(), USDC, Scope(), history.coverage)
    cells = [
        (row["model"], row["memo"]) for row in csv.DictReader(io.StringIO(render_export(export, ExportFormat.CSV)))
    ]
    assert cells == [("'=1+1", 'for =HYPERLINK("http://x")'), ("'@x", "for \\u0009-1"), ("'+", "for ok")]


def test_the_document_has_exact_amounts_and_sums_by_model_and_provider() -> None:
    document = json.loads(render_export(exported(Scope(model_id=ModelId("21"))), ExportFormat.JSON))
    assert document["block"]["number"] == two_months()[0].coverage.last_block
    sums = {(one["model"], one["provider"]): one for one in document["sums"]}
    assert sums["21", None]["fees"]["display"] == "1000.000002"
    assert sums["21", "together"]["paid"] == {
        "units": "75000000",
        "decimals": 6,
        "symbol": "USDC",
        "display": "75.000000",
    }
    assert sums["21", "together"]["gas"]["display"] == "0.000050000000350000"


NASTY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(NASTY, NASTY)
def test_two_texts_never_share_an_account_and_no_account_has_a_sign_of_the_languages(first: str, second: str) -> None:
    names = account_part("Model", first), account_part("Model", second)
    assert (names[0] == names[1]) == (first == second)
    for name in names:
        assert name.isascii()
        assert all(sign.isalnum() or sign == "-" for sign in name)


@pytest.mark.parametrize(("one", "other"), [("a-b", "a--2d-b"), ("a b", "a--20-b"), ("-", "--2d-"), ("Chat", "chat")])
def test_a_text_made_to_look_like_an_escape_is_escaped_itself(one: str, other: str) -> None:
    assert account_part("Model", one) != account_part("Model", other)


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [("USDC", "USDC"), ("USDC.e", "USDCE"), ("$", "TOKEN"), ("", "TOKEN"), ("ETH", "TOKEN"), ("true", "TOKEN"),
     ("1INCH", "INCH"), ("X", "TOKEN"), ("\uff35SDC", "TOKEN")],
)  # fmt: skip
def test_a_symbol_becomes_a_currency_that_both_programs_accept(symbol: str, expected: str) -> None:
    assert commodity(symbol) == expected


def test_a_text_stays_on_one_line_and_is_cut() -> None:
    assert one_line("a\nb\u202ec") == "a\\u000ab\\u202ec"
    assert len(one_line("x" * 1000)) == 301

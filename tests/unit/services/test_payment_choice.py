"""Which invoices are chosen to be paid: by their due day, and by files."""

from datetime import date
from pathlib import Path

import pytest

from hokctl.domain.amounts import Token
from hokctl.domain.invoices import InvoiceLine
from hokctl.domain.units import ModelId
from hokctl.ledger.book import Ledger
from hokctl.services.payment_choice import PaymentFileDiffersError, choose_by_file, choose_due, read_payment_file
from tests.unit.ledger.samples import USDC, invoice_line, make_invoice

pytestmark = pytest.mark.unit
OTHER = Token(chain_id=1, address=USDC.address, decimals=6, symbol="USDC")


def test_due_leaves_out_other_chains() -> None:
    with Ledger.open("sqlite://") as ledger:
        ledger.invoices.add(make_invoice("A", "p1"))
        ledger.invoices.add(make_invoice("B", "p1", InvoiceLine(model_id=ModelId("m"), amount=OTHER.amount(5))))
        assert [one.number for one in choose_due(ledger.invoices, date(2026, 1, 1), None, chain_id=31337)] == ["A"]


def test_a_number_with_a_hash_sign_is_not_a_comment(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("number,provider\n#17,p1\nB,p1\n")
    assert [one.number for one in read_payment_file(path)[0]] == ["#17", "B"]


def test_a_csv_that_names_one_of_two_models_does_not_pay_both(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("number,provider,model,amount\nA,p1,m1,0.000005\n")
    with Ledger.open("sqlite://") as ledger:
        ledger.invoices.add(make_invoice("A", "p1", invoice_line("m1", 5), invoice_line("m2", 7)))
        with pytest.raises(PaymentFileDiffersError):
            choose_by_file(ledger.invoices, path, None, key_of=str)


def test_a_remark_may_stand_above_the_header_and_among_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("# June\nnumber,provider\n# the rest\nB,p1\n")
    assert [one.number for one in read_payment_file(path)[0]] == ["B"]

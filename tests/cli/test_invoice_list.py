"""hokctl invoice list: choosing, adding up, and a page at a time."""

import re
from pathlib import Path

import pytest

from hokctl.domain.invoices import hash_document
from tests.world import World

pytestmark = pytest.mark.cli

ROWS = """number,provider,model,amount,due
A,together,21,1,2024-02-15
A,together,22,2,2024-02-15
B,mallory,22,4,2024-02-15
C,together,21,8,9999-12-31
D,together,22,16,
"""


@pytest.fixture(autouse=True)
def _book(world: World) -> None:
    Path("a.csv").write_text(ROWS, encoding="utf-8")
    world.ok("invoice", "import", "a.csv")
    world.ok("invoice", "void", "D")


@pytest.mark.parametrize(
    ("options", "numbers", "totals"),
    [
        ((), "ABCD", [("open", 3, "15.00"), ("void", 1, "16.00")]),
        (("--model", "22"), "ABD", [("open", 2, "6.00"), ("void", 1, "16.00")]),
        (("--provider", "mallory"), "B", [("open", 1, "4.00")]),
        (("--due",), "AB", [("open", 2, "7.00")]),
        (("--due", "--state", "void"), "", []),
        (("--state", "open", "--provider", "together"), "AC", [("open", 2, "11.00")]),
    ],
)
def test_invoices_are_chosen_and_added_up(
    world: World, options: tuple[str, ...], numbers: str, totals: list[tuple[str, int, str]]
) -> None:
    data = world.ok("invoice", "list", *options)

    assert "".join(invoice["number"] for invoice in data["invoices"]) == numbers
    assert data["count"] == len(numbers)
    assert [(one["state"], one["invoices"], one["amount"]["display"]) for one in data["totals"]] == totals


def test_a_page_says_what_follows(world: World) -> None:
    data = world.ok("invoice", "list", "--limit", "2", "--offset", "1")
    text = world.run("invoice", "list", "--limit", "2", "--offset", "1").stdout

    assert [invoice["number"] for invoice in data["invoices"]] == ["B", "C"]
    assert (data["count"], data["offset"]) == (4, 1)
    assert "3 open: 15.00 USDC; 1 void: 16.00 USDC" in text
    assert "2 of 4 invoices; --offset 3 shows what follows." in text


def test_show_says_where_an_invoice_comes_from(world: World) -> None:
    Path("a.pdf").write_bytes(b"%PDF")
    world.ok("invoice", "add", "E", "--model", "21", "--amount", "1", "--currency", "USD", "--document", "a.pdf")
    text = world.run("invoice", "show", "E").stdout

    rows = dict(re.split(r"  +", line.strip(), maxsplit=1) for line in text.splitlines() if "  " in line.strip())
    assert rows["currency"] == "USD"
    assert (rows["document"], rows["document's hash"]) == ("a.pdf", hash_document(b"%PDF"))
    assert rows["entered"].endswith(" UTC")

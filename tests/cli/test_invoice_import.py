"""hokctl invoice import: whole files into the book, or nothing."""

from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from tests.counting import counting_proxy
from tests.world import MALLORY, TOGETHER, Ran, World

pytestmark = pytest.mark.cli

HEADER = "number,provider,model,amount"
MOST = 4
"""Round trips of an import, however large: the block, and three reads of the models."""


def write(name: str, text: str) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")
    return name


def numbers(world: World) -> list[str]:
    return [invoice["number"] for invoice in world.ok("invoice", "list")["invoices"]]


def refused(ran: Ran, exit_code: int, sentence: str) -> None:
    assert (ran.exit_code, ran.stdout) == (exit_code, "")
    assert sentence in ran.stderr
    assert "Traceback" not in ran.stderr


def test_import_enters_every_invoice_of_every_file(world: World) -> None:
    csv = write(
        "inbox/a.csv", f"{HEADER},due\nA,together,21,1.5,2024-02-15\nA,together,22,2,2024-02-15\nB,mallory,21,3,\n"
    )
    toml = write("inbox/b.toml", 'number = "C"\n[[lines]]\nmodel = "22"\namount = "4"\n')
    data = world.ok("invoice", "import", csv, toml)

    assert [(file["path"], file["entered"], file["known"], file["lines"]) for file in data["files"]] == [
        ("inbox/a.csv", 2, 0, 3),
        ("inbox/b.toml", 1, 0, 1),
    ]
    assert [(one["provider"], one["model_id"], one["amount"]["display"]) for one in data["totals"]] == [
        ("together", "21", "1.50"),
        ("together", "22", "6.00"),
        ("mallory", "21", "3.00"),
    ]
    entered = data["files"][0]["invoices"][0]
    assert (entered["place"], entered["is_new"]) == ("inbox/a.csv, lines 2 and 3", True)
    assert entered["invoice"]["total"]["display"] == "3.50"
    assert world.ok("invoice", "show", "A")["invoice"] == entered["invoice"]
    assert numbers(world) == ["A", "B", "C"]


def test_import_says_what_it_did_and_what_comes_next(world: World) -> None:
    path = write("a.csv", f"{HEADER}\nA,together,21,1.5\nB,together,21,2\n")
    text = world.run("invoice", "import", path).stdout

    assert "2 invoices entered the book" in text
    assert "together  21     3.50 USDC" in text
    assert "Next: hokctl invoice check --all" in text


def test_a_dry_run_judges_everything_and_enters_nothing(world: World) -> None:
    path = write("a.csv", f"{HEADER}\nA,together,21,1.5\n")
    ran = world.run("invoice", "import", path, "--dry-run")

    assert (ran.exit_code, numbers(world)) == (0, [])
    assert "1 invoice would enter the book" in ran.stdout
    assert "Nothing was entered" in ran.stdout
    world.ok("invoice", "import", path)
    refused(world.run("invoice", "import", path, "--dry-run"), 6, "a.csv, line 2: Invoice A of together is in the book")


@pytest.mark.parametrize(
    ("row", "exit_code", "sentence"),
    [
        ("B,together,21,1e3", 2, "a.csv, line 3, column amount: '1e3' is not an amount: an exponent is not allowed."),
        ("B,together,21,0", 2, "a.csv, line 3, column amount: The invoice owes nothing for model 21."),
        ("B,together,99,1", 2, "a.csv, line 3, column amount: There is no model '99' in the deployment"),
        ("B,togehter,21,1", 2, "a.csv, line 3: "),
        ("B,eth:0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65,21,1", 2, "a.csv, line 3: "),
        (" B,together,21,1", 2, "a.csv, line 3: ' B' is not an invoice number"),
        ("A,together,21,1", 2, "a.csv, lines 2 and 3: The invoice has two lines for model 21."),
        (f"A,{TOGETHER},22,1", 2, "a.csv, line 3: invoice A of together stands already in a.csv, line 2."),
        ("B,together,21", 3, "a.csv, line 3: it has 3 cells, not 4."),
    ],
)
def test_one_wrong_row_keeps_the_whole_import_out(world: World, row: str, exit_code: int, sentence: str) -> None:
    path = write("a.csv", f"{HEADER}\nA,together,21,1\n{row}\nC,together,21,1\n")
    other = write("b.csv", f"{HEADER}\nD,together,21,1\n")

    refused(world.run("invoice", "import", other, path), exit_code, sentence)
    assert numbers(world) == []


def test_the_same_file_is_refused_and_with_skip_known_left_out(world: World) -> None:
    path = write("a.csv", f"{HEADER}\nA,together,21,1\nB,together,21,2\n")
    world.ok("invoice", "import", path)
    again = "a.csv, line 2; a.csv, line 3: Invoice A of together is in the book already, and is open; so is 1 other."
    refused(world.run("invoice", "import", path), 6, again)

    write("a.csv", f"{HEADER}\nB,together,21,2\nC,together,21,3\nA,together,21,1\n")
    file = world.ok("invoice", "import", path, "--skip-known")["files"][0]
    assert [(one["invoice"]["number"], one["is_new"]) for one in file["invoices"]] == [
        ("B", False),
        ("C", True),
        ("A", False),
    ]
    assert (file["entered"], file["known"], numbers(world)) == (1, 2, ["A", "B", "C"])


def test_skip_known_refuses_what_differs(world: World) -> None:
    path = write("a.csv", f"{HEADER}\nA,together,21,1\n")
    world.ok("invoice", "import", path)
    write("a.csv", f"{HEADER}\nA,together,21,1.01\nB,together,21,1\n")

    refused(world.run("invoice", "import", path, "--skip-known"), 6, "is in the book already with other content")
    assert numbers(world) == ["A"]


def test_one_document_under_two_numbers_is_refused_however_it_is_hashed(world: World) -> None:
    write("inbox/doc.pdf", "%PDF an invoice")
    path = write("inbox/a.csv", f"{HEADER},document\nA,together,21,1,doc.pdf\nB,together,21,2,doc.pdf\n")
    refused(world.run("invoice", "import", path), 6, "a.csv, line 3: Invoice B is the same document as invoice A")
    write("inbox/a.csv", f"{HEADER},document,hash\nA,together,21,1,doc.pdf,document\n")
    invoice = world.ok("invoice", "import", path)["files"][0]["invoices"][0]["invoice"]

    digest = "0x" + keccak(b"%PDF an invoice").hex()
    assert (invoice["invoice_hash"], invoice["document_hash"]) == (digest, digest)
    again = world.run("invoice", "add", "Z", "--model", "21", "--amount", "9", "--document", "inbox/doc.pdf")
    refused(again, 6, "Invoice Z is the same document as invoice A of together, which is open.")
    other = ("--provider", "mallory", "--document", "inbox/doc.pdf", "--hash", "document")
    world.ok("invoice", "add", "A", "--model", "21", "--amount", "9", *other)


def test_an_import_reads_all_models_together(world: World) -> None:
    rows = "\n".join(f"INV-{number},together,{21 + number % 2},1.{number:02}" for number in range(100))
    path = write("a.csv", f"{HEADER}\n{rows}\n")
    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        assert world.ok("invoice", "import", path)["files"][0]["entered"] == 100
        assert 0 < proxy.round_trips <= MOST


def test_csv_airdrop_needs_a_model_and_numbers(world: World) -> None:
    usdc = world.deployment.suite.usdc.address
    rows = f"erc20,{usdc},{TOGETHER},1.5,\nerc20,{usdc.lower()},{MALLORY},2,\n"
    path = write("payout.csv", f"token_type,token_address,receiver,amount,id\n{rows}")
    refused(world.run("invoice", "import", path), 3, "payout.csv: it has the columns of the Safe app CSV Airdrop")
    refused(world.run("invoice", "import", path, "--model", "21"), 2, "--model and --number-prefix go together.")

    told = ("--model", "21", "--number-prefix", "2024-01")
    found = world.ok("invoice", "import", path, *told)["files"][0]["invoices"]
    assert [(one["invoice"]["number"], one["invoice"]["provider"]) for one in found] == [
        ("2024-01-1", "together"),
        ("2024-01-2", "mallory"),
    ]
    write("payout.csv", f"token_address,receiver,amount\n{MALLORY},{TOGETHER},1\n")
    refused(
        world.run("invoice", "import", path, *told), 2, f"line 2: {MALLORY} (mallory) is not the token that the reserve"
    )
    write("payout.csv", f"token_address,receiver,amount,decimals\n{usdc},{TOGETHER},1,18\n")
    refused(world.run("invoice", "import", path, *told), 2, "line 2: It says that USDC has '18' fraction digits")


def test_add_takes_one_invoice_of_any_format(world: World) -> None:
    csv = write("a.csv", f"{HEADER},currency\nA,together,21,1,USD\nB,together,21,1,\n")
    json = write("b.json", '{"number": "J", "lines": [{"model": "21", "amount": "7"}]}')

    assert world.ok("invoice", "add", "--file", json)["invoice"]["currency"] == "USDC"
    refused(world.run("invoice", "add", "--file", csv), 3, "it has 2 invoices, and one is wanted")
    text = write("c.txt", f"{HEADER},currency\nA,together,21,1,USD\n")
    assert world.ok("invoice", "add", "--file", text, "--format", "csv")["invoice"]["currency"] == "USD"
    refused(
        world.run("invoice", "add", "X", "--model", "21", "--amount", "1", "--currency", "$ $"), 2, "is no currency"
    )


def test_the_example_files_can_be_imported(world: World) -> None:
    examples = Path(__file__).parents[2] / "examples" / "invoices"
    files = [str(examples / name) for name in ("march.csv", "april.json")]
    data = world.ok("invoice", "import", *files)

    assert [(file["entered"], file["lines"]) for file in data["files"]] == [(2, 3), (2, 3)]
    assert sum(int(one["amount"]["units"]) for one in data["totals"]) == 131_000_000

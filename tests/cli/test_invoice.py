"""hokctl invoice: the book, and paying from it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from eth_utils.crypto import keccak

from hokctl.commands.invoice import app
from tests.world import ALICE, MALLORY, TOGETHER, World

pytestmark = pytest.mark.cli

HASH = "0x" + keccak(text="INV-1").hex()


def amount(display: str, units: int) -> dict[str, object]:
    return {"units": str(units), "decimals": 6, "symbol": "USDC", "display": display}


def add(world: World, number: str = "INV-1", *options: str, amount: str = "50") -> None:
    world.ok("invoice", "add", number, "--model", "21", "--amount", amount, *options)


def codes(world: World, *argv: str) -> tuple[int, list[str]]:
    ran = world.run(*argv, "-o", "json")
    return ran.exit_code, [finding["code"] for finding in ran.json["findings"]]


def test_an_empty_book_says_so_and_how_to_fill_it(world: World) -> None:
    told = world.run("invoice", "list").stdout
    assert "no invoices yet" in told
    assert "hokctl invoice add" in told
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "1")
    assert "no such invoice" in world.run("invoice", "list", "--state", "void").stdout


def test_add_enters_an_invoice_of_the_registered_provider(world: World) -> None:
    entered = world.ok(
        "invoice", "add", "INV-1", "--model", "21", "--amount", "1250.75", "--memo", "January",
        "--period-start", "2024-01-01", "--period-end", "2024-01-31", "--due", "2024-02-15",
    )  # fmt: skip

    invoice = entered["invoice"]
    assert (invoice.pop("entered_at") > 1_700_000_000, len(invoice.pop("digest"))) == (True, 66)
    assert invoice == {
        "number": "INV-1",
        "provider": "together",
        "payee": TOGETHER,
        "state": "open",
        "lines": [{"model_id": "21", "amount": amount("1250.75", 1_250_750_000), "payment": None}],
        "total": amount("1250.75", 1_250_750_000),
        "invoice_hash": HASH,
        "hash_method": "number",
        "currency": "USDC",
        "memo": "January",
        "period_start": "2024-01-01",
        "period_end": "2024-01-31",
        "due": "2024-02-15",
        "document": None,
        "document_hash": None,
        "tx_hash": None,
        "safe_tx_hash": None,
    }
    shown = world.ok("invoice", "show", "INV-1")["invoice"]
    assert {**shown, **invoice} == shown
    assert world.ok("invoice", "list")["invoices"] == [shown]


def test_a_provider_is_one_by_name_and_by_address(world: World) -> None:
    add(world, "INV-1", "--provider", "together")
    ran = world.run("invoice", "add", "INV-1", "--model", "21", "--amount", "9", "--provider", TOGETHER)

    assert ran.exit_code == 6
    assert "Invoice INV-1 of together is in the book already" in ran.stderr
    assert world.run("invoice", "show", "INV-1", "--provider", TOGETHER).exit_code == 0


def test_two_providers_may_use_one_number(world: World) -> None:
    add(world, "1001", "--provider", "together")
    add(world, "1001", "--provider", "mallory")

    assert world.run("invoice", "show", "1001").exit_code == 2
    assert world.ok("invoice", "show", "1001", "--provider", "mallory")["invoice"]["payee"] == MALLORY


def test_the_next_step_that_add_prints_names_one_invoice(world: World) -> None:
    add(world, "1001", "--provider", "together")
    alone = world.run("invoice", "add", "1002", "--model", "21", "--amount", "5")
    other = world.run("invoice", "add", "1001", "--model", "21", "--amount", "5", "--provider", "mallory")

    assert "Next: hokctl invoice pay 1002\n" in alone.stdout
    assert "Next: hokctl invoice pay 1001 --provider mallory\n" in other.stdout


def test_an_invoice_for_an_unknown_model_is_refused_in_a_plain_sentence(world: World) -> None:
    ran = world.run("invoice", "add", "INV-1", "--model", "99", "--amount", "5")

    assert (ran.exit_code, ran.stderr.splitlines()[0]) == (
        2,
        "Error: There is no model '99' in the deployment on devnet.",
    )


@pytest.mark.parametrize(
    ("options", "exit_code", "message"),
    [
        (["--model", "21", "--amount", "1e3"], 2, "an exponent is not allowed"),
        (["--model", "21", "--amount", "-1"], 2, "a sign is not allowed"),
        (["--model", "21", "--amount", "1,000"], 2, "thousands separators are not allowed"),
        (["--model", "21", "--amount", "0.0000001"], 2, "USDC has 6 fraction digits, not 7"),
        (["--model", "21", "--amount", "0"], 2, "owes nothing for model 21"),
        (["--model", "99", "--amount", "1"], 2, "There is no model '99'"),
        (["--model", "21 ", "--amount", "1"], 2, "is not a model id"),
        (["--model", "23", "--amount", "1"], 2, "no provider is registered"),
        (["--model", "21"], 2, "a model and an amount are needed"),
        (["--model", "21", "--amount", "1", "--due", "soon"], 2, "'soon' is not a date"),
        (["--model", "21", "--amount", "1", "--hash", "sha1"], 2, "no way to make an invoice's hash"),
        (["--model", "21", "--amount", "1", "--hash", "document"], 2, "no document is named"),
        (["--model", "21", "--amount", "1", "--memo", "x" * 201], 2, "The memo is longer than 200 bytes"),
        (["--model", "21", "--amount", "1", "--provider", "nobody"], 2, "nobody"),
        (["--model", "21", "--amount", "1", "--document", "missing.pdf"], 3, "missing.pdf cannot be read"),
        (
            ["--model", "21", "--amount", "1", "--period-start", "2024-02-01", "--period-end", "2024-01-01"],
            2,
            "The period ends on 2024-01-01, before it starts",
        ),
    ],
)
def test_add_refuses_what_is_wrong_and_enters_nothing(
    world: World, options: list[str], exit_code: int, message: str
) -> None:
    ran = world.run("invoice", "add", "INV-1", *options)

    assert (ran.exit_code, ran.stdout) == (exit_code, "")
    assert message in ran.stderr
    assert world.ok("invoice", "list") == {"invoices": [], "count": 0, "offset": 0, "totals": []}


@pytest.mark.parametrize("number", ["", " INV-1", "INV\u200b-1"])
def test_add_refuses_numbers_that_look_like_others(world: World, number: str) -> None:
    assert world.run("invoice", "add", number, "--model", "21", "--amount", "1").exit_code == 2


def test_a_file_holds_several_models_and_options_go_before_it(world: World) -> None:
    Path("invoice.toml").write_text(
        'number = "INV-7"\nmemo = "from the file"\ndue = 2024-03-15\n'
        '[[lines]]\nmodel = "21"\namount = "12.50"\n[[lines]]\nmodel = "22"\namount = "7.25"\n',
        encoding="utf-8",
    )
    invoice = world.ok("invoice", "add", "--file", "invoice.toml", "--memo", "from the option")["invoice"]

    assert [(line["model_id"], line["amount"]["display"]) for line in invoice["lines"]] == [
        ("21", "12.50"),
        ("22", "7.25"),
    ]
    assert (invoice["number"], invoice["memo"], invoice["due"]) == ("INV-7", "from the option", "2024-03-15")
    assert invoice["total"] == amount("19.75", 19_750_000)


@pytest.mark.parametrize(
    ("text", "exit_code", "message"),
    [
        ('number = "A"\nlines = []', 3, "lines"),
        ('number = "A"\n[[lines]]\nmodel = "21"\namount = 5', 3, "is not a text"),
        ('number = "A"\nnumbr = "B"\n[[lines]]\nmodel = "21"\namount = "5"', 3, "numbr"),
        ('number = "A"\nhash = "document"\n[[lines]]\nmodel = "21"\namount = "5"', 3, "no document is named"),
        ("number =", 3, "not valid TOML"),
        ('number = "A"' + '\n[[lines]]\nmodel = "21"\namount = "5"' * 2, 2, "two lines for model 21"),
        ('[[lines]]\nmodel = "21"\namount = "5"', 3, "number"),
    ],
)
def test_a_file_with_a_fault_is_refused(world: World, text: str, exit_code: int, message: str) -> None:
    Path("invoice.toml").write_text(text, encoding="utf-8")
    ran = world.run("invoice", "add", "--file", "invoice.toml")

    assert ran.exit_code == exit_code
    assert message in ran.stderr


def test_a_file_and_a_line_besides_contradict_each_other(world: World) -> None:
    Path("invoice.toml").write_text('number = "A"\n[[lines]]\nmodel = "21"\namount = "5"\n', encoding="utf-8")
    ran = world.run("invoice", "add", "--file", "invoice.toml", "--model", "22", "--amount", "1")

    assert (ran.exit_code, "--file, which has the lines" in ran.stderr) == (2, True)


def test_a_document_gives_the_hash_and_is_one_under_any_number(world: World) -> None:
    Path("invoice.pdf").write_bytes(b"%PDF an invoice")
    options = ("--document", "invoice.pdf", "--hash", "document")
    add(world, "INV-1", *options)
    digest = "0x" + keccak(b"%PDF an invoice").hex()

    assert world.ok("invoice", "show", "INV-1")["invoice"]["invoice_hash"] == digest
    assert world.ok("invoice", "hash", "--document", "invoice.pdf") == {
        "invoice_hash": digest,
        "hash_method": "document",
        "source": "invoice.pdf",
    }
    again = world.run("invoice", "add", "INV-2", "--model", "21", "--amount", "50", *options)
    assert (again.exit_code, "is the same document as invoice INV-1" in again.stderr) == (6, True)
    assert "hokctl invoice void INV-1 --provider together first" in again.stderr

    proposal = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    assert proposal is not None
    proposed = world.run("invoice", "add", "INV-2", "--model", "21", "--amount", "50", *options)
    assert "See hokctl invoice show INV-1 --provider together.\n" in proposed.stderr


def test_an_empty_document_is_no_document(world: World) -> None:
    Path("empty.pdf").touch()

    assert world.run("invoice", "hash", "--document", "empty.pdf").exit_code == 2


def test_the_hash_of_a_number_needs_no_node(world: World) -> None:
    world.write_config(rpc_url="http://127.0.0.1:9")

    ran = world.run("invoice", "hash", "INV-1")
    assert (ran.exit_code, HASH in ran.stdout, "number" in ran.stdout) == (0, True, True)
    assert world.run("invoice", "hash").exit_code == 2


def test_list_shows_states_and_refuses_unknown_ones(world: World) -> None:
    add(world, "INV-1")
    add(world, "INV-2")
    world.ok("invoice", "void", "INV-2")

    assert [invoice["number"] for invoice in world.ok("invoice", "list", "--state", "open")["invoices"]] == ["INV-1"]
    assert [invoice["number"] for invoice in world.ok("invoice", "list", "--state", "void")["invoices"]] == ["INV-2"]
    assert "INV-1   together  21      50.00 USDC  -    open" in world.run("invoice", "list").stdout
    assert world.run("invoice", "list", "--state", "owed").exit_code == 2


def test_pay_proposes_to_the_payers_safe(world: World) -> None:
    add(world)
    ran = world.run("invoice", "pay", "INV-1", "--signer", "alice", "-y", "-o", "json")
    data = ran.data
    proposal = data["proposal"]

    assert (ran.exit_code, ran.json["status"]) == (0, "pending")
    assert [finding["code"] for finding in ran.json["findings"]] == ["first-time-payee"]
    assert [call["signature"] for call in data["plan"]["calls"]] == [
        "payInfrastructureCost(string,address,uint256,bytes32,string)"
    ]
    assert data["plan"]["title"] == "Pay invoice INV-1 of together: 50.00 USDC"
    assert data["route"]["kind"] == "safe"
    assert (proposal["safe"], proposal["threshold"], proposal["confirmations"]) == (world.safe, 2, [ALICE])
    assert data["outcome"] is None
    assert (data["invoice"]["state"], data["invoice"]["safe_tx_hash"]) == ("proposed", proposal["safe_tx_hash"])


def test_a_dry_run_needs_no_key_and_notes_nothing(world: World) -> None:
    add(world)
    data = world.ok("invoice", "pay", "INV-1", "--dry-run")

    assert data["proposal"] is None
    assert data["invoice"]["state"] == "open"
    assert not (world.directory / "proposals").exists()


def test_pay_refuses_more_than_accrued(world: World) -> None:
    add(world, amount="800.000001")
    ran = world.run("invoice", "pay", "INV-1", "--signer", "alice", "-y", "-o", "json")

    assert (ran.exit_code, ran.json["status"]) == (6, "refused")
    finding, other = ran.json["findings"]
    assert (finding["code"], other["code"]) == ("exceeds-accrued", "first-time-payee")
    assert "800.000001 USDC is more than the 800.00 USDC accrued for model 21" in finding["message"]
    assert codes(world, "invoice", "pay", "INV-1", "--dry-run") == (6, ["exceeds-accrued", "first-time-payee"])
    assert world.ok("invoice", "show", "INV-1")["invoice"]["state"] == "open"


def test_pay_refuses_a_second_proposal_of_one_invoice(world: World) -> None:
    add(world)
    world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")

    again = codes(world, "invoice", "pay", "INV-1", "--signer", "bob", "-y")
    assert again == (6, ["invoice-already-proposed", "first-time-payee", "already-proposed"])


def test_pay_finds_a_proposal_of_another_book(world: World) -> None:
    add(world)
    world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")
    Path("hokctl.db").unlink()
    add(world)

    exit_code, found = codes(world, "invoice", "pay", "INV-1", "--dry-run")
    assert (exit_code, found[0]) == (6, "invoice-already-proposed")


def test_pay_holds_back_when_the_proposal_it_made_is_missing(world: World) -> None:
    add(world)
    proposal = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]
    shutil.rmtree(proposal["path"])
    argv = ("invoice", "pay", "INV-1", "--signer", "alice", "-y")

    assert codes(world, *argv) == (6, ["invoice-already-proposed", "first-time-payee"])
    again = world.ok(*argv, "--allow", "invoice-already-proposed")
    assert again["invoice"]["state"] == "proposed"


def test_a_document_named_in_a_file_lies_beside_the_file(world: World) -> None:
    folder = Path("inbox")
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF")
    text = 'number = "A"\ndocument = "a.pdf"\nhash = "document"\n[[lines]]\nmodel = "21"\namount = "5"\n'
    (folder / "a.toml").write_text(text, encoding="utf-8")
    invoice = world.ok("invoice", "add", "--file", "inbox/a.toml")["invoice"]

    assert (invoice["document"], invoice["invoice_hash"]) == ("inbox/a.pdf", "0x" + keccak(b"%PDF").hex())


def test_a_document_is_found_from_another_directory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.pdf").write_bytes(b"%PDF")
    place = Path("a.pdf").absolute()
    world.ok("invoice", "add", "A", "--model", "21", "--amount", "5", "--document", "a.pdf")
    Path("elsewhere").mkdir()
    config = str(Path("hokctl.toml").absolute())
    monkeypatch.chdir("elsewhere")
    ran = world.run("invoice", "check", "A", "--config", config, "-o", "json")
    assert {one["code"] for one in ran.json["findings"]} == {"first-time-payee"}
    assert world.ok("invoice", "show", "A", "--config", config)["invoice"]["document"] == str(place)


def test_pay_refuses_a_payee_nobody_knows(world: World) -> None:
    stranger = world.accounts[8]
    add(world, "INV-1", "--provider", stranger)

    assert codes(world, "invoice", "pay", "INV-1", "--dry-run") == (6, ["payee-not-provider", "first-time-payee"])
    accepted = codes(world, "invoice", "pay", "INV-1", "--dry-run", "--allow", "payee-not-provider")
    assert accepted == (0, ["payee-not-provider", "first-time-payee"])


def test_pay_warns_of_a_named_payee_that_is_not_the_provider(world: World) -> None:
    add(world, "INV-1", "--provider", "mallory")

    assert codes(world, "invoice", "pay", "INV-1", "--dry-run") == (0, ["payee-not-provider", "first-time-payee"])


def test_pay_warns_of_a_large_payment(world: World) -> None:
    add(world, amount="400.01")

    assert codes(world, "invoice", "pay", "INV-1", "--dry-run") == (0, ["large-payment", "first-time-payee"])


def test_pay_refuses_while_the_reserve_is_paused(world: World) -> None:
    add(world)
    world.ok("emergency", "pause", "--signer", "deployer", "-y")

    assert codes(world, "invoice", "pay", "INV-1", "--dry-run") == (6, ["reserve-paused", "first-time-payee"])


def test_pay_refuses_what_is_void_and_unknown(world: World) -> None:
    add(world)
    world.ok("invoice", "void", "INV-1")
    void = world.run("invoice", "pay", "INV-1", "--dry-run")

    assert (void.exit_code, "Invoice INV-1 is void, so it cannot be paid" in void.stderr) == (6, True)
    assert world.run("invoice", "pay", "INV-404", "--dry-run").exit_code == 2


def test_pay_refuses_an_invoice_in_another_token(world: World) -> None:
    from hokctl.domain.amounts import Token
    from hokctl.domain.invoices import HashMethod, Invoice, InvoiceLine, hash_number
    from hokctl.domain.units import ModelId
    from hokctl.ledger.book import Ledger

    other = Token(chain_id=1, address=MALLORY, decimals=6, symbol="USDC")
    with Ledger.at(Path("hokctl.db")) as ledger:
        ledger.invoices.add(
            Invoice(
                number="INV-1",
                provider="together",
                payee=TOGETHER,
                lines=(InvoiceLine(model_id=ModelId("21"), amount=other.amount(1)),),
                invoice_hash=hash_number("INV-1"),
                hash_method=HashMethod.NUMBER,
                currency="USDC",
            )
        )
    ran = world.run("invoice", "pay", "INV-1", "--dry-run")

    assert (ran.exit_code, "of chain 1" in ran.stderr) == (6, True)


def test_pay_without_a_key_says_what_is_missing(world: World) -> None:
    add(world)
    ran = world.run("invoice", "pay", "INV-1", "--signer", "mallory", "-y")

    assert ran.exit_code == 6
    assert f"{MALLORY} (mallory) is not an owner of the Safe {world.safe} (treasury)" in ran.stderr


def test_void_leaves_what_was_proposed(world: World) -> None:
    add(world)
    world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")

    assert world.run("invoice", "void", "INV-1").exit_code == 6


def test_void_strikes_out_what_was_proposed_and_can_no_longer_be_paid(world: World) -> None:
    add(world)
    proposed = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    rejection = world.ok("safe", "reject", proposed, "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", rejection, "--signer", "bob", "-y")
    world.ok("safe", "execute", rejection, "--signer", "backend", "-y")

    assert world.ok("invoice", "void", "INV-1")["invoice"]["state"] == "void"


def test_void_refuses_what_the_chain_paid_though_the_book_does_not_know(world: World) -> None:
    add(world)
    proposed = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    before = (world.directory / "hokctl.db").read_bytes()
    world.ok("safe", "sign", proposed, "--signer", "bob", "-y")
    world.ok("safe", "execute", proposed, "--signer", "backend", "-y")
    for path in world.directory.glob("hokctl.db*"):
        path.unlink()
    (world.directory / "hokctl.db").write_bytes(before)
    ran = world.run("invoice", "void", "INV-1")

    assert (ran.exit_code, "Invoice INV-1 is paid by 0x" in ran.stderr) == (6, True), ran.stderr


def test_the_examples_can_be_entered(world: World) -> None:
    examples = Path(__file__).parents[2] / "examples" / "invoices"
    files = sorted(examples.glob("*.toml"))
    for file in files:
        world.ok("invoice", "add", "--file", str(file))

    numbers = [invoice["number"] for invoice in world.ok("invoice", "list")["invoices"]]
    assert numbers == [file.stem for file in files] == ["INV-2024-001", "INV-2024-002"]
    assert world.ok("invoice", "pay", "INV-2024-002", "--dry-run")["plan"]["calls"][0]["signature"].startswith(
        "batchPay"
    )


def test_a_file_that_may_not_be_read_is_left_to_the_reader_which_says_so() -> None:
    """The parser of options would call it a wrong argument, with the help as the only way out."""
    group: Any = typer.main.get_command(app)
    files = {
        (name, one.name): one.type_descriptor.parameter_info.readable
        for name, command in group.commands.items()
        for one in command.params
        if one.name in {"file", "files", "document"}
    }
    assert files == dict.fromkeys(
        [("add", "document"), ("add", "file"), ("import", "files"), ("hash", "document"), ("pay", "file")], False
    )

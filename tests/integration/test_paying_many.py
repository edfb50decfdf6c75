"""Paying several invoices at once: chosen, limited, split, refused as duplicates, and matched line by line."""

import json
from pathlib import Path
from typing import Any

import pytest

from hokctl.clients.infrastructure_reserve import Payment
from hokctl.domain.authority import EoaAuthority
from hokctl.domain.invoices import hash_number
from hokctl.domain.units import ModelId
from hokctl.ledger.book import Ledger
from hokctl.services.failing_rows import name_failing_row
from hokctl.services.payment_batches import Item
from hokctl.services.payment_queue import payments_of
from tests.authorities import hand_over, impersonated
from tests.policies import write_policy
from tests.versions import Shaped
from tests.world import TOGETHER, World

pytestmark = pytest.mark.integration

M21, M22 = ModelId("21"), ModelId("22")
ALICE = ("--signer", "alice", "-y")


def enter(
    world: World, number: str, *lines: tuple[str, str], due: str = "2026-01-31", provider: str = "together"
) -> None:
    text = f'number = "{number}"\nprovider = "{provider}"\nmemo = "for {number}"\ndue = {due}\n'
    text += "".join(f'[[lines]]\nmodel = "{model}"\namount = "{amount}"\n' for model, amount in lines)
    Path("invoice.toml").write_text(text, encoding="utf-8")
    world.ok("invoice", "add", "--file", "invoice.toml")


def propose(world: World, *argv: str) -> dict[str, Any]:
    proposal = world.ok("invoice", "pay", *argv, *ALICE)["proposal"]
    assert isinstance(proposal, dict)
    return proposal


def execute(world: World, safe_tx_hash: str) -> dict[str, Any]:
    world.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
    (transaction,) = world.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", "-y")["outcome"]["transactions"]
    assert isinstance(transaction, dict)
    return transaction


def invoice(world: World, number: str) -> Any:  # noqa: ANN401 - JSON
    return world.ok("invoice", "show", number)["invoice"]


def stops(world: World, *argv: str) -> tuple[int, list[str]]:
    document = world.run(*argv, "-o", "json").json
    found = [item["code"] for item in document["findings"] if item["severity"] == "error"]
    return document["exit_code"], [*found, *(item["code"] for item in document["errors"])]


def pay_elsewhere(world: World, number: str, model: ModelId, units: int) -> str:
    """Pay a line past hokctl, as the Safe."""
    payment = Payment(model_id=model, payee=TOGETHER, amount_units=units, invoice_hash=hash_number(number), memo="")
    call = world.deployment.suite.reserve.pay_infrastructure_cost(payment, purpose="pay")
    with impersonated(world, world.safe):
        return world.send(call, world.safe)


def test_what_is_due_is_paid_and_the_rest_stays_open(world: World) -> None:
    enter(world, "A", ("21", "10"), due="2026-03-01")
    enter(world, "B", ("21", "20"), ("22", "5"), due="2026-02-01")
    enter(world, "C", ("22", "30"), due="2099-01-01")
    assert world.ok("invoice", "pay", "--due", "2026-01-01", "--dry-run")["plan"] is None
    assert stops(world, "invoice", "pay", "--due", "A", "--dry-run") == (2, ["invalid-date"])

    proposed = world.ok("invoice", "pay", "--due", *ALICE)
    assert [one["number"] for one in proposed["invoices"]] == ["B", "A"], "the most urgent first"
    done = execute(world, proposed["proposal"]["safe_tx_hash"])
    paid = [line["payment"] for number in ("B", "A") for line in invoice(world, number)["lines"]]
    assert len({one["log_index"] for one in paid}) == 3
    assert {(one["tx_hash"], one["safe_nonce"]) for one in paid} == {(done["tx_hash"], 0)}
    assert invoice(world, "C")["state"] == "open"
    assert "by Safe transaction 0x" in world.run("invoice", "show", "A").stdout


def test_a_file_names_invoices_and_must_agree_with_the_book(world: World) -> None:
    enter(world, "7", ("21", "10"))
    enter(world, "7", ("21", "11"), provider="mallory")
    enter(world, "8", ("21", "12"))
    listed = Path("list.txt")
    listed.write_text("# this week\ntogether,7\n8\n", encoding="utf-8")
    chosen = world.ok("invoice", "pay", "--file", "list.txt", "--dry-run")["invoices"]
    assert [(one["provider"], one["number"]) for one in chosen] == [("together", "7"), ("together", "8")]

    for text, code in (("7\n", "ambiguous-invoice"), ("8\n8\n", "invalid-payment-file"), ("9\n", "unknown-invoice")):
        listed.write_text(text, encoding="utf-8")
        assert stops(world, "invoice", "pay", "--file", "list.txt", "--dry-run") == (2, [code])
    for amount, ending in (("12", (0, [])), ("12.01", (6, ["payment-file-differs"]))):
        listed.write_text(f"number,model,amount\n8,21,{amount}\n", encoding="utf-8")
        assert stops(world, "invoice", "pay", "--file", "list.txt", "--dry-run") == ending
    assert stops(world, "invoice", "pay", "8", "--due", "--dry-run") == (2, ["payment-choice"])
    assert stops(world, "invoice", "pay", "8", "8", "--dry-run") == (2, ["payment-choice"])


def test_the_configured_size_makes_several_calls_of_one_safe_transaction(world: World) -> None:
    for number in ("A", "B", "C"):
        enter(world, number, ("21", "10"), ("22", "1"))
    world.write_config(batch_size=4)
    calls = world.ok("invoice", "pay", "A", "B", "C", "--dry-run")["plan"]["calls"]
    assert [len(call["args"][0]["value"]) for call in calls] == [4, 2], "an invoice's lines stay together"
    calls = world.ok("invoice", "pay", "A", "B", "--batch-size", "1", "--dry-run")["plan"]["calls"]
    assert [call["signature"][:22] for call in calls] == ["payInfrastructureCost("] * 4
    assert stops(world, "invoice", "pay", "A", "--batch-size", "0", "--dry-run") == (2, ["invalid-batch-size"])


def test_more_than_one_transaction_holds_becomes_safe_transactions_with_consecutive_nonces(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a transaction may hold is made small: filling a real one takes three hundred payments.
    monkeypatch.setattr("hokctl.services.payment_batches.TX_BYTES", 1_000)
    for number in ("A", "B", "C"):
        enter(world, number, ("21", "10"))
    paid = world.ok("invoice", "pay", "A", "B", "C", *ALICE)
    assert [part["proposal"]["nonce"] for part in paid["parts"]] == [0, 1]
    assert [part["plan"]["title"][-13:] for part in paid["parts"]] == ["(part 1 of 2)", "(part 2 of 2)"]
    waiting = [part["proposal"]["safe_tx_hash"] for part in paid["parts"]]
    assert [invoice(world, number)["safe_tx_hash"] for number in "ABC"] == [waiting[0], waiting[0], waiting[1]]

    enter(world, "D", ("21", "400"))
    enter(world, "E", ("21", "300"))
    enter(world, "F", ("21", "100.01"))
    assert stops(world, "invoice", "pay", "D", "E", "F", *ALICE) == (6, ["exceeds-accrued"])
    queue = world.ok("safe", "queue")["proposals"]
    assert [one["safe_tx_hash"] for one in queue] == waiting, "no part is proposed where the whole would fail"


def test_the_payment_that_makes_a_batch_fail_is_named(world: World) -> None:
    for number, amount in (("A", "300"), ("B", "400"), ("C", "200"), ("D", "1")):
        enter(world, number, ("21", amount))
    with Ledger.at(Path("hokctl.db")) as ledger:
        entered = ledger.invoices.list()
    items = [Item(invoice=one, payment=payment) for one in entered for payment in payments_of(one)]
    payer = EoaAuthority(address=world.safe)
    found = name_failing_row(world.chain.at(), world.deployment, items, payer)
    assert found is not None
    assert (found.code, found.evidence["invoice"], found.evidence["model"]) == ("payment-fails", "C", "21")
    assert "Payment 3 of 4 fails, 200.00 USDC for invoice C, model 21 to together" in found.message
    assert name_failing_row(world.chain.at(), world.deployment, items[:2], payer) is None


def test_what_was_paid_that_day_and_what_waits_counts_against_the_limits(world: World) -> None:
    write_policy(world, {"limits": {"per_payee_per_day": "100", "per_day": "100"}})
    world.write_config(policy="policy.toml")
    for number, amount in (("A", "60"), ("B", "30"), ("C", "10"), ("D", "0.000001")):
        enter(world, number, ("21", amount))
    execute(world, propose(world, "A")["safe_tx_hash"])
    waiting = propose(world, "B")["safe_tx_hash"]
    ran = world.run("invoice", "pay", "C", "D", *ALICE, "-o", "json")
    over = [finding for finding in ran.json["findings"] if finding["severity"] == "error"]
    assert [finding["code"] for finding in over] == ["over-payee-day-limit", "over-day-limit"]
    evidence = over[0]["evidence"]
    assert (evidence["paid that day"], evidence["waiting to be paid"]) == ("60.00 USDC", "30.00 USDC")
    assert (evidence["in this plan before"], evidence["invoice"]) == ("10.00 USDC", "D")

    propose(world, "C")
    assert stops(world, "safe", "check", waiting) == (0, []), "what comes later does not count"
    world.mine(seconds=86_400)
    assert stops(world, "invoice", "pay", "D", "--dry-run") == (0, []), "another day, but for what waits"


def test_the_same_invoice_is_refused_wherever_it_waits(world: World, tmp_path: Path) -> None:
    enter(world, "A", ("21", "10"))
    enter(world, "B", ("21", "20"))
    elsewhere = tmp_path / "elsewhere.json"
    world.ok("invoice", "pay", "A", "--via", "export", "--out", str(elsewhere), "-y")
    assert stops(world, "invoice", "pay", "A", "B", "--dry-run") == (0, [])
    argv = ("invoice", "pay", "A", "B", "--beside", str(tmp_path / "elsewhere.json"), "--dry-run")
    assert stops(world, *argv) == (6, ["invoice-already-proposed"])
    elsewhere.write_text(json.dumps({"not": "a transaction"}), encoding="utf-8")
    assert stops(world, *argv) == (2, ["invalid-pending-file"])

    propose(world, "B")
    Path("hokctl.db").unlink()
    enter(world, "B", ("21", "20"))
    assert stops(world, "invoice", "pay", "B", "--dry-run") == (6, ["invoice-already-proposed"])


def test_invoices_go_free_together_when_their_proposal_was_replaced(world: World) -> None:
    for number in ("A", "B", "C"):
        enter(world, number, ("21", "10"))
    first = propose(world, "A", "B")
    execute(world, propose(world, "C", "--nonce", "0")["safe_tx_hash"])
    again = propose(world, "A", "B")
    assert (again["nonce"], again["safe_tx_hash"] != first["safe_tx_hash"]) == (1, True)
    assert {invoice(world, number)["safe_tx_hash"] for number in ("A", "B")} == {again["safe_tx_hash"]}


def test_a_line_that_others_paid_is_noted_and_the_rest_is_paid(world: World) -> None:
    enter(world, "A", ("21", "10"), ("22", "5"))
    tx_hash = pay_elsewhere(world, "A", M21, 10_000_000)
    assert stops(world, "invoice", "pay", "A", *ALICE) == (6, ["invoice-already-paid"])
    partly = invoice(world, "A")
    assert (partly["state"], partly["tx_hash"]) == ("open", None)
    assert [(one["payment"] or {}).get("tx_hash") for one in partly["lines"]] == [tx_hash, None]
    assert "open, 1 of 2 lines paid" in world.run("invoice", "list").stdout
    assert stops(world, "invoice", "void", "A") == (6, ["invoice-partly-paid"])

    done = execute(world, propose(world, "A")["safe_tx_hash"])
    lines = invoice(world, "A")["lines"]
    assert [one["payment"]["tx_hash"] for one in lines] == [tx_hash, done["tx_hash"]]
    assert [one["payment"]["safe_nonce"] for one in lines] == [None, 0]
    assert invoice(world, "A")["state"] == "paid"


def test_another_amount_on_the_chain_is_told_and_not_booked(world: World) -> None:
    enter(world, "A", ("21", "10"))
    pay_elsewhere(world, "A", M21, 9_000_000)
    ran = world.run("invoice", "pay", "A", *ALICE, "-o", "json")
    told = {finding["code"]: finding["evidence"] for finding in ran.json["findings"]}
    assert told["paid-amount-differs"] == {"paid": "9.00 USDC", "in the book": "10.00 USDC"}
    assert (ran.exit_code, invoice(world, "A")["state"]) == (6, "open")


def test_a_timelock_pays_many_and_the_book_says_so(world: World) -> None:
    authority = hand_over(world, "timelock")
    for number in ("A", "B"):
        enter(world, number, ("21", "10"), ("22", "1"))
    authority.finish(world.ok("invoice", "pay", "A", "B", *authority.options))
    paid = [line["payment"] for number in ("A", "B") for line in invoice(world, number)["lines"]]
    assert len({one["log_index"] for one in paid}) == 4
    assert {invoice(world, number)["state"] for number in ("A", "B")} == {"paid"}


@pytest.mark.parametrize("kind", ["v2", "live"])
def test_contracts_that_pay_twice_are_not_asked_to(kind: str, request: pytest.FixtureRequest) -> None:
    shaped: Shaped = request.getfixturevalue(kind)
    for number in ("A", "B"):
        shaped.ok("invoice", "add", number, "--provider", "together", "--model", shaped.first, "--amount", "10")
    shaped.finish(shaped.ok("invoice", "pay", "A", "B", *ALICE))
    assert [invoice(shaped.world, number)["state"] for number in ("A", "B")] == ["paid", "paid"]
    Path("hokctl.db").unlink()
    for number in ("A", "C"):
        shaped.ok("invoice", "add", number, "--provider", "together", "--model", shaped.first, "--amount", "10")
    assert stops(shaped.world, "invoice", "pay", "C", "A", *ALICE) == (6, ["invoice-already-paid"])
    assert invoice(shaped.world, "A")["lines"][0]["payment"]["safe_nonce"] == 0
    assert invoice(shaped.world, "C")["state"] == "open"


def test_an_invoice_in_dollars_is_paid_only_where_the_policy_says_so(world: World) -> None:
    Path("usd.csv").write_text("number,provider,model,amount,currency\nA,together,21,10,USD\n", encoding="utf-8")
    world.ok("invoice", "import", "usd.csv")
    assert stops(world, "invoice", "pay", "A", "--dry-run") == (6, ["currency-differs"])
    write_policy(world, {"currencies": {"USD": "USDC"}})
    world.write_config(policy="policy.toml")
    assert stops(world, "invoice", "pay", "A", "--dry-run") == (0, [])

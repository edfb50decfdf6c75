"""hokctl invoice check: every code by its own cause, and in few round trips."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hokctl.config.writing import render_toml
from hokctl.domain.amounts import Token
from hokctl.domain.invoices import HashMethod, Invoice, InvoiceLine, hash_number
from hokctl.domain.units import ModelId
from hokctl.ledger.book import Ledger
from tests.authorities import impersonated
from tests.cli.test_invoice_hash import pay, payment
from tests.counting import counting_proxy
from tests.versions import Shaped
from tests.world import MALLORY, TOGETHER, USDC, World, write_config

pytestmark = pytest.mark.cli

MOST = 4
"""Round trips for any number of invoices: the block, the queue's nonces, the chain; the logs where something was
paid before."""


def add(world: World, number: str, *options: str, amount: str = "50", model: str = "21") -> None:
    world.ok("invoice", "add", number, "--model", model, "--amount", amount, *options)


def codes(world: World, *argv: str) -> dict[str, list[str]]:
    """Return the codes by invoice number, those about no single one under ``, but for a payee's first time."""
    ran = world.run("invoice", "check", *argv, "-o", "json")
    assert ran.exit_code == (5 if ran.json["findings"] else 0), ran.stdout + ran.stderr
    found: dict[str, list[str]] = {one["number"]: one["codes"] for one in ran.data["invoices"]}
    found[""] = ran.data["general"]
    return {number: [code for code in those if code != "first-time-payee"] for number, those in found.items()}


def test_an_invoice_that_is_in_order_has_nothing_but_a_new_payee(world: World) -> None:
    add(world, "INV-1", "--period-start", "2024-01-01", "--period-end", "2024-01-31")
    ran = world.run("invoice", "check", "INV-1", "-o", "json")

    (finding,) = ran.json["findings"]
    assert (ran.exit_code, ran.json["status"], finding["code"]) == (5, "findings", "first-time-payee")
    assert (finding["subject"], finding["evidence"]["provider"]) == ("INV-1", "together")
    pay(world, payment(_hash("OTHER")))
    assert world.run("invoice", "check", "INV-1").exit_code == 0
    assert "1 invoice checked" in world.run("invoice", "check").stdout


def test_what_is_the_same_for_many_invoices_is_told_to_people_once(world: World) -> None:
    add(world, "INV-1")
    add(world, "INV-2", amount="51")
    ran = world.run("invoice", "check", "--all")
    assert ran.stdout.count("[first-time-payee]") == 1
    assert [line.split()[-1] for line in ran.stdout.splitlines()[2:4]] == ["first-time-payee"] * 2
    assert codes(world, "--all").keys() == {"INV-1", "INV-2", ""}


def test_findings_of_one_code_are_counted_for_people_beyond_the_first_three(world: World) -> None:
    rows = [
        {"number": f"I-{n:02}", "due": "2024-01-01", "lines": [{"model": "21", "amount": f"{900 + n}"}]}
        for n in range(16)
    ]
    Path("a.json").write_text(json.dumps({"invoices": rows}), encoding="utf-8")
    world.ok("invoice", "import", "a.json")
    told = world.run("invoice", "check", "--all").stdout
    counted = [line for line in told.splitlines() if "more like these" in line]

    assert (told.count("[invoice-overdue]"), told.count("[exceeds-accrued]")) == (4, 4)
    first_ten = ", ".join(f"I-{n:02}" for n in range(3, 13))
    assert f"info  13 more like these: {first_ten} and 3 others; --verbose tells each  [invoice-overdue]" in counted
    every = ", ".join(f"I-{n:02}" for n in range(3, 16))
    assert f"error  13 more like these: {every}; --verbose tells each  [exceeds-accrued]" in counted
    assert world.run("invoice", "check", "--all", "--verbose").stdout.count("[invoice-overdue]") == 16
    findings = world.run("invoice", "check", "--all", "-o", "json").json["findings"]
    assert sum(finding["code"] == "invoice-overdue" for finding in findings) == 16


def test_every_new_payee_of_several_invoices_is_told_whole(world: World) -> None:
    rows = [
        {"number": f"I-{n}", "provider": world.accounts[5 + n // 2], "lines": [{"model": "21", "amount": f"{n + 1}"}]}
        for n in range(10)
    ]
    Path("a.json").write_text(json.dumps({"invoices": rows}), encoding="utf-8")
    world.ok("invoice", "import", "a.json")
    told = world.run("invoice", "check", "--all").stdout

    assert told.count("[first-time-payee]") == 5
    assert all(f"has never paid {address}" in told for address in world.accounts[5:10])


def _hash(number: str) -> Any:  # noqa: ANN401 - an invoice hash
    from hokctl.domain.invoices import hash_number

    return hash_number(number)


def _twice_in_the_book(world: World) -> None:
    add(world, "INV-1", "--period-start", "2024-01-01")
    add(world, "INV-2", "--period-start", "2024-01-01")


def _overlapping(world: World) -> None:
    add(world, "INV-1", "--period-start", "2024-01-01", "--period-end", "2024-01-31")
    add(world, "INV-2", "--period-start", "2024-01-31", "--period-end", "2024-02-28", amount="40")
    add(world, "INV-3", "--period-start", "2024-03-01", "--period-end", "2024-03-31", amount="40")
    add(world, "INV-4", "--period-start", "2024-01-01", "--period-end", "2024-01-31", model="22")


def _paid_on_the_chain(world: World) -> None:
    add(world, "INV-1")
    pay(world, payment(_hash("INV-1")))


def _proposed_by_another_book(world: World) -> None:
    add(world, "INV-1")
    world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")
    Path("hokctl.db").unlink()
    add(world, "INV-1")


def _of_a_stranger(world: World) -> None:
    add(world, "INV-1", "--provider", world.accounts[8])


def _of_a_look_alike(world: World) -> None:
    from eth_utils.address import to_checksum_address

    alike = to_checksum_address(TOGETHER[:8] + "1" * 30 + TOGETHER[-4:])
    add(world, "INV-1", "--provider", alike)


def _of_a_changed_payee(world: World) -> None:
    add(world, "INV-1", amount="1")
    names = {"together": MALLORY, "mallory": TOGETHER}
    path = world.directory / "hokctl.toml"
    text = path.read_text(encoding="utf-8")
    for name, address in names.items():
        other = {"together": TOGETHER, "mallory": MALLORY}[name]
        text = text.replace(f'{name} = "{other}"', f'{name} = "{address}"')
    path.write_text(text, encoding="utf-8")
    add(world, "INV-2", "--provider", "together")
    world.ok("invoice", "void", "INV-1", "--provider", "together")


def _large(world: World) -> None:
    add(world, "INV-1", amount="401")


def _too_large(world: World) -> None:
    add(world, "INV-1", amount="801")


def _together_too_large(world: World) -> None:
    for number in ("INV-1", "INV-2", "INV-3"):
        add(world, number, amount=f"30{number[-1]}")


def _with_odd_periods(world: World) -> None:
    add(world, "INV-1", "--period-start", "2022-01-01", "--period-end", "2024-01-31")
    add(world, "INV-2", "--period-end", "9999-12-31", amount="1")


def _in_another_currency(world: World) -> None:
    add(world, "INV-1", "--currency", "EUR")


def _due(world: World) -> None:
    today = datetime.fromtimestamp(world.chain.at().block.timestamp, UTC).date()
    for number, days in {"INV-1": -1, "INV-2": 0, "INV-3": 7, "INV-4": 8}.items():
        add(world, number, "--due", str(today + timedelta(days=days)), amount=number[-1])


def _without_its_documents(world: World) -> None:
    for number in ("INV-1", "INV-2"):
        path = Path(f"{number}.pdf")
        path.write_bytes(number.encode())
        add(world, number, "--document", str(path), amount=number[-1])
    Path("INV-1.pdf").unlink()
    Path("INV-2.pdf").write_bytes(b"something else")


def _while_paused(world: World) -> None:
    add(world, "INV-1")
    add(world, "INV-2", amount="1")
    world.ok("emergency", "pause", "--signer", "deployer", "-y")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (_twice_in_the_book, {"INV-1": ["equal-obligation"], "INV-2": ["equal-obligation"]}),
        (
            _overlapping,
            {"INV-1": ["period-overlap"], "INV-2": ["period-overlap"], "INV-3": [], "INV-4": []},
        ),
        (_paid_on_the_chain, {"INV-1": ["invoice-already-paid"]}),
        (_proposed_by_another_book, {"INV-1": ["invoice-already-proposed"]}),
        (_of_a_stranger, {"INV-1": ["payee-not-provider"]}),
        (_of_a_look_alike, {"INV-1": ["payee-not-provider", "payee-look-alike"]}),
        (_of_a_changed_payee, {"INV-2": ["payee-changed", "payee-not-provider"]}),
        (_large, {"INV-1": ["large-payment"]}),
        (_too_large, {"INV-1": ["exceeds-accrued"]}),
        (_together_too_large, {"INV-1": [], "INV-2": [], "INV-3": [], "": ["invoices-exceed-accrued"]}),
        (_with_odd_periods, {"INV-1": ["period-too-long"], "INV-2": ["period-ahead"]}),
        (_in_another_currency, {"INV-1": ["currency-differs"]}),
        (
            _due,
            {"INV-1": ["invoice-overdue"], "INV-2": ["invoice-due-soon"], "INV-3": ["invoice-due-soon"], "INV-4": []},
        ),
        (_without_its_documents, {"INV-1": ["document-missing"], "INV-2": ["document-changed"]}),
        (_while_paused, {"INV-1": [], "INV-2": [], "": ["reserve-paused"]}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_cause_has_its_own_code(
    world: World, given: Callable[[World], None], expected: dict[str, list[str]]
) -> None:
    given(world)

    assert codes(world, "--all") == {"": [], **expected}


def test_a_proposed_invoice_is_not_its_own_duplicate(world: World) -> None:
    add(world, "INV-1")
    world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")

    assert codes(world) == {"": [], "INV-1": []}


def test_a_payee_that_was_paid_is_no_change_any_more(world: World) -> None:
    _of_a_changed_payee(world)
    pay(world, payment(_hash("INV-2"), payee=MALLORY))
    world.run("invoice", "pay", "INV-2", "--signer", "alice", "-y")
    assert world.ok("invoice", "show", "INV-2")["invoice"]["state"] == "paid"
    add(world, "INV-3", "--provider", "together")

    assert codes(world, "INV-3") == {"": [], "INV-3": ["equal-obligation", "payee-not-provider"]}


def test_the_policy_says_which_currencies_count(world: World) -> None:
    add(world, "INV-1", "--currency", "USD")
    assert codes(world)["INV-1"] == ["currency-differs"]
    Path("policy.toml").write_text(render_toml({"currencies": {"USD": "USDC"}}), encoding="utf-8")
    write_config(world.directory, world.url, world.safe, policy="policy.toml")

    assert codes(world) == {"": [], "INV-1": []}


def test_numbers_choose_and_paid_or_void_ones_are_held_against_the_book(world: World) -> None:
    add(world, "INV-1", "--due", "2024-01-01", amount="900")
    add(world, "INV-2")
    world.ok("invoice", "void", "INV-1")

    assert codes(world, "INV-1") == {"": [], "INV-1": []}
    assert codes(world) == {"": [], "INV-2": []}
    assert codes(world, "--due") == {"": []}
    assert world.run("invoice", "check", "INV-2", "--due").exit_code == 2
    assert world.run("invoice", "check", "INV-404").exit_code == 2


def test_an_invoice_of_another_chain_is_left_out_and_refused_by_its_number(world: World) -> None:
    other = Token(chain_id=1, address=MALLORY, decimals=6, symbol="USDC")
    line = InvoiceLine(model_id=ModelId("21"), amount=other.amount(1))
    invoice = Invoice(
        number="INV-1",
        provider="together",
        payee=TOGETHER,
        lines=(line,),
        invoice_hash=hash_number("INV-1"),
        hash_method=HashMethod.NUMBER,
        currency="USDC",
    )
    with Ledger.at(Path("hokctl.db")) as ledger:
        ledger.invoices.add(invoice)

    assert codes(world) == {"": []}
    ran = world.run("invoice", "check", "INV-1")
    assert (ran.exit_code, "of chain 1" in ran.stderr) == (6, True)


def test_two_providers_of_one_number_are_told_apart(world: World) -> None:
    add(world, "1001", "--provider", "together")
    add(world, "1001", "--provider", "mallory", amount="1")

    assert world.run("invoice", "check", "1001").exit_code == 2
    assert codes(world, "1001", "--provider", "mallory") == {"": [], "1001": ["payee-not-provider"]}


def test_what_a_forgetful_reserve_paid_is_found_in_its_logs(v2: Shaped) -> None:
    for number in ("INV-1", "INV-2"):
        v2.ok("invoice", "add", number, "--model", v2.first, "--amount", "5", "--due", "2024-01-01")
    call = v2.world.deployment.suite.reserve.pay_infrastructure_cost(
        payment(_hash("INV-1"), units=5 * USDC, model=v2.first), purpose="by hand"
    )
    with impersonated(v2.world, v2.world.safe):
        v2.world.send(call, v2.world.safe)
    ran = v2.run("invoice", "check", "--due", "-o", "json")

    found = {one["number"]: one["codes"] for one in ran.data["invoices"]}
    assert found == {
        "INV-1": ["equal-obligation", "invoice-overdue", "invoice-already-paid"],
        "INV-2": ["equal-obligation", "invoice-overdue"],
    }


def test_a_hundred_invoices_take_as_many_round_trips_as_one(world: World) -> None:
    rows = [{"number": f"I-{n}", "lines": [{"model": "21", "amount": f"1.{n:02}"}]} for n in range(100)]
    Path("a.json").write_text(json.dumps({"invoices": rows}), encoding="utf-8")
    world.ok("invoice", "import", "a.json")
    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        assert len(codes(world)) == 101
        assert 0 < proxy.round_trips <= MOST

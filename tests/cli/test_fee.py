"""hokctl fee: quoting and depositing API fees."""

import sqlite3

import pytest

from tests.world import MALLORY, World

pytestmark = pytest.mark.cli


def test_quote_tells_the_split_and_what_happens_to_the_price(world: World) -> None:
    data = world.ok("fee", "quote", "21", "100")
    assert data["infrastructure"]["display"] == "80.00"
    assert data["profit"] == {"units": "20000000", "decimals": 6, "symbol": "USDC", "display": "20.00"}
    assert data["phase"] == "flat-price"
    assert data["spot_price_after"] == data["spot_price_before"]


def test_a_fee_that_graduates_the_pool_has_no_comparable_price(world: World) -> None:
    ran = world.run("fee", "quote", "21", "1000000")
    assert ran.exit_code == 0
    assert "graduates" in ran.stdout


def test_deposit_splits_the_fee_and_proves_it(world: World) -> None:
    before = world.ok("runway", "21")["models"][0]
    data = world.ok("fee", "deposit", "21", "100.50", "--signer", "backend", "--yes")
    assert [call["signature"] for call in data["plan"]["calls"]] == ["depositFee(string,uint256)"]
    names = [event["name"] for event in data["outcome"]["transactions"][0]["events"]]
    assert "FeeDeposited" in names
    after = world.ok("runway", "21")["models"][0]
    assert int(after["accrued"]["units"]) - int(before["accrued"]["units"]) == 80_400_000


def test_the_same_deposit_meant_twice_is_made_twice(world: World) -> None:
    for _ in range(2):
        world.ok("fee", "deposit", "22", "10", "--signer", "backend", "--yes")
    assert world.ok("runway", "22")["models"][0]["accrued"]["display"] == "364.00"


def test_a_file_of_fees_is_one_deposit(world: World) -> None:
    (world.directory / "fees.csv").write_text("model,amount\n21,10\n22,20.5\n", encoding="utf-8")
    data = world.ok("fee", "deposit", "--file", "fees.csv", "--signer", "backend", "--yes")
    assert [call["signature"] for call in data["plan"]["calls"]] == ["batchDepositFees(string[],uint256[])"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("model,amount\n21,1e3\n", "line 2"),
        ("model,amount\n21,1\n21,2\n", "more than one line"),
        ("model,amount\n21\n", "1 fields"),
        ("amount,model\n1,21\n", "header"),
        ("model,amount\n", "no fees"),
    ],
)
def test_a_file_that_is_wrong_anywhere_deposits_nothing(world: World, content: str, words: str) -> None:
    (world.directory / "fees.csv").write_text(content, encoding="utf-8")
    ran = world.run("fee", "deposit", "--file", "fees.csv", "--signer", "backend", "--yes")
    assert ran.exit_code == 2
    assert words in ran.stderr


def test_an_unapproved_depositor_approves_exactly_what_is_taken(world: World) -> None:
    world.send(
        world.deployment.suite.usdc.approve(world.deployment.suite.router_address, 0, purpose="revoke"),
        world.accounts[4],
    )
    data = world.ok("fee", "deposit", "21", "7", "--signer", "backend", "--yes")
    approve, deposit = data["plan"]["calls"]
    assert approve["args"][1]["value"] == "7000000"
    assert deposit["signature"] == "depositFee(string,uint256)"
    assert len(data["outcome"]["transactions"]) == 2


def test_whoever_lacks_the_role_is_told_so(world: World) -> None:
    ran = world.run("fee", "deposit", "21", "1", "--signer", "mallory", "--yes", "-o", "json")
    assert ran.exit_code == 6
    assert MALLORY in ran.json["errors"][0]["message"]
    assert "FEE_DEPOSITOR_ROLE" in ran.json["errors"][0]["message"]


def test_more_than_the_depositor_has_is_found_by_the_simulation(world: World) -> None:
    ran = world.run("fee", "deposit", "21", "99999999", "--signer", "backend", "--yes", "-o", "json")
    assert ran.exit_code == 6
    assert ran.json["status"] == "refused"
    (finding,) = ran.json["findings"]
    assert finding["code"] == "simulation-reverted"


@pytest.mark.parametrize("amount", ["1e3", "-1", "1,000", "0.0000001", "NaN", "0", "", " 1", "+1", "0x10", "\u0661"])
def test_an_amount_that_is_not_one_is_a_usage_error(world: World, amount: str) -> None:
    ran = world.run("fee", "deposit", "21", amount, "--signer", "backend", "--yes", "-o", "json")
    assert ran.exit_code == 2
    assert ran.json["errors"][0]["code"] in {"invalid-amount", "zero-amount"}


def test_a_deposit_needs_a_model_and_an_amount_or_a_file(world: World) -> None:
    assert world.run("fee", "deposit", "21").exit_code == 2
    assert world.run("fee", "deposit").exit_code == 2
    assert world.run("fee", "deposit", "21", "1", "--file", "x.csv").exit_code == 2


def test_a_run_that_was_cut_off_before_it_could_report_is_not_repeated(world: World) -> None:
    deposit = ("fee", "deposit", "21", "5", "--signer", "backend", "--yes")
    first = world.ok(*deposit)["outcome"]["transactions"]
    # What a kill between the transaction's block and the report leaves in the journal.
    with sqlite3.connect(world.directory / "hokctl.db") as book:
        book.execute("update journal set state = 'mined' where state = 'concluded'")
    ran = world.run(*deposit, "-o", "json")
    assert ran.exit_code == 0
    assert [finding["code"] for finding in ran.json["findings"]] == ["carried-before"]
    assert [item["tx_hash"] for item in ran.data["outcome"]["transactions"]] == [item["tx_hash"] for item in first]
    assert world.ok("runway", "21")["models"][0]["accrued"]["display"] == "804.00"
    assert world.ok(*deposit)["outcome"]["transactions"] != first
    assert world.ok("runway", "21")["models"][0]["accrued"]["display"] == "808.00"


def test_a_half_carried_plan_of_another_day_does_not_stand_in_for_a_new_one(world: World) -> None:
    usdc, router = world.deployment.suite.usdc, world.deployment.suite.router_address
    world.send(usdc.approve(router, 0, purpose="revoke"), world.accounts[4])
    deposit = ("fee", "deposit", "21", "5", "--signer", "backend", "--yes")
    world.ok(*deposit)
    # A kill after the approval alone: the deposit was never signed.
    with sqlite3.connect(world.directory / "hokctl.db") as book:
        book.execute("update journal set state = 'mined' where purpose like 'Allow%'")
        book.execute("delete from journal where purpose not like 'Allow%'")
    data = world.ok(*deposit)
    assert len(data["outcome"]["transactions"]) == 2
    assert world.ok("runway", "21")["models"][0]["accrued"]["display"] == "808.00"


def test_a_router_that_takes_no_calls_is_told_none(world: World) -> None:
    (world.directory / "fees.csv").write_text("model,amount,calls\n21,10,5\n", encoding="utf-8")
    for argv in (
        ("fee", "quote", "21", "1", "--calls", "5"),
        ("fee", "deposit", "21", "1", "--calls", "0", "--signer", "backend", "-y"),
        ("fee", "deposit", "--file", "fees.csv", "--signer", "backend", "-y"),
    ):
        ran = world.run(*argv, "-o", "json")
        assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, "calls-not-taken")


def test_a_number_of_calls_is_a_whole_number(world: World) -> None:
    ran = world.run("fee", "quote", "21", "1", "--calls", "1.5", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, "invalid-calls")


def test_a_quote_says_what_the_split_is_by(world: World) -> None:
    assert world.ok("fee", "quote", "21", "100")["cost_basis"] == "percentage"
    assert "params set, 80%" in world.run("fee", "quote", "21", "100").stdout

"""`hokctl ledger export` as a user runs it: what it writes is what the chain has, and the programs accept it."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hokctl.clients.mock_usdc import MockUsdc
from hokctl.domain.units import ModelId
from tests.programs import bean_check
from tests.versions import Shaped
from tests.world import BACKEND, TOGETHER, World

pytestmark = pytest.mark.cli


def text(world: World, *argv: str) -> str:
    ran = world.run("ledger", "export", *argv)
    assert ran.exit_code == 0, ran.stderr
    return ran.stdout


def rows(world: World, *argv: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(world, *argv))))


def live_through_a_month(world: World) -> dict[str, str]:
    """Enter two invoices, pay one by the Safe, give the reserve something, and sync; return the execution."""
    for number, model, amount in (("INV-1", "21", "50"), ("INV-2", "22", "7.25")):
        world.ok("invoice", "add", number, "--model", model, "--amount", amount, "--provider", "together")
    proposal = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", proposal, "--signer", "bob", "-y")
    (done,) = world.ok("safe", "execute", proposal, "--signer", "mallory", "-y")["outcome"]["transactions"]
    usdc = MockUsdc(world.deployment.suite.usdc_address)
    world.send(usdc.transfer(world.deployment.suite.reserve_address, 3_000_000, purpose="give"), BACKEND)
    world.ok("ledger", "sync")
    return dict(done)


def test_a_month_is_told_by_every_format_as_the_chain_has_it(world: World, tmp_path: Path) -> None:
    done = live_through_a_month(world)
    suite = world.deployment.suite
    held = world.chain.at().get(MockUsdc(suite.usdc_address).balance_of(suite.reserve_address))
    accrued = world.chain.at().get(suite.reserve.get_model_accounting(ModelId("21"))).accrued_units

    table = rows(world)
    (payment,) = [row for row in table if row["kind"] == "payment"]
    assert (payment["tx_hash"], payment["invoice"], payment["provider"], payment["amount"], payment["safe_nonce"]) == (
        done["tx_hash"],
        "INV-1",
        "together",
        "50.000000",
        "0",
    )
    assert [row["invoice"] for row in table if row["kind"] == "invoice"] == ["INV-1", "INV-2"]
    assert [row["amount"] for row in table if row["kind"] == "donation"] == ["3.000000"]
    gas = [row for row in table if row["kind"] == "gas" and row["tx_hash"] == done["tx_hash"]]
    assert [(row["model"], row["symbol"]) for row in gas] == [("21", "ETH")]

    document = json.loads(text(world, "--format", "json"))
    closing = {one["account"]: int(one["balance"]["units"]) for one in document["closing"]}
    assert sum(units for account, units in closing.items() if account.startswith("Assets:Reserve")) == held
    assert closing["Assets:Reserve:Model-21"] == accrued
    assert closing["Liabilities:Payable:Provider-together"] == -7_250_000

    journal = text(world, "--format", "beancount")
    assert bean_check(journal, tmp_path / "month.beancount") == "", journal
    assert f"balance Assets:Reserve  {held // 10**6}.{held % 10**6:06d} ~ 0 USDC" in journal
    assert "Assets:Reserve:Model-21" in text(world, "--format", "hledger")


def test_an_export_is_limited_to_days_models_and_providers_and_written_once(world: World, tmp_path: Path) -> None:
    live_through_a_month(world)
    today = datetime.fromtimestamp(int(world.chain.at().block.timestamp), tz=UTC).date()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    assert rows(world, "--to", yesterday.isoformat()) == []
    assert {row["model"] for row in rows(world, "--model", "22")} == {"22"}
    assert {row["kind"] for row in rows(world, "--provider", "together")} == {"invoice", "payment", "gas"}
    assert rows(world, "--provider", TOGETHER) == rows(world, "--provider", "together")
    later = text(world, "--format", "beancount", "--from", tomorrow.isoformat())
    assert "Opening balances" in later
    assert bean_check(later, tmp_path / "later.beancount") == "", later

    unknown = world.run("ledger", "export", "--model", "2l", "-o", "json")
    assert (unknown.exit_code, unknown.json["errors"][0]["code"]) == (2, "unknown-model")

    out = tmp_path / "book.csv"
    data = world.ok("ledger", "export", "--out", str(out))
    assert (data["path"], data["text"], data["movements"]) == (str(out), None, len(out.read_text().splitlines()) - 1)
    shown = world.run("ledger", "export", "--out", str(out))
    assert (shown.exit_code, f"Written to {out}." in shown.stdout) == (0, True)
    assert " USDC  " in shown.stdout.splitlines()[1]
    assert shown.stdout.splitlines()[1].endswith(" ETH")
    assert world.run("ledger", "export", "--format", "json", "--out", str(out)).exit_code == 6

    world.mine()
    behind = world.run("ledger", "export", "--to", today.isoformat(), "-o", "json")
    assert (behind.exit_code, [one["code"] for one in behind.json["findings"]]) == (5, ["index-behind"])
    assert behind.data["text"]


def test_the_reserve_of_every_version_is_told_as_its_chain_has_it(shaped: Shaped, tmp_path: Path) -> None:
    shaped.ok("ledger", "sync")
    journal = text(shaped.world, "--format", "beancount")
    assert bean_check(journal, tmp_path / "book.beancount") == "", journal
    assert "Equity:Unexplained" not in journal
    suite = shaped.world.deployment.suite
    held = shaped.world.chain.at().get(MockUsdc(suite.usdc_address).balance_of(suite.reserve_address))
    assert held > 0
    assert f"balance Assets:Reserve  {held // 10**6}.{held % 10**6:06d} ~ 0 USDC" in journal

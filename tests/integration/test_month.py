"""The month of examples/month: a hundred invoices for twelve models by one Safe proposal, every line matched."""

import csv
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from hokctl.clients.events import event_topic
from tests.counting import counting_proxy
from tests.example_month import EXAMPLE, Month, lines_of, receipt
from tests.programs import bean_check

pytestmark = pytest.mark.integration

PAY = ("invoice", "pay", "--file", "month/invoices.csv", "--signer", "alice", "-y")
MOST_ROUND_TRIPS = 10


def test_a_hundred_invoices_are_paid_by_one_proposal_and_every_line_has_its_own_event(month: Month) -> None:
    proposed = month.ok(*PAY)
    (call,) = proposed["plan"]["calls"]
    assert proposed["plan"]["title"] == "Pay 100 invoices of 4 providers: 15687.277284 USDC from 12 models"
    assert len(call["args"][0]["value"]) == 128
    assert {invoice["state"] for invoice in proposed["invoices"]} == {"proposed"}
    safe_tx_hash = proposed["proposal"]["safe_tx_hash"]
    done = month.confirm_and_execute(safe_tx_hash)

    lines = lines_of(month.ok("invoice", "list", "--state", "paid"))
    assert len(lines) == 128
    by_log = {line["payment"]["log_index"]: line for line in lines}
    assert len(by_log) == 128, "no event serves two lines"
    events = {
        int(log["logIndex"], 16): log
        for log in receipt(month, done["tx_hash"])["logs"]
        if log["topics"][0] == event_topic("InfrastructureReserve", "InfrastructureCostPaid")
    }
    assert set(by_log) == set(events)
    for place, line in by_log.items():
        assert events[place]["topics"][1] == "0x" + keccak(text=line["model_id"]).hex()
        assert int(events[place]["data"][2:66], 16) == int(line["amount"]["units"])
        assert (line["payment"]["safe_tx_hash"], line["payment"]["safe_nonce"]) == (safe_tx_hash, 0)
        assert (line["payment"]["tx_hash"], line["payment"]["block"]) == (done["tx_hash"], done["block"])
        assert line["payment"]["paid_at"] == month.chain.at(done["block"]).block.timestamp

    month.ok("ledger", "sync")
    assert month.codes("ledger", "reconcile") == (0, [])
    month.ok("ledger", "export", "--format", "beancount", "--out", "month.beancount")
    journal = Path("month.beancount").read_text(encoding="utf-8")
    assert "TAI-2026-001" in journal
    assert bean_check(journal, Path("checked.beancount")) == ""

    again_under_another_number(month)
    same_number_of_another_provider(month)


def again_under_another_number(month: Month) -> None:
    """The document of TAI-2026-001 comes again as TAI-2026-101, whatever its hash is to be made of."""
    with (EXAMPLE / "invoices.csv").open(encoding="utf-8", newline="") as stream:
        first = next(csv.DictReader(stream))
    assert (first["number"], first["hash"]) == ("TAI-2026-001", "document")
    for method in ("document", "number"):
        argv = ("invoice", "add", "TAI-2026-101", "--provider", first["provider"], "--model", first["model"])
        document = ("--amount", first["amount"], "--document", f"month/{first['document']}", "--hash", method)
        assert month.codes(*argv, *document) == (6, ["duplicate-document"])


def same_number_of_another_provider(month: Month) -> None:
    """Another provider's invoice with the number of a paid one is paid."""
    month.ok("invoice", "add", "TAI-2026-001", "--provider", "vector-host", "--model", "25", "--amount", "9.99")
    assert month.codes("invoice", "pay", "TAI-2026-001", "--dry-run") == (2, ["ambiguous-invoice"])
    paid = month.ok("invoice", "pay", "TAI-2026-001", "--provider", "vector-host", "--signer", "alice", "-y")
    month.confirm_and_execute(paid["proposal"]["safe_tx_hash"])
    invoice = month.ok("invoice", "show", "TAI-2026-001", "--provider", "vector-host")["invoice"]
    assert (invoice["state"], invoice["lines"][0]["payment"]["safe_nonce"]) == ("paid", 1)


def test_a_dry_run_of_a_hundred_invoices_asks_the_node_a_dozen_times(month: Month) -> None:
    with counting_proxy(month.url) as proxy:
        month.aim(proxy.url)
        month.ok("invoice", "pay", "--file", "month/invoices.csv", "--dry-run")
        assert 0 < proxy.round_trips <= MOST_ROUND_TRIPS


def test_the_invoice_that_passes_a_limit_of_the_day_is_named(month: Month) -> None:
    policy = Path("month/policy.toml")
    policy.write_text(policy.read_text(encoding="utf-8").replace('"8000"', '"4000"'), encoding="utf-8")
    argv = ("invoice", "pay", "--due", "2026-12-31", "--provider", "vector-host", "--dry-run", "-o", "json")
    ran = month.run(*argv)
    stops = [(one["code"], one["evidence"]["invoice"]) for one in ran.json["findings"] if one["severity"] == "error"]
    assert (ran.exit_code, stops) == (6, [("over-payee-day-limit", "VH/26/01/25")])

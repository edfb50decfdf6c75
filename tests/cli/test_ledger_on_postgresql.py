"""Commands with the book on a PostgreSQL server: the same work, and clear words when the server is not there."""

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.world import World

pytestmark = [pytest.mark.cli, pytest.mark.postgresql]

SECRET = "hunter2-hunter2"  # noqa: S105  # the planted password that must not be shown


def test_an_invoice_is_entered_and_paid_with_the_book_on_a_server(
    world: World, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOKCTL_LEDGER_URL", postgresql_url)
    world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", "10", "--provider", "together")
    paid = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "--yes")
    (listed,) = world.ok("invoice", "list")["invoices"]
    report = world.run("doctor", "--signer", "alice", "-o", "json")

    assert paid["proposal"]["safe_tx_hash"] == listed["safe_tx_hash"]
    assert listed["state"] == "proposed"
    (line,) = [line for line in report.data["checks"] if line["name"] == "ledger"]
    assert (line["health"], line["detail"]) == ("ok", "on 127.0.0.1, 1 unpaid invoices")
    assert not list(world.directory.glob("hokctl.db"))


def test_a_month_is_imported_settled_reconciled_and_exported_with_the_book_on_a_server(
    world: World, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOKCTL_LEDGER_URL", postgresql_url)
    rows = "number,provider,model,amount\nINV-1,together,21,30\nINV-2,together,22,20\n"
    (world.directory / "june.csv").write_text(rows, encoding="utf-8")
    world.ok("invoice", "import", "june.csv")
    proposal = world.ok("invoice", "pay", "INV-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", proposal, "--signer", "bob", "-y")
    world.ok("safe", "execute", proposal, "--signer", "bob", "-y")
    synced = world.ok("ledger", "sync")
    history = world.ok("ledger", "history")
    clean = world.run("ledger", "reconcile", "-o", "json")
    exported = world.run("ledger", "export", "--format", "csv", "--out", "june")
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("UPDATE invoice_lines SET units = '31000000' WHERE model_id = '21'")
    wrong = world.run("ledger", "reconcile", "-o", "json")
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("UPDATE invoice_lines SET units = '30000000' WHERE model_id = '21'")
        connection.execute("UPDATE invoices SET state = 'proposed', tx_hash = NULL WHERE number = 'INV-1'")
        connection.execute(
            "UPDATE invoice_lines SET paid_tx_hash = NULL, paid_block = NULL, paid_log_index = NULL, paid_at = NULL"
        )
    forgotten = world.run("ledger", "reconcile", "-o", "json")
    settled = world.ok("ledger", "sync")

    assert synced["events"] > 0
    assert history["entries"]
    assert (clean.exit_code, exported.exit_code) == (0, 0), clean.stdout + exported.stdout + exported.stderr
    # Remarks left out: on a chain whose clock is behind, an invoice is paid before it was entered.
    found = [
        [one["code"] for one in ran.json["findings"] if one["severity"] != "info"] for ran in (clean, wrong, forgotten)
    ]
    assert found == [[], ["invoice-changed"], ["payment-not-booked"]]
    assert [one["number"] for one in settled["paid"]] == ["INV-1"]
    assert world.run("ledger", "reconcile").exit_code == 0


@pytest.mark.parametrize(("code", "exit_code"), [("ledger-access", 3), ("ledger-unavailable", 4)])
def test_a_server_that_cannot_be_used_is_one_sentence_without_the_password(
    world: World, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, code: str, exit_code: int
) -> None:
    changes = {"password": SECRET} if exit_code == 3 else {"port": 1, "password": SECRET}
    url = make_url(postgresql_url).set(**changes)
    monkeypatch.setenv("HOKCTL_LEDGER_URL", url.render_as_string(hide_password=False))
    listed = world.run("invoice", "list", "--debug", "-o", "json")
    plain = world.run("invoice", "list", "--debug")
    report = world.run("doctor", "--debug", "-o", "json")

    assert (listed.exit_code, listed.json["errors"][0]["code"]) == (exit_code, code)
    assert plain.exit_code == exit_code
    assert plain.stderr.count("\n") == 2, plain.stderr
    assert (report.exit_code, [finding["code"] for finding in report.json["findings"]]) == (5, [code])
    for ran in (listed, plain, report):
        assert SECRET not in ran.stdout + ran.stderr

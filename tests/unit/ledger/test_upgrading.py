"""A book is brought to today's format whole or not at all, whoever opens it; a later one is left alone."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from hokctl.domain.invoices import InvoiceState
from hokctl.ledger.book import Ledger
from hokctl.ledger.errors import LedgerVersionError
from hokctl.ledger.schema import REVISION, metadata
from hokctl.ledger.upgrading import migrations

from .first_books import leave_first_book
from .samples import make_entry, make_invoice

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]


@pytest.fixture
def engine(ledger_url: str) -> Iterator[Engine]:
    """The place of the book, without hokctl."""
    made = create_engine(ledger_url.replace("postgresql:", "postgresql+psycopg:"))
    yield made
    made.dispose()


def shape(connection: Connection) -> dict[str, object]:
    """Return every table with its columns in order, keys, and indexes."""
    found = inspect(connection)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(name)],
            found.get_pk_constraint(name)["constrained_columns"],
            sorted(
                str((k["constrained_columns"], k["referred_table"], k["options"])) for k in found.get_foreign_keys(name)
            ),
            sorted(str((u["name"], u["column_names"])) for u in found.get_unique_constraints(name)),
            sorted(str((i["name"], i["column_names"], i["unique"])) for i in found.get_indexes(name)),
        )
        for name in found.get_table_names()
    }


def test_a_new_book_and_an_upgraded_one_are_the_same(engine: Engine, ledger_url: str) -> None:
    Ledger.open(ledger_url).close()
    with engine.begin() as connection:
        made = shape(connection)
        for table in reversed(metadata.sorted_tables):
            table.drop(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "head")
    with engine.begin() as connection:
        assert shape(connection) == made
        assert set(made) == {*metadata.tables, "alembic_version"}


def test_the_revisions_lead_to_the_tables_that_hokctl_uses(engine: Engine) -> None:
    with engine.begin() as connection:
        config = migrations(connection)
        assert ScriptDirectory.from_config(config).get_heads() == [REVISION]
        command.upgrade(config, "head")
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_a_book_of_the_first_release_keeps_every_row(engine: Engine, ledger_url: str) -> None:
    leave_first_book(engine, invoices=8)
    with Ledger.open(ledger_url) as ledger:
        invoices = ledger.invoices.list()
        entries = ledger.journal.find(31337, "plan:0")
        ledger.invoices.add(make_invoice())
        ledger.journal.record(make_entry(99))

    assert [invoice.number for invoice in invoices] == [f"INV-{number}" for number in range(8)]
    assert [invoice.state for invoice in invoices[:4]] == list(InvoiceState)
    assert {invoice.currency for invoice in invoices} == {"USDC"}
    assert all(
        [(line.model_id, line.amount.units, line.payment) for line in invoice.lines]
        == [("21", 2**256 - 1 - number, None), ("chat-v2", 2**256 - 1 - number, None)]
        for number, invoice in enumerate(invoices)
    )
    assert (invoices[2].tx_hash, invoices[2].entered_at, invoices[2].digest) == ("0x" + "cd" * 32, None, None)
    assert [(entry.nonce, entry.raw) for entry in entries] == [(number, bytes([2, number])) for number in range(8)]
    with engine.begin() as connection:
        payees = connection.execute(text("SELECT provider, chain_id, first_invoice FROM payees")).all()
    assert [tuple(payee) for payee in payees] == [("together", 31337, "INV-0"), ("provider-a", 31337, "INV-1")]


def test_the_first_release_refuses_a_book_that_was_upgraded(engine: Engine, ledger_url: str) -> None:
    leave_first_book(engine)
    Ledger.open(ledger_url).close()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version FROM schema_version")).scalars().all() == [2]


def test_a_book_of_a_later_release_is_refused_unchanged(engine: Engine, ledger_url: str) -> None:
    Ledger.open(ledger_url).close()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
        before = shape(connection)
    with pytest.raises(LedgerVersionError, match="format 0099") as caught:
        Ledger.open(ledger_url)
    assert (caught.value.code, caught.value.exit_code) == ("ledger-version", 3)
    with engine.begin() as connection:
        assert shape(connection) == before


def test_a_strange_book_from_before_alembic_is_refused_unchanged(engine: Engine, ledger_url: str) -> None:
    leave_first_book(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE schema_version SET version = 7"))
        before = shape(connection)
    with pytest.raises(LedgerVersionError, match="format 7"):
        Ledger.open(ledger_url)
    with engine.begin() as connection:
        assert shape(connection) == before


def test_a_book_of_today_is_opened_with_one_query_and_without_alembic(ledger_url: str) -> None:
    Ledger.open(ledger_url).close()
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        Ledger.open(ledger_url).close()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(statements) == 1

    program = (
        "import sys; from hokctl.ledger.book import Ledger; Ledger.open(sys.argv[1]).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, ledger_url], check=False, cwd=ROOT).returncode == 0


OPEN = """
import os, signal, sys
from sqlalchemy import Engine, event
from hokctl.ledger.book import Ledger
if len(sys.argv) > 2:
    def die(connection, cursor, statement, *rest):
        if sys.argv[2] in statement:
            os.kill(os.getpid(), signal.SIGKILL)
    event.listen(Engine, "before_cursor_execute", die)
else:
    sys.stdin.readline()
with Ledger.open(sys.argv[1]) as ledger:
    assert len(ledger.invoices.list()) == 40
"""


@pytest.mark.parametrize("statement", ["ADD COLUMN paid_at", "UPDATE schema_version SET version = 2"])
def test_a_kill_in_the_middle_of_an_upgrade_leaves_the_old_book(
    engine: Engine, ledger_url: str, statement: str
) -> None:
    leave_first_book(engine)
    with engine.begin() as connection:
        before = shape(connection)
    killed = subprocess.run([sys.executable, "-c", OPEN, ledger_url, statement], check=False, cwd=ROOT)
    assert killed.returncode == -9
    with engine.begin() as connection:
        assert shape(connection) == before
    with Ledger.open(ledger_url) as ledger:
        assert len(ledger.invoices.list()) == len(ledger.journal.find(31337, "plan:0")) == 4


def test_processes_that_upgrade_one_book_at_once_all_find_it_whole(engine: Engine, ledger_url: str) -> None:
    leave_first_book(engine, invoices=40)
    workers = [
        subprocess.Popen([sys.executable, "-c", OPEN, ledger_url], stdin=subprocess.PIPE, cwd=ROOT)
        for _number in range(2)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"\n")
        worker.stdin.close()
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0]

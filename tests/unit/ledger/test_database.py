"""The database is durable, private, shared by processes, and says in a sentence what is wrong with it."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from hokctl.ledger import database
from hokctl.ledger.book import Ledger
from hokctl.ledger.database import Database
from hokctl.ledger.errors import LedgerError, LedgerUrlError

from .samples import make_entry, make_invoice

pytestmark = pytest.mark.unit


def test_importing_the_room_does_not_import_sqlalchemy() -> None:
    program = "import sys, hokctl.ledger, hokctl.ledger.errors; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_file_and_its_directory_are_private_from_the_start(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with Ledger.at(tmp_path / "new" / "ledger.db") as ledger:
            ledger.invoices.add(make_invoice())
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "new" / "ledger.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_book_is_found_again_and_named_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a b?c=d%20#e" / "ledger.db"
    with Ledger.at(path) as ledger:
        ledger.invoices.add(make_invoice())
        assert ledger.place == str(path)
    assert path.is_file()
    with Ledger.at(path) as ledger:
        assert ledger.invoices.list() == (make_invoice(),)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_book_in_memory_lives_until_it_is_closed(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Ledger.open(url) as ledger:
        ledger.invoices.add(make_invoice())
        assert ledger.invoices.get("INV-1") == make_invoice()
    assert list(tmp_path.iterdir()) == []


def test_connections_are_durable_and_keep_foreign_keys(tmp_path: Path) -> None:
    opened = Database(f"sqlite:///{tmp_path / 'ledger.db'}", busy_timeout_s=1.5)
    with opened.reading() as connection:
        values = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 1500}


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    opened = Database(f"sqlite:///{tmp_path / 'ledger.db'}", busy_timeout_s=1)

    def fail() -> None:
        with opened.writing() as connection:
            connection.execute(text("INSERT INTO schema_version VALUES (77)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with opened.reading() as connection:
        assert connection.execute(text("SELECT version FROM schema_version")).scalars().all() == [2]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "it is not a database URL"),
        ("ledger.db", "it is not a database URL"),
        ("postgresql://ops:hunter2@db:port/x", "it is not a database URL"),
        ("mysql://ops:hunter2@db/x", "hokctl keeps its book in SQLite or PostgreSQL, not in mysql"),
        ("postgresql+nosuch://ops:hunter2@db/x", "the driver for postgresql+nosuch is not installed"),
    ],
)
def test_an_unusable_url_is_refused_without_repeating_its_secret(url: str, reason: str) -> None:
    with pytest.raises(LedgerUrlError, match=reason.replace("+", r"\+")) as caught:
        Ledger.open(url)
    assert "hunter2" not in str(caught.value) + caught.value.hint
    assert (caught.value.code, caught.value.exit_code) == ("ledger-url", 3)


def expect_ledger_error(step: Callable[[], object], sentence: str) -> None:
    """Expect a LedgerError that ends in `sentence`."""
    with pytest.raises(LedgerError) as caught:
        step()
    assert caught.value.message.endswith(sentence), caught.value.message
    assert caught.value.hint
    assert (caught.value.code, caught.value.exit_code) == ("ledger", 1)


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    expect_ledger_error(
        lambda: Ledger.at(tmp_path / "file" / "new" / "ledger.db"), "cannot be opened: Not a directory."
    )


def test_a_directory_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    expect_ledger_error(lambda: Ledger.at(tmp_path), "cannot be opened: Is a directory.")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("number,amount\n" * 100)
    before = path.read_bytes()
    expect_ledger_error(lambda: Ledger.at(path), "its file is not a database.")
    assert path.read_bytes() == before


def test_a_damaged_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger.at(path) as ledger:
        for number in range(10):
            ledger.invoices.add(make_invoice(f"INV-{number}", "x" * 4000))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)

    def read() -> None:
        with Ledger.at(path) as ledger:
            ledger.invoices.list()

    expect_ledger_error(read, "its file is damaged.")


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    def cramp(connection: sqlite3.Connection, _entry: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {max(pages, 1) + 1}")

    path = tmp_path / "ledger.db"
    Ledger.at(path).close()
    event.listen(Engine, "connect", cramp)
    try:
        with Ledger.at(path) as ledger:
            huge = make_invoice(provider="x" * 100_000)
            expect_ledger_error(lambda: ledger.invoices.add(huge), "its disk is full.")
            assert ledger.invoices.list() == ()
    finally:
        event.remove(Engine, "connect", cramp)


def test_a_file_that_may_not_be_written_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger.at(path).close()

    def forbid(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    with Ledger.at(path) as ledger:
        event.listen(Engine, "connect", forbid)
        try:
            expect_ledger_error(lambda: ledger.journal.record(make_entry()), "its file may not be written.")
        finally:
            event.remove(Engine, "connect", forbid)


def test_a_lock_that_is_never_released_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger.at(path, busy_timeout_s=0.05) as ledger:
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        expect_ledger_error(lambda: ledger.invoices.add(make_invoice()), "another process keeps it locked.")
        assert ledger.invoices.list() == ()
        blocker.execute("ROLLBACK")
        blocker.close()
        ledger.invoices.add(make_invoice())


def hold_reading(path: Path) -> sqlite3.Connection:
    """Read from a file that is no book yet, and keep reading: nobody can change its journal mode meanwhile."""
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("CREATE TABLE notes (note TEXT)")
    holder.execute("BEGIN")
    holder.execute("SELECT * FROM notes").fetchall()
    return holder


def test_a_file_that_another_process_never_lets_go_of_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    holder = hold_reading(path)
    expect_ledger_error(lambda: Ledger.at(path, busy_timeout_s=0.05), "another process keeps it locked.")
    holder.close()
    Ledger.at(path).close()


def test_a_file_that_another_process_lets_go_of_in_time_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    holder = hold_reading(path)
    release = Timer(0.2, holder.close)
    release.start()
    with Ledger.at(path, busy_timeout_s=30) as ledger:
        ledger.invoices.add(make_invoice())
    release.join()


def test_any_other_trouble_is_named_by_the_databases_own_word() -> None:
    error = OperationalError("SELECT secret", {}, sqlite3.OperationalError("no such table: secret"))
    explained = database._explain(error, "ledger.db")
    assert explained.message == "The ledger ledger.db cannot be used: its database reports OperationalError."

"""A book on a PostgreSQL server says in a sentence what the server refuses, and never shows the password."""

import sys
from threading import Timer
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from hokctl.errors import HokctlError
from hokctl.ledger.book import Ledger
from hokctl.ledger.errors import LedgerAccessError, LedgerError, LedgerUnavailableError, LedgerUrlError
from hokctl.ledger.postgresql import explain_server_error
from tests.books import DRIVER

from .samples import make_entry, make_invoice

pytestmark = [pytest.mark.unit, pytest.mark.postgresql]

SECRET = "hunter2-hunter2"  # noqa: S105  # the planted password that must not be shown


def open_changed(url: str, **changes: object) -> HokctlError:
    """Open the book at the URL with some of its parts changed, and return the error."""
    changed: URL = make_url(url).set(**changes)  # type: ignore[arg-type]  # each test names parts of a URL
    with pytest.raises(LedgerError) as caught:
        Ledger.open(changed.render_as_string(hide_password=False), busy_timeout_s=2)
    shown = caught.value.message + caught.value.hint
    assert SECRET not in shown
    assert str(make_url(url).password) not in shown
    return caught.value


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"password": SECRET}, "does not accept user and password"),
        ({"username": "ghost"}, "does not accept user and password"),
        ({"database": "nosuch"}, "has no such database or user"),
        ({"query": {"options": "-csearch_path=nosuch"}}, "has no schema to keep the tables in"),
        ({"query": {"nosuch": SECRET}}, "has an option that PostgreSQL does not know"),
        ({"query": {"sslmode": "require"}}, "do not agree on encryption"),
    ],
)
def test_a_refusal_is_a_matter_of_configuration(postgresql_url: str, changes: dict[str, object], reason: str) -> None:
    error = open_changed(postgresql_url, **changes)
    assert isinstance(error, LedgerAccessError)
    assert reason in error.message
    assert (error.code, error.exit_code) == ("ledger-access", 3)


@pytest.mark.parametrize("changes", [{"port": 1}, {"host": "nosuch.invalid"}])
def test_a_server_that_does_not_answer_is_unavailable(postgresql_url: str, changes: dict[str, object]) -> None:
    error = open_changed(postgresql_url, **changes)
    assert isinstance(error, LedgerUnavailableError)
    assert (error.code, error.exit_code) == ("ledger-unavailable", 4)
    assert (
        error.message == f"The ledger on {changes.get('host', '127.0.0.1')} cannot be reached, or its server went away."
    )


def end_others(url: str) -> None:
    """End every other connection to the database, as a restart of the server would."""
    engine = create_engine(make_url(url).set(drivername=DRIVER))
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hokctl'"
                " AND datname = current_database()"
            )
        )
    engine.dispose()


def test_a_connection_that_is_lost_in_the_middle_changes_nothing(postgresql_url: str) -> None:
    with Ledger.open(postgresql_url) as ledger:

        def lose() -> None:
            with ledger._database.writing() as connection:
                connection.execute(text("UPDATE schema_version SET version = 77"))
                end_others(postgresql_url)
                connection.execute(text("SELECT 1"))

        with pytest.raises(LedgerUnavailableError):
            lose()
        with ledger._database.reading() as connection:
            assert connection.scalar(text("SELECT version FROM schema_version")) == 2


def test_a_server_that_was_restarted_between_two_steps_is_found_again(postgresql_url: str) -> None:
    with Ledger.open(postgresql_url) as ledger:
        ledger.invoices.add(make_invoice("INV-1"))
        end_others(postgresql_url)
        ledger.invoices.add(make_invoice("INV-2"))
        assert len(ledger.invoices.list()) == 2


def test_a_writer_waits_for_another_and_says_so_when_it_never_ends(postgresql_url: str) -> None:
    with Ledger.open(postgresql_url) as holder, Ledger.open(postgresql_url, busy_timeout_s=0.2) as waiting:
        with holder._database.writing():
            with pytest.raises(LedgerError, match="another process keeps it locked") as caught:
                waiting.journal.record(make_entry())
            assert (caught.value.code, caught.value.exit_code) == ("ledger", 1)
            assert waiting.journal.find(31337, "plan:0") == ()
        waiting.journal.record(make_entry())


def test_a_writer_gets_its_turn_as_soon_as_the_other_has_ended(postgresql_url: str) -> None:
    with Ledger.open(postgresql_url) as holder, Ledger.open(postgresql_url, busy_timeout_s=30) as waiting:
        opened = holder._database.writing()
        opened.__enter__()
        release = Timer(0.2, lambda: opened.__exit__(None, None, None))
        release.start()
        waiting.journal.record(make_entry())
        release.join()
        assert len(holder.journal.find(31337, "plan:0")) == 1


def test_what_is_written_is_on_the_disk_though_the_server_prefers_speed(postgresql_url: str) -> None:
    fast = make_url(postgresql_url).update_query_dict({"options": "-csynchronous_commit=off"}, append=True)
    options = " ".join(fast.query["options"])
    url = fast.update_query_dict({"options": options}).render_as_string(hide_password=False)
    with Ledger.open(url) as ledger:
        with ledger._database.reading() as connection:
            assert connection.scalar(text("SHOW synchronous_commit")) == "off"
        with ledger._database.writing() as connection:
            assert connection.scalar(text("SHOW synchronous_commit")) == "on"


def test_a_writer_that_went_away_without_a_word_is_ended_by_the_server(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dawdle() -> None:
        with gone._database.writing() as connection:
            connection.execute(text("UPDATE schema_version SET version = 77"))
            waiting.journal.record(make_entry())
            connection.execute(text("SELECT 1"))

    monkeypatch.setattr("hokctl.ledger.postgresql._LONGEST_IDLE_S", 0.2)
    with Ledger.open(postgresql_url) as gone, Ledger.open(postgresql_url) as waiting:
        with pytest.raises(LedgerUnavailableError):
            dawdle()
        with waiting._database.reading() as connection:
            assert connection.scalar(text("SELECT version FROM schema_version")) == 2
        assert len(waiting.journal.find(31337, "plan:0")) == 1


def test_what_only_reads_cannot_write(postgresql_url: str) -> None:
    def write() -> None:
        with ledger._database.reading() as connection:
            connection.execute(text("UPDATE schema_version SET version = 77"))

    with Ledger.open(postgresql_url) as ledger:
        with pytest.raises(LedgerError, match="its server only reads"):
            write()
        ledger.invoices.add(make_invoice())


def test_a_user_without_rights_is_told_so(postgresql_url: str) -> None:
    Ledger.open(postgresql_url).close()
    engine = create_engine(make_url(postgresql_url).set(drivername=DRIVER))
    with engine.begin() as connection:
        schema = connection.scalar(text("SELECT current_schema()"))
        connection.execute(text(f"CREATE ROLE clerk_{schema} LOGIN PASSWORD '{SECRET}'"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO clerk_{schema}"))
    error = open_changed(postgresql_url, username=f"clerk_{schema}", password=SECRET)
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY clerk_{schema}"))
        connection.execute(text(f"DROP ROLE clerk_{schema}"))
    engine.dispose()
    assert error.code == "ledger-access"
    assert error.message.endswith("its user lacks a right that hokctl needs.")


def test_a_driver_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerUrlError, match="the driver for postgresql") as caught:
        Ledger.open(f"postgresql://ops:{SECRET}@db.example/book")
    assert caught.value.hint == "Run: pip install 'hokctl[postgresql]'"


@pytest.mark.parametrize(
    ("state", "sentence", "exit_code"),
    [
        ("53100", "its disk is full.", 1),
        ("53300", "or its server went away.", 4),
        ("57P03", "or its server went away.", 4),
        ("42703", "its database reports SimpleNamespace (42703).", 1),
    ],
)
def test_what_cannot_be_brought_about_here_is_told_by_its_state(state: str, sentence: str, exit_code: int) -> None:
    trouble = SimpleNamespace(sqlstate=state)
    error = explain_server_error(trouble, "on db.example")  # type: ignore[arg-type]  # it has the one attribute
    assert error.message.endswith(sentence)
    assert error.exit_code == exit_code

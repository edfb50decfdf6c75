"""A sync of the index killed with SIGKILL at each of its steps: the next one ends where an undisturbed one does."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.index_tables import read_tables
from tests.killing import Nursery, ReapingProxy, Strike, reaping_proxy
from tests.synthetic_chain import SyntheticChain, served
from tests.world import isolate, run_hokctl

pytestmark = pytest.mark.faults

HEAD = 12_000
"""Two parts of blocks: 5,000, and the rest."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory."""
    directory = tmp_path / "work"
    directory.mkdir()
    isolate(directory, tmp_path, monkeypatch)
    return directory


@pytest.fixture
def chain(home: Path) -> Iterator[SyntheticChain]:
    """Serve a chain whose second model comes late."""
    made = SyntheticChain(head=HEAD, every=60, models={"21": 3, "22": 7_000})
    with served(made, home):
        yield made


def index(directory: Path) -> dict[str, list[tuple[object, ...]]]:
    return read_tables(directory / "ledger.db")


def sync(*options: str) -> None:
    ran = run_hokctl("ledger", "sync", *options, "-o", "json")
    assert ran.exit_code == 0, ran.stdout + ran.stderr


def point_to(directory: Path, chain: SyntheticChain, proxy: ReapingProxy) -> None:
    config = directory / "hokctl.toml"
    config.write_text(config.read_text().replace(chain.url, proxy.url))


def test_a_sync_killed_at_any_request_is_gone_on_with(home: Path, chain: SyntheticChain) -> None:
    sync("--to-block", "100")
    template = home.parent / "template"
    shutil.copytree(home, template)
    sync()
    expected = index(home)
    with Nursery() as nursery, reaping_proxy(chain.url) as proxy:
        point_to(template, chain, proxy)
        place = home.parent / "place" / "work"
        shutil.copytree(template, place)
        whole = nursery.run(["ledger", "sync"], place, proxy)
        assert whole.exit_code == 0, whole.stderr
        assert whole.requests > 9
        assert index(place) == expected
        for step in range(1, whole.requests, 2):
            shutil.rmtree(place)
            shutil.copytree(template, place)
            killed = nursery.run(["ledger", "sync"], place, proxy, Strike("request", step, after=bool(step % 4 == 1)))
            assert killed.killed, step
            again = nursery.run(["ledger", "sync"], place, proxy)
            assert again.exit_code == 0, again.stderr
            assert index(place) == expected, step


@pytest.mark.usefixtures("chain")
def test_a_process_killed_while_it_writes_is_gone_on_with(home: Path) -> None:
    sync()
    expected = index(home)
    (home / "ledger.db").unlink()
    survived = 0
    for attempt in range(4):
        process = subprocess.Popen(
            [sys.executable, "-m", "hokctl", "ledger", "sync"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_rows(home / "ledger.db", more_than=survived, process=process)
        time.sleep(0.03 * attempt)
        process.send_signal(signal.SIGKILL)
        process.wait()
        survived = rows(home / "ledger.db")
    sync()
    assert index(home) == expected


@pytest.mark.postgresql
@pytest.mark.usefixtures("chain")
def test_a_process_killed_while_it_writes_to_a_server_is_gone_on_with(
    home: Path, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync()
    expected = index(home)
    monkeypatch.setenv("HOKCTL_LEDGER_URL", postgresql_url)
    process = subprocess.Popen(
        [sys.executable, "-m", "hokctl", "ledger", "sync"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        there = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'index_state'"
        begun = "SELECT next_block FROM index_state"
        while process.poll() is None and not (
            connection.execute(there).fetchone() and connection.execute(begun).fetchone()
        ):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        stood = connection.execute(begun).fetchone()
    sync()
    assert process.returncode == -signal.SIGKILL
    assert stood is not None
    assert stood[0] <= HEAD + 1
    assert read_tables(postgresql_url) == expected


def rows(path: Path) -> int:
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT COUNT(*) FROM events").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def wait_for_rows(path: Path, *, more_than: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the process has written something, or is done."""
    while process.poll() is None and rows(path) <= more_than:
        time.sleep(0.02)

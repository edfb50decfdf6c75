"""Several threads and processes share one book: nothing is lost, nothing is entered twice."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hokctl.domain.invoices import InvoiceState
from hokctl.ledger.book import Ledger
from hokctl.ledger.errors import DuplicateInvoiceError

from .samples import PAID_BY, make_entry, make_invoice, pay

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]


def add_once(url: str) -> str:
    """Open the book, as another process would, and enter and pay one invoice."""
    with Ledger.open(url) as ledger:
        try:
            ledger.invoices.add(make_invoice())
        except DuplicateInvoiceError:
            return "duplicate"
        pay(ledger.invoices, "INV-1", PAID_BY)
        return "added"


def test_of_many_threads_with_books_of_their_own_one_enters_the_invoice(ledger_url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = sorted(pool.map(add_once, [ledger_url] * 16))
    assert results == ["added"] + ["duplicate"] * 15
    with Ledger.open(ledger_url) as ledger:
        assert [invoice.state for invoice in ledger.invoices.list()] == [InvoiceState.PAID]


PROGRAM = """
import sys
from hokctl.ledger.book import Ledger
from tests.unit.ledger.samples import make_entry
start = int(sys.argv[2])
sys.stdin.readline()
with Ledger.open(sys.argv[1]) as ledger:
    for number in range(start, start + 25):
        ledger.journal.record(make_entry(number))
"""


def test_processes_that_create_and_write_one_book_at_once_lose_nothing(ledger_url: str) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, ledger_url, str(start)], stdin=subprocess.PIPE, cwd=ROOT)
        for start in (0, 25)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"\n")
        worker.stdin.close()
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0]
    with Ledger.open(ledger_url) as ledger:
        assert sorted(entry.nonce for entry in ledger.journal.find(31337, "plan:0")) == list(range(50))


def test_a_recorded_entry_survives_the_kill_of_its_process(ledger_url: str) -> None:
    program = (
        "import os, signal, sys; from hokctl.ledger.book import Ledger;"
        "from tests.unit.ledger.samples import make_entry;"
        "Ledger.open(sys.argv[1]).journal.record(make_entry()); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, ledger_url], check=False, cwd=ROOT)
    assert done.returncode == -9
    with Ledger.open(ledger_url) as ledger:
        assert ledger.journal.find(31337, "plan:0") == (make_entry(),)


def test_a_reader_sees_one_state_while_another_writes(ledger_url: str) -> None:
    with Ledger.open(ledger_url) as first, Ledger.open(ledger_url) as second:
        first.invoices.add(make_invoice("INV-1"))
        with first._database.reading() as connection:
            seen = [len(connection.exec_driver_sql("SELECT id FROM invoices").all())]
            second.invoices.add(make_invoice("INV-2"))
            seen.append(len(connection.exec_driver_sql("SELECT id FROM invoices").all()))
        assert seen == [1, 1]
        assert len(first.invoices.list()) == 2

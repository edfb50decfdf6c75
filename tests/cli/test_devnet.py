"""hokctl devnet: a node that says where it listens, ends when told, and with --scenario has everything to work with."""

import contextlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hokctl.chain.session import Chain
from hokctl.cli import main
from hokctl.devnet.serving import own_url
from tests.world import Ran, isolate, run_hokctl

pytestmark = pytest.mark.cli

PATIENCE_S = 60
LISTENING = "listening on "


@dataclass(frozen=True)
class Served:
    """A devnet in a process of its own."""

    process: subprocess.Popen[str]
    lines: tuple[str, ...]
    """What it printed until it listened."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.lines[-1].removeprefix(LISTENING)

    def end(self, number: signal.Signals) -> tuple[int, str, str]:
        """Send a signal; return exit code and the rest of both streams."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err


@contextlib.contextmanager
def devnet(directory: Path, *argv: str) -> Iterator[Served]:
    """Serve a devnet in `directory` until the end of the block."""
    command = [sys.executable, "-m", "hokctl", "devnet", "--port", "0", *argv]
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if "listening" in line:
                break
        yield Served(process, tuple(lines))
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the directory that one devnet with the scenario serves for all tests here."""
    directory = tmp_path_factory.mktemp("scenario")
    with devnet(directory, "--scenario"):
        yield directory


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    isolate(tmp_path, tmp_path, monkeypatch)
    return tmp_path


def ok(*argv: str) -> Any:  # noqa: ANN401 - a test says what it expects
    ran = run_hokctl(*argv, "-o", "json")
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    return ran.data


def served_here(*argv: str, number: signal.Signals) -> Ran:
    """Run `hokctl devnet` in this very process, and send it a signal once it listens."""
    out, err = io.StringIO(), io.StringIO()

    def interrupt() -> None:
        until = time.monotonic() + PATIENCE_S
        while "listening" not in out.getvalue() and time.monotonic() < until:
            time.sleep(0.02)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        exit_code = main(["devnet", "--port", "0", *argv])
    thread.join()
    return Ran(exit_code, out.getvalue(), err.getvalue())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(home: Path, number: signal.Signals) -> None:
    with devnet(home) as served:
        assert served.lines == (f"{LISTENING}{served.url}",)
        chain = Chain.connect(served.url, network="devnet", chain_id=31337)
        assert chain.at().block.number == 0
        assert served.end(number) == (0, "", "")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(served.url.rpartition(":")[2])), timeout=5)


def test_for_scripts_it_prints_one_line_of_json() -> None:
    ran = served_here("-o", "json", number=signal.SIGTERM)
    assert (ran.exit_code, ran.stderr) == (0, "")
    (line,) = ran.stdout.splitlines()
    event = json.loads(line)
    assert event.pop("url").startswith("http://127.0.0.1:")
    assert event == {"event": "listening", "chain_id": 31337, "engine": "embedded", "config": None}


def test_a_signal_handler_of_the_callers_own_is_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    served_here(number=signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_scenario_announces_what_there_is_and_ends_with_the_url(home: Path) -> None:
    ran = served_here("--scenario", number=signal.SIGTERM)
    assert ran.exit_code == 0
    *story, last = ran.stdout.splitlines()
    assert last.startswith(LISTENING + "http://127.0.0.1:")
    assert str(home / "hokctl.toml") in "\n".join(story)
    assert "TAI-1001, TAI-1002" in "\n".join(story)


def test_a_taken_port_is_named(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = run_hokctl("devnet", "--port", str(port), "--scenario", "-o", "json")
    assert ran.exit_code == 4
    assert f"127.0.0.1:{port}" in ran.json["errors"][0]["message"]
    assert list(home.iterdir()) == []


def test_the_scenario_never_replaces_a_configuration_of_the_users_own(home: Path) -> None:
    (home / "hokctl.toml").write_text("# mine\n")
    ran = run_hokctl("devnet", "--port", "0", "--scenario", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (6, "foreign-file")
    assert (home / "hokctl.toml").read_text() == "# mine\n"
    assert [path.name for path in home.iterdir()] == ["hokctl.toml"]


def test_without_anvil_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    ran = run_hokctl("devnet", "--engine", "anvil", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "anvil-missing")


@pytest.mark.anvil
def test_the_scenario_stands_on_anvil_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = shutil.which(os.environ.get("HOKCTL_ANVIL") or "anvil")
    if binary is None:
        pytest.skip("Foundry's anvil is neither on PATH nor named by HOKCTL_ANVIL")
    monkeypatch.setenv("PATH", f"{Path(binary).parent}{os.pathsep}{os.environ['PATH']}")
    with devnet(home, "--engine", "anvil", "--scenario") as served:
        assert ok("doctor")["healthy"] is True
        assert [model["model_id"] for model in ok("model", "list")["models"]] == ["21", "22", "23"]
        assert served.end(signal.SIGTERM)[0] == 0


@pytest.mark.parametrize(
    ("listening", "reached"),
    [
        ("http://0.0.0.0:8545", "http://127.0.0.1:8545"),
        ("http://[::]:8545", "http://[::1]:8545"),
        ("http://127.0.0.1:10000", "http://127.0.0.1:10000"),
    ],
)
def test_a_node_that_listens_everywhere_is_reached_on_this_machine(listening: str, reached: str) -> None:
    assert own_url(listening) == reached


def test_every_question_has_its_answer_with_the_written_configuration(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(scenario)
    assert ok("config", "check")["ok"] is True
    assert ok("doctor")["healthy"] is True
    assert [model["model_id"] for model in ok("model", "list")["models"]] == ["21", "22", "23"]
    assert [m["infrastructure_accrual_bps"] for m in ok("split", "show")["models"]] == [8000, 7000, 9000]
    assert [m["runway_state"] for m in ok("runway")["models"]] == ["limited", "limited", "unknown"]
    assert [invoice["state"] for invoice in ok("invoice", "list")["invoices"]] == ["open", "open"]
    assert ok("fee", "quote", "21", "100")["infrastructure"]["display"] == "80.00"
    assert ok("deploy", "plan")["plan"]["calls"] == []
    assert ok("safe", "info")["threshold"] == 2
    for argv in (("provider", "list"), ("treasury", "status"), ("emergency", "status"), ("params", "show", "21")):
        ok(*argv)


def test_every_job_is_done_with_the_written_configuration(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scenario)
    ok("fee", "deposit", "21", "100", "--signer", "backend", "--yes")
    ok("invoice", "add", "INV-2024-001", "--provider", "together-ai", "--model", "21", "--amount", "50")
    jobs = (
        ("split", "set", "21", "70%"),
        ("provider", "set", "23", "dave"),
        ("invoice", "pay", "TAI-1002"),
        ("invoice", "pay", "INV-2024-001"),
        ("emergency", "pause"),
        ("emergency", "withdraw", "all"),
    )
    for job in jobs:
        # On the devnet a role that a key holds beside the Safe would be the shorter way: ask for the Safe's.
        proposed = ok(*job, "--via", "safe", "--yes")["proposal"]["safe_tx_hash"]
        ok("safe", "show", proposed[:10])
        ok("safe", "sign", proposed[:10], "--signer", "bob", "--yes")
        done = ok("safe", "execute", proposed[:10], "--signer", "dave", "--yes")
        assert done["outcome"]["transactions"][0]["status"] == "success"
    states = {invoice["number"]: invoice["state"] for invoice in ok("invoice", "list")["invoices"]}
    assert states == {"TAI-1001": "open", "TAI-1002": "paid", "INV-2024-001": "paid"}
    assert ok("safe", "queue")["proposals"] == []
    assert ok("emergency", "status")["paused"] is True

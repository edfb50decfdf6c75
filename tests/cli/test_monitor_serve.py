"""hokctl monitor serve: a process that says where it listens, follows the chain, and ends when told."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.test_secrets_everywhere import PLACES, expect_clean, listening, plant, secret
from tests.watched import Answered, ask
from tests.world import BACKEND, TOGETHER, World, run_hokctl

pytestmark = pytest.mark.cli

PATIENCE_S = 60.0
LISTENING = "listening on http://"
TOKEN = "a-token-that-nobody-guesses"  # noqa: S105 - made up
PATHS = ("/", "/metrics", "/healthz", "/infrastructure/metrics", "/infrastructure/21", "/infrastructure/status")


@dataclass(frozen=True)
class Monitor:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    line: str

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, _, port = self.line.removeprefix(LISTENING).strip().rpartition(":")
        return host, int(port)

    def get(self, path: str, **headers: str) -> Answered:
        """Ask once."""
        return ask(self.address, path, **headers)

    def until(self, path: str, status: int) -> Answered:
        """Ask until the answer has this status."""
        end = time.monotonic() + PATIENCE_S
        while (answer := self.get(path)).status != status:
            assert time.monotonic() < end, answer
            time.sleep(0.05)
        return answer

    def end(self, number: signal.Signals) -> tuple[int, str, str]:
        """Send a signal; return exit code and the rest of both streams."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err


@contextlib.contextmanager
def monitor(directory: Path, *argv: str) -> Iterator[Monitor]:
    """Serve in `directory` until the end of the block."""
    command = [sys.executable, "-m", "hokctl", "monitor", "serve", "--port", "0", *argv]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        yield Monitor(process, process.stdout.readline())
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


def test_it_follows_the_chain_and_ends_with_success_when_told(world: World) -> None:
    with monitor(world.directory, "--interval", "1") as served:
        assert served.line.startswith(LISTENING + "127.0.0.1:")
        served.until("/healthz", 200)
        before = served.get("/infrastructure/21").json()
        assert before["accrual"] == {"accrued": "800.00", "paid": "0.00", "net": "800.00"}
        assert before["provider"] == TOGETHER
        router = world.deployment.suite.router
        world.send(router.deposit_fee(before["modelId"], 5_000_000, purpose="deposit"), BACKEND)
        end = time.monotonic() + PATIENCE_S
        while (after := served.get("/infrastructure/21").json())["accrual"]["accrued"] != "804.00":
            assert time.monotonic() < end
            time.sleep(0.05)
        assert after["state"]["block"]["number"] == before["state"]["block"]["number"] + 1
        end = time.monotonic() + PATIENCE_S
        while len(past := served.get("/infrastructure/21/history").json()["history"]) < 2:
            assert time.monotonic() < end
            time.sleep(0.2)
        assert [one["accruedUSD"] for one in past] == ["800.00", "804.00"]
        metrics = served.get("/infrastructure/metrics").json()
        assert [model["modelId"] for model in metrics["models"]] == ["21", "22", "23"]
        assert served.end(signal.SIGTERM) == (0, "", "")


def test_without_a_node_it_starts_says_why_and_recovers(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    world.write_config(rpc_url=f"http://127.0.0.1:{port}")
    with monitor(world.directory, "--interval", "1", "-o", "json") as begun:
        told = json.loads(begun.line)
        served = Monitor(begun.process, f"listening on {told['url']}\n")
        answer = served.until("/infrastructure/metrics", 503)
        while "node-" not in answer.body.decode():
            answer = served.get("/infrastructure/metrics")
        assert answer.code == "no-state"
        assert str(port) not in answer.body.decode()
        with forwarding(port, world.url):
            served.until("/healthz", 200)
            assert served.get("/infrastructure/21").json()["accrual"]["accrued"] == "800.00"
        code, out, err = served.end(signal.SIGINT)
        assert (code, out) == (0, "")
        assert "cannot be read" in err
        assert "Traceback" not in err


@contextlib.contextmanager
def forwarding(port: int, url: str) -> Iterator[None]:
    """Let the world's node be reached at another port."""
    host, _, target = url.removeprefix("http://").rpartition(":")

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with source, contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                node = socket.create_connection((host, int(target)))
                for pair in ((client, node), (node, client)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    with socket.create_server(("127.0.0.1", port)) as server:
        threading.Thread(target=accept, daemon=True).start()
        yield
        server.shutdown(socket.SHUT_RDWR)


def test_nothing_of_the_surroundings_shows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOKCTL_MONITOR_TOKEN", secret("token-of-the-monitor"))
    where = "a node that repeats everything in an error"
    with listening(PLACES[where]) as port:
        plant(world, monkeypatch, port)
        with monitor(world.directory, "--interval", "1", "--debug", "--verbose") as served:
            bearer = f"Bearer {secret('token-of-the-monitor')}"
            while b'result="failed"} 0' in (answer := served.get("/metrics", Authorization=bearer)).body:
                time.sleep(0.05)
            assert answer.status == 200
            for path in PATHS:
                for headers in ({"Authorization": bearer}, {}):
                    got = served.get(path, **headers)
                    expect_clean(f"{got.headers}{got.body!r}", path)
                    assert got.status == (401 if not headers and path != "/healthz" else got.status)
            code, out, err = served.end(signal.SIGTERM)
        assert code == 0
        expect_clean(out + err, "the streams")


def test_it_shows_only_to_those_with_the_token(world: World) -> None:
    file = world.directory / "token"
    file.write_text(TOKEN, encoding="utf-8")
    file.chmod(0o600)
    argv = ("--token-file", "token", "--host", "0.0.0.0", "--rate", "4", "--allow-host", "monitor.example")  # noqa: S104
    with monitor(world.directory, *argv) as served:
        served.until("/healthz", 200)
        assert served.get("/metrics", Host="monitor.example").status == 401
        assert served.get("/metrics", Authorization=f"Bearer {TOKEN}", Host="monitor.example").status == 200
        assert served.get("/metrics", Authorization=f"Bearer {TOKEN}", Host="evil.example").status == 403
        shown = {"Authorization": f"Bearer {TOKEN}", "Host": "monitor.example"}
        statuses = [served.get("/metrics", **shown).status for _ in range(20)]
        assert statuses[0] == 200
        assert 429 in statuses


@pytest.mark.parametrize(
    ("argv", "exit_code", "code"),
    [
        (("--host", "0.0.0.0"), 6, "monitor-open-to-all"),  # noqa: S104 - refused
        (("--host", "203.0.113.77", "--allow-anonymous"), 4, "monitor-address"),
        (("--token-file", "nowhere"), 3, "token-file"),
        (("--interval", "0"), 2, "usage"),
        (("--port", "70000"), 2, "usage"),
    ],
)
def test_what_it_cannot_do_is_said_at_once(world: World, argv: tuple[str, ...], exit_code: int, code: str) -> None:
    ran = world.run("monitor", "serve", *argv, "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (exit_code, code)


def test_a_short_token_and_a_misspelt_variable_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOKCTL_MONITOR_TOKEN", "short")
    assert world.run("monitor", "serve", "-o", "json").json["errors"][0]["code"] == "weak-token"
    monkeypatch.delenv("HOKCTL_MONITOR_TOKEN")
    monkeypatch.setenv("HOKCTL_MONITOR_TOKN", TOKEN)
    ran = world.run("monitor", "serve", "-o", "json")
    assert ran.exit_code == 3
    assert "HOKCTL_MONITOR_TOKEN" in ran.json["errors"][0]["hint"] + ran.json["errors"][0]["message"]


def test_without_its_packages_it_says_how_to_install_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    del world
    monkeypatch.setitem(sys.modules, "starlette", None)
    ran = run_hokctl("monitor", "serve", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (3, "monitor-missing")
    assert ran.json["errors"][0]["hint"] == "Install it with: pip install 'hokctl[monitor]'"


def test_it_listens_where_it_is_told_and_says_when_that_is_taken(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = world.run("monitor", "serve", "--port", port, "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (4, "monitor-address")

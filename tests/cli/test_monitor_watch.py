"""hokctl monitor watch: a live screen that survives its node, and mail that reaches a real server."""

import gc
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hokctl.chain.session import Chain
from tests.cli.test_terminal import at_a_terminal
from tests.world import World

pytestmark = pytest.mark.cli

FEW_OBJECTS = 100
"""Of some hundred thousand: a round of this world makes thousands."""


def lines(world: World, *options: str) -> list[dict[str, object]]:
    """Run some rounds; return what each printed."""
    ran = world.run("monitor", "watch", "--interval", "1", "-o", "json", *options)
    assert ran.exit_code == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_each_round_is_a_line_of_json(world: World) -> None:
    first, second = lines(world, "--rounds", "2")
    assert (first["event"], first["failure"], first["models"]) == ("round", None, 3)
    assert first["by_severity"] == second["by_severity"] == {"critical": 0, "high": 0, "medium": 1, "low": 2}


def test_a_node_that_is_gone_leaves_the_last_state_with_its_age(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real, rounds = Chain.at, iter((True, False, True))

    def at(chain: Chain, block: str | int = "latest") -> object:
        if not next(rounds):
            gone = Chain.connect("http://127.0.0.1:9", network="devnet", chain_id=31337)
            return real(gone, block)
        return real(chain, block)

    monkeypatch.setattr(Chain, "at", at)
    before, during, after = lines(world, "--rounds", "3")
    assert (before["failure"], after["failure"]) == (None, None)
    assert "cannot be reached" in str(during["failure"])
    assert (during["block"], during["observed_at"]) == (before["block"], before["observed_at"])


def test_text_shows_models_and_alerts(world: World) -> None:
    ran = world.run("monitor", "watch", "--rounds", "1")
    assert ran.exit_code == 0
    assert "no-provider" in ran.stdout
    assert "800.00 USDC" in ran.stdout


@pytest.mark.usefixtures("world")
def test_ctrl_c_at_the_live_screen_is_its_usual_end() -> None:
    code, shown = at_a_terminal("monitor", "watch", until="no-provider")
    assert (code, "Traceback" in shown) == (0, False)
    assert shown.index("\x1b[?1049h") < shown.index("\x1b[?1049l")


def test_rounds_leave_nothing_behind_in_memory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    def pause(_: float) -> None:
        gc.collect()
        counts.append(len(gc.get_objects()))

    monkeypatch.setattr("time.sleep", pause)
    lines(world, "--rounds", "9")
    assert len(counts) == 8
    assert counts[-1] - counts[2] < FEW_OBJECTS


class Mailbox(socketserver.StreamRequestHandler):
    """As much of an SMTP server as it takes to receive a mail (RFC 5321)."""

    received: list[str]

    def handle(self) -> None:
        """Speak with one client."""
        self._say("220 mail.test")
        while line := self.rfile.readline().decode().strip():
            match line.split()[0].upper():
                case "DATA":
                    self._say("354 go on")
                    self.received.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                    self._say("250 kept")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 fine")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[tuple[int, list[str]]]:
    """Run a mail server; yield its port and what it received."""
    received: list[str] = []
    handler = type("Box", (Mailbox,), {"received": received})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield int(server.server_address[1]), received
        server.shutdown()
        thread.join()


def test_an_alert_reaches_a_mailbox(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as (port, received):
        url = f"mailto://127.0.0.1:{port}/?from=hokctl@example.org&to=treasury@example.org&smtp=127.0.0.1&mode=insecure"
        monkeypatch.setenv("HOKCTL_ALERT_URLS", url)
        assert world.run("monitor", "check", "--notify").exit_code == 5
    (mail,) = received
    assert "treasury@example.org" in mail
    assert "no-provider" in mail

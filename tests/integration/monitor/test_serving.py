"""The server in this process, over real sockets: what is kept, what is told when looking fails, and how it ends."""

import gzip
import http.client
import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hokctl.chain.errors import NodeTimeoutError
from hokctl.domain.units import ModelId
from hokctl.errors import UnavailableError
from hokctl.ledger.errors import LedgerError
from hokctl.ledger.snapshots import ModelSnapshot
from hokctl.monitor.web.refreshing import Refresher
from hokctl.monitor.web.sights import LastKnown, Sight
from tests.watched import (
    BLOCK,
    PATIENCE_S,
    NoHistory,
    Served,
    many_models,
    observed,
    observed_model,
    serving,
    showing,
    snapshots_in,
    warned,
)

pytestmark = pytest.mark.integration

SIGHT = Sight(observation=observed([observed_model("21", accrued="800", burn="100")]))
STRANGE = ("metrics", "status", "models", "history", "a/b", "a%2Fb", "%", "?limit=1", "#", "é 模型", " ", "<b>")
SECURITY = {"cache-control": "no-store", "x-content-type-options": "nosniff", "x-frame-options": "DENY"}


class Eye:
    """Looks as it is told: it may fail, and it may hang."""

    def __init__(self) -> None:
        """See something from the beginning."""
        self.error: Exception | None = None
        self.looks = 0
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self) -> Sight:
        """Look once."""
        self.looks += 1
        self.gate.wait(PATIENCE_S)
        if self.error is not None:
            raise self.error
        return SIGHT


def test_models_of_any_name_can_be_asked_for() -> None:
    from urllib.parse import quote

    with showing(observed([observed_model(name, accrued="1") for name in STRANGE])) as served:
        for name in STRANGE:
            path = f"/infrastructure/models/{quote(name, safe='')}"
            assert served.get(path).json()["modelId"] == name
            assert served.get(f"{path}/history").json() | {"state": None} == {
                "modelId": name,
                "dataPoints": 0,
                "history": [],
                "state": None,
            }
        assert served.get("/infrastructure/status").json()["models"] == list(STRANGE)
        assert served.get("/infrastructure/metrics").json()["models"][0]["modelId"] == "metrics"


def test_every_answer_carries_the_headers_of_a_careful_server() -> None:
    paths = ["/", "/metrics", "/healthz", "/page.css", "/page.js", "/icon.svg", "/nothing", "/infrastructure/metrics"]
    with showing(many_models(12)) as served:
        for path in paths:
            for method in ("GET", "HEAD", "POST"):
                answer = served.get(path, method=method)
                assert SECURITY.items() <= answer.headers.items()
                assert "default-src 'none'" in answer.headers["content-security-policy"]
                assert "unsafe" not in answer.headers["content-security-policy"]
                assert "server" not in answer.headers
                assert (method == "HEAD") == (not answer.body)
        assert served.get("/metrics", method="HEAD").headers["content-length"] != "0"
        assert served.get("/", method="POST").headers["allow"] == "GET, HEAD"


def test_long_answers_come_as_gzip_to_whoever_takes_it() -> None:
    with showing(many_models(12)) as served:
        plain = served.get("/infrastructure/metrics")
        zipped = served.get("/infrastructure/metrics", Accept_Encoding="br, gzip")
        assert zipped.headers["content-encoding"] == "gzip"
        assert len(zipped.body) < len(plain.body) / 3
        assert gzip.decompress(zipped.body)[:2_000] == plain.body[:2_000]
        assert "content-encoding" not in served.get("/", Accept_Encoding="gzip;q=0").headers


def test_before_the_first_look_it_says_that_it_knows_nothing() -> None:
    eye = Eye()
    eye.error = NodeTimeoutError("http://127.0.0.1:1", 1)
    with serving(eye) as served:
        served.until("/metrics", lambda answer: b'result="failed"} 1.0' in answer.body)
        for path in ("/healthz", "/infrastructure/metrics", "/infrastructure/21", "/infrastructure/21/history"):
            answer = served.get(path)
            assert (answer.status, answer.code) == (503, "no-state")
            assert "retry-after" in answer.headers
            assert "127.0.0.1" not in answer.body.decode()
        assert served.get("/infrastructure/status").status == 503
        assert served.get("/infrastructure/status").json()["isMonitoring"] is False
        page = served.get("/")
        assert (page.status, b"Nothing is known yet" in page.body) == (503, True)
        assert b"hokctl_node_up 0.0" in served.get("/metrics").body
        assert served.get("/healthz?live").status == 200


def test_when_looking_fails_the_last_known_state_stays_and_says_how_old_it_is() -> None:
    eye = Eye()
    with serving(eye, interval_s=0.1, stale_after_s=1) as served:
        fresh = served.until("/infrastructure/21", lambda answer: answer.status == 200).json()
        eye.error = UnavailableError("The node at http://secret-node:1/key is gone.", hint="Wait.")
        late = served.until("/healthz", lambda answer: answer.status == 503)
        assert late.code == "state-stale"
        stale = served.get("/infrastructure/21")
        state = stale.json().pop("state")
        assert (state["stale"], state["failure"]) == (True, "unavailable")
        assert state["ageSeconds"] >= 1
        assert int(stale.headers["x-hokctl-state-age"]) >= 1
        assert stale.headers["x-hokctl-state-stale"] == "true"
        assert stale.json()["accrual"] == fresh["accrual"]
        assert b"This is the last known state" in served.get("/").body
        assert b"hokctl_node_up 0.0" in served.get("/metrics").body
        for path in ("/", "/metrics", "/healthz", "/infrastructure/metrics", "/infrastructure/status"):
            assert b"secret-node" not in served.get(path).body
        assert len([note for note in served.notes if "cannot be read" in note]) == 1
        eye.error = None
        served.until("/healthz", lambda answer: answer.status == 200)
        assert any("can be read again" in note for note in served.notes)


def test_a_bug_in_looking_costs_a_look_and_not_the_server() -> None:
    eye = Eye()
    eye.error = ZeroDivisionError("http://secret-node:1/key")
    with serving(eye, interval_s=0.1) as served:
        served.until("/metrics", lambda answer: b'result="failed"} 1.0' in answer.body)
        assert served.get("/infrastructure/metrics").json()["error"]["message"].endswith("unforeseen.")
        eye.error = None
        served.until("/healthz", lambda answer: answer.status == 200)
        assert "secret-node" not in "".join(served.notes)


def test_a_bug_in_answering_tells_the_client_nothing(tmp_path: Path) -> None:
    class Broken(NoHistory):
        def points(self, model_id: ModelId, *, since: int | None, limit: int) -> Sequence[ModelSnapshot]:
            """Fail as only a bug can."""
            raise ZeroDivisionError(f"{tmp_path} {model_id} {since} {limit}")

    with serving(Eye(), history=Broken()) as served:
        served.until("/healthz", lambda answer: answer.status == 200)
        answer = served.get("/infrastructure/21/history")
        assert (answer.status, answer.code) == (500, "bug")
        assert SECURITY.items() <= answer.headers.items()
        assert str(tmp_path) not in answer.body.decode()
        assert served.get("/infrastructure/21").status == 200
        assert served.notes == ["A request ended in a bug (ZeroDivisionError)."]


def test_a_book_that_cannot_be_read_leaves_everything_else() -> None:
    class Locked(NoHistory):
        def points(self, model_id: ModelId, *, since: int | None, limit: int) -> Sequence[ModelSnapshot]:
            """Fail as a book does."""
            raise LedgerError(f"/home/x/{model_id}{since}{limit}", hint="Wait.")

    with serving(Eye(), history=Locked()) as served:
        served.until("/healthz", lambda answer: answer.status == 200)
        answer = served.get("/infrastructure/21/history")
        assert (answer.status, answer.code) == (503, "history-unavailable")
        assert "/home/x" not in answer.body.decode()


def test_the_history_is_that_of_the_book(tmp_path: Path) -> None:
    points = [point("21", number, paid=number) for number in range(1, 301)]
    history = snapshots_in(tmp_path / "book.db", [*points, point("22", 5)])
    with serving(Eye(), history=history) as served:
        served.until("/healthz", lambda answer: answer.status == 200)
        newest = served.get("/infrastructure/21/history").json()
        assert newest["dataPoints"] == len(newest["history"]) == 100
        assert [one["block"] for one in newest["history"]] == list(range(201, 301))
        assert newest["history"][0]["paidUSD"] == "0.000201"
        since = served.get(f"/infrastructure/21/history?limit=7&since={BLOCK.timestamp + 290}").json()
        assert [one["block"] for one in since["history"]] == list(range(294, 301))
        late = served.get(f"/infrastructure/21/history?since={BLOCK.timestamp + 299}").json()
        assert [one["block"] for one in late["history"]] == [299, 300]
        assert served.get("/infrastructure/23/history").status == 404


def point(model_id: str, number: int, *, paid: int = 0) -> ModelSnapshot:
    return ModelSnapshot(
        model_id=ModelId(model_id),
        block_number=number,
        timestamp=BLOCK.timestamp + number,
        accrued_units=0,
        paid_units=paid,
        provider=None,
        infrastructure_accrual_bps=None,
        daily_burn_units=None,
        runway_days=None,
    )


def test_no_request_waits_for_a_look_that_hangs_and_neither_does_the_end() -> None:
    eye = Eye()
    with serving(eye, interval_s=0.1) as served:
        served.until("/healthz", lambda answer: answer.status == 200)
        eye.gate.clear()
        looks = eye.looks
        while eye.looks == looks:
            time.sleep(0.02)
        began = time.monotonic()
        assert served.get("/infrastructure/21").status == 200
        assert time.monotonic() - began < 1
        assert eye.looks == looks + 1, "one look at a time"
        began = time.monotonic()
    assert time.monotonic() - began < 6
    eye.gate.set()


def test_looking_fails_ever_more_rarely() -> None:
    eye, known = Eye(), LastKnown(stale_after_s=1)
    refresher = Refresher(eye, lambda _: None, known, interval_s=4, note=lambda _: None)
    pauses = []
    for _ in range(7):
        pauses.append(refresher.pause_s)
        refresher._note_end(NodeTimeoutError("x", 1), time.monotonic())
    assert pauses == [4, 8, 16, 32, 60, 60, 60]
    refresher._note_end(None, time.monotonic())
    assert refresher.pause_s == 4
    assert known.condition.failures == 7


def test_alerts_are_shown_everywhere() -> None:
    with showing(SIGHT.observation, alerts=[warned(message="It is <low>.")]) as served:
        assert served.get("/infrastructure/21").json()["alerts"][0]["message"] == "It is <low>."
        assert b"It is &lt;low&gt;." in served.get("/").body
        assert b'hokctl_alert_active{rule="low-runway",severity="high",subject="21"} 1.0' in served.get("/metrics").body


def test_a_client_that_sends_its_headers_too_slowly_is_let_go() -> None:
    with impatient(SIGHT, request_s=0.3) as served, socket.create_connection(served.address, timeout=5) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        began = time.monotonic()
        assert received(slow) == b""
        assert 0.1 < time.monotonic() - began < 3
        with socket.create_connection(served.address, timeout=5) as silent:
            assert received(silent) == b""
        with socket.create_connection(served.address, timeout=5) as second:
            second.sendall(b"GET /healthz?live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answered = b""
            while not answered.endswith(b'{"status":"alive"}'):
                answered += second.recv(65_536)
            second.sendall(b"GET /h")
            assert received(second) == b""


def test_a_client_that_does_not_read_its_answer_is_let_go() -> None:
    big = Sight(observation=many_models(1_500))
    with impatient(big, answer_s=0.5) as served:
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        reader.settimeout(5)
        reader.connect(served.address)
        with reader:
            reader.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 40)
            until(lambda: not served.server.server_state.connections)
        assert served.get("/healthz").status == 200


def test_a_crowd_of_silent_clients_keeps_nobody_out() -> None:
    with impatient(SIGHT, most=20) as served:
        silent = [socket.create_connection(served.address, timeout=5) for _ in range(60)]
        try:
            for _ in range(5):
                assert served.get("/healthz").status == 200
            assert len(served.server.server_state.connections) <= 20
        finally:
            for connection in silent:
                connection.close()


def test_a_connection_is_kept_for_the_next_request() -> None:
    with showing(SIGHT.observation) as served:
        connection = http.client.HTTPConnection(*served.address, timeout=5)
        for _ in range(20):
            connection.request("GET", "/infrastructure/21")
            assert connection.getresponse().read()
        (kept,) = served.server.server_state.connections
        raw = kept.transport.get_extra_info("socket")
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), "no part of an answer waits for an ACK"
        connection.request("GET", "/healthz", body=b"x" * 100_000)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("connection")) == (200, "close")
        connection.close()


def impatient(sight: Sight, **limits: float) -> "Impatient":
    """Serve with other limits than usual."""
    return Impatient(sight, limits)


class Impatient:
    """A server whose limits are those of the test."""

    def __init__(self, sight: Sight, limits: dict[str, float]) -> None:
        """Show `sight`."""
        self._running = serving(lambda: sight)
        self._limits = limits

    def __enter__(self) -> Served:
        """Start it."""
        from hokctl.monitor.web.protocol import PatientProtocol

        served = self._running.__enter__()
        kind = served.server.config.http
        assert isinstance(kind, type)
        assert issubclass(kind, PatientProtocol)
        for name, value in self._limits.items():
            setattr(kind.crowd, "_most" if name == "most" else name, value)
        served.until("/healthz", lambda answer: answer.status == 200)
        return served

    def __exit__(self, *error: object) -> None:
        """End it."""
        self._running.__exit__(None, None, None)


def received(connection: socket.socket) -> bytes:
    """Return all that comes until the server closes."""
    data = b""
    try:
        while part := connection.recv(65_536):
            data += part
    except ConnectionError:
        pass
    return data


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)

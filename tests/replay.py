"""A Transaction Service that answers as the real one was recorded to: one exchange at a time, over real HTTP.

The recording is in tests/data/transaction_service_recording.json; everything in it that proposes, lists, fetches,
confirms, deletes and delegates, errors too.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

RECORDING = Path(__file__).parent / "data" / "transaction_service_recording.json"
ABSENT = {"status": 404, "json": {"detail": "No MultisigTransaction matches the given query."}}

Json = Any


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: bytes
    authorization: str | None

    @property
    def json(self) -> Json:
        """The body as JSON; None without one."""
        return json.loads(self.body) if self.body else None


@dataclass
class Exchange:
    """One recorded request and its answer."""

    n: int
    kind: str
    step: str
    request: dict[str, Json]
    response: dict[str, Json]
    totp: int | None

    def __str__(self) -> str:
        """Return its number and what it was about."""
        return f"{self.n} {self.step}"

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.response["status"])

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The recorded query, as pairs."""
        return tuple(parse_qsl(self.request["query"]))

    @property
    def body(self) -> bytes:
        """The recorded body."""
        if "json" in self.request:
            return json.dumps(self.request["json"]).encode()
        return str(self.request.get("text", "")).encode()


@cache
def recording() -> dict[str, Json]:
    """Return the recording."""
    document: dict[str, Json] = json.loads(RECORDING.read_text(encoding="utf-8"))
    return document


@cache
def exchanges() -> tuple[Exchange, ...]:
    """Return the recorded exchanges in order."""
    return tuple(
        Exchange(
            n=item["n"],
            kind=item["kind"],
            step=item["step"],
            request=item["request"],
            response=item["response"],
            totp=item.get("totp"),
        )
        for item in recording()["exchanges"]
    )


@dataclass
class Replay:
    """The server: it answers the method and path of the exchange that is on, and knows nothing else."""

    url: str = ""
    current: Exchange | None = None
    seen: list[Seen] = field(default_factory=list)

    def play(self, exchange: Exchange) -> None:
        """Answer this exchange from now on."""
        self.current = exchange
        self.seen.clear()

    def answer(self, request: Seen) -> dict[str, Json]:
        """Return the recorded answer, or the one to what is not there."""
        self.seen.append(request)
        wanted = self.current
        if wanted is None or (request.method, request.path) != (wanted.request["method"], wanted.request["path"]):
            return ABSENT
        return wanted.response


@contextmanager
def replay() -> Iterator[Replay]:
    """Run the server on loopback."""
    state = Replay()
    with serving(state.answer) as url:
        state.url = url
        yield state


@contextmanager
def serving(answer: Callable[[Seen], dict[str, Json]]) -> Iterator[str]:
    """Serve `answer` on loopback, and give the base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each body waits 40 ms for the acknowledgement of its headers

        def _respond(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            request = Seen(
                method=self.command,
                path=parts.path,
                query=tuple(parse_qsl(parts.query)),
                body=self.rfile.read(length),
                authorization=self.headers.get("Authorization"),
            )
            response = answer(request)
            if response.get("drop"):
                # The work is done, and nobody hears of it.
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            time.sleep(response.get("delay_s", 0))
            body = json.dumps(response["json"]).encode() if "json" in response else response.get("text", "").encode()
            self.send_response(response["status"])
            for name, value in response.get("headers", {}).items():
                self.send_header(name, value)
            if response["status"] not in {204, 304}:
                self.send_header("Content-Length", str(len(body) + response.get("missing_bytes", 0)))
            self.end_headers()
            if response["status"] not in {204, 304}:
                self.wfile.write(body)
            if "missing_bytes" in response:
                self.close_connection = True

        do_GET = do_POST = do_DELETE = do_PUT = _respond  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

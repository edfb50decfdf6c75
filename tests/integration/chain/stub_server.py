"""A JSON-RPC node over real HTTP on loopback that answers as told, faults included."""

import gzip
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Json = Any
PATH = "/v2/SECRETKEY"


@dataclass
class Reply:
    """One scripted answer; without a body the node answers properly."""

    status: int = 200
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    truncated: bool = False
    """Announce the whole body but close the connection half-way."""
    broken: bool = False
    """Close the connection without a word."""
    delay_s: float = 0
    zipped: bool = False
    reorder: bool = False
    """Answer a batch in another order than asked."""


class StubNode:
    """Answers `methods` by name; the scripted replies come first, one per HTTP request."""

    def __init__(self, *replies: Reply, **methods: Json) -> None:
        self.replies = list(replies)
        self.methods: dict[str, Json] = {"eth_chainId": "0x7a69", **methods}
        self.requests: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self.connections: set[Any] = set()
        self.released = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The node's URL, with a key in its path and query."""
        return f"http://127.0.0.1:{self.port}{PATH}?apikey=SECRETKEY"

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def answer(self, request: Json) -> Json:
        """Return the proper answer to a request or batch."""
        if isinstance(request, list):
            return [self.answer(item) for item in request]
        result = self.methods.get(request["method"], {"error": {"code": -32601, "message": "method not found"}})
        if isinstance(result, Callable):  # type: ignore[arg-type]  # a runtime check
            result = result(request["params"])
        if isinstance(result, dict) and "error" in result:
            return {"jsonrpc": "2.0", "id": request["id"], **result}
        return {"jsonrpc": "2.0", "id": request["id"], "result": result}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, node: StubNode) -> None:
        self.node = node
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_POST(self) -> None:
        node = self.server.node
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        node.requests.append(request)
        node.headers.append(dict(self.headers))
        node.connections.add(self.client_address)
        self._send(node.replies.pop(0) if node.replies else Reply(), node.answer(request))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Stay silent."""

    def _send(self, reply: Reply, answer: Json) -> None:
        self.server.node.released.wait(reply.delay_s)
        if reply.broken:
            self.close_connection = True
            return
        if reply.reorder:
            answer = answer[::-1]
        body = json.dumps(answer).encode() if reply.body is None else reply.body
        body = gzip.compress(body) if reply.zipped else body
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.zipped:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if reply.truncated else body)
        self.close_connection = self.close_connection or reply.truncated

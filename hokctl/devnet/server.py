"""A node behind HTTP: the standard library's threaded server with keep-alive, for this machine's own clients."""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from hokctl.devnet.errors import AddressTakenError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from hokctl.devnet.node import Node

_LOGGER = logging.getLogger(__name__)
_Request = socket.socket | tuple[bytes, socket.socket]

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8545
_MAX_BODY_BYTES = 5 * 2**20
_IDLE_SECONDS = 60
_STOP_SECONDS = 5


class RunningServer:
    """A node that answers over HTTP until it is closed; also a context manager."""

    def __init__(self, node: Node, host: str, port: int) -> None:
        """Bind the address and answer in a thread of its own; port 0 takes a free one."""
        self._server = _Server((host, port), node)
        self.host = host
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="devnet", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Return the URL clients use."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def close(self) -> None:
        """Stop answering, drop open connections and free the port; closing again does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(_STOP_SECONDS)
        self._server.server_close()
        self._server.drop_connections()

    def __enter__(self) -> Self:
        """Return the server itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the server."""
        self.close()


def serve(node: Node, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> RunningServer:
    """Answer JSON-RPC over HTTP; raise AddressTakenError when the address can't be bound."""
    try:
        return RunningServer(node, host, port)
    except OSError as error:
        raise AddressTakenError(host, port, error.strerror or str(error)) from error


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], node: Node) -> None:
        self.node = node
        self.local_only = _is_loopback(address[0])
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without looking up the host's full name, which can take seconds where there is no DNS."""
        TCPServer.server_bind(self)

    def process_request(self, request: _Request, client_address: object) -> None:
        """Remember the connection while it is open."""
        if isinstance(request, socket.socket):
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Request) -> None:
        """Forget the connection and close it."""
        if isinstance(request, socket.socket):
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: _Request, client_address: object) -> None:  # noqa: ARG002 - the base class's
        """Log a broken connection instead of printing its traceback."""
        _LOGGER.debug("connection from %s broke: %r", client_address, sys.exception())

    def drop_connections(self) -> None:
        """End connections that clients keep open, so that their threads end."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server
    server_version = "hokctl-devnet"
    sys_version = ""
    _HEADERS: ClassVar[dict[str, str]] = {"Content-Type": "application/json", "Cache-Control": "no-store"}

    def do_POST(self) -> None:
        """Answer a JSON-RPC request or batch."""
        if not self._is_welcome():
            self._refuse(HTTPStatus.FORBIDDEN, "this node answers only clients on its own machine")
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "a Content-Length is needed")
        elif int(length) > _MAX_BODY_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request may have {_MAX_BODY_BYTES} bytes at most")
        else:
            self._send(HTTPStatus.OK, self.server.node.handle_bytes(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        """Say that only POST is answered."""
        self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "JSON-RPC requests come by POST")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Do nothing: a request's line says nothing useful here, and standard error belongs to the caller."""

    def _is_welcome(self) -> bool:
        """Tell whether a loopback server was asked by a client of this machine, not by a page from elsewhere.

        A web page can make its own host name resolve to 127.0.0.1 (DNS rebinding); its requests give it away by
        the Host header, and plain cross-site requests by their Origin.
        """
        if not self.server.local_only:
            return True
        origin = self.headers.get("Origin")
        return _is_local_name(self.headers.get("Host", "")) and (origin is None or _is_local_url(origin))

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        self.close_connection = True
        self._send(status, json.dumps({"error": reason}).encode())

    def _send(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        for name, value in self._HEADERS.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _is_local_name(netloc: str) -> bool:
    return _is_local_url(f"http://{netloc}")


def _is_local_url(url: str) -> bool:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return False
    return host is not None and _is_loopback(host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

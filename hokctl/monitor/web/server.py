"""Serving until somebody ends it."""

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import uvicorn

from hokctl.monitor.web.errors import MonitorAddressError
from hokctl.monitor.web.protocol import Crowd, protocol_of

if TYPE_CHECKING:
    from starlette.applications import Starlette

MAX_HEAD_BYTES: Final = 16_384
"""The longest request line and headers together."""
_KEEP_ALIVE_S: Final = 15
_GRACE_S: Final = 2
_BACKLOG: Final = 256


class BoundServer(uvicorn.Server):
    """uvicorn's server at one address. It says when it listens, and ends with Ctrl-C or SIGTERM as with a success."""

    def __init__(
        self,
        app: "Starlette",
        bound: socket.socket,
        *,
        listening: Callable[[str], None],
        crowd: Crowd | None = None,
    ) -> None:
        """Serve `app` at `bound`; `listening` is told the URL once connections are taken."""
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol_of(crowd or Crowd()),
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_GRACE_S,
                h11_max_incomplete_event_size=MAX_HEAD_BYTES,
                backlog=_BACKLOG,
            )
        )
        self._bound = bound
        self._say_listening = listening

    @property
    def url(self) -> str:
        """The URL that clients use."""
        host, port = self._bound.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def serve_until_told(self) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        with _silenced(), self._bound:
            self.run(sockets=[self._bound])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections, and say so."""
        await super().startup(sockets=sockets)
        self._say_listening(self.url)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let the two signals end the server and nothing else; uvicorn's own would raise them again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; port 0 takes a free one. Raises MonitorAddressError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sends each part of an answer at once; else the second waits for the first's ACK.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise MonitorAddressError(host, port, error.strerror or str(error)) from error
    return bound


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Keep the server's own logging, which may show the inside of a request, from reaching the terminal."""
    nothing = logging.NullHandler()
    names = ("uvicorn", "uvicorn.error", "asyncio")
    before = [(logger := logging.getLogger(name), logger.propagate) for name in names]
    for logger, _ in before:
        logger.addHandler(nothing)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, propagated in before:
            logger.removeHandler(nothing)
            logger.propagate = propagated

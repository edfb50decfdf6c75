"""HTTP on one connection: uvicorn's, with limits on how long a client may take, and how many there may be.

uvicorn itself waits for ever for the headers of a request, and for a client that does not read its answer.
"""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from hokctl.monitor.web.answers import bad_path

REQUEST_S: Final = 10.0
"""How long the headers of a request may take, from the connection or the first byte on."""
ANSWER_S: Final = 30.0
"""How long an answer may take, from the headers of its request until the client has read it."""
MAX_CONNECTIONS: Final = 512

_BROKEN: Final = bad_path("This is not a request of HTTP/1.1 that can be read.")


class Crowd:
    """All connections of one server, the oldest first."""

    def __init__(
        self, *, request_s: float = REQUEST_S, answer_s: float = ANSWER_S, most: int = MAX_CONNECTIONS
    ) -> None:
        """Allow `most` connections at once."""
        self.request_s = request_s
        self.answer_s = answer_s
        self._most = most
        self._present: dict[PatientProtocol, None] = {}

    def enter(self, newcomer: "PatientProtocol") -> None:
        """Take a connection in; when there are too many, one that is not being answered has to leave for it."""
        if len(self._present) >= self._most:
            idle = next((one for one in self._present if not one.is_busy), newcomer)
            self.leave(idle)
            idle.transport.abort()
        if not newcomer.transport.is_closing():
            self._present[newcomer] = None

    def leave(self, one: "PatientProtocol") -> None:
        """Forget a connection."""
        self._present.pop(one, None)


class PatientProtocol(H11Protocol):
    """A connection of a client that may be slow, but not for ever."""

    crowd: Crowd
    """Set by `protocol_of`."""
    _deadline: asyncio.TimerHandle | None = None
    _answering = False

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.crowd.enter(self)
        self._allow(self.crowd.request_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._allow(None)
        self.crowd.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes in; a first request, or the beginning of the next one, has its time from here on."""
        begins = self._deadline is None
        super().data_received(data)
        if self.is_busy and not self._answering:
            self._answering = True
            self._allow(self.crowd.answer_s)
        elif begins and not self.is_busy and self.timeout_keep_alive_task is None:
            self._allow(self.crowd.request_s)

    def on_response_complete(self) -> None:
        """Let the client read the last of the answer; after that uvicorn's own limit for idle connections holds."""
        self._answering = False
        self._allow(self.crowd.answer_s if self.transport.is_closing() else None)
        super().on_response_complete()
        if self.is_busy:
            self._answering = True
            self._allow(self.crowd.answer_s)

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection, also when the client does not read what it was sent."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP in the same shape as everything else."""
        del msg
        if self.conn.our_state is not h11.IDLE:
            self.transport.abort()
            return
        answer = _BROKEN.answer
        head: list[tuple[bytes, bytes]] = answer.head(zipped=False, closing=True)
        for event in (h11.Response(status_code=400, headers=head), h11.Data(data=answer.body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self._allow(self.crowd.answer_s)
        self.transport.close()

    def _allow(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


def protocol_of(crowd: Crowd) -> type[PatientProtocol]:
    """Return the class of the connections of one server."""
    return type("CrowdedProtocol", (PatientProtocol,), {"crowd": crowd})

"""What the tests of the HTTP transport share."""

import socket
import traceback
from collections.abc import Callable

import pytest

from hokctl.chain.http_transport import HttpTransport
from hokctl.errors import HokctlError
from tests.integration.chain.stub_server import StubNode


class Pauses:
    """Remembers how long the transport wanted to sleep, and doesn't."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        """Remember the pause."""
        self.slept.append(seconds)


def connect(node: StubNode, *, timeout_s: float = 5, pauses: Pauses | None = None) -> HttpTransport:
    """Return a transport to the node that never really sleeps."""
    return HttpTransport(node.url, network="testnet", timeout_s=timeout_s, sleep=pauses or Pauses())


def shown(error: HokctlError) -> str:
    """Return all that a user or a debug log can see of an error."""
    return "".join(traceback.format_exception(error)) + error.message + error.hint + repr(error)


def fail(call: Callable[[], object], kind: type[HokctlError]) -> HokctlError:
    """Return the error that `call` ends with, which shows nothing of the URL's path and query."""
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert "SECRETKEY" not in shown(caught.value)
    return caught.value


def closed_port() -> int:
    """Return a port where nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])

"""Serving a devnet until somebody stops it: on the embedded chain, or on anvil."""

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from threading import Event
from types import FrameType
from typing import Protocol


class EngineKind(StrEnum):
    """What runs the chain."""

    EMBEDDED = "embedded"
    ANVIL = "anvil"


class Running(Protocol):
    """A node that answers until it is closed."""

    @property
    def url(self) -> str:
        """The URL that clients use."""


def start(engine: EngineKind, host: str, port: int) -> AbstractContextManager[Running]:
    """Start a devnet; port 0 takes a free one.

    Raises DevnetMissingError, AddressTakenError, AnvilMissingError, AnvilFailedError.
    """
    if engine is EngineKind.ANVIL:
        from hokctl.devnet.anvil import start_anvil

        return start_anvil(host=host, port=port)
    from hokctl.devnet.node import start_node
    from hokctl.devnet.server import serve

    return serve(start_node(), host, port)


def own_url(url: str) -> str:
    """Return how this machine reaches a node that listens at `url`, also where that is all of its addresses."""
    for everywhere, loopback in (("//0.0.0.0:", "//127.0.0.1:"), ("//[::]:", "//[::1]:")):
        url = url.replace(everywhere, loopback)
    return url


@contextmanager
def ending_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end what is running as Ctrl-C does: by KeyboardInterrupt, so that everything is closed."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def wait() -> None:
    """Wait until Ctrl-C or SIGTERM, which raise KeyboardInterrupt."""
    Event().wait()

"""Serving a devnet until somebody stops it: on the embedded chain, or on anvil."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from types import FrameType
from typing import Final, Protocol

_LOOK_S: Final = 0.1


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


@contextmanager
def told_to_end() -> Iterator[Callable[[], None]]:
    """Yield a function that waits for Ctrl-C or SIGTERM; from here on they do nothing but end that wait.

    The handlers only note the signal: an exception out of a handler can be lost in whatever was running just then.
    """
    told: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        told.append(number)

    def wait() -> None:
        while not told:
            time.sleep(_LOOK_S)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

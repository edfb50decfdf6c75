"""A transport that tells what is asked of the node, for --verbose."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from hokctl.chain.transport import RpcCall, Transport
from hokctl.chain.wire import Json


class TracedTransport:
    """Passes everything on to another transport, and notes each round trip: methods, never parameters."""

    def __init__(self, inner: Transport, note: Callable[[str], None]) -> None:
        """Ask through `inner`, and call `note` with one line per round trip."""
        self._inner = inner
        self._note = note

    @property
    def endpoint(self) -> str:
        """The node as messages may name it."""
        return self._inner.endpoint

    @property
    def round_trips(self) -> int:
        """How often the node was asked so far; a batch counts once."""
        return self._inner.round_trips

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Return the result of one method; raises RpcError when the node answers with an error."""
        with self._timed([method]):
            return self._inner.request(method, params)

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Return results in the order of `calls`, in one round trip; an RpcError stands where a call failed."""
        if not calls:
            return []
        with self._timed(method for method, _ in calls):
            return self._inner.request_batch(calls)

    @contextmanager
    def _timed(self, methods: Iterable[str]) -> Iterator[None]:
        asked = Counter(methods)
        names = ", ".join(name if count == 1 else f"{count} x {name}" for name, count in asked.items())
        start = time.monotonic()
        try:
            yield
        finally:
            took_ms = round((time.monotonic() - start) * 1000)
            self._note(f"node {self.endpoint}, round trip {self.round_trips}: {names} ({took_ms} ms)")

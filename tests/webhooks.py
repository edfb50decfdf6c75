"""A webhook on loopback: where alerts go in tests."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """A webhook: it keeps what it is sent, or refuses everything."""

    def __init__(self) -> None:
        """Listen on a free port of this machine."""
        self.messages: list[dict[str, Any]] = []
        self.refusing = False
        self.on_message: Callable[[], object] = lambda: None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(500 if receiver.refusing else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if not receiver.refusing:
                    receiver.messages.append(message)
                    receiver.on_message()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])

    @property
    def url(self) -> str:
        """The Apprise URL, with secrets in every part."""
        return f"json://s3cret-user:s3cret-pass@127.0.0.1:{self.port}/s3cret-path"

    @property
    def titles(self) -> list[str]:
        """The titles of what came, in order."""
        return [message["title"] for message in self.messages]

    def clear(self) -> None:
        """Forget what came."""
        self.messages.clear()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a webhook."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        thread.join()
        receiver.server.server_close()

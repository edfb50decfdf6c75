"""A proxy that counts: each HTTP request to a node goes through it, a JSON-RPC batch counts once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen


class CountingProxy:
    """Passes JSON-RPC on to a node and counts the round trips."""

    def __init__(self, node_url: str) -> None:
        """Listen on a free port of this machine."""
        self.round_trips = 0
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with proxy.lock:
                    proxy.round_trips += 1
                request = Request(node_url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
                with urlopen(request) as answer:  # noqa: S310 - a node of this test, over http
                    content = answer.read()
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Keep quiet."""

        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def counting_proxy(node_url: str) -> Iterator[CountingProxy]:
    """Run a counting proxy before the node at `node_url`."""
    proxy = CountingProxy(node_url)
    thread = threading.Thread(target=proxy.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        thread.join()
        proxy.server.server_close()

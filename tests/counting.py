"""A proxy that counts: each HTTP request to a node goes through it, a JSON-RPC batch counts once.

It can also stand for a node that lacks methods.
"""

import json
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import Request, urlopen


class CountingProxy:
    """Passes JSON-RPC on to a node and counts the round trips."""

    def __init__(self, node_url: str, refused: Collection[str] = ()) -> None:
        """Listen on a free port of this machine; answer methods in `refused` as a node that does not have them."""
        self.round_trips = 0
        self.refused = frozenset(refused)
        self.before: dict[str, Callable[[], object]] = {}
        """What happens once before a method is passed on for the first time."""
        self.log_filters: list[dict[str, Any]] = []
        """What was asked of eth_getLogs."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with proxy.lock:
                    proxy.round_trips += 1
                document = json.loads(body)
                asked = document if isinstance(document, list) else [document]
                for item in asked:
                    if item["method"] == "eth_getLogs":
                        proxy.log_filters.append(item["params"][0])
                    proxy.before.pop(item["method"], int)()
                passed = [item for item in asked if item["method"] not in proxy.refused]
                refusals = [_refusal(item) for item in asked if item["method"] in proxy.refused]
                answers = [*_ask(node_url, passed), *refusals]
                content = json.dumps(answers if isinstance(document, list) else answers[0]).encode()
                self.send_response(200)
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


def _ask(node_url: str, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not batch:
        return []
    body = json.dumps(batch).encode()
    request = Request(node_url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
    with urlopen(request) as answer:  # noqa: S310 - a node of this test, over http
        answers: list[dict[str, Any]] = json.load(answer)
    return answers


def _refusal(request: dict[str, Any]) -> dict[str, Any]:
    error = {"code": -32601, "message": f"the method {request['method']} does not exist"}
    return {"jsonrpc": "2.0", "id": request["id"], "error": error}


@contextmanager
def counting_proxy(node_url: str, refused: Collection[str] = ()) -> Iterator[CountingProxy]:
    """Run a counting proxy before the node at `node_url`, without the methods in `refused`."""
    proxy = CountingProxy(node_url, refused)
    thread = threading.Thread(target=proxy.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        thread.join()
        proxy.server.server_close()

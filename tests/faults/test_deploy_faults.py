"""A node that fails in the middle of a deployment: the error says what is the matter, and the next run ends it."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.request import Request, urlopen

import pytest

from hokctl.chain import http_transport
from hokctl.services import routing
from tests.deploy_states import MANIFEST, deployed_state, write_small_spec
from tests.world import Ran, World

pytestmark = pytest.mark.faults

BROADCAST: Final = "eth_sendRawTransaction"
APPLY: Final = ("deploy", "apply", "--signer", "deployer", "-y", "-o", "json")


@dataclass
class FailingNode:
    """Passes JSON-RPC on to a node, until it fails in one way or other from a given request on."""

    node_url: str
    fault: str = "none"
    method: str = BROADCAST
    number: int = 0
    """The fault begins with the request, counted from 0, that holds `method`."""
    seen: int = 0
    failing: bool = False
    frozen: str | None = None
    """The last block that a stale node knows."""
    release: threading.Event = field(default_factory=threading.Event)

    def fail(self, fault: str, method: str = BROADCAST, number: int = 1) -> None:
        """Fail from now on, beginning with request `number` that holds `method`."""
        self.fault, self.method, self.number, self.seen, self.failing = fault, method, number, 0, False
        self.release.clear()

    def heal(self) -> None:
        """Be a good node again."""
        self.fault, self.failing, self.frozen = "none", False, None
        self.release.set()

    def answer(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]] | int | None:
        """Return the answers; a number for an HTTP status in their place, None for a connection that breaks."""
        if self.fault != "none" and any(one["method"] == self.method for one in asked):
            self.failing = self.failing or self.seen == self.number
            self.seen += 1
        return self.fail_at(asked) if self.failing else self.pass_on(asked)

    def fail_at(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]] | int | None:
        """Fail in the way that is due."""
        if self.fault == "busy":
            return 429
        if self.fault == "stale":
            return self.stale(asked)
        if self.fault == "other chain":
            answers = self.pass_on(asked)
            return [{**one, "result": "0x1"} if self._method(one, asked) == "eth_chainId" else one for one in answers]
        if self.fault == "lost":
            self.failing = False
            self.pass_on(asked)
        elif self.fault == "slow":
            self.release.wait(30)
        return None

    def stale(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Answer as a node that stopped following: it takes transactions, and knows of no new block."""
        if self.frozen is None:
            (number,) = self.pass_on([{"jsonrpc": "2.0", "id": 0, "method": "eth_blockNumber", "params": []}])
            self.frozen = str(number["result"])
        head = self.frozen
        old = [
            {**one, "params": [head if item in {"latest", "pending"} else item for item in one["params"]]}
            if all(isinstance(item, str | bool) for item in one["params"])
            else one
            for one in asked
        ]
        answers = self.pass_on(old)
        return [{**one, "result": None} if self._is_news(one, asked, int(head, 16)) else one for one in answers]

    def _is_news(self, answer: dict[str, Any], asked: list[dict[str, Any]], head: int) -> bool:
        found = answer.get("result")
        looked = self._method(answer, asked) in {"eth_getTransactionReceipt", "eth_getTransactionByHash"}
        return looked and isinstance(found, dict) and int(found["blockNumber"], 16) > head

    def _method(self, answer: dict[str, Any], asked: list[dict[str, Any]]) -> str:
        return next(str(one["method"]) for one in asked if one["id"] == answer["id"])

    def pass_on(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the node's own answers."""
        body = json.dumps(asked).encode()
        request = Request(self.node_url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
        with urlopen(request) as answer:  # noqa: S310 - a node of this test, over http
            answers: list[dict[str, Any]] = json.load(answer)
        return answers


def handler_of(node: FailingNode) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answers = node.answer(document if isinstance(document, list) else [document])
            if answers is None:
                self.close_connection = True
                return
            status = answers if isinstance(answers, int) else 200
            shown: Any = answers if isinstance(document, list) or isinstance(answers, int) else answers[0]
            content = json.dumps(shown).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep quiet."""

    return Handler


def _impatient(make: Callable[..., None]) -> Callable[..., None]:
    """Return the constructor of a transport that waits two seconds for an answer, whatever it is told."""

    def made(self: object, rpc_url: str, **options: Any) -> None:  # noqa: ANN401 - passed on
        make(self, rpc_url, **{**options, "timeout_s": 2})

    return made


@pytest.fixture
def node(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[FailingNode]:
    """Return a node before the world's, with a deployment of five transactions about to begin."""
    MANIFEST.unlink()
    write_small_spec(world)
    # Nobody in a test waits for minutes.
    monkeypatch.setattr(routing, "WAIT_FOR_BLOCK_S", 0.5)
    monkeypatch.setattr(http_transport, "_PAUSES_S", (0.01, 0.02))
    monkeypatch.setattr(http_transport.HttpTransport, "__init__", _impatient(http_transport.HttpTransport.__init__))
    failing = FailingNode(world.url)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(failing))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    world.write_config(rpc_url=f"http://127.0.0.1:{server.server_address[1]}")
    try:
        yield failing
    finally:
        failing.heal()
        server.shutdown()
        thread.join()
        server.server_close()


_undisturbed: list[Any] = []


def undisturbed_state(world: World) -> list[Any]:
    """Return what a run without any fault leaves, and take it back; every test begins alike, so once is enough."""
    if _undisturbed:
        return _undisturbed
    snapshot = world.chain.request("evm_snapshot", [])
    assert world.run(*APPLY).exit_code == 0
    _undisturbed.extend(deployed_state(world))
    world.chain.request("evm_revert", [snapshot])
    MANIFEST.unlink()
    for book in world.directory.glob("hokctl.db*"):
        book.unlink()
    return _undisturbed


def code_of(ran: Ran) -> tuple[int, str]:
    document = ran.json
    return ran.exit_code, document["errors"][0]["code"] if document["errors"] else document["status"]


@pytest.mark.parametrize(
    "case",
    [
        ("lost", BROADCAST, 1, (0, "ok")),
        ("gone", BROADCAST, 1, (4, "transaction-pending")),
        ("busy", BROADCAST, 2, (4, "transaction-pending")),
        ("busy", "eth_estimateGas", 3, (4, "node-busy")),
        ("slow", BROADCAST, 1, (4, "transaction-pending")),
        ("slow", "eth_estimateGas", 1, (4, "node-timeout")),
        ("stale", BROADCAST, 1, (4, "transaction-pending")),
        ("other chain", "eth_estimateGas", 2, (3, "wrong-chain")),
        ("other chain", BROADCAST, 2, (3, "wrong-chain")),
    ],
)
def test_a_node_that_fails_in_the_middle_is_named_and_the_next_run_ends_the_same(
    world: World, node: FailingNode, case: tuple[str, str, int, tuple[int, str]]
) -> None:
    wanted = undisturbed_state(world)
    fault, method, number, expected = case
    node.fail(fault, method, number)
    failed = world.run(*APPLY)
    assert code_of(failed) == expected, failed.stdout
    if fault == "stale":
        # As if behind a load balancer: the node that is asked now has not even seen what the first run made.
        assert world.run(*APPLY).exit_code in {4, 7}
    node.heal()
    again = world.run(*APPLY)
    assert code_of(again) == (0, "ok"), again.stdout
    assert deployed_state(world) == wanted

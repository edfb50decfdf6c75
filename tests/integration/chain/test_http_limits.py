"""Batches larger than a node takes, and the secrets of its URL, over real HTTP."""

import json
import logging
from collections.abc import Callable

import pytest

from hokctl.chain.errors import (
    NodeAccessError,
    NodeUnreachableError,
    RpcError,
)
from hokctl.chain.http_transport import HttpTransport
from tests.integration.chain.http_support import Pauses, closed_port, connect, fail
from tests.integration.chain.stub_server import Json, Reply, StubNode

pytestmark = pytest.mark.integration


def too_large(limit: int) -> Callable[[Json], Json]:
    def answer(request: Json) -> Json:
        if isinstance(request, list) and len(request) > limit:
            return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batch too large"}}
        return None

    return answer


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_a_refused_batch_is_divided_and_the_size_remembered(limit: int) -> None:
    class SmallNode(StubNode):
        def answer(self, request: Json) -> Json:
            return too_large(limit)(request) or super().answer(request)

    with SmallNode(eth_call=lambda params: params[0]) as node:
        transport = connect(node)
        calls = [("eth_call", [number]) for number in range(20)]
        assert transport.request_batch(calls) == list(range(20))
        before = len(node.requests)
        assert transport.request_batch(calls) == list(range(20))
        assert len(node.requests) - before <= -(-20 // max(1, limit // 2))


def test_a_body_that_is_too_large_for_the_gateway_is_divided() -> None:
    with StubNode(Reply(status=413, body=b"too large")) as node:
        assert connect(node).request_batch([("eth_chainId", [])] * 4) == ["0x7a69"] * 4
        assert [len(request) for request in node.requests] == [4, 2, 2]


def test_a_batch_is_divided_before_it_grows_larger_than_nodes_take() -> None:
    with StubNode(eth_call="0x") as node:
        calls = [("eth_call", ["0x" + "00" * 2**20])] * 3
        assert connect(node).request_batch(calls) == ["0x"] * 3
        assert [len(request) if isinstance(request, list) else 1 for request in node.requests] == [1, 1, 1]


def test_a_refused_batch_with_an_effect_is_not_divided() -> None:
    refusal = b'{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "batch too large"}}'
    with StubNode(Reply(body=refusal)) as node:
        fail(lambda: connect(node).request_batch([("eth_chainId", []), ("evm_mine", [])]), RpcError)
        assert len(node.requests) == 1


def test_urllib3_does_not_log_the_path_of_the_url(caplog: pytest.LogCaptureFixture) -> None:
    with StubNode() as node, caplog.at_level(logging.DEBUG):
        connect(node).request("eth_chainId", [])
    assert "SECRETKEY" not in caplog.text


def test_credentials_in_the_url_are_sent_but_never_shown() -> None:
    with StubNode(Reply(status=401)) as node:
        url = node.url.replace("http://", "http://user:SECRETKEY@")
        transport = HttpTransport(url, network="testnet", sleep=Pauses())
        fail(lambda: transport.request("eth_chainId", []), NodeAccessError)
        assert node.headers[0]["Authorization"].startswith("Basic ")
        assert transport.endpoint == f"http://127.0.0.1:{node.port}"


def test_a_proxy_from_the_environment_does_not_stand_before_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with StubNode() as node:
        assert connect(node).request("eth_chainId", []) == "0x7a69"
    other = HttpTransport("http://node.example/SECRETKEY", network="testnet", sleep=Pauses())
    error = fail(lambda: other.request("eth_chainId", []), NodeUnreachableError)
    assert "connection refused" in error.message or "proxy" in error.message


def test_the_body_is_compact_json() -> None:
    with StubNode() as node:
        connect(node).request("eth_chainId", [])
        assert json.dumps(node.requests[0]).startswith('{"jsonrpc": "2.0", "id": 1')

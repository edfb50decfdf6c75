"""JSON-RPC over real HTTP, against a node that misbehaves."""

import pytest

from hokctl.chain.errors import (
    InvalidRpcUrlError,
    LocalNodeDownError,
    NodeAccessError,
    NodeBusyError,
    NodeFailingError,
    NodeTimeoutError,
    NodeUnreachableError,
    RpcError,
    UntrustedNodeError,
    WrongChainError,
)
from hokctl.chain.http_transport import HttpTransport
from hokctl.chain.session import Chain
from hokctl.chain.wire import BadAnswerError
from hokctl.errors import HokctlError
from hokctl.exit_codes import ExitCode
from tests.integration.chain.http_support import Pauses, closed_port, connect, fail
from tests.integration.chain.stub_server import Reply, StubNode

pytestmark = pytest.mark.integration


def test_requests_and_batches_use_one_connection() -> None:
    with StubNode(eth_blockNumber="0x10") as node:
        transport = connect(node)
        assert transport.request("eth_blockNumber", []) == "0x10"
        assert transport.request_batch([("eth_chainId", []), ("eth_blockNumber", [])]) == ["0x7a69", "0x10"]
        assert transport.request_batch([]) == []
        assert transport.round_trips == len(node.requests) == 2
        assert len(node.connections) == 1
        assert transport.endpoint == f"http://127.0.0.1:{node.port}"


def test_compressed_answers_are_asked_for_and_read() -> None:
    with StubNode(Reply(zipped=True), eth_blockNumber="0x10") as node:
        assert connect(node).request("eth_blockNumber", []) == "0x10"
        assert "gzip" in node.headers[0]["Accept-Encoding"]


def test_a_batch_answered_in_another_order_is_put_in_order() -> None:
    with StubNode(Reply(reorder=True), eth_blockNumber="0x10") as node:
        answers = connect(node).request_batch([("eth_chainId", []), ("eth_blockNumber", []), ("eth_call", [])])
        assert answers[:2] == ["0x7a69", "0x10"]
        assert isinstance(answers[2], RpcError)


def test_a_snapshot_is_one_http_request() -> None:
    header = {"number": "0x10", "hash": "0x" + "ab" * 32, "timestamp": "0x5"}
    with StubNode(eth_getBlockByNumber=header) as node:
        chain = Chain.connect(node.url, network="testnet", chain_id=31337)
        assert chain.at().block.number == 16
        assert len(node.requests) == 1


def test_a_wrong_chain_does_not_show_the_url() -> None:
    with StubNode(eth_chainId="0x1", eth_getBlockByNumber=None) as node:
        error = fail(Chain.connect(node.url, network="testnet", chain_id=31337).at, WrongChainError)
        assert error.exit_code is ExitCode.CONFIG


def test_an_error_is_raised_alone() -> None:
    with StubNode() as node:
        error = fail(lambda: connect(node).request("eth_call", []), RpcError)
        assert "method not found" in error.message


# Trouble that may pass


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(status=429),
        Reply(status=500, body=b"oops"),
        Reply(status=503, body=b"<html>SECRETKEY</html>"),
        Reply(broken=True),
        Reply(truncated=True),
        Reply(body=b'{"jsonrpc": "2.0", "id": null, "error": {"code": 429, "message": "too many requests"}}'),
    ],
)
def test_reads_are_repeated_with_growing_pauses(trouble: Reply) -> None:
    pauses = Pauses()
    with StubNode(trouble, trouble, eth_blockNumber="0x10") as node:
        assert connect(node, pauses=pauses).request("eth_blockNumber", []) == "0x10"
        assert len(node.requests) == 3
    assert pauses.slept == [0.25, 0.5]


def test_a_batch_with_an_answer_that_asks_for_fewer_requests_is_repeated() -> None:
    limited = iter([{"error": {"code": -32005, "message": "rate limit reached"}}, "0x5"])
    with StubNode(eth_blockNumber=lambda _: next(limited)) as node:
        assert connect(node).request_batch([("eth_chainId", []), ("eth_blockNumber", [])]) == ["0x7a69", "0x5"]
        assert len(node.requests) == 2


def test_a_whole_batch_refused_for_its_rate_is_repeated_whole() -> None:
    refusal = Reply(body=b'{"jsonrpc": "2.0", "id": null, "error": {"code": 429, "message": "slow down"}}')
    with StubNode(refusal) as node:
        assert connect(node).request_batch([("eth_chainId", [])] * 4) == ["0x7a69"] * 4
        assert [len(request) for request in node.requests] == [4, 4]


def test_the_pause_that_the_node_asks_for_is_kept_within_reason() -> None:
    pauses = Pauses()
    replies = [Reply(status=429, headers={"Retry-After": value}) for value in ("3", "3600", "soon")]
    with StubNode(*replies) as node:
        connect(node, pauses=pauses).request("eth_chainId", [])
    assert pauses.slept == [3, 10, 1.0]


@pytest.mark.parametrize(
    ("trouble", "kind", "words"),
    [
        (Reply(status=429), NodeBusyError, "asked too often"),
        (Reply(status=502), NodeFailingError, "HTTP status 502"),
        (Reply(broken=True), NodeUnreachableError, "the connection broke"),
    ],
)
def test_patience_ends_after_four_attempts(trouble: Reply, kind: type[HokctlError], words: str) -> None:
    with StubNode(*[trouble] * 4) as node:
        error = fail(lambda: connect(node).request("eth_chainId", []), kind)
        assert len(node.requests) == 4
    assert words in error.message
    assert error.exit_code is ExitCode.UNAVAILABLE


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (Reply(status=429), NodeBusyError),
        (Reply(status=503), NodeFailingError),
        (Reply(broken=True), NodeUnreachableError),
        (Reply(truncated=True), NodeUnreachableError),
    ],
)
@pytest.mark.parametrize("method", ["eth_sendRawTransaction", "evm_mine"])
def test_what_has_an_effect_is_never_repeated(method: str, trouble: Reply, kind: type[HokctlError]) -> None:
    with StubNode(trouble, **{method: "0x"}) as node:
        fail(lambda: connect(node).request(method, ["0x"]), kind)
        fail_count = len(node.requests)
    assert fail_count == 1


# Trouble that stays


def test_a_node_that_takes_too_long_is_asked_once() -> None:
    with StubNode(Reply(delay_s=30)) as node:
        error = fail(lambda: connect(node, timeout_s=0.2).request("eth_chainId", []), NodeTimeoutError)
        assert len(node.requests) == 1
    assert "no answer within 0.2 s" in error.message


def test_nothing_listening_on_loopback_leads_to_the_devnet() -> None:
    pauses = Pauses()
    url = f"http://127.0.0.1:{closed_port()}/v2/SECRETKEY"
    transport = HttpTransport(url, network="devnet", sleep=pauses)
    error = fail(lambda: transport.request("eth_chainId", []), LocalNodeDownError)
    assert "hokctl devnet" in error.hint
    assert pauses.slept == []


def test_a_name_that_does_not_resolve_is_said() -> None:
    transport = HttpTransport("http://node.invalid/v2/SECRETKEY", network="testnet", sleep=Pauses())
    error = fail(lambda: transport.request("eth_chainId", []), NodeUnreachableError)
    assert error.message == "The node at http://node.invalid cannot be reached: its name cannot be resolved."


def test_tls_with_something_that_speaks_none_is_refused() -> None:
    with StubNode() as node:
        transport = HttpTransport(node.url.replace("http:", "https:"), network="testnet", sleep=Pauses())
        error = fail(lambda: transport.request("eth_chainId", []), UntrustedNodeError)
    assert "TLS" in error.message


def test_a_host_that_cannot_be_one_is_a_configuration_error() -> None:
    transport = HttpTransport(f"http://{'a' * 70}.example/SECRETKEY", network="testnet", sleep=Pauses())
    error = fail(lambda: transport.request("eth_chainId", []), InvalidRpcUrlError)
    assert error.exit_code is ExitCode.CONFIG


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_url_that_the_node_does_not_serve_is_a_configuration_error(status: int) -> None:
    with StubNode(Reply(status=status, body=b"no such key: SECRETKEY")) as node:
        error = fail(lambda: connect(node).request("eth_chainId", []), NodeAccessError)
        assert len(node.requests) == 1
    assert error.exit_code is ExitCode.CONFIG


def test_a_redirect_is_not_followed() -> None:
    with StubNode() as other, StubNode(Reply(status=302, headers={"Location": other.url}, body=b"")) as node:
        error = fail(lambda: connect(node).request("eth_chainId", []), NodeFailingError)
        assert other.requests == []
    assert "302" in error.message


@pytest.mark.parametrize("status", [400, 500])
def test_an_error_in_json_rpc_counts_whatever_its_http_status(status: int) -> None:
    body = b'{"jsonrpc": "2.0", "id": null, "error": {"code": -32602, "message": "invalid params"}}'
    with StubNode(Reply(status=status, body=body)) as node:
        error = fail(lambda: connect(node).request("eth_call", []), RpcError)
    assert "invalid params" in error.message


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"<html>SECRETKEY</html>"),
        Reply(body=b""),
        Reply(body=b"\xff\xfe"),
        Reply(body=b'{"jsonrpc": "2.0", "id": 999, "result": "0x1"}'),
        Reply(body=b"[" * 100_000),
        Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}),
    ],
)
def test_an_answer_that_is_not_json_rpc_is_not_believed(reply: Reply) -> None:
    with StubNode(reply) as node:
        fail(lambda: connect(node).request("eth_chainId", []), BadAnswerError)


def test_missing_answers_in_a_batch_are_noticed() -> None:
    with StubNode(Reply(body=b'[{"jsonrpc": "2.0", "id": 1, "result": "0x1"}]')) as node:
        error = fail(lambda: connect(node).request_batch([("eth_chainId", []), ("eth_call", [])]), BadAnswerError)
    assert "1 of 2 answers of a batch are missing, the first to eth_call" in error.message

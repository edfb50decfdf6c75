"""The node over HTTP: JSON-RPC's own rules, and who is let in."""

import http.client
import json
import logging
import socket
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest

from hokctl.devnet.errors import AddressTakenError
from hokctl.devnet.node import METHODS, Node
from hokctl.devnet.server import serve
from tests.integration.devnet.support import ALICE, BOB, ask_over_http, post, signed

pytestmark = pytest.mark.integration


def _request(method: str, request_id: object = 1) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": []}


def test_request_is_answered_with_its_own_id(url: str) -> None:
    body = json.dumps(_request("eth_chainId", "abc")).encode()
    assert post(url, body) == (200, {"jsonrpc": "2.0", "id": "abc", "result": "0x7a69"})


def test_batch_is_answered_in_order_without_notifications(url: str) -> None:
    batch = [_request("eth_chainId", 7), {"jsonrpc": "2.0", "method": "evm_mine"}, _request("eth_blockNumber", 8), 5]
    answers = post(url, json.dumps(batch).encode())[1]
    assert [answer["id"] for answer in answers] == [7, 8, None]
    assert answers[1]["result"] == "0x1"
    assert answers[2]["error"]["code"] == -32600


def test_notifications_get_an_empty_answer(url: str) -> None:
    assert post(url, b'{"jsonrpc":"2.0","method":"evm_mine"}') == (200, None)
    assert ask_over_http(url, "eth_blockNumber")["result"] == "0x1"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff", -32700),
        (b"[" * 200_000, -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b'{"id":1}', -32600),
        (b'{"id":1,"method":7}', -32600),
        (json.dumps([1] * 1001).encode(), -32600),
        (b'{"id":1,"method":"eth_nope"}', -32601),
        (b'{"id":1,"method":"eth_chainId","params":{}}', -32602),
        (b'{"id":1,"method":"eth_chainId","params":[1]}', -32602),
        (b'{"id":1,"method":"eth_getBalance"}', -32602),
        (b'{"id":1,"method":"eth_getBalance","params":["0x12"]}', -32602),
    ],
)
def test_malformed_request_gets_the_right_code(url: str, body: bytes, code: int) -> None:
    assert post(url, body)[1]["error"]["code"] == code


def test_bug_in_a_method_is_an_internal_error_not_the_end(
    node: Node, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # import-linter, which other tests run in this process, disables all loggers it finds.
    monkeypatch.setattr(logging.getLogger("hokctl.devnet.node"), "disabled", False)
    monkeypatch.setitem(METHODS, "eth_broken", lambda _backend: 1 // 0)
    assert ask_over_http(url, "eth_broken")["error"] == {"code": -32603, "message": "internal error in eth_broken"}
    assert "ZeroDivisionError" in caplog.text
    assert ask_over_http(url, "eth_chainId")["result"] == "0x7a69"
    assert node.engine.head == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8545"},
        {"Host": "[bad"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_pages_from_elsewhere_are_refused(url: str, headers: dict[str, str]) -> None:
    status, answer = post(url, json.dumps(_request("evm_mine")).encode(), headers)
    assert (status, answer) == (403, {"error": "this node answers only clients on its own machine"})
    assert ask_over_http(url, "eth_blockNumber")["result"] == "0x0"


@pytest.mark.parametrize("headers", [{"Host": "localhost:1"}, {"Host": "[::1]:1"}, {"Origin": "http://localhost:3000"}])
def test_local_names_are_let_in(url: str, headers: dict[str, str]) -> None:
    assert post(url, json.dumps(_request("eth_chainId")).encode(), headers)[0] == 200


def test_only_post_with_a_length_of_reason_is_read(url: str) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
        assert b" 413 " in connection.recv(1000).splitlines()[0]
    for method, headers, status in (("GET", {}, 405), ("POST", {"Transfer-Encoding": "chunked"}, 411)):
        assert _status(url, method, headers) == status


def test_connection_stays_open_for_many_requests(url: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    sockets = set()
    for _ in range(3):
        connection.request("POST", "/", json.dumps(_request("eth_chainId")))
        connection.getresponse().read()
        sockets.add(id(connection.sock))
    connection.close()
    assert len(sockets) == 1


def test_clients_at_the_same_time_all_get_their_turn(url: str) -> None:
    def send_all(index: int) -> None:
        for nonce in range(5):
            raw = signed(index, nonce=nonce, to=ALICE, value=1)
            results.append(ask_over_http(url, "eth_sendRawTransaction", raw))

    results: list[dict[str, object]] = []
    threads = [threading.Thread(target=send_all, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("result" in result for result in results)
    assert ask_over_http(url, "eth_blockNumber")["result"] == "0x14"


def test_port_that_is_taken_is_named(node: Node) -> None:
    expected = pytest.raises(AddressTakenError, match=r"Cannot listen on 127\.0\.0\.1:")
    with serve(node, port=0) as server, expected as caught:
        serve(node, port=server.port)
    assert "--port" in caught.value.hint


def test_closed_server_frees_its_port_and_drops_its_clients(node: Node) -> None:
    server = serve(node, port=0)
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    connection.request("POST", "/", json.dumps(_request("eth_chainId")))
    connection.getresponse().read()
    server.close()
    server.close()
    connection.close()
    with serve(node, port=server.port) as again:
        assert ask_over_http(again.url, "eth_getBalance", BOB)["result"] == hex(10_000 * 10**18)


def test_server_binds_ipv6_or_says_that_it_cannot(node: Node) -> None:
    if not _has_ipv6_loopback():
        with pytest.raises(AddressTakenError, match="::1"):
            serve(node, host="::1", port=0)
        return
    with serve(node, host="::1", port=0) as server:
        assert server.url == f"http://[::1]:{server.port}"
        assert ask_over_http(server.url, "eth_chainId")["result"] == "0x7a69"


def test_importing_the_package_loads_nothing_heavy() -> None:
    check = "import sys, hokctl.devnet; print(sorted({'eth', 'web3', 'safe_eth', 'eth_account'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def _has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _status(url: str, method: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    connection.putrequest(method, "/")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status

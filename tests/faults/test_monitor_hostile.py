"""Hostile input to the monitor's server: it answers or closes, never with a fault of its own, and goes on answering."""

import re
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.watched import Served, many_models, showing

pytestmark = pytest.mark.faults

STATUS = re.compile(rb"^HTTP/1\.1 (\d{3}) ", re.MULTILINE)
HOST = b"Host: localhost\r\n"
REFUSED = {400, 404}
PATHS = [
    "//",
    "///etc/passwd",
    "/..",
    "/../../../../etc/passwd",
    "/./",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/%2e%2e%2f",
    "/infrastructure/..",
    "/infrastructure/../metrics",
    "/infrastructure/%2e%2e",
    "/infrastructure/%2e%2e%2fmetrics",
    "/infrastructure/%00",
    "/infrastructure/21%00",
    "/infrastructure/%0d%0aX-Evil:%201",
    "/infrastructure/%ff%fe",
    "/infrastructure/%c0%af",
    "/infrastructure/%ed%a0%80",
    "/infrastructure/%F0%9F%92%A9",
    "/infrastructure/%",
    "/infrastructure/%2",
    "/infrastructure/%u0031",
    "/infrastructure/" + "a" * 4_000,
    "/" + "a" * 15_000,
    "/infrastructure/" + "%41" * 3_000,
    "/infrastructure/" + "a/" * 500,
    "/infrastructure/21/history/../..",
    "/infrastructure/21/history?limit=99999999999999999999",
    "/infrastructure/model-0001/history?limit=-1",
    "/infrastructure/model-0001/history?since=9e99",
    "/infrastructure/model-0001/history?limit=1;since=2",
    "/infrastructure/model-0001/history?limit[]=1",
    "/infrastructure/model-0001/history?limit=%00",
    "/infrastructure/model-0001/history?" + "a" * 600,
    "/infrastructure/model-0001/history?" + "&" * 500,
    "/infrastructure/model-0001/history'--",
    "/infrastructure/'; DROP TABLE snapshots; --".replace(" ", "%20"),
    "/infrastructure/{{7*7}}",
    "/infrastructure/$%7Bjndi:ldap://x%7D",
    "/infrastructure/<script>",
    "/infrastructure/__proto__",
    "/page.css/../page.py",
    "/page.py",
    "/assets/page.css",
    "/.git/config",
    "/.env",
    "/metrics/",
    "/metrics;x",
    "/metrics%20",
    "/METRICS",
    "/healthz/..;/metrics",
    "/index.html",
    "*",
    "http://localhost/metrics",
    "https://evil.example/",
    "evil.example:443",
    "?",
    "/\\..\\..\\",
]
RAW = [
    b"",
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n evil\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 200 + b"\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999\r\n\r\n" + b"x" * 10_000,
    b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    b"GET / HTTP/1.1\r\n" + HOST + b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Authorization: Basic " + b"=" * 500 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"Accept-Encoding: gzip;q=1e999, ,,;;\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"X\x00: a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n" + (b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n") * 50,
    b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n\x00\x00\x00garbage",
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n\r\nGET /admin",
]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Serve twelve models."""
    with showing(many_models(12)) as server:
        yield server
        assert server.notes == [], "no request ended in a bug"


def statuses(answer: bytes) -> list[int]:
    return [int(found) for found in STATUS.findall(answer)]


def expect_alive(served: Served) -> None:
    assert served.get("/infrastructure/model-0001").json()["modelId"] == "model-0001"


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
def test_tricks_with_paths_get_a_short_refusal_in_json(served: Served, path: str) -> None:
    answer = served.raw(b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert set(statuses(answer)) <= REFUSED
    assert len(statuses(answer)) == 1, answer[:500]
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head
    assert body.startswith(b'{"error":{"code":"')
    assert len(body) < 300
    for part in (b"evil", b"etc", b"script", b"Traceback", b"hokctl/", b"DROP"):
        assert part not in body.replace(b"/infrastructure/", b"")
    expect_alive(served)


@pytest.mark.parametrize("data", RAW, ids=range(len(RAW)))
def test_what_is_hardly_http_is_refused_or_dropped(served: Served, data: bytes) -> None:
    found = statuses(served.raw(data))
    assert not [status for status in found if status >= 500], data[:80]
    expect_alive(served)


PIECES = [
    *(b"GET ", b"HEAD ", b"/", b"/metrics", b"/infrastructure/", b"model-0001/history", b" HTTP/1.1", b"\r\n", HOST),
    *(b"%", b"%2e", b"..", b"?", b"&", b"=", b": ", b"\x00", b"\xff", b"4\r\nabcd\r\n", b"0\r\n\r\n"),
    *(b"Content-Length: 4\r\n", b"Transfer-Encoding: chunked\r\n", b"Expect: 100-continue\r\n"),
    b"Upgrade: websocket\r\nConnection: upgrade\r\n",
]
TOKENS = st.sampled_from(PIECES)
REQUESTS = st.lists(st.one_of(TOKENS, st.binary(max_size=12)), max_size=25).map(b"".join)
LIKELY = st.builds(
    lambda path, rest: b"GET /" + path + b" HTTP/1.1\r\n" + HOST + rest,
    st.lists(st.one_of(TOKENS, st.binary(max_size=4)), max_size=8).map(b"".join),
    st.sampled_from([b"\r\n", b"\r\n\r\n", b"Content-Length: 3\r\n\r\nab", b"X: y\r\n\r\nGET / HTTP/1.1\r\n\r\n"]),
)


@given(data=st.one_of(REQUESTS, LIKELY))
@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_never_meet_a_fault(served: Served, data: bytes) -> None:
    answer = served.raw(data)
    assert not [status for status in statuses(answer) if status >= 500]
    assert b"Traceback" not in answer


def test_after_all_that_it_answers_and_holds_no_connection(served: Served) -> None:
    expect_alive(served)
    for _ in range(100):
        with socket.create_connection(served.address, timeout=5) as connection:
            connection.sendall(b"GET / HT")
    expect_alive(served)
    end = time.monotonic() + 5
    while served.server.server_state.connections:
        assert time.monotonic() < end
        time.sleep(0.02)

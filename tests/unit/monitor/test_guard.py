"""Who is let in, how often, and with what."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hokctl.config.monitoring import PrivateFileError
from hokctl.errors import HokctlError, redact
from hokctl.monitor.web.answers import Refusal
from hokctl.monitor.web.errors import MonitorMissingError, OpenToAllError, TokenFileError, WeakTokenError
from hokctl.monitor.web.guard import Admission, Guard
from hokctl.monitor.web.paths import ModelPath, Window, parse_model_path, parse_window
from hokctl.monitor.web.serving import admit, refuse_without_packages
from hokctl.monitor.web.tokens import find_token
from tests.watched import WISHES

pytestmark = pytest.mark.unit

TOKEN = "0123456789abcdef-token"  # noqa: S105 - made up


def scope(path: bytes = b"/metrics", *, client: str = "10.0.0.1", method: str = "GET", **headers: str) -> Any:  # noqa: ANN401
    """Return a request as uvicorn describes it."""
    named = {"host": "127.0.0.1:8002", **headers}
    return {
        "raw_path": path,
        "query_string": b"",
        "method": method,
        "client": (client, 4),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }


def refused(guard: Guard, request: Any) -> int:  # noqa: ANN401 - as above
    with pytest.raises(Refusal) as caught:
        guard.check(request)
    return int(caught.value.answer.status)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("shown", [f"Bearer {TOKEN}", f"bearer  {TOKEN} ", basic("anybody", TOKEN), basic("", TOKEN)])
def test_the_token_lets_in_as_bearer_and_as_password(shown: str) -> None:
    Guard(Admission(token=TOKEN)).check(scope(authorization=shown))


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer x", f"Bearer {TOKEN}x", f"Digest {TOKEN}", "Basic !!!", basic(TOKEN, ""), TOKEN]
)
def test_anything_else_does_not(shown: str) -> None:
    guard = Guard(Admission(token=TOKEN))
    assert refused(guard, scope(authorization=shown)) == 401
    assert refused(guard, scope()) == 401
    guard.check(scope(b"/healthz"))


def test_two_tokens_at_once_are_none() -> None:
    request = scope(authorization=f"Bearer {TOKEN}")
    request["headers"].append((b"authorization", f"Bearer {TOKEN}".encode()))
    assert refused(Guard(Admission(token=TOKEN)), request) == 401


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:80", "localhost:8002", "LOCALHOST", "[::1]:8002", "a.example"]
)
def test_own_names_are_answered(host: str) -> None:
    Guard(Admission(hosts=frozenset({"a.example"}))).check(scope(host=host))


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "localhost@evil", "localhost/x", "[::1", "127.0.0.1 evil"],
)
def test_names_from_elsewhere_are_not(host: str) -> None:
    assert refused(Guard(Admission(hosts=frozenset())), scope(host=host)) == 403


def test_only_reading_is_answered() -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "PROPFIND"):
        assert refused(Guard(Admission()), scope(method=method)) == 405


def test_a_client_that_asks_too_often_waits_and_others_do_not() -> None:
    now = [100.0]
    guard = Guard(Admission(per_second=2, burst=3), clock=lambda: now[0])
    for _ in range(3):
        guard.check(scope())
    with pytest.raises(Refusal) as caught:
        guard.check(scope())
    assert (caught.value.answer.status, dict(caught.value.answer.headers)[b"retry-after"]) == (429, b"1")
    guard.check(scope(client="10.0.0.2"))
    guard.check(scope(b"/healthz"))
    now[0] += 0.5
    guard.check(scope())
    assert refused(guard, scope()) == 429


def test_neighbours_in_an_ipv6_network_are_one_client() -> None:
    guard = Guard(Admission(per_second=1, burst=1), clock=lambda: 0.0)
    guard.check(scope(client="2001:db8::1"))
    assert refused(guard, scope(client="2001:db8::2")) == 429
    guard.check(scope(client="2001:db8:0:1::1"))
    guard.check(scope(client="::ffff:10.0.0.9"))
    assert refused(guard, scope(client="::ffff:10.0.0.9")) == 429


def test_a_million_clients_are_not_all_remembered() -> None:
    guard = Guard(Admission(per_second=1, burst=1), clock=lambda: 0.0)
    for number in range(10_000):
        guard.check(scope(client=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"))
    assert len(guard._buckets) == 4_096


def test_sizes_are_limited() -> None:
    guard = Guard(Admission())
    assert refused(guard, scope(b"/" + b"a" * 5_000)) == 400
    assert refused(guard, scope() | {"query_string": b"a" * 600}) == 400
    assert refused(guard, scope() | {"headers": [(b"x", b"")] * 65}) == 431


@pytest.mark.parametrize(
    ("path", "model_id", "history"),
    [
        (b"/infrastructure/21", "21", False),
        (b"/infrastructure/21/history", "21", True),
        (b"/infrastructure/models", "models", False),
        (b"/infrastructure/models/metrics", "metrics", False),
        (b"/infrastructure/models/status/history", "status", True),
        (b"/infrastructure/models/models", "models", False),
        (b"/infrastructure/models/models/history", "models", True),
        (b"/infrastructure/models/history", "history", False),
        (b"/infrastructure/metrics/history", "metrics", True),
        (b"/infrastructure/a%2Fhistory", "a/history", False),
        (b"/infrastructure/%E6%A8%A1/history", "\u6a21", True),
        (b"/infrastructure/a+b%20c", "a+b c", False),
        (b"/infrastructure/%25", "%", False),
        (b"/infrastructure/%3Cscript%3E", "<script>", False),
    ],
)
def test_a_model_may_be_called_anything(path: bytes, model_id: str, history: bool) -> None:
    assert parse_model_path(path) == ModelPath(model_id, history)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (b"", 400),
        (b"http://evil.example/metrics", 400),
        (b"//evil.example", 400),
        (b"/infrastructure//21", 400),
        (b"/infrastructure/..", 400),
        (b"/infrastructure/%2e%2E", 400),
        (b"/infrastructure/%2e/history", 400),
        (b"/infrastructure/%", 400),
        (b"/infrastructure/%zz", 400),
        (b"/infrastructure/%ff", 400),
        (b"/infrastructure/%c0%ae", 400),
        (b"/infrastructure/", 404),
        (b"/infrastructure", 404),
        (b"/infrastructure/models/", 404),
        (b"/infrastructure/21/", 404),
        (b"/infrastructure/21/history/", 404),
        (b"/infrastructure/21/history/x", 404),
        (b"/infrastructure/models/21/history/x", 404),
        (b"/../etc/passwd", 404),
        (b"/page.css/..", 404),
        (b"/%69nfrastructure/metrics", 404),
    ],
)
def test_tricks_with_paths_lead_nowhere(path: bytes, status: int) -> None:
    with pytest.raises(Refusal) as caught:
        parse_model_path(path)
    assert caught.value.answer.status == status


@pytest.mark.parametrize(
    ("query", "since", "limit"),
    [
        (b"", None, 100),
        (b"limit=1", None, 1),
        (b"limit=1000&since=0", 0, 1000),
        (b"since=2026-11-18", 1_794_960_000, 100),
        (b"since=2026-11-18T11:06:40Z", 1_795_000_000, 100),
        (b"since=2026-11-18T12:06:40%2B01:00", 1_795_000_000, 100),
    ],
)
def test_a_window_of_history_is_understood(query: bytes, since: int | None, limit: int) -> None:
    assert parse_window(query) == Window(since=since, limit=limit)


@pytest.mark.parametrize(
    "query",
    [
        b"limit=0",
        b"limit=1001",
        b"limit=-1",
        b"limit=1e3",
        b"limit=%D9%A1",
        b"limit=",
        b"limit=1&limit=2",
        b"limt=1",
        b"limit",
        b"&",
        b"since=yesterday",
        b"since=99999999999999999999",
        b"since=%ff",
        b"a=1&" * 20,
    ],
)
def test_other_windows_are_refused(query: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        parse_window(query)
    assert caught.value.answer.status == 400


def test_elsewhere_than_on_loopback_it_takes_a_token_or_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOKCTL_MONITOR_TOKEN", raising=False)
    with pytest.raises(OpenToAllError):
        admit(replace(WISHES, host="0.0.0.0"))  # noqa: S104 - refused
    assert admit(replace(WISHES, host="0.0.0.0", allow_anonymous=True)).hosts is None  # noqa: S104 - not bound
    assert admit(replace(WISHES, host="::1")).hosts == frozenset()
    monkeypatch.setenv("HOKCTL_MONITOR_TOKEN", TOKEN)
    given = admit(replace(WISHES, host="0.0.0.0", allowed_hosts=("Monitor.Example",)))  # noqa: S104 - not bound
    assert (given.token, given.hosts) == (TOKEN, frozenset({"monitor.example"}))


def test_the_token_comes_from_a_private_file_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOKCTL_MONITOR_TOKEN", TOKEN)
    assert find_token(None) == TOKEN
    file = tmp_path / "token"
    file.write_text("another-token-0123456789\n", encoding="utf-8")
    file.chmod(0o640)
    with pytest.raises(PrivateFileError, match="0640"):
        find_token(file)
    file.chmod(0o600)
    assert find_token(file) == "another-token-0123456789"
    assert "another-token" not in redact("it is another-token-0123456789")
    monkeypatch.delenv("HOKCTL_MONITOR_TOKEN")
    assert find_token(None) is None


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 20, b"two words are here", b"x" * 4_000])
def test_a_token_that_cannot_be_one_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises((TokenFileError, WeakTokenError)):
        find_token(file)
    with pytest.raises(TokenFileError):
        find_token(tmp_path / "nowhere")


def test_a_missing_package_is_named_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "uvicorn", None)
    with pytest.raises(MonitorMissingError) as caught:
        refuse_without_packages()
    error: HokctlError = caught.value
    assert "uvicorn" in error.message
    assert "pip install 'hokctl[monitor]'" in error.hint

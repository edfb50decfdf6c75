"""The connection to a Transaction Service: patience for reads, one try for writes, bounds, no word of the key."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hokctl.chain import http_service
from hokctl.domain.units import SafeTxHash
from hokctl.errors import HokctlError
from hokctl.safe.service_errors import (
    BadServiceAnswerError,
    InvalidServiceUrlError,
    NoServiceThereError,
    ServiceAccessError,
    ServiceBusyError,
    ServiceFailingError,
    ServiceRefusedError,
    ServiceTimeoutError,
    ServiceUnreachableError,
)
from hokctl.safe.service_http import ServiceHttp
from hokctl.safe.transaction_service import TransactionService
from tests.integration.chain.http_support import Pauses, closed_port, fail
from tests.replay import Seen, serving

pytestmark = pytest.mark.integration

HASH = SafeTxHash("0x" + "12" * 32)
SAFE: Any = "0xF71902B32C9854DB8d6f70Afa6Dcf685F7df8d79"


class Script:
    """Answers one scripted response after the other, the last one for good."""

    def __init__(self, *responses: dict[str, Any]) -> None:
        self.responses = list(responses)
        self.seen: list[Seen] = []

    def __call__(self, request: Seen) -> dict[str, Any]:
        """Return the next response."""
        self.seen.append(request)
        return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]


def service_at(url: str, *, pauses: Pauses | None = None, timeout_s: float = 5) -> TransactionService:
    http = ServiceHttp(url, network="testnet", timeout_s=timeout_s, sleep=pauses or Pauses())
    return TransactionService(http, chain_id=31337, version_of=lambda _: "1.4.1")


@pytest.fixture
def script() -> Iterator[Callable[..., tuple[Script, TransactionService, Pauses]]]:
    """Start a service with scripted answers."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(*responses: dict[str, Any]) -> tuple[Script, TransactionService, Pauses]:
            scripted, pauses = Script(*responses), Pauses()
            url = stack.enter_context(serving(scripted))
            return scripted, service_at(url + "/SECRETKEY", pauses=pauses), pauses

        yield start


ABSENT = {"status": 404, "json": {"detail": "No MultisigTransaction matches the given query."}}
ERROR = {"status": 500, "text": "<h1>Server Error (500)</h1>"}


@pytest.mark.parametrize("trouble", [ERROR, {"drop": True}, {"status": 429}, {"status": 503, "json": {}}])
def test_a_read_is_repeated_while_the_trouble_may_pass(script: Callable[..., Any], trouble: dict[str, Any]) -> None:
    scripted, service, pauses = script(trouble, trouble, ABSENT)
    assert service.fetch(HASH) is None
    assert len(scripted.seen) == 3
    assert pauses.slept == [0.25, 1.0]


def test_a_short_retry_after_is_kept_and_a_long_one_reported(script: Callable[..., Any]) -> None:
    scripted, service, pauses = script({"status": 429, "headers": {"Retry-After": "3"}}, ABSENT)
    assert service.fetch(HASH) is None
    assert pauses.slept == [3.0]

    scripted, service, pauses = script({"status": 429, "headers": {"Retry-After": "600"}})
    error = fail(lambda: service.fetch(HASH), ServiceBusyError)
    assert (len(scripted.seen), pauses.slept, error.exit_code) == (1, [], 4)
    assert "wait 600 s" in error.message


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (ERROR, ServiceFailingError),
        ({"drop": True}, ServiceUnreachableError),
        ({"status": 429}, ServiceBusyError),
        ({"status": 422, "json": {"signature": ["Ensure this field has at least 65."]}}, ServiceRefusedError),
        ({"status": 302, "headers": {"Location": "/elsewhere/"}}, NoServiceThereError),
        ({"status": 401, "json": {"detail": "no"}}, ServiceAccessError),
    ],
)
def test_a_write_is_sent_once(script: Callable[..., Any], trouble: dict[str, Any], kind: type[HokctlError]) -> None:
    scripted, service, _ = script(trouble, ABSENT)
    fail(lambda: service.confirm(HASH, b"\x11" * 65), kind)
    assert [seen.method for seen in scripted.seen].count("POST") == 1


def test_a_deletion_whose_answer_was_lost_is_looked_after(script: Callable[..., Any]) -> None:
    scripted, service, _ = script({"drop": True}, ABSENT)
    service.delete(HASH, b"\x11" * 65)
    assert [seen.method for seen in scripted.seen] == ["DELETE", "GET"]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"nonFieldErrors": ["Sender is not an owner"]}, "Sender is not an owner"),
        ({"to": ["Address is not checksumed"], "nonce": ["Too low"]}, "to: Address is not checksumed; nonce: Too low"),
        ({"code": 1, "message": "Checksum address validation failed", "arguments": ["0x1"]}, "failed 0x1"),
        (["At least one query param must be provided"], "At least one query param"),
        ({"detail": "x\x1b[2J\ny"}, "x [2J y"),
        ({"a": {"b": ["deep"]}}, "b: deep"),
        ({}, "it gives no reason"),
        ({"f": [str(number) for number in range(9)]}, "f: 4; …"),
    ],
)
def test_every_shape_of_refusal_becomes_one_sentence(script: Callable[..., Any], document: object, reason: str) -> None:
    _, service, _ = script({"status": 422, "json": document})
    error = fail(lambda: service.confirm(HASH, b"\x11" * 65), ServiceRefusedError)
    assert reason in error.message
    assert (error.exit_code, "\n" in error.message) == (7, False)


def test_an_answer_without_end_is_not_read_to_the_end(
    script: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_service, "_MAX_ANSWER_BYTES", 1000)
    _, service, _ = script({"status": 200, "text": "x" * 100_000})
    assert "larger than" in fail(lambda: service.fetch(HASH), BadServiceAnswerError).message


def test_a_list_without_end_is_left(script: Callable[..., Any]) -> None:
    endless = {"status": 200, "json": {"count": 9, "next": "http://evil.example/", "results": [{"safe": SAFE}]}}
    scripted, service, _ = script(endless)
    assert "no end" in fail(lambda: service.delegates(SAFE), BadServiceAnswerError).message
    assert len(scripted.seen) == 50


def test_a_page_that_promises_more_and_holds_nothing_is_the_last(script: Callable[..., Any]) -> None:
    scripted, service, _ = script({"status": 200, "json": {"count": 9, "next": "x", "results": []}})
    assert service.delegates(SAFE) == ()
    assert len(scripted.seen) == 1


@pytest.mark.parametrize(
    ("response", "kind", "reason"),
    [
        ({"status": 200, "text": "{}", "missing_bytes": 9}, ServiceUnreachableError, "cut off"),
        (
            {"status": 200, "text": "not gzip", "headers": {"Content-Encoding": "gzip"}},
            BadServiceAnswerError,
            "compression",
        ),
        ({"status": 200, "text": "{}", "delay_s": 1}, ServiceTimeoutError, "within 0.2 s"),
    ],
)
def test_broken_connections_are_told_apart(response: dict[str, Any], kind: type[HokctlError], reason: str) -> None:
    with serving(Script(response)) as url:
        service = service_at(f"{url}/SECRETKEY", timeout_s=0.2)
        error = fail(lambda: service.confirm(HASH, b"\x11" * 65), kind)
    assert (error.exit_code, reason in error.message) == (4, True)


def test_a_port_where_nothing_listens() -> None:
    service = service_at(f"http://127.0.0.1:{closed_port()}/SECRETKEY")
    assert "connection refused" in fail(lambda: service.fetch(HASH), ServiceUnreachableError).message


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example/",
        "https://me:SECRETKEY@x.example/",
        "https://x.example/?key=SECRETKEY",
        "https://x.example/#SECRETKEY",
        "nonsense SECRETKEY",
    ],
)
def test_a_url_that_is_no_base_is_refused(url: str) -> None:
    error = fail(lambda: ServiceHttp(url, network="testnet"), InvalidServiceUrlError)
    assert error.exit_code == 3


def test_a_key_goes_over_https_or_to_this_machine_only() -> None:
    key = "SECRET" + "KEY"
    error = fail(lambda: ServiceHttp("http://x.example/", network="testnet", key=key), InvalidServiceUrlError)
    assert "http, readable" in error.message
    ServiceHttp("https://x.example/", network="testnet", key=key)
    ServiceHttp("http://127.0.0.1:8000/", network="testnet", key=key)


def test_what_stands_in_netrc_is_not_sent(
    script: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login me password SECRETKEY\n")
    monkeypatch.setenv("NETRC", str(netrc))
    scripted, service, _ = script(ABSENT)
    url = service.endpoint.replace("127.0.0.1", "localhost")
    http = ServiceHttp(url, network="testnet")
    http._session.trust_env = True
    assert http.get("/").status == 404
    assert [seen.authorization for seen in scripted.seen] == [None]


@pytest.mark.parametrize("suffix", ["", "/", "/api", "/api/v1/", "/api/v2"])
def test_any_form_of_the_base_url_will_do(suffix: str) -> None:
    scripted = Script(ABSENT)
    with serving(scripted) as url:
        assert service_at(f"{url}/tx-service/eth{suffix}").fetch(HASH) is None
    assert scripted.seen[0].path == f"/tx-service/eth/api/v2/multisig-transactions/{HASH}/"


def test_bodies_are_json_with_everything_that_is_required() -> None:
    scripted = Script({"status": 201})
    with serving(scripted) as url:
        service_at(url).confirm(HASH, b"\x01\x02")
    assert json.loads(scripted.seen[0].body) == {"signature": "0x0102"}

"""The recorded Transaction Service, played through the client: the same requests, and every answer understood."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_typing import ChecksumAddress
from eth_utils.address import is_checksum_address, to_checksum_address

from hokctl.clients.safe import Operation
from hokctl.devnet.keys import dev_account
from hokctl.domain.units import SafeTxHash
from hokctl.errors import HokctlError
from hokctl.exit_codes import ExitCode
from hokctl.safe.service_answers import raise_for, reason_in
from hokctl.safe.service_errors import (
    NoServiceThereError,
    NotAtServiceError,
    ServiceAccessError,
    ServiceFailingError,
    ServiceRefusedError,
)
from hokctl.safe.service_http import ServiceHttp
from hokctl.safe.service_messages import delegate_request, delete_request
from hokctl.safe.service_records import Delegate
from hokctl.safe.service_store import believe
from hokctl.safe.transaction_service import TransactionService
from hokctl.safe.transactions import SafeTx
from tests.replay import Exchange, Replay, exchanges, recording, replay, serving

pytestmark = pytest.mark.integration

CHAIN_ID = recording()["chain_id"]
SAFE = recording()["safe"]
SIGNATURE = "0x" + "11" * 65
UNSENDABLE = {
    "propose": {36, 62, 64, 66, 67, 68, 69, 71, 73, 74, 75, 78, 79},
    "confirm": {84, 89},
    "delete": {133, 134, 135},
    "delegate": {182, 187},
    "list": {47, 76, 244},
    "fetch": {33},
    "safe": set[int](),
    "about": set[int](),
}
"""What hokctl never sends: other versions of the API, malformed bodies, paths without a slash, fields that are no
Safe transaction. These go past the client's own methods, over its connection."""


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    with replay() as running:
        yield running


def connect(server: Replay, key: str | None = None) -> ServiceHttp:
    return ServiceHttp(server.url, network="devnet", key=key, sleep=lambda _: None)


def client(http: ServiceHttp) -> TransactionService:
    return TransactionService(http, chain_id=CHAIN_ID, version_of=lambda _: "1.4.1")


def unhex(text: str | None) -> bytes:
    return bytes.fromhex((text or "0x")[2:])


def safe_tx_of(exchange: Exchange) -> SafeTx:
    """Return the Safe transaction in a recorded proposal."""
    body = exchange.request["json"]
    return SafeTx(
        safe=to_checksum_address(exchange.request["path"].split("/")[4]),
        chain_id=CHAIN_ID,
        version="1.4.1",
        to=body["to"],
        value=int(body["value"]),
        data=unhex(body["data"]),
        operation=Operation(body["operation"]),
        nonce=int(body["nonce"]),
        safe_tx_gas=int(body["safeTxGas"]),
        base_gas=int(body["baseGas"]),
        gas_price=int(body["gasPrice"]),
        gas_token=body["gasToken"],
        refund_receiver=body["refundReceiver"],
    )


def normal(body: Any) -> Any:  # noqa: ANN401 - a body of any shape
    """Return a body with its numbers as strings and no data as null: the service takes either."""
    if not isinstance(body, dict):
        return body
    return {
        key: str(value) if type(value) is int else None if key == "data" and value in {"0x", ""} else value
        for key, value in body.items()
    }


def send(exchange: Exchange, http: ServiceHttp) -> object:
    """Make the exchange's request with the client's own method for it."""
    request, service = exchange.request, client(http)
    body, named = request.get("json") or {}, SafeTxHash(request["path"].split("/")[4])
    if exchange.kind == "list" or (exchange.kind == "delegate" and request["method"] == "GET"):
        return service.page(request["path"], dict(exchange.query))
    if exchange.kind == "safe":
        return service.knows_safe(ChecksumAddress(named))  # type: ignore[arg-type]  # NewType over a NewType
    if exchange.kind == "fetch":
        return service.fetch(named)
    write(exchange, service, body, named)
    return None


def write(exchange: Exchange, service: TransactionService, body: dict[str, Any], named: SafeTxHash) -> None:
    signature = unhex(body["signature"]) if body.get("signature") else b""
    match exchange.kind:
        case "propose":
            origin = body.get("origin")
            service.propose(safe_tx_of(exchange), sender=body["sender"], signature=signature or None, origin=origin)
        case "confirm":
            service.confirm(named, signature)
        case "delete":
            service.delete(named, signature)
        case "delegate":
            delegate = Delegate(
                safe=body["safe"],
                delegate=to_checksum_address(body.get("delegate") or named),
                delegator=body["delegator"],
                label=body.get("label", ""),
            )
            adds = exchange.request["method"] == "POST"
            (service.add_delegate if adds else service.remove_delegate)(delegate, signature)
        case kind:
            pytest.fail(f"no method for {kind}")


def send_raw(exchange: Exchange, http: ServiceHttp) -> object:
    """Make the request as it was recorded, past the client's methods, and judge its status as they do."""
    request = exchange.request
    answer = http.send(request["method"], request["path"], query=dict(exchange.query), body=exchange.body or None)
    raise_for(answer, http.endpoint, secret=None)
    return None


def outcome(action: Callable[[], object]) -> object:
    try:
        return action()
    except HokctlError as error:
        return error


def expected_error(exchange: Exchange) -> tuple[type[HokctlError], ExitCode] | None:
    """Return the error that the recorded status stands for; None for success and for what a read finds absent."""
    status, page = exchange.status, "text" in exchange.response
    if status in {301, 304, 405, 415} or (status == 404 and page):
        return NoServiceThereError, ExitCode.CONFIG
    if status >= 500:
        return ServiceFailingError, ExitCode.UNAVAILABLE
    if status == 403:
        return ServiceAccessError, ExitCode.CONFIG
    if status == 404:
        reads = exchange.request["method"] == "GET"
        return None if reads else (NotAtServiceError, ExitCode.USAGE)
    return (ServiceRefusedError, ExitCode.CHAIN) if status >= 400 else None


@pytest.mark.parametrize("exchange", [item for item in exchanges() if item.kind != "about"], ids=str)
def test_every_recorded_exchange_is_produced_and_understood(exchange: Exchange, server: Replay) -> None:
    server.play(exchange)
    key = exchange.request.get("headers", {}).get("Authorization", "").removeprefix("Bearer ")
    http = connect(server, key if exchange.status != 403 and key else None)
    raw = exchange.n in UNSENDABLE[exchange.kind]
    result = outcome(lambda: (send_raw if raw else send)(exchange, http))

    first = server.seen[0]
    assert (first.method, first.path) == (exchange.request["method"], exchange.request["path"])
    assert [(name, value.lower()) for name, value in first.query] == [(n, v.lower()) for n, v in exchange.query]
    if "json" in exchange.request:
        assert normal(first.json) == normal(exchange.request["json"])
    if http.key:
        assert first.authorization == f"Bearer {http.key}"
    if exchange.request["method"] != "GET":
        assert [seen.method for seen in server.seen].count(exchange.request["method"]) == 1
    error = expected_error(exchange)
    if error is None:
        assert not isinstance(result, HokctlError), result
    else:
        assert isinstance(result, HokctlError)
        assert (type(result), result.exit_code) == error
        assert exchange.request["path"] not in result.message
    if isinstance(result, ServiceRefusedError):
        assert reason_in(json.dumps(exchange.response["json"]).encode()) in result.message
        assert result.reason != "it gives no reason"


@pytest.mark.parametrize(
    "exchange",
    [
        item
        for item in exchanges()
        if item.kind in {"fetch", "list"} and item.status == 200 and "/v2/" in item.request["path"]
    ],
    ids=str,
)
def test_every_recorded_safe_transaction_hashes_to_its_hash_and_every_confirmation_is_its_owners(
    exchange: Exchange, server: Replay
) -> None:
    server.play(exchange)
    service = client(connect(server))
    document = exchange.response["json"]
    records = document["results"] if exchange.kind == "list" else [document]
    for record in records:
        found = service.parse(record)
        assert found.safe_tx_hash == record["safeTxHash"]
        assert (found.executed, found.trusted) == (record["isExecuted"], record["trusted"])
        assert found.tx_hash == record["transactionHash"]
        believed = [believe(stated, found.safe_tx_hash) for stated in found.confirmations]
        assert [one.owner for one in believed] == [stated["owner"] for stated in record["confirmations"]]


def test_unknown_things_are_absent_not_errors(server: Replay) -> None:
    absent = [item for item in exchanges() if item.kind in {"fetch", "safe"} and item.status == 404]
    assert absent
    for exchange in absent:
        server.play(exchange)
        assert send(exchange, connect(server)) in (None, False)


def test_the_service_says_which_chain_it_serves() -> None:
    answers = {item.request["path"]: item for item in exchanges() if item.kind == "about" and item.status == 200}

    with serving(lambda request: answers[request.path].response) as url:
        about = client(ServiceHttp(url, network="devnet")).about()
    assert (about.name, about.version, about.chain_id) == ("Safe Transaction Service", "6.10.1", CHAIN_ID)


@pytest.mark.parametrize("exchange", [item for item in exchanges() if item.totp is not None], ids=str)
def test_requests_to_delete_and_to_delegate_are_signed_as_the_recorded_ones(exchange: Exchange) -> None:
    assert exchange.totp is not None
    body, path = exchange.request["json"], exchange.request["path"]
    if exchange.kind == "delete":
        safe = SAFE if exchange.n != 216 else recording()["second_safe"]
        message = delete_request(body["safeTxHash"], safe=safe, chain_id=CHAIN_ID, totp=exchange.totp)
    else:
        delegate = to_checksum_address(body.get("delegate") or path.split("/")[4])
        message = delegate_request(delegate, chain_id=CHAIN_ID, totp=exchange.totp)
    accounts = [dev_account(index) for index in sorted(set(recording()["accounts"].values()))]
    signed = {bytes(one.sign_message(encode_typed_data(full_message=message)).signature) for one in accounts}

    assert unhex(body["signature"]) in signed


def test_nothing_recorded_is_left_out() -> None:
    """The whole recording has this many exchanges of each kind, polls of the indexer and other reads apart."""
    counts: dict[str, int] = {}
    for exchange in exchanges():
        counts[exchange.kind] = counts.get(exchange.kind, 0) + 1
    assert counts == {
        "propose": 48,
        "list": 36,
        "fetch": 31,
        "confirm": 19,
        "delete": 20,
        "delegate": 13,
        "safe": 10,
        "about": 3,
    }
    sendable = [item for item in exchanges() if item.n not in UNSENDABLE.get(item.kind, set())]
    assert {item.kind for item in sendable if item.status < 300} == set(counts)
    assert all(is_checksum_address(item.request["json"]["sender"]) for item in sendable if item.kind == "propose")

"""JSON-RPC 2.0: what is sent, and which answers are believed."""

import json

import pytest

from hokctl.chain import jsonrpc
from hokctl.chain.errors import RpcError
from hokctl.chain.wire import BadAnswerError, Json

pytestmark = pytest.mark.unit

METHODS = {1: "eth_chainId", 2: "eth_blockNumber"}


def answer(request_id: int, result: Json) -> Json:
    return {"jsonrpc": "2.0", "id": request_id, "result": result}


def test_a_request_carries_version_id_method_and_parameters() -> None:
    document = json.loads(jsonrpc.encode_request(7, "eth_getBalance", ("0x0", "latest")))
    assert document == {"jsonrpc": "2.0", "id": 7, "method": "eth_getBalance", "params": ["0x0", "latest"]}


def test_an_answer_is_its_result_even_when_that_is_null() -> None:
    assert jsonrpc.decode_answer(answer(1, "0x1"), 1, "eth_chainId", "http://n") == "0x1"
    assert jsonrpc.decode_answer(answer(1, None), 1, "eth_getBlockByNumber", "http://n") is None


def test_an_error_keeps_code_message_and_data() -> None:
    document = {"id": 1, "error": {"code": 3, "message": "execution\nreverted", "data": "0x01"}}
    error = jsonrpc.decode_answer(document, 1, "eth_call", "http://n")
    assert isinstance(error, RpcError)
    assert (error.rpc_code, error.rpc_message, error.data) == (3, "execution reverted", "0x01")
    assert error.message == "The node at http://n refused eth_call: execution reverted (code 3)."


@pytest.mark.parametrize("error", ["plain text", {"message": None}, {"code": "x", "message": ""}])
def test_a_malformed_error_object_is_still_an_error(error: Json) -> None:
    decoded = jsonrpc.decode_answer({"id": None, "error": error}, 1, "eth_call", "http://n")
    assert isinstance(decoded, RpcError)
    assert decoded.rpc_code == 0


@pytest.mark.parametrize("document", [[], "text", answer(2, "0x1"), {"jsonrpc": "2.0", "id": 1}])
def test_another_shape_or_id_is_not_believed(document: Json) -> None:
    with pytest.raises(BadAnswerError, match="eth_chainId"):
        jsonrpc.decode_answer(document, 1, "eth_chainId", "http://n")


def test_a_body_that_is_not_json_is_not_quoted() -> None:
    with pytest.raises(BadAnswerError, match="it is not JSON") as caught:
        jsonrpc.decode_document(b"<html>SECRET</html>", "http://n")
    assert caught.value.__suppress_context__


def test_a_batch_is_put_in_order_by_id() -> None:
    assert jsonrpc.decode_batch([answer(2, "b"), answer(1, "a")], METHODS, "http://n") == ["a", "b"]


def test_an_error_in_a_batch_stands_in_its_place() -> None:
    document = [{"id": 2, "error": {"code": -32000, "message": "no"}}, answer(1, "a")]
    results = jsonrpc.decode_batch(document, METHODS, "http://n")
    assert results[0] == "a"
    assert isinstance(results[1], RpcError)


@pytest.mark.parametrize(
    "document",
    [
        [answer(1, "a"), answer(3, "c")],
        [answer(1, "a"), answer(1, "b")],
        ["text", answer(1, "a")],
        [answer(1, "a"), {"id": "2", "result": "b"}],
    ],
)
def test_a_batch_with_an_answer_nobody_asked_for_is_not_believed(document: Json) -> None:
    with pytest.raises(BadAnswerError, match="nobody asked for"):
        jsonrpc.decode_batch(document, METHODS, "http://n")


@pytest.mark.parametrize("document", [[answer(1, "a")], {"result": []}])
def test_missing_answers_of_a_batch_are_named(document: Json) -> None:
    with pytest.raises(BadAnswerError, match="answers of a batch are missing, the first to eth_"):
        jsonrpc.decode_batch(document, METHODS, "http://n")


def test_one_error_for_a_whole_batch_is_recognised() -> None:
    refusal = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batch too large"}}
    for document in (refusal, [refusal]):
        error = jsonrpc.whole_batch_error(document, "http://n")
        assert error is not None
        assert error.rpc_message == "batch too large"
    others: list[Json] = [[answer(1, "a")], {"id": 1, "error": {}}, "text"]
    assert [jsonrpc.whole_batch_error(other, "http://n") for other in others] == [None, None, None]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RpcError("m", 429, "slow down"), True),
        (RpcError("m", -32005, "project ID request rate limit reached"), True),
        (RpcError("m", -32005, "query returned more than 10000 results"), False),
        ("0x1", False),
    ],
)
def test_a_request_for_fewer_requests_is_told_from_other_limits(error: Json, expected: bool) -> None:
    assert jsonrpc.asks_too_often(error) is expected

"""A node in this process, behind a web3 provider."""

from typing import Any

import pytest

from hokctl.chain.errors import RpcError
from hokctl.chain.provider_transport import ProviderTransport
from hokctl.chain.wire import BadAnswerError

pytestmark = pytest.mark.unit


class FakeProvider:
    """Answers as told."""

    def __init__(self, answer: Any = None) -> None:  # noqa: ANN401 - whatever a provider may answer
        self.answer = answer
        self.sizes: list[int] = []

    def make_request(self, method: str, params: list[object]) -> object:
        """Return the answer."""
        return self.answer or {"id": 7, "result": [method, params]}

    def make_batch_request(self, requests: list[tuple[str, list[object]]]) -> object:
        """Return the answer, or the methods in their order with rising ids."""
        self.sizes.append(len(requests))
        return self.answer or [{"id": 70 + i, "result": method} for i, (method, _) in enumerate(requests)]


def test_requests_and_batches_go_to_the_provider() -> None:
    transport = ProviderTransport(FakeProvider())
    assert transport.request("eth_call", ("a",)) == ["eth_call", ["a"]]
    assert transport.request_batch([("eth_call", []), ("eth_chainId", [])]) == ["eth_call", "eth_chainId"]
    assert transport.request_batch([]) == []
    assert transport.round_trips == 2
    assert transport.endpoint == "in-process"


def test_answers_in_another_order_are_matched_by_id() -> None:
    answer = [{"id": 9, "result": "second"}, {"id": 8, "result": "first"}]
    assert ProviderTransport(FakeProvider(answer)).request_batch([("a", []), ("b", [])]) == ["first", "second"]


def test_a_batch_larger_than_nodes_take_is_divided() -> None:
    provider = FakeProvider()
    assert len(ProviderTransport(provider).request_batch([("eth_call", [])] * 1_001)) == 1_001
    assert provider.sizes == [1_000, 1]


def test_errors_are_raised_alone_and_returned_in_batches() -> None:
    error = {"id": 1, "error": {"code": 3, "message": "execution reverted"}}
    with pytest.raises(RpcError):
        ProviderTransport(FakeProvider(error)).request("eth_call", [])
    results = ProviderTransport(FakeProvider([error, {"id": 2, "result": 5}])).request_batch([("a", []), ("b", [])])
    assert isinstance(results[0], RpcError)
    assert results[1] == 5


def test_a_refused_or_strange_answer_is_not_taken_for_results() -> None:
    with pytest.raises(RpcError, match="empty batch"):
        ProviderTransport(FakeProvider({"id": None, "error": {"message": "empty batch"}})).request_batch([("a", [])])
    with pytest.raises(BadAnswerError):
        ProviderTransport(FakeProvider([{"id": 1, "result": 5}])).request_batch([("a", []), ("b", [])])
    with pytest.raises(BadAnswerError):
        ProviderTransport(FakeProvider("text")).request("a", [])
    with pytest.raises(BadAnswerError):
        ProviderTransport(FakeProvider("text")).request_batch([("a", []), ("b", [])])

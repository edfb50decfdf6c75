"""JSON-RPC to a node in this process, through the web3 provider that wraps it."""

from collections.abc import Sequence
from typing import Final, Protocol

from hokctl.chain import jsonrpc
from hokctl.chain.errors import RpcError
from hokctl.chain.transport import IN_PROCESS, RpcCall
from hokctl.chain.wire import BadAnswerError, Json

_MAX_BATCH_CALLS: Final = 1_000


class JsonRpcProvider(Protocol):
    """The two methods of a web3 provider that carry requests."""

    def make_request(self, method: Json, params: Json) -> Json:
        """Return the JSON-RPC answer to one request."""

    def make_batch_request(self, requests: list[tuple[Json, Json]]) -> Json:
        """Return the JSON-RPC answers to several requests, in their order."""


class ProviderTransport:
    """A node reached through `provider`, such as the embedded chain."""

    def __init__(self, provider: JsonRpcProvider, *, endpoint: str = IN_PROCESS) -> None:
        """Use `provider`; `endpoint` names it in messages."""
        self._provider = provider
        self._endpoint = endpoint
        self._round_trips = 0

    @property
    def endpoint(self) -> str:
        """The node as messages may name it."""
        return self._endpoint

    @property
    def round_trips(self) -> int:
        """How often the provider was asked so far; a batch counts once."""
        return self._round_trips

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Return the result of one method; raises RpcError when the node answers with an error."""
        self._round_trips += 1
        document = self._provider.make_request(method, list(params))
        result = jsonrpc.decode_answer(document, _id_of(document), method, self._endpoint)
        if isinstance(result, RpcError):
            raise result
        return result

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Return results in the order of `calls`; an RpcError stands where a call failed."""
        answers: list[Json] = []
        while len(answers) < len(calls):
            answers += self._ask(calls[len(answers) : len(answers) + _MAX_BATCH_CALLS])
        return answers

    def _ask(self, calls: Sequence[RpcCall]) -> list[Json]:
        self._round_trips += 1
        document = self._provider.make_batch_request([(method, list(params)) for method, params in calls])
        refusal = jsonrpc.whole_batch_error(document, self._endpoint)
        if refusal is not None:
            raise refusal
        # A provider numbers its requests itself, upwards in their order.
        ids = sorted(_id_of(item) for item in document)
        if len(ids) != len(calls):
            raise BadAnswerError(f"a batch of {len(calls)} requests got {len(ids)} answers", endpoint=self._endpoint)
        methods = {request_id: method for request_id, (method, _) in zip(ids, calls, strict=True)}
        return jsonrpc.decode_batch(document, methods, self._endpoint)


def _id_of(document: Json) -> int:
    request_id = document.get("id") if isinstance(document, dict) else None
    return request_id if isinstance(request_id, int) else -1

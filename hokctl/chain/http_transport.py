"""JSON-RPC over HTTP with one kept connection: batches, time limits, and patience for reads only."""

import itertools
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple

from hokctl.chain import jsonrpc
from hokctl.chain.endpoints import is_local, shown_endpoint
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
)
from hokctl.chain.http_session import breaking_reason, causes_of, open_session, retry_after_s
from hokctl.chain.transport import RpcCall, is_read
from hokctl.chain.wire import BadAnswerError, Json
from hokctl.errors import HokctlError

if TYPE_CHECKING:
    from requests import Response
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

_PAUSES_S: Final = (0.25, 0.5, 1.0)
"""How long to wait before the second, third and fourth attempt at a read."""
_LONGEST_PAUSE_S: Final = 10.0
_ANSWER_S: Final = 60.0
"""How long an answer may take: a node that interprets thousands of calls in one batch is slow, not gone."""
_CONNECT_S: Final = 10.0
"""How long a connection may take, which no work of the node's excuses."""
_MAX_BATCH_CALLS: Final = 1_000
"""geth's own limit; a node that takes less says so and is then asked in smaller batches."""
_MAX_BATCH_BYTES: Final = 4 * 2**20
"""Below the 5 MiB that geth accepts in one request."""
_ANSWERING: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
)
"""Statuses under which some nodes send JSON-RPC errors."""
_HEADERS: Final = {"Content-Type": "application/json", "Accept": "application/json"}


class HttpTransport:
    """A node behind an http or https URL. Nothing is sent before the first request."""

    def __init__(
        self,
        rpc_url: str,
        *,
        network: str = "custom",
        timeout_s: float = _ANSWER_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare a connection to `rpc_url`, which never appears in a message; raises InvalidRpcUrlError."""
        self._url = rpc_url.strip()
        self._network = network
        self._endpoint = shown_endpoint(rpc_url, network=network)
        self._times_s = (min(timeout_s, _CONNECT_S), timeout_s)
        self._sleep = sleep
        self._ids = itertools.count(1)
        self._batch_limit = _MAX_BATCH_CALLS
        self._round_trips = 0
        self._session = open_session(self._endpoint)

    @property
    def endpoint(self) -> str:
        """The node as messages may name it: scheme, host and port."""
        return self._endpoint

    @property
    def round_trips(self) -> int:
        """How many HTTP requests were made so far, repeated ones included."""
        return self._round_trips

    def request(self, method: str, params: Sequence[Json]) -> Json:
        """Return the result of one method; raises RpcError when the node answers with an error."""
        (answer,) = self._ask_patiently([self._encode(method, params)])
        if isinstance(answer, RpcError):
            raise answer
        return answer

    def request_batch(self, calls: Sequence[RpcCall]) -> list[Json]:
        """Return results in the order of `calls`; an RpcError stands where a call failed.

        One HTTP request, unless the batch is larger than the node takes.
        """
        return self._ask_in_parts([self._encode(method, params) for method, params in calls])

    def _encode(self, method: str, params: Sequence[Json]) -> "_Request":
        request_id = next(self._ids)
        return _Request(request_id, method, jsonrpc.encode_request(request_id, method, params))

    def _ask_in_parts(self, requests: Sequence["_Request"]) -> list[Json]:
        answers: list[Json] = []
        while len(answers) < len(requests):
            answers += self._ask_patiently(self._next_part(requests[len(answers) :]))
        return answers

    def _next_part(self, requests: Sequence["_Request"]) -> Sequence["_Request"]:
        """Return as many requests from the front as one HTTP request may carry, at least one."""
        size = 0
        for count, request in enumerate(requests[: self._batch_limit]):
            size += len(request.body) + 1
            if count and size > _MAX_BATCH_BYTES:
                return requests[:count]
        return requests[: self._batch_limit]

    def _ask_patiently(self, requests: Sequence["_Request"]) -> list[Json]:
        """Ask once, and for reads again after a pause when the trouble may pass."""
        for pause_s in _PAUSES_S if _repeatable(requests) else ():
            try:
                return self._ask(requests)
            except NodeBusyError as error:
                self._sleep(min(max(pause_s, error.retry_after_s), _LONGEST_PAUSE_S))
            except NodeFailingError as error:
                if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                self._sleep(pause_s)
            except NodeUnreachableError as error:
                if not error.transient:
                    raise
                self._sleep(pause_s)
        return self._ask(requests)

    def _ask(self, requests: Sequence["_Request"]) -> list[Json]:
        """Make one HTTP request, or two half ones when the node finds the batch too large."""
        if len(requests) == 1:
            request_id, method, body = requests[0]
            answers = [jsonrpc.decode_answer(self._post(body), request_id, method, self._endpoint)]
        else:
            body = b"[" + b",".join(request.body for request in requests) + b"]"
            document = self._post(body, divisible=True)
            refusal = RpcError("a batch", 0, "it is too large") if document is None else self._refusal(document)
            if refusal is not None:
                return self._ask_in_halves(requests, refusal)
            methods = {request.request_id: request.method for request in requests}
            answers = jsonrpc.decode_batch(document, methods, self._endpoint)
        if any(jsonrpc.asks_too_often(answer) for answer in answers):
            raise NodeBusyError(self._endpoint)
        return answers

    def _refusal(self, document: Json) -> RpcError | None:
        refusal = jsonrpc.whole_batch_error(document, self._endpoint)
        if refusal is not None and jsonrpc.asks_too_often(refusal):
            raise NodeBusyError(self._endpoint)
        return refusal

    def _ask_in_halves(self, requests: Sequence["_Request"], refusal: RpcError) -> list[Json]:
        """Divide a refused batch of reads, and remember the size."""
        if not _repeatable(requests):
            raise refusal
        self._batch_limit = max(1, len(requests) // 2)
        return self._ask_in_parts(requests)

    def _post(self, body: bytes, *, divisible: bool = False) -> Json:
        """Return the decoded body of the answer; None when a divisible body was too large."""
        from requests.exceptions import RequestException
        from urllib3.exceptions import HTTPError

        self._round_trips += 1
        try:
            response = self._session.post(
                self._url, data=body, headers=_HEADERS, timeout=self._times_s, allow_redirects=False
            )
        except (RequestException, HTTPError) as error:
            # Not chained: requests puts the URL's path, and so perhaps a key, in its messages.
            raise self._translate(error) from None
        if response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and divisible:
            return None
        self._check_status(response)
        return jsonrpc.decode_document(response.content, self._endpoint)

    def _check_status(self, response: "Response") -> None:
        """Raise for a status that means trouble, unless its body is JSON-RPC all the same."""
        status = response.status_code
        if status == HTTPStatus.OK or (status in _ANSWERING and _holds_jsonrpc(response.content)):
            return
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise NodeBusyError(self._endpoint, retry_after_s(response))
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            raise NodeAccessError(self._endpoint, status)
        raise NodeFailingError(self._endpoint, status)

    def _translate(self, error: "RequestException | HTTPError") -> HokctlError:
        """Return hokctl's error for one of requests or urllib3, without any of its text."""
        from requests import exceptions as foreign

        causes = causes_of(error)
        if isinstance(error, foreign.Timeout) or "ReadTimeoutError" in causes:
            connect_s, answer_s = self._times_s
            return NodeTimeoutError(self._endpoint, connect_s if "ConnectTimeoutError" in causes else answer_s)
        if isinstance(error, foreign.SSLError):
            return UntrustedNodeError(self._endpoint, "its TLS certificate is not accepted")
        if isinstance(error, foreign.InvalidURL) or "LocationParseError" in causes:
            return InvalidRpcUrlError(self._network, "it is not a URL")
        if isinstance(error, foreign.ContentDecodingError):
            return BadAnswerError("its compression is broken", endpoint=self._endpoint)
        if "ConnectionRefusedError" in causes and is_local(self._endpoint):
            return LocalNodeDownError(self._endpoint)
        return NodeUnreachableError(self._endpoint, breaking_reason(causes))


class _Request(NamedTuple):
    request_id: int
    method: str
    body: bytes


def _repeatable(requests: Sequence[_Request]) -> bool:
    return all(is_read(request.method) for request in requests)


def _holds_jsonrpc(body: bytes) -> bool:
    return body.lstrip()[:1] in {b"{", b"["} and b'"jsonrpc"' in body

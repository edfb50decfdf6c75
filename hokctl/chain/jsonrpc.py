"""JSON-RPC 2.0 as bytes: requests out, answers in, matched by id."""

import json
import re
from collections.abc import Mapping, Sequence

from hokctl.chain.errors import RpcError
from hokctl.chain.wire import BadAnswerError, Json
from hokctl.domain.nesting import nests_too_deep

_TOO_OFTEN = re.compile(r"rate.?limit|too many requests|throttl|compute units|capacity exceeded", re.IGNORECASE)
_HTTP_TOO_MANY_REQUESTS = 429


def encode_request(request_id: int, method: str, params: Sequence[Json]) -> bytes:
    """Return one request as JSON."""
    document = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": list(params)}
    return json.dumps(document, separators=(",", ":")).encode()


def decode_document(body: bytes, endpoint: str) -> Json:
    """Return the JSON in an answer's body; raises BadAnswerError."""
    if nests_too_deep(body):
        raise BadAnswerError("it nests without end", endpoint=endpoint)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        # The body is not chained: it is foreign, and a gateway's error page may repeat the request's URL.
        raise BadAnswerError("it is not JSON", endpoint=endpoint) from None


def decode_answer(document: Json, request_id: int, method: str, endpoint: str) -> Json:
    """Return the result in the answer to one request, or its RpcError."""
    if not isinstance(document, dict):
        raise BadAnswerError(f"the answer to {method} is not a JSON-RPC object", endpoint=endpoint)
    if document.get("id") != request_id and not (document.get("id") is None and "error" in document):
        raise BadAnswerError(f"the answer to {method} carries another request's id", endpoint=endpoint)
    return _result(document, method, endpoint)


def decode_batch(document: Json, methods: Mapping[int, str], endpoint: str) -> list[Json]:
    """Return the results of a batch in the order of `methods` (by id), whatever the order of the answers."""
    answers: dict[int, Json] = {}
    for item in document if isinstance(document, list) else ():
        request_id = item.get("id") if isinstance(item, dict) else None
        if not isinstance(request_id, int) or request_id not in methods or request_id in answers:
            raise BadAnswerError("a batch holds an answer that nobody asked for", endpoint=endpoint)
        answers[request_id] = _result(item, methods[request_id], endpoint)
    missing = [method for request_id, method in methods.items() if request_id not in answers]
    if missing:
        raise BadAnswerError(
            f"{len(missing)} of {len(methods)} answers of a batch are missing, the first to {missing[0]}",
            endpoint=endpoint,
        )
    return [answers[request_id] for request_id in methods]


def whole_batch_error(document: Json, endpoint: str) -> RpcError | None:
    """Return the one error with which the node answered a whole batch, if it did."""
    candidate = document[0] if isinstance(document, list) and len(document) == 1 else document
    if not isinstance(candidate, dict) or candidate.get("id") is not None or "error" not in candidate:
        return None
    return _error(candidate["error"], "a batch", endpoint)


def asks_too_often(answer: Json) -> bool:
    """Tell whether an answer is an error that asks for fewer requests per second."""
    return isinstance(answer, RpcError) and (
        answer.rpc_code == _HTTP_TOO_MANY_REQUESTS or _TOO_OFTEN.search(answer.rpc_message) is not None
    )


def _result(document: dict[str, Json], method: str, endpoint: str) -> Json:
    if document.get("error") is not None:
        return _error(document["error"], method, endpoint)
    if "result" not in document:
        raise BadAnswerError(f"the answer to {method} has neither result nor error", endpoint=endpoint)
    return document["result"]


def _error(error: Json, method: str, endpoint: str) -> RpcError:
    members = error if isinstance(error, dict) else {"message": str(error)}
    code = members.get("code")
    return RpcError(
        method,
        code if isinstance(code, int) else 0,
        str(members.get("message") or ""),
        data=members.get("data"),
        endpoint=endpoint,
    )

"""Answers of a Transaction Service: JSON read strictly, and its many shapes of refusal as one sentence."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from hokctl.chain.http_service import ServiceAnswer
from hokctl.chain.wire import plain_text
from hokctl.domain.documents import JsonValue
from hokctl.domain.nesting import nests_too_deep
from hokctl.safe.service_errors import (
    BadServiceAnswerError,
    NoServiceThereError,
    ServiceAccessError,
    ServiceRefusedError,
)

_SHOWN_REASONS: Final = 5
_GENERAL: Final = frozenset({"nonFieldErrors", "detail", "message", "exception", ""})


def parse_json(body: bytes) -> JsonValue:
    """Return the JSON value in `body`, with fractions as text, since none is money; ValueError for anything else."""
    if nests_too_deep(body):
        raise ValueError("too deep")
    try:
        value: JsonValue = json.loads(
            body.decode(), parse_float=str, parse_constant=_refuse, object_pairs_hook=_without_repeats
        )
    except RecursionError as error:
        raise ValueError("too deep") from error
    return value


def decode_answer(answer: ServiceAnswer, endpoint: str) -> JsonValue:
    """Return the JSON value of an answer; BadServiceAnswerError when there is none."""
    try:
        return parse_json(answer.body)
    except ValueError:
        # Not chained: the text of a JSON error repeats what the service sent.
        raise BadServiceAnswerError(endpoint, "it is not JSON") from None


def raise_for(answer: ServiceAnswer, endpoint: str, *, secret: str | None) -> None:
    """Raise the error that the answer's status stands for; return for 2xx.

    Raises NoServiceThereError (3xx, 405, 415, and 404 with a page), ServiceAccessError (401, 403) and
    ServiceRefusedError (400, 404, 422, 451 and others).
    """
    status = answer.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise ServiceAccessError(endpoint, status)
    redirected = status < HTTPStatus.BAD_REQUEST
    if redirected or status in {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}:
        raise NoServiceThereError(endpoint, status)
    if status == HTTPStatus.NOT_FOUND and not is_known_absence(answer):
        raise NoServiceThereError(endpoint, status)
    reason = reason_in(answer.body, secret=secret) or "it gives no reason"
    raise ServiceRefusedError(endpoint, status, reason)


def is_known_absence(answer: ServiceAnswer) -> bool:
    """Tell whether a service says that it does not know something: 404 with an empty body or JSON, not a page."""
    if answer.status != HTTPStatus.NOT_FOUND:
        return False
    if not answer.body:
        return True
    try:
        return isinstance(parse_json(answer.body), dict)
    except ValueError:
        return False


def reason_in(body: bytes, *, secret: str | None = None) -> str:
    """Return what a service says about an error, on one line; empty when it says nothing in JSON.

    It knows maps of fields to lists, nonFieldErrors, bare lists, {code, message, arguments}, {detail} and
    {exception, trace}. `secret` is the key that was sent, which must not come back in a text.
    """
    try:
        reasons = list(_reasons(parse_json(body), ""))
    except ValueError:
        return ""
    text = "; ".join(reasons[:_SHOWN_REASONS]) + ("; …" if len(reasons) > _SHOWN_REASONS else "")
    if secret:
        text = text.replace(secret, "[redacted]")
    return plain_text(text).rstrip(".")


def _reasons(value: JsonValue, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        known = {"code", "message", "arguments"} >= set(value) and "message" in value
        if known:
            yield " ".join(str(part) for part in (value["message"], *_listed(value.get("arguments"))))
            return
        for key, inner in value.items():
            if key != "trace":
                yield from _reasons(inner, "" if key in _GENERAL else key)
    elif isinstance(value, list):
        for item in value:
            yield from _reasons(item, name)
    elif value is not None:
        yield f"{name}: {value}" if name else str(value)


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _without_repeats(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key appears twice")
    return document


def _refuse(text: str) -> JsonValue:
    raise ValueError(text)

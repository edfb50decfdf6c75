"""Which model a path means. It is read as it came, so that an id may hold anything, a slash too, percent-encoded."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes

from hokctl.monitor.web.answers import Refusal, bad_path, not_found

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1_000
_ROOT: Final = b"/infrastructure/"
_MODELS: Final = b"models"
_HISTORY: Final = b"history"
_BROKEN_ESCAPE: Final = re.compile(rb"%(?![0-9a-fA-F]{2})")
_DOTS: Final = frozenset({".", ".."})
_MAX_FIELDS: Final = 8


@dataclass(frozen=True, slots=True)
class ModelPath:
    """One model, or its history."""

    model_id: str
    history: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How much of a history is wanted."""

    since: int | None
    """Seconds since the epoch; None from the beginning."""
    limit: int
    """At most so many points, the newest."""


def parse_model_path(raw_path: bytes) -> ModelPath:
    """Return what a path under /infrastructure/ means; raises Refusal.

    `/infrastructure/models/ID` and `/infrastructure/models/ID/history` mean the model ID whatever it is called. The
    specification's shorter `/infrastructure/ID` and `/infrastructure/ID/history` mean the same, but where the id is
    one of the words `metrics`, `status` and `models`.
    """
    _check(raw_path)
    if not raw_path.startswith(_ROOT):
        raise not_found()
    parts = raw_path[len(_ROOT) :].split(b"/")
    if parts[0] == _MODELS and len(parts) > 1:
        parts = parts[1:]
    history = len(parts) == 2 and parts[1] == _HISTORY  # noqa: PLR2004 - the model's id and this word
    if len(parts) > 1 and not history:
        raise not_found()
    return ModelPath(_decoded(parts[0]), history)


def parse_window(query: bytes) -> Window:
    """Return which part of a history a query asks for; raises Refusal for anything it does not understand."""
    try:
        fields = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(query),
            max_num_fields=_MAX_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise _bad_query("The query cannot be read.") from None
    values = dict(fields)
    if len(values) != len(fields) or set(values) - {"limit", "since"}:
        raise _bad_query("The query takes limit and since, each once.")
    since = values.get("since")
    return Window(since=None if since is None else _since(since), limit=_limit(values.get("limit", str(DEFAULT_LIMIT))))


def _check(raw_path: bytes) -> None:
    if not raw_path.startswith(b"/"):
        raise bad_path("A path begins with a slash.")
    if b"//" in raw_path:
        raise bad_path("The path holds an empty part.")
    if _BROKEN_ESCAPE.search(raw_path):
        raise bad_path("The path holds a broken percent-encoding.")


def _decoded(part: bytes) -> str:
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        raise bad_path("The path is not UTF-8.") from None
    if text in _DOTS:
        raise bad_path("The path holds a part of dots only.")
    if not text:
        raise not_found()
    return text


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_LIMIT)) and 1 <= int(text) <= MAX_LIMIT):
        raise _bad_query(f"limit is a number from 1 to {MAX_LIMIT}.")
    return int(text)


def _since(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= len("253402300799"):
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        message = "since is a date, a time such as 2026-11-21T17:00:00Z, or seconds since 1970."
        raise _bad_query(message) from None


def _bad_query(message: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, "bad-query", message)

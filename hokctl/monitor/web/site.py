"""What each path shows. What does not change between two looks is rendered once per look, and kept as bytes."""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources import files
from typing import Final, Protocol

from starlette.concurrency import run_in_threadpool

from hokctl.domain.amounts import Token
from hokctl.domain.units import ModelId
from hokctl.errors import HokctlError
from hokctl.monitor.web import documents, exposition, page
from hokctl.monitor.web.answers import HTML, Answer, Headers, Refusal
from hokctl.monitor.web.documents import HistoryPoint, OpenDocument
from hokctl.monitor.web.paths import ModelPath, Window, parse_model_path, parse_window
from hokctl.monitor.web.sights import Condition, LastKnown, Sight

_ASSETS: Final = {
    b"/page.css": ("page.css", "text/css; charset=utf-8"),
    b"/page.js": ("page.js", "text/javascript; charset=utf-8"),
    b"/icon.svg": ("icon.svg", "image/svg+xml"),
}
_WORTH_ZIPPING: Final = 1_400
"""Less fits one packet anyway."""
_MAX_HISTORIES: Final = 512
_HISTORY_READERS: Final = 4


class History(Protocol):
    """Where past states are kept."""

    def points(self, model_id: ModelId, *, since: int | None, limit: int) -> Sequence[HistoryPoint]:
        """Return at most `limit` states of a model from `since` (epoch seconds) on, the newest, in order of time."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rendered:
    """One sight as bytes."""

    sight: Sight
    metrics: OpenDocument
    models: dict[str, OpenDocument]
    exposition: bytes
    page: page.OpenPage


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    """What is the same for all answers of one second."""

    rendered: _Rendered | None
    condition: Condition
    state: bytes
    headers: Headers


class Site:
    """Answers requests from memory; only histories are read, from the book, in a thread."""

    def __init__(
        self,
        known: LastKnown,
        history: History,
        *,
        network: str,
        interval_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Show what `publish` is given; `clock` tells the time in seconds since the epoch."""
        self._known = known
        self._history = history
        self._interval_s = interval_s
        self._clock = clock
        self._waiting = page.render_waiting(network, interval_s=interval_s)
        self._rendered: _Rendered | None = None
        self._moment: tuple[tuple[object, ...], _Moment] | None = None
        self._large: dict[bytes, tuple[_Moment, Answer]] = {}
        self._histories: dict[tuple[str, Window], OpenDocument] = {}
        self._readers = asyncio.Semaphore(_HISTORY_READERS)
        self._assets = {path: _asset(name, media) for path, (name, media) in _ASSETS.items()}
        self._fixed: dict[bytes, Callable[[_Moment], Answer]] = {
            b"/": self._page,
            b"/metrics": self._exposition,
            b"/infrastructure/metrics": self._metrics,
            b"/infrastructure/status": self._status,
        }

    def publish(self, sight: Sight) -> None:
        """Show `sight` from now on. Called by the thread that looks, which renders it."""
        rendered = _render(sight, self._interval_s)
        self._histories.clear()
        self._rendered = rendered

    def answer(self, raw_path: bytes, query: bytes) -> "Answer | Awaitable[Answer]":
        """Return the answer to a request, or what to wait for to get it; raises Refusal."""
        asset = self._assets.get(raw_path)
        if asset is not None:
            return asset
        moment = self._now()
        if raw_path == b"/healthz":
            return self._health(moment, query)
        fixed = self._fixed.get(raw_path)
        if fixed is not None:
            kept = self._large.get(raw_path)
            if kept is None or kept[0] is not moment:
                kept = self._large[raw_path] = (moment, fixed(moment))
            return kept[1]
        return self._model(parse_model_path(raw_path), query, moment)

    def _now(self) -> _Moment:
        condition, rendered, now = self._known.condition, self._rendered, int(self._clock())
        key = (condition, rendered, now)
        if self._moment is None or self._moment[0] != key:
            self._moment = (key, _moment(rendered, condition, now))
        return self._moment[1]

    def _page(self, moment: _Moment) -> Answer:
        rendered = moment.rendered
        opened = self._waiting if rendered is None else rendered.page
        body = opened.closed(page.state_line(None if rendered is None else rendered.sight, moment.condition))
        status = HTTPStatus.OK if rendered is not None else HTTPStatus.SERVICE_UNAVAILABLE
        return _sized(Answer(status=status, media=HTML, body=body, headers=moment.headers))

    def _exposition(self, moment: _Moment) -> Answer:
        body = exposition.condition_metrics(moment.condition)
        if moment.rendered is not None:
            body += moment.rendered.exposition
        return _sized(Answer(media=exposition.MEDIA_TYPE, body=body, headers=moment.headers))

    def _metrics(self, moment: _Moment) -> Answer:
        if moment.rendered is None:
            raise self._nothing_yet(moment)
        return _sized(Answer(body=moment.rendered.metrics.closed(moment.state), headers=moment.headers))

    def _status(self, moment: _Moment) -> Answer:
        sight = None if moment.rendered is None else moment.rendered.sight
        document = documents.opened(documents.status_document(sight, moment.condition))
        status = HTTPStatus.OK if sight is not None else HTTPStatus.SERVICE_UNAVAILABLE
        return _sized(Answer(status=status, body=document.closed(moment.state), headers=moment.headers))

    def _health(self, moment: _Moment, query: bytes) -> Answer:
        if query in {b"live", b"live=", b"live=1", b"live=true"}:
            return Answer(body=b'{"status":"alive"}')
        if moment.rendered is None:
            raise self._nothing_yet(moment)
        if moment.condition.stale:
            message = f"The state is {moment.condition.age_s} seconds old{_because(moment.condition)}."
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "state-stale", message, headers=moment.headers)
        return Answer(
            body=b'{"status":"fresh","ageSeconds":%d}' % (moment.condition.age_s or 0), headers=moment.headers
        )

    def _model(self, path: ModelPath, query: bytes, moment: _Moment) -> "Answer | Awaitable[Answer]":
        window = parse_window(query) if path.history else None
        if moment.rendered is None:
            raise self._nothing_yet(moment)
        document = moment.rendered.models.get(path.model_id)
        if document is None:
            message = "There is no such model; /infrastructure/metrics lists all."
            raise Refusal(HTTPStatus.NOT_FOUND, "unknown-model", message)
        if window is None:
            return Answer(body=document.closed(moment.state), headers=moment.headers)
        return self._past(ModelId(path.model_id), window, moment, moment.rendered.sight.observation.token)

    async def _past(self, model_id: ModelId, window: Window, moment: _Moment, token: Token) -> Answer:
        kept = self._histories.get((model_id, window))
        if kept is None:
            async with self._readers:
                kept = await run_in_threadpool(self._read_history, model_id, window, token)
            if len(self._histories) < _MAX_HISTORIES:
                self._histories[model_id, window] = kept
        return Answer(body=kept.closed(moment.state), headers=moment.headers)

    def _read_history(self, model_id: ModelId, window: Window, token: Token) -> OpenDocument:
        try:
            points = self._history.points(model_id, since=window.since, limit=window.limit)
        except HokctlError as error:
            message = f"The history cannot be read from the book ({error.code})."
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "history-unavailable", message) from error
        return documents.opened(documents.history_document(model_id, points, token))

    def _nothing_yet(self, moment: _Moment) -> Refusal:
        retry = ((b"retry-after", str(max(1, round(self._interval_s))).encode("ascii")),)
        message = f"Nothing is known yet: the deployment was not read so far{_because(moment.condition)}."
        return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "no-state", message, headers=retry)


def _because(condition: Condition) -> str:
    return "" if condition.failure is None else f"; the last attempt ended in {condition.failure}"


def _moment(rendered: _Rendered | None, condition: Condition, now: int) -> _Moment:
    seen = None if rendered is None else rendered.sight.observation
    state = documents.state_document(
        None if seen is None else seen.block, condition, observed_at=None if seen is None else seen.observed_at, now=now
    )
    headers: Headers = ()
    if seen is not None:
        headers = (
            (b"x-hokctl-block", str(seen.block.number).encode("ascii")),
            (b"x-hokctl-state-age", str(condition.age_s or 0).encode("ascii")),
            (b"x-hokctl-state-stale", b"true" if condition.stale else b"false"),
        )
    return _Moment(rendered, condition, state, headers)


def _render(sight: Sight, interval_s: float) -> _Rendered:
    return _Rendered(
        sight=sight,
        metrics=documents.opened(documents.metrics_document(sight)),
        models={
            model.model_id: documents.opened(documents.model_document(model, sight))
            for model in sight.observation.models
        },
        exposition=exposition.sight_metrics(sight),
        page=page.render_page(sight, interval_s=interval_s),
    )


def _sized(answer: Answer) -> Answer:
    """Return the answer with its body as gzip too, where it is long."""
    if len(answer.body) < _WORTH_ZIPPING:
        return answer
    return Answer(
        status=answer.status,
        media=answer.media,
        body=answer.body,
        headers=answer.headers,
        zipped=gzip.compress(answer.body, compresslevel=1, mtime=0),
    )


def _asset(name: str, media: str) -> Answer:
    return _sized(Answer(media=media, body=files("hokctl.monitor.web").joinpath("assets", name).read_bytes()))

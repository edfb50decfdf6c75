"""The application that uvicorn runs: the guard, the site, and a last resort for bugs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import Response

from hokctl.monitor.web.answers import SECURITY_HEADERS, Answer, Refusal
from hokctl.monitor.web.documents import error_document
from hokctl.monitor.web.guard import Guard
from hokctl.monitor.web.refreshing import Refresher
from hokctl.monitor.web.site import Site

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send


def build_app(site: Site, guard: Guard, refresher: Refresher, *, note: Callable[[str], None]) -> Starlette:
    """Return the application. `note` tells the operator of a bug; the client only learns that there was one."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        refresher.start()
        try:
            yield
        finally:
            refresher.stop()

    async def excuse(_request: "Request", error: Exception) -> Response:
        note(f"A request ended in a bug ({type(error).__name__}).")
        body = error_document("bug", "This request met a bug of hokctl.")
        headers = {name.decode(): value.decode() for name, value in SECURITY_HEADERS}
        return Response(body, HTTPStatus.INTERNAL_SERVER_ERROR, headers, "application/json")

    app = Starlette(exception_handlers={Exception: excuse}, lifespan=lifespan)
    # Starlette's routes match decoded paths, in which %2F of a model's id is a slash like any other.
    app.router.default = _Endpoint(site, guard)
    return app


class _Endpoint:
    """Answers every request."""

    def __init__(self, site: Site, guard: Guard) -> None:
        self._site = site
        self._guard = guard

    async def __call__(self, scope: "Scope", _receive: "Receive", send: "Send") -> None:
        """Answer one request without reading its body."""
        try:
            self._guard.check(scope)
            found = self._site.answer(scope["raw_path"], scope["query_string"])
            answer = found if isinstance(found, Answer) else await found
        except Refusal as refusal:
            answer = refusal.answer
        zipped = answer.zipped is not None and _takes_gzip(scope)
        head = answer.head(zipped=zipped, closing=_has_body(scope))
        await send({"type": "http.response.start", "status": int(answer.status), "headers": head})
        await send({"type": "http.response.body", "body": answer.zipped if zipped else answer.body})


def _takes_gzip(scope: "Scope") -> bool:
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding")
    wanted = accepted.lower().replace(b" ", b"")
    return b"gzip" in wanted and b"gzip;q=0" not in wanted


def _has_body(scope: "Scope") -> bool:
    """Tell whether a body follows, which nobody will read: the connection then ends with the answer."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0")
        for name, value in scope["headers"]
    )

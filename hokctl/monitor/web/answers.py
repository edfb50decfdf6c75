"""What goes back to a client: answers as bytes, refusals in one shape, and the headers that all of them carry."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from hokctl.monitor.web.documents import error_document

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"
Headers = tuple[tuple[bytes, bytes], ...]

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Final[Headers] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", _POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response, ready to be sent."""

    body: bytes
    media: str = JSON
    status: int = HTTPStatus.OK
    headers: Headers = ()
    zipped: bytes | None = None
    """The body as gzip, where that is worth it."""

    def head(self, *, zipped: bool, closing: bool) -> list[tuple[bytes, bytes]]:
        """Return the headers: of the body as gzip, and of a connection that ends with this answer, where wanted."""
        body = self.zipped if zipped and self.zipped is not None else self.body
        headers = [
            (b"content-type", self.media.encode("ascii")),
            (b"content-length", str(len(body)).encode("ascii")),
            *SECURITY_HEADERS,
            *self.headers,
        ]
        if self.zipped is not None:
            headers.append((b"vary", b"accept-encoding"))
            if zipped:
                headers.append((b"content-encoding", b"gzip"))
        if closing:
            headers.append((b"connection", b"close"))
        return headers


class Refusal(Exception):  # noqa: N818  # it is an answer, not a failure of hokctl's
    """A request that gets no figures."""

    def __init__(self, status: HTTPStatus, code: str, message: str, *, headers: Headers = ()) -> None:
        """Answer with `status`, and say why; the message never repeats anything of the request."""
        super().__init__(code)
        self.answer = Answer(status=status, body=error_document(code, message), headers=headers)


def not_found() -> Refusal:
    """Return the refusal of a path where nothing is."""
    return Refusal(HTTPStatus.NOT_FOUND, "not-found", "There is nothing here.")


def bad_path(message: str) -> Refusal:
    """Return the refusal of a path that cannot be read."""
    return Refusal(HTTPStatus.BAD_REQUEST, "bad-path", message)

"""Who may ask, how often, and with what kind of request."""

import base64
import binascii
import hashlib
import hmac
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from hokctl.monitor.web.answers import Refusal

if TYPE_CHECKING:
    from starlette.types import Scope

OPEN_PATH: Final = b"/healthz"
"""What anybody may ask under any name, as often as they like: it tells nothing but whether all is well."""

MAX_PATH_BYTES: Final = 4_096
MAX_QUERY_BYTES: Final = 512
MAX_HEADERS: Final = 64
_MAX_CLIENTS: Final = 4_096
_METHODS: Final = frozenset({"GET", "HEAD"})
_CHALLENGES: Final = (
    (b"www-authenticate", b'Bearer realm="hokctl"'),
    (b"www-authenticate", b'Basic realm="hokctl", charset="UTF-8"'),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Who is let in."""

    token: str | None = None
    """What every request must show, but for OPEN_PATH; None lets everybody in."""
    hosts: frozenset[str] | None = None
    """The names that the Host header may hold, beside loopback's; None takes every name."""
    per_second: float = 0
    """How many requests a second one client may make on average; 0 counts none."""
    burst: int = 1
    """How many it may make at once."""


class Guard:
    """Refuses what may not be asked. Holds no more than a fixed number of clients in mind."""

    def __init__(self, admission: Admission, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Let in as `admission` says; `clock` counts seconds."""
        self._admission = admission
        self._digest = None if admission.token is None else _digest(admission.token.encode())
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, scope: "Scope") -> None:
        """Raise Refusal unless the request may be answered."""
        headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
        path: bytes = scope["raw_path"]
        _check_size(path, scope["query_string"], headers)
        if scope["method"] not in _METHODS:
            allow = ((b"allow", b"GET, HEAD"),)
            message = "Only GET and HEAD are answered."
            raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", message, headers=allow)
        if path == OPEN_PATH:
            return
        self._check_host(headers)
        if self._admission.per_second:
            self._check_rate(scope.get("client"))
        if self._digest is not None:
            self._check_token(headers, self._digest)

    def _check_host(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Refuse a page from elsewhere whose name was made to resolve to this machine (DNS rebinding)."""
        if self._admission.hosts is None:
            return
        named = [value for name, value in headers if name == b"host"]
        host = _host_name(named[0]) if len(named) == 1 else None
        if host is None or not (host in self._admission.hosts or is_loopback(host)):
            message = "This server answers to loopback names and those given with --allow-host."
            raise Refusal(HTTPStatus.FORBIDDEN, "host-not-allowed", message)

    def _check_rate(self, client: tuple[str, int] | None) -> None:
        name, now = _client_name(client), self._clock()
        left, at = self._buckets.get(name, (float(self._admission.burst), now))
        left = min(float(self._admission.burst), left + (now - at) * self._admission.per_second)
        self._buckets[name] = (max(0.0, left - 1) if left >= 1 else left, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > _MAX_CLIENTS:
            self._buckets.popitem(last=False)
        if left < 1:
            wait = max(1, math.ceil((1 - left) / self._admission.per_second))
            retry = ((b"retry-after", str(wait).encode("ascii")),)
            message = "That is too often; wait before asking again."
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests", message, headers=retry)

    def _check_token(self, headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> None:
        given = [value for name, value in headers if name == b"authorization"]
        shown = _credential(given[0]) if len(given) == 1 else None
        if shown is None or not hmac.compare_digest(_digest(shown), wanted):
            message = "A token is needed, as a bearer token or as the password of basic authentication."
            raise Refusal(HTTPStatus.UNAUTHORIZED, "token-needed", message, headers=_CHALLENGES)


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address without a port is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _check_size(path: bytes, query: bytes, headers: Sequence[object]) -> None:
    if len(path) > MAX_PATH_BYTES or len(query) > MAX_QUERY_BYTES:
        raise Refusal(HTTPStatus.BAD_REQUEST, "url-too-long", "The URL is too long.")
    if len(headers) > MAX_HEADERS:
        raise Refusal(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "too-many-headers", "The request has too many headers."
        )


def _host_name(value: bytes) -> str | None:
    """Return the name in a Host header, in lower case and without port and brackets; None when it cannot be read."""
    try:
        text = value.decode("ascii")
        return None if set(text) & set("/@?#\\ ") else urlsplit(f"//{text}").hostname
    except ValueError:
        return None


def _client_name(client: tuple[str, int] | None) -> str:
    """Return by what a client is told from others: its address, of IPv6 the network that one customer gets."""
    if client is None:
        return ""
    host = client[0]
    if ":" not in host:
        return host
    try:
        address = IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    return str(address.ipv4_mapped or int(address) >> 64)


def _credential(header: bytes) -> bytes | None:
    """Return the token that an Authorization header shows; None where it shows none."""
    scheme, _, rest = header.strip().partition(b" ")
    if scheme.lower() == b"bearer":
        return rest.strip()
    if scheme.lower() != b"basic":
        return None
    try:
        return base64.b64decode(rest.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return None


def _digest(token: bytes) -> bytes:
    """Return a hash to compare by, so that not even the length of the token shows in the time that takes."""
    return hashlib.sha256(token).digest()

"""What every HTTP connection of hokctl's shares: one kept session, and foreign exceptions read without their texts."""

import logging
from typing import TYPE_CHECKING, Final

from hokctl.chain.endpoints import is_local

if TYPE_CHECKING:
    from requests import Response, Session

BREAKING_REASONS: Final = {
    "ConnectionRefusedError": "connection refused",
    "NameResolutionError": "its name cannot be resolved",
    "ProxyError": "the proxy on the way does not let it through",
}
"""What the exceptions behind a broken connection mean."""


def open_session(endpoint: str) -> "Session":
    """Return a session for `endpoint`, given by scheme, host and port."""
    import requests

    # At level DEBUG urllib3 logs the path of every request, and paths carry keys.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    session = requests.Session()
    # No proxy from the environment stands between this machine and itself.
    session.trust_env = not is_local(endpoint)
    return session


def retry_after_s(response: "Response") -> float:
    """Return how long the other side asks to be left alone, in seconds; 0 when it does not say so in seconds."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdecimal() else 0.0


def causes_of(error: BaseException) -> set[str]:
    """Return the names of the exceptions that led to `error`, wherever requests and urllib3 keep them."""
    names: set[str] = set()
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        names.add(type(current).__name__)
        waiting += [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
    return names


def breaking_reason(causes: set[str]) -> str:
    """Return in words why a connection broke, by the names that `causes_of` found."""
    return next((reason for name, reason in BREAKING_REASONS.items() if name in causes), "the connection broke")

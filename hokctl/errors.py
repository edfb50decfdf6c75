"""The base of every error hokctl raises on purpose, and the families that carry an exit code.

Each error states what is wrong with which values, and how to get out of it. Subclasses live in the
room that raises them; docs/errors.md lists them all.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from hokctl.exit_codes import ExitCode

_URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^\s/@'\"]*@)?(?P<host>[^\s/?#'\"\\)>]+)[^\s'\"\\)>]*",
    re.IGNORECASE,
)
_LONG_TOKEN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{48,}")
"""Whatever is longer than an address: a key, mistyped or not, an extended key, a token; a hash looks the same."""
_MNEMONIC = re.compile(r"(?<![A-Za-z])(?:[a-z]{3,8}\s+){11,}[a-z]{3,8}(?![A-Za-z])", re.IGNORECASE)
_HASH = re.compile(r"0x[0-9a-fA-F]{64,}")
_SHORTEST_SECRET = 8
_KEY_SEGMENT = re.compile(r"(?=.*[0-9]).{12,}")
"""A part of a URL's path that may be a key, and is no word such as `transaction-service`."""
_secrets: set[str] = set()


def remember_secret(secret: str) -> None:
    """Keep `secret` out of every later error and traceback. Called by whoever reads one from outside."""
    if "://" in secret:
        remember_url(secret)
    elif len(secret.strip()) >= _SHORTEST_SECRET:
        _secrets.add(secret.strip())


def remember_url(url: str) -> None:
    """Keep the parts of `url` that may be secrets out of every later error, also where they stand without the URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    texts = [parts.password or "", unquote(parts.password or "")]
    texts += [value for name, value in parse_qsl(parts.query) if "password" in name]
    if parts.scheme in {"http", "https", "ws", "wss"}:
        segments = [part for part in parts.path.split("/") if _KEY_SEGMENT.fullmatch(part)]
        texts += [parts.username or "", parts.fragment, *segments, *(value for _, value in parse_qsl(parts.query))]
    for text in texts:
        remember_secret(text)


def remember_path(path: str) -> None:
    """Keep `path` out of every later error where it is no file's name, but could be a key."""
    if _HASH.fullmatch(path):
        remember_secret(path)


def remember_arguments(argv: Sequence[str]) -> None:
    """Begin a run: forget what was remembered, and keep whatever in `argv` can only be a secret out of every error.

    A 0x with 64 hex digits may be a hash, which errors may name; see redact_strictly for those.
    """
    _secrets.clear()
    for word in (part for argument in argv for part in (argument, argument.partition("=")[2])):
        if not _HASH.fullmatch(word) and "://" not in word and redact_strictly(word) == "[redacted]":
            remember_secret(word)


def redact(text: str) -> str:
    """Return `text` with every URL cut down to scheme and host, and without any secret that was read in this run."""
    clean = _URL.sub(lambda match: f"{match['scheme']}://{match['host']}", text)
    for secret in sorted(_secrets, key=len, reverse=True):
        clean = clean.replace(secret, "[redacted]")
    return clean


def redact_strictly(text: str) -> str:
    """Return `text` without URLs' secrets and without anything that could be a private key or a mnemonic.

    For texts hokctl did not write itself: a 32-byte hex string may be a hash, but may be a key.
    """
    return _MNEMONIC.sub("[redacted]", _LONG_TOKEN.sub("[redacted]", redact(text)))


def shown(text: str, limit: int = 80) -> str:
    """Return what a person typed or a file says, fit for an error: redacted first, then cut to `limit` characters."""
    return redact_strictly(text)[:limit]


class HokctlError(Exception):
    """An error with a stable code, one sentence for the user, and a hint at the way out."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.FAILURE

    def __init__(self, message: str, *, hint: str) -> None:
        """Keep the sentence and the hint, both free of secrets in URLs."""
        self.message = redact(message)
        self.hint = redact(hint)
        super().__init__(self.message)

    def add_place(self, place: str) -> None:
        """Put before the sentence where in a file it is about: the error keeps its code."""
        self.message = redact(f"{place}: {self.message}")
        self.args = (self.message,)


@contextmanager
def located(place: str) -> Iterator[None]:
    """Have every error of what is read inside name the place in a file where it stands."""
    try:
        yield
    except HokctlError as error:
        error.add_place(place)
        raise


class UsageError(HokctlError):
    """The arguments of the command are wrong."""

    code = "usage"
    exit_code = ExitCode.USAGE
    shows_hashes: ClassVar[bool] = False
    """Whether the sentence is about hashes of a document, rather than about what a person typed."""

    def __init__(self, message: str, *, hint: str) -> None:
        """Keep sentence and hint; without anything that could be a key, unless the error is known to show hashes."""
        clean = redact if self.shows_hashes else redact_strictly
        super().__init__(clean(message), hint=clean(hint))


class ConfigError(HokctlError):
    """The configuration is wrong or missing."""

    code = "config"
    exit_code = ExitCode.CONFIG


class UnavailableError(HokctlError):
    """A node or a service cannot be reached or does not answer properly."""

    code = "unavailable"
    exit_code = ExitCode.UNAVAILABLE


class RefusedError(HokctlError):
    """A guard of hokctl refuses; nothing was sent."""

    code = "refused"
    exit_code = ExitCode.REFUSED


class ChainError(HokctlError):
    """The chain, a contract or the Safe reverted or disagrees."""

    code = "chain"
    exit_code = ExitCode.CHAIN


class PendingError(HokctlError):
    """What was asked for cannot be executed yet."""

    code = "pending"
    exit_code = ExitCode.PENDING


class UserInterruptError(HokctlError):
    """The user pressed Ctrl-C."""

    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED

    def __init__(self) -> None:
        """Say what is certain: what was already sent is in the journal."""
        super().__init__(
            "Interrupted.", hint="Run the same command again: it finds what was already sent and never sends it twice."
        )

"""The base of every error hokctl raises on purpose, and the families that carry an exit code.

Each error states what is wrong with which values, and how to get out of it. Subclasses live in the
room that raises them; docs/errors.md lists them all.
"""

import re
from typing import ClassVar

from hokctl.exit_codes import ExitCode

_URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^\s/@'\"]*@)?(?P<host>[^\s/?#'\"\\)>]+)[^\s'\"\\)>]*",
    re.IGNORECASE,
)
_LONG_HEX = re.compile(r"(?<![0-9a-fA-Fx])(?:0x)?[0-9a-fA-F]{64}(?![0-9a-fA-F])")


def redact(text: str) -> str:
    """Return `text` with every URL cut down to scheme and host, since paths and queries carry API keys."""
    return _URL.sub(lambda match: f"{match['scheme']}://{match['host']}", text)


def redact_strictly(text: str) -> str:
    """Return `text` without URLs' secrets and without anything that could be a private key.

    For texts hokctl did not write itself: a 32-byte hex string may be a hash, but may be a key.
    """
    return _LONG_HEX.sub("[redacted]", redact(text))


class HokctlError(Exception):
    """An error with a stable code, one sentence for the user, and a hint at the way out."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.FAILURE

    def __init__(self, message: str, *, hint: str) -> None:
        """Keep the sentence and the hint, both free of secrets in URLs."""
        self.message = redact(message)
        self.hint = redact(hint)
        super().__init__(self.message)


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

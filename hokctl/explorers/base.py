"""What explorers have in common: what they are sent, what they may answer, and how their JSON is read."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from eth_typing import ChecksumAddress

from hokctl.chain.endpoints import is_local, shown_endpoint
from hokctl.chain.errors import InvalidRpcUrlError
from hokctl.chain.http_service import ANSWER_S, HttpService, ServiceAnswer
from hokctl.chain.wire import plain_text
from hokctl.domain.nesting import nests_too_deep
from hokctl.explorers.errors import BadExplorerAnswerError, ExplorerFaults, InvalidExplorerUrlError

_SHOWN_REASON: Final = 400


class Verdict(StrEnum):
    """What an explorer says of a contract."""

    EXACT = "exact"
    """Verified, byte for byte."""
    MATCH = "match"
    """Verified, but for what compilers write of paths and comments."""
    PENDING = "pending"
    """It has not made up its mind yet."""
    FAILED = "failed"
    """It cannot verify it with what it was sent."""
    UNKNOWN = "unknown"
    """It knows no sources of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What an explorer says of a contract, in a word and in its own words."""

    verdict: Verdict
    reason: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether the sources are published."""
        return self.verdict in {Verdict.EXACT, Verdict.MATCH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One contract with its sources."""

    address: ChecksumAddress
    identifier: str
    """SOURCE:NAME among the sources."""
    compiler_version: str
    """The long version without a leading v."""
    standard_input: Mapping[str, Any]
    constructor_args: bytes | None
    """The encoded arguments; None where they are not known."""
    creation_tx_hash: str | None
    """The transaction that created it; None where it is not known."""


class Explorer(Protocol):
    """Publishes sources after compiling them itself."""

    @property
    def endpoint(self) -> str:
        """Scheme and host."""

    @property
    def takes_unknown_args(self) -> bool:
        """Whether it finds constructor arguments itself."""

    def look_up(self, address: ChecksumAddress) -> Opinion:
        """Return what it knows of the contract at `address`: verified, or unknown."""

    def submit(self, submission: Submission) -> Opinion | str:
        """Send sources, once; return its opinion where it has one at once, else the number of its job."""

    def check(self, job: str, address: ChecksumAddress) -> Opinion:
        """Return what has become of a job about the contract at `address`."""


def open_http(  # each is one fact about the connection
    url: str,
    *,
    network: str,
    has_key: bool,
    kind: type[HttpService] = HttpService,
    timeout_s: float = ANSWER_S,
    sleep: Callable[[float], None] = time.sleep,
) -> HttpService:
    """Return a connection to the explorer at `url`. Raises InvalidExplorerUrlError."""
    base = url.strip().rstrip("/")
    try:
        endpoint = shown_endpoint(base, network=network)
    except InvalidRpcUrlError:
        raise InvalidExplorerUrlError(network, "it is not an http or https URL") from None
    parts = urlsplit(base)
    if parts.query or parts.fragment or parts.username is not None:
        raise InvalidExplorerUrlError(network, "a base URL has no user, no query and no fragment")
    if parts.scheme != "https" and not is_local(endpoint) and has_key:
        raise InvalidExplorerUrlError(network, "an API key would go over http, readable for everybody on the way")
    return kind(base, endpoint=endpoint, faults=ExplorerFaults(), timeout_s=timeout_s, sleep=sleep)


def read_object(answer: ServiceAnswer, endpoint: str) -> dict[str, Any]:
    """Return the JSON object in an answer. Raises BadExplorerAnswerError."""
    what = f"it is not JSON, with HTTP status {answer.status}"
    if nests_too_deep(answer.body):
        raise BadExplorerAnswerError(endpoint, what)
    try:
        document = json.loads(answer.body.decode())
    except (ValueError, RecursionError):
        # Not chained: the text of a JSON error repeats what the explorer sent.
        raise BadExplorerAnswerError(endpoint, what) from None
    if not isinstance(document, dict):
        raise BadExplorerAnswerError(endpoint, "it is no JSON object")
    return document


def own_words(text: object, *, secret: str | None = None) -> str:
    """Return what an explorer says, on one line, short, and without the key that it was sent."""
    words = plain_text(str(text or "")).rstrip(".")
    if secret:
        words = words.replace(secret, "[redacted]")
    return words[:_SHOWN_REASON]


def check_address(found: object, address: ChecksumAddress, endpoint: str) -> None:
    """Raise BadExplorerAnswerError unless an answer is about `address`."""
    if not isinstance(found, str) or found.lower() != address.lower():
        raise BadExplorerAnswerError(endpoint, f"it is not about {address}")

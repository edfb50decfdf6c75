"""HTTP to a service that is no node: no redirects, no lasting waits, no unbounded answers, patience for reads only."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

from hokctl.chain.http_session import breaking_reason, causes_of, open_session, retry_after_s
from hokctl.errors import HokctlError

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

JSON: Final = "application/json"
_CONNECT_S: Final = 10.0
ANSWER_S: Final = 30.0
"""How long a service may be silent, and how long a whole answer may take."""
_PAUSES_S: Final = (0.25, 1.0)
"""How long to wait before the second and the third attempt at a read."""
_LONGEST_PAUSE_S: Final = 10.0
_MAX_ANSWER_BYTES: Final = 32 * 2**20
_CHUNK_BYTES: Final = 2**16


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAnswer:
    """An answer as it came, whatever its status below 429 and 5xx."""

    status: int
    body: bytes


class ServiceFaults(Protocol):
    """Makes the errors that name a service, by scheme and host, and say what is wrong."""

    def unreachable(self, endpoint: str, reason: str) -> HokctlError:
        """The service cannot be reached."""

    def timeout(self, endpoint: str, timeout_s: float) -> HokctlError:
        """It did not answer in time."""

    def untrusted(self, endpoint: str, reason: str) -> HokctlError:
        """Its certificate does not prove who it is."""

    def busy(self, endpoint: str, retry_after_s: float) -> HokctlError:
        """It answers no more for now (429)."""

    def failing(self, endpoint: str, status: int, body: bytes) -> HokctlError:
        """It is out of order (5xx)."""

    def bad_answer(self, endpoint: str, what: str) -> HokctlError:
        """Its answer cannot be used."""


class _Trouble(Exception):  # noqa: N818 - no error of its own, it carries one
    """One request that came to nothing, and whether the trouble may pass."""

    def __init__(self, error: HokctlError, *, pause_s: float | None = None) -> None:
        """Carry `error`; asking again makes sense after `pause_s`, never for None."""
        super().__init__()
        self.error = error
        self.pause_s = pause_s


class HttpService:
    """One service, by its base URL. Nothing is sent before the first request."""

    def __init__(
        self,
        base: str,
        *,
        endpoint: str,
        faults: ServiceFaults,
        bearer: str | None = None,
        timeout_s: float = ANSWER_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare a connection to `base`, of which errors may only name `endpoint`. `bearer` goes as a token."""
        self.endpoint = endpoint
        self.round_trips = 0
        """How many HTTP requests were made so far, repeated ones included."""
        self._base = base
        self._faults = faults
        self._bearer = bearer
        self._times_s = (min(timeout_s, _CONNECT_S), timeout_s)
        self._sleep = sleep
        self._session = open_session(endpoint)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> ServiceAnswer:
        """Return the answer to a read, asked again after a pause when the trouble may pass."""
        for pause_s in _PAUSES_S:
            try:
                return self._ask("GET", path, query=query)
            except _Trouble as trouble:
                if trouble.pause_s is None or trouble.pause_s > _LONGEST_PAUSE_S:
                    raise trouble.error from None
                self._sleep(max(pause_s, trouble.pause_s))
        return self.send("GET", path, query=query)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = JSON,
    ) -> ServiceAnswer:
        """Make one request, once, and return its answer.

        Raises the service's own errors. After any of them a write may have happened all the same.
        """
        try:
            return self._ask(method, path, query=query, body=body, content_type=content_type)
        except _Trouble as trouble:
            raise trouble.error from None

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = JSON,
    ) -> ServiceAnswer:
        from requests.exceptions import RequestException
        from urllib3.exceptions import HTTPError

        self.round_trips += 1
        try:
            response = self._session.request(
                method,
                self._base + path,
                params=query,
                data=body,
                headers={"Accept": JSON} | ({"Content-Type": content_type} if body else {}),
                auth=self._authorize,
                timeout=self._times_s,
                allow_redirects=False,
                stream=True,
            )
            with response:
                content = self._read(response)
        except (RequestException, HTTPError) as error:
            # Not chained: requests puts the URL's path, and so perhaps a key, in its messages.
            raise self._translate(error) from None
        return self._checked(response, content)

    def _authorize(self, request: "PreparedRequest") -> "PreparedRequest":
        """Add the key; as an `auth` of its own it also keeps requests from sending what stands in ~/.netrc."""
        if self._bearer is not None:
            request.headers["Authorization"] = f"Bearer {self._bearer}"
        return request

    def _read(self, response: "Response") -> bytes:
        """Return the whole body, within bounds of size and time."""
        content, until = bytearray(), time.monotonic() + self._times_s[1]
        for chunk in response.iter_content(_CHUNK_BYTES):
            content += chunk
            if len(content) > _MAX_ANSWER_BYTES:
                what = f"it is larger than {_MAX_ANSWER_BYTES // 2**20} MiB"
                raise _Trouble(self._faults.bad_answer(self.endpoint, what))
            if time.monotonic() > until:
                raise _Trouble(self._faults.timeout(self.endpoint, self._times_s[1]))
        return bytes(content)

    def _checked(self, response: "Response", content: bytes) -> ServiceAnswer:
        status = response.status_code
        answer = ServiceAnswer(status=status, body=content)
        if self.is_answer(answer):
            return answer
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait_s = retry_after_s(response)
            raise _Trouble(self._faults.busy(self.endpoint, wait_s), pause_s=wait_s)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _Trouble(self._faults.failing(self.endpoint, status, content), pause_s=0)
        return answer

    def is_answer(self, answer: ServiceAnswer) -> bool:
        """Tell whether an answer with status 429 or 5xx is one all the same; a service may have such."""
        del answer
        return False

    def _translate(self, error: "RequestException | HTTPError") -> _Trouble:
        """Return hokctl's error for one of requests or urllib3, without any of its text."""
        from requests import exceptions as foreign

        causes, faults = causes_of(error), self._faults
        if isinstance(error, foreign.Timeout) or "ReadTimeoutError" in causes:
            connect_s, answer_s = self._times_s
            waited_s = connect_s if "ConnectTimeoutError" in causes else answer_s
            return _Trouble(faults.timeout(self.endpoint, waited_s))
        if isinstance(error, foreign.SSLError):
            return _Trouble(faults.untrusted(self.endpoint, "its TLS certificate is not accepted"))
        if isinstance(error, foreign.ContentDecodingError):
            return _Trouble(faults.bad_answer(self.endpoint, "its compression is broken"))
        if "IncompleteRead" in causes:
            return _Trouble(faults.unreachable(self.endpoint, "the answer was cut off"), pause_s=0)
        return _Trouble(faults.unreachable(self.endpoint, breaking_reason(causes)), pause_s=0)

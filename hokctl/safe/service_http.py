"""HTTP to a Transaction Service: no redirects, no lasting waits, no unbounded answers, and patience for reads only."""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from hokctl.chain.endpoints import is_local, shown_endpoint
from hokctl.chain.errors import InvalidRpcUrlError
from hokctl.chain.http_session import breaking_reason, causes_of, open_session, retry_after_s
from hokctl.errors import HokctlError
from hokctl.safe.service_answers import ServiceAnswer, reason_in
from hokctl.safe.service_errors import (
    BadServiceAnswerError,
    InvalidServiceUrlError,
    ServiceBusyError,
    ServiceFailingError,
    ServiceTimeoutError,
    ServiceUnreachableError,
    UntrustedServiceError,
)

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

_CONNECT_S: Final = 10.0
_ANSWER_S: Final = 30.0
"""How long the service may be silent, and how long a whole answer may take."""
_PAUSES_S: Final = (0.25, 1.0)
"""How long to wait before the second and the third attempt at a read."""
_LONGEST_PAUSE_S: Final = 10.0
_MAX_ANSWER_BYTES: Final = 32 * 2**20
_CHUNK_BYTES: Final = 2**16
_API_SUFFIXES: Final = ("/api/v1", "/api/v2", "/api")


class ServiceHttp:
    """One Transaction Service, by its base URL. Nothing is sent before the first request."""

    def __init__(
        self,
        base_url: str,
        *,
        network: str,
        key: str | None = None,
        timeout_s: float = _ANSWER_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare a connection; neither URL nor `key` ever appear in a message. Raises InvalidServiceUrlError.

        The key goes as a bearer token to this host alone, and only by https unless the host is this machine.
        """
        self.endpoint = _checked_endpoint(base_url, network=network, has_key=key is not None)
        self.key = key
        self.round_trips = 0
        """How many HTTP requests were made so far, repeated ones included."""
        self._base = _base_of(base_url)
        self._times_s = (min(timeout_s, _CONNECT_S), timeout_s)
        self._sleep = sleep
        self._session = open_session(self.endpoint)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> ServiceAnswer:
        """Return the answer to a read, asked again after a pause when the trouble may pass."""
        for pause_s in _PAUSES_S:
            try:
                return self.send("GET", path, query=query)
            except ServiceBusyError as error:
                if error.retry_after_s > _LONGEST_PAUSE_S:
                    raise
                self._sleep(max(pause_s, error.retry_after_s))
            except ServiceFailingError:
                self._sleep(pause_s)
            except ServiceUnreachableError as error:
                if not error.transient:
                    raise
                self._sleep(pause_s)
        return self.send("GET", path, query=query)

    def send(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> ServiceAnswer:
        """Make one request, once, and return its answer.

        Raises ServiceUnreachableError, ServiceTimeoutError, ServiceBusyError (429), ServiceFailingError (5xx) and
        BadServiceAnswerError. After any of them a write may have happened all the same.
        """
        from requests.exceptions import RequestException
        from urllib3.exceptions import HTTPError

        self.round_trips += 1
        try:
            response = self._session.request(
                method,
                self._base + path,
                params=query,
                data=body,
                headers={"Accept": "application/json"} | ({"Content-Type": "application/json"} if body else {}),
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
        if self.key is not None:
            request.headers["Authorization"] = f"Bearer {self.key}"
        return request

    def _read(self, response: "Response") -> bytes:
        """Return the whole body, within bounds of size and time."""
        content, until = bytearray(), time.monotonic() + self._times_s[1]
        for chunk in response.iter_content(_CHUNK_BYTES):
            content += chunk
            if len(content) > _MAX_ANSWER_BYTES:
                raise BadServiceAnswerError(self.endpoint, f"it is larger than {_MAX_ANSWER_BYTES // 2**20} MiB")
            if time.monotonic() > until:
                raise ServiceTimeoutError(self.endpoint, self._times_s[1])
        return bytes(content)

    def _checked(self, response: "Response", content: bytes) -> ServiceAnswer:
        status = response.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise ServiceBusyError(self.endpoint, retry_after_s(response))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ServiceFailingError(self.endpoint, status, reason_in(content, secret=self.key))
        return ServiceAnswer(status=status, body=content)

    def _translate(self, error: "RequestException | HTTPError") -> HokctlError:
        """Return hokctl's error for one of requests or urllib3, without any of its text."""
        from requests import exceptions as foreign

        causes = causes_of(error)
        if isinstance(error, foreign.Timeout) or "ReadTimeoutError" in causes:
            connect_s, answer_s = self._times_s
            return ServiceTimeoutError(self.endpoint, connect_s if "ConnectTimeoutError" in causes else answer_s)
        if isinstance(error, foreign.SSLError):
            return UntrustedServiceError(self.endpoint, "its TLS certificate is not accepted")
        if isinstance(error, foreign.ContentDecodingError):
            return BadServiceAnswerError(self.endpoint, "its compression is broken")
        if "IncompleteRead" in causes:
            return ServiceUnreachableError(self.endpoint, "the answer was cut off")
        return ServiceUnreachableError(self.endpoint, breaking_reason(causes))


def _checked_endpoint(base_url: str, *, network: str, has_key: bool) -> str:
    try:
        endpoint = shown_endpoint(base_url, network=network)
    except InvalidRpcUrlError:
        raise InvalidServiceUrlError(network, "it is not an http or https URL") from None
    parts = urlsplit(base_url.strip())
    if parts.query or parts.fragment or parts.username is not None:
        raise InvalidServiceUrlError(network, "a base URL has no user, no query and no fragment")
    if has_key and parts.scheme != "https" and not is_local(endpoint):
        raise InvalidServiceUrlError(network, "an API key would go over http, readable for everybody on the way")
    return endpoint


def _base_of(base_url: str) -> str:
    base = base_url.strip().rstrip("/")
    for suffix in _API_SUFFIXES:
        base = base.removesuffix(suffix)
    return base

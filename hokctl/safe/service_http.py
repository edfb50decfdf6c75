"""HTTP to a Transaction Service: its base URL, its key, and its own words for what goes wrong."""

import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from hokctl.chain.endpoints import is_local, shown_endpoint
from hokctl.chain.errors import InvalidRpcUrlError
from hokctl.chain.http_service import ANSWER_S, HttpService
from hokctl.errors import HokctlError
from hokctl.safe.service_answers import reason_in
from hokctl.safe.service_errors import (
    BadServiceAnswerError,
    InvalidServiceUrlError,
    ServiceBusyError,
    ServiceFailingError,
    ServiceTimeoutError,
    ServiceUnreachableError,
    UntrustedServiceError,
)

_API_SUFFIXES: Final = ("/api/v1", "/api/v2", "/api")


class ServiceHttp(HttpService):
    """One Transaction Service, by its base URL. Nothing is sent before the first request."""

    def __init__(
        self,
        base_url: str,
        *,
        network: str,
        key: str | None = None,
        timeout_s: float = ANSWER_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare a connection; neither URL nor `key` ever appear in a message. Raises InvalidServiceUrlError.

        The key goes as a bearer token to this host alone, and only by https unless the host is this machine.
        """
        self.key = key
        super().__init__(
            _base_of(base_url),
            endpoint=_checked_endpoint(base_url, network=network, has_key=key is not None),
            faults=_Faults(key),
            bearer=key,
            timeout_s=timeout_s,
            sleep=sleep,
        )


class _Faults:
    """The errors of a Transaction Service. A chain.http_service.ServiceFaults."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def unreachable(self, endpoint: str, reason: str) -> HokctlError:
        """The service cannot be reached."""
        return ServiceUnreachableError(endpoint, reason)

    def timeout(self, endpoint: str, timeout_s: float) -> HokctlError:
        """It did not answer in time."""
        return ServiceTimeoutError(endpoint, timeout_s)

    def untrusted(self, endpoint: str, reason: str) -> HokctlError:
        """Its certificate does not prove who it is."""
        return UntrustedServiceError(endpoint, reason)

    def busy(self, endpoint: str, retry_after_s: float) -> HokctlError:
        """It answers no more for now."""
        return ServiceBusyError(endpoint, retry_after_s)

    def failing(self, endpoint: str, status: int, body: bytes) -> HokctlError:
        """It is out of order."""
        return ServiceFailingError(endpoint, status, reason_in(body, secret=self._key))

    def bad_answer(self, endpoint: str, what: str) -> HokctlError:
        """Its answer cannot be used."""
        return BadServiceAnswerError(endpoint, what)


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

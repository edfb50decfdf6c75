"""What can go wrong between hokctl and a Transaction Service. No text carries a key, or more of a URL than its host."""

from typing import ClassVar

from hokctl.errors import ChainError, ConfigError, RefusedError, UnavailableError, UsageError


class InvalidServiceUrlError(ConfigError):
    """A URL at which no Transaction Service can be asked."""

    code = "invalid-service-url"

    def __init__(self, network: str, reason: str) -> None:
        """Name the network, and what is wrong; the URL itself may hold a key."""
        super().__init__(
            f"The transaction_service of network {network} cannot be used: {reason}.",
            hint="Give its base URL, such as https://api.safe.global/tx-service/eth.",
        )


class ServiceUnreachableError(UnavailableError):
    """The Transaction Service cannot be reached."""

    code = "service-unreachable"
    transient: ClassVar[bool] = True

    def __init__(self, endpoint: str, reason: str) -> None:
        """Name the service by scheme and host, and the reason in words."""
        super().__init__(
            f"The Transaction Service at {endpoint} cannot be reached: {reason}.",
            hint="Try again; the shared folder works without it, and hokctl safe sync brings both in step later.",
        )


class ServiceTimeoutError(ServiceUnreachableError):
    """The Transaction Service took too long."""

    code = "service-timeout"
    transient = False

    def __init__(self, endpoint: str, timeout_s: float) -> None:
        """Name the service and how long hokctl waited."""
        super().__init__(endpoint, f"no answer within {timeout_s:g} s")


class UntrustedServiceError(ServiceUnreachableError):
    """The service's TLS certificate does not prove who it is."""

    transient = False


class ServiceBusyError(UnavailableError):
    """The Transaction Service limits how often it may be asked."""

    code = "service-busy"

    def __init__(self, endpoint: str, retry_after_s: float = 0) -> None:
        """Name the service, and keep the time it asked to be left alone."""
        self.retry_after_s = retry_after_s
        wait = f" It asks to wait {retry_after_s:g} s." if retry_after_s else ""
        super().__init__(
            f"The Transaction Service at {endpoint} is asked too often and answers no more for now.{wait}",
            hint="Try again later, or name an API key of your own with transaction_service_key_env.",
        )


class ServiceFailingError(UnavailableError):
    """The Transaction Service, or the gateway before it, is out of order."""

    code = "service-failing"

    def __init__(self, endpoint: str, status: int, reason: str = "") -> None:
        """Name the service, the HTTP status and what the service says itself, if anything."""
        self.status = status
        says = f": {reason}" if reason else ""
        super().__init__(
            f"The Transaction Service at {endpoint} fails with HTTP status {status}{says}.",
            hint="Try again; the shared folder works without it, and hokctl safe sync brings both in step later.",
        )


class BadServiceAnswerError(UnavailableError):
    """An answer that a Transaction Service would not give."""

    code = "bad-service-answer"

    def __init__(self, endpoint: str, what: str) -> None:
        """Name the service, and say what is wrong with its answer."""
        super().__init__(
            f"The Transaction Service at {endpoint} gave an answer that cannot be used: {what}.",
            hint="Try again; if it stays, check transaction_service of the network: hokctl doctor.",
        )


class NoServiceThereError(ConfigError):
    """A URL at which something else than a Transaction Service answers."""

    code = "no-service-there"

    def __init__(self, endpoint: str, status: int) -> None:
        """Name the host and the HTTP status."""
        self.status = status
        super().__init__(
            f"What answers at {endpoint} is no Transaction Service at that path: HTTP status {status}.",
            hint="Give transaction_service of the network the base URL, without /api; hokctl never follows redirects.",
        )


class ServiceAccessError(ConfigError):
    """The Transaction Service does not serve without a valid key."""

    code = "service-access-denied"

    def __init__(self, endpoint: str, status: int) -> None:
        """Name the service and the HTTP status."""
        self.status = status
        super().__init__(
            f"The Transaction Service at {endpoint} does not serve this API key, or none: HTTP status {status}.",
            hint="Name the environment variable with a valid key as transaction_service_key_env of the network.",
        )


class ServiceRefusedError(ChainError):
    """The Transaction Service does not take what it was sent."""

    code = "service-refused"

    def __init__(self, endpoint: str, status: int, reason: str) -> None:
        """Name the service, the HTTP status, and the service's own reason."""
        self.status = status
        self.reason = reason
        super().__init__(
            f"The Transaction Service at {endpoint} refuses (HTTP status {status}): {reason}.",
            hint="hokctl safe queue shows where things stand; hokctl doctor compares the service's chain with yours.",
        )


class NotAtServiceError(UsageError):
    """A Safe transaction, Safe or delegate that the Transaction Service does not know."""

    code = "not-at-service"
    shows_hashes = True

    def __init__(self, endpoint: str, what: str) -> None:
        """Name the service and what it was asked for."""
        super().__init__(
            f"The Transaction Service at {endpoint} does not know {what}.",
            hint="Something new takes it some seconds; hokctl safe sync brings what the folder has.",
        )


class ServiceUntrustedError(RefusedError):
    """What the Transaction Service says contradicts itself, the signatures or the chain."""

    code = "service-untrusted"

    def __init__(self, endpoint: str, reason: str) -> None:
        """Name the service and the contradiction."""
        super().__init__(
            f"The Transaction Service at {endpoint} cannot be trusted: {reason}.",
            hint="Sign nothing that comes from it, and compare with the shared folder and the other owners.",
        )

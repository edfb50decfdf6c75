"""What can go wrong between hokctl and an explorer. No text carries a key, or more of a URL than its host."""

from hokctl.errors import ConfigError, HokctlError, UnavailableError

_AGAIN = "Try again later: `hokctl deploy publish` asks first what is verified already."


class InvalidExplorerUrlError(ConfigError):
    """A URL at which no explorer can be asked."""

    code = "invalid-explorer-url"

    def __init__(self, network: str, reason: str) -> None:
        """Name the network, and what is wrong; the URL itself may hold a key."""
        super().__init__(
            f"The explorer_url of network {network} cannot be used: {reason}.",
            hint="Give the base URL of its API, such as https://sourcify.dev/server.",
        )


class ExplorerUnreachableError(UnavailableError):
    """An explorer that cannot be reached, or did not answer in time."""

    code = "explorer-unreachable"

    def __init__(self, endpoint: str, reason: str) -> None:
        """Name the explorer by scheme and host, and the reason in words."""
        super().__init__(f"The explorer at {endpoint} cannot be reached: {reason}.", hint=_AGAIN)


class ExplorerBusyError(UnavailableError):
    """An explorer that limits how often it may be asked."""

    code = "explorer-busy"

    def __init__(self, endpoint: str, retry_after_s: float = 0) -> None:
        """Name the explorer and the time it asked to be left alone."""
        self.retry_after_s = retry_after_s
        wait = f" It asks to wait {retry_after_s:g} s." if retry_after_s else ""
        super().__init__(
            f"The explorer at {endpoint} is asked too often and answers no more for now.{wait}", hint=_AGAIN
        )


class ExplorerFailingError(UnavailableError):
    """An explorer that is out of order."""

    code = "explorer-failing"

    def __init__(self, endpoint: str, status: int, reason: str = "") -> None:
        """Name the explorer, the HTTP status and what it says itself, if anything."""
        says = f": {reason}" if reason else ""
        super().__init__(f"The explorer at {endpoint} fails with HTTP status {status}{says}.", hint=_AGAIN)


class BadExplorerAnswerError(UnavailableError):
    """An answer that an explorer would not give."""

    code = "bad-explorer-answer"

    def __init__(self, endpoint: str, what: str) -> None:
        """Name the explorer, and say what is wrong with its answer."""
        super().__init__(
            f"The explorer at {endpoint} gave an answer that cannot be used: {what}.",
            hint="Check explorer and explorer_url of the network: which API is it?",
        )


class ExplorerAccessError(ConfigError):
    """An explorer that does not serve without a valid key."""

    code = "explorer-access-denied"

    def __init__(self, endpoint: str) -> None:
        """Name the explorer."""
        super().__init__(
            f"The explorer at {endpoint} does not accept this API key, or none.",
            hint="Name the environment variable with a valid key as explorer_key_env of the network.",
        )


class ExplorerFaults:
    """The errors of an explorer. A chain.http_service.ServiceFaults."""

    def unreachable(self, endpoint: str, reason: str) -> HokctlError:
        """It cannot be reached."""
        return ExplorerUnreachableError(endpoint, reason)

    def timeout(self, endpoint: str, timeout_s: float) -> HokctlError:
        """It did not answer in time."""
        return ExplorerUnreachableError(endpoint, f"no answer within {timeout_s:g} s")

    def untrusted(self, endpoint: str, reason: str) -> HokctlError:
        """Its certificate does not prove who it is."""
        return ExplorerUnreachableError(endpoint, reason)

    def busy(self, endpoint: str, retry_after_s: float) -> HokctlError:
        """It answers no more for now."""
        return ExplorerBusyError(endpoint, retry_after_s)

    def failing(self, endpoint: str, status: int, body: bytes) -> HokctlError:
        """It is out of order."""
        del body
        return ExplorerFailingError(endpoint, status)

    def bad_answer(self, endpoint: str, what: str) -> HokctlError:
        """Its answer cannot be used."""
        return BadExplorerAnswerError(endpoint, what)

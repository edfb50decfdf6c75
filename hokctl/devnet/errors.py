"""What can go wrong when an embedded chain or anvil is started."""

from hokctl.errors import ConfigError, UnavailableError


class DevnetMissingError(ConfigError):
    """The packages of the embedded chain are not installed."""

    code = "devnet-missing"

    def __init__(self, package: str) -> None:
        """Name the package that was not found."""
        super().__init__(
            f"The embedded chain needs the Python package {package}, which is not installed.",
            hint="Install it with: pip install 'hokctl[devnet]'",
        )


class AddressTakenError(UnavailableError):
    """The devnet cannot listen where it was told to."""

    code = "devnet-address"

    def __init__(self, host: str, port: int, reason: str) -> None:
        """Name the address and the operating system's reason."""
        super().__init__(
            f"Cannot listen on {host}:{port}: {reason}.",
            hint="Stop what listens there, or choose another port with --port.",
        )


class AnvilMissingError(ConfigError):
    """The devnet was asked to run on anvil, which is not installed."""

    code = "anvil-missing"

    def __init__(self, binary: str) -> None:
        """Name the program that was looked for."""
        super().__init__(
            f"There is no program {binary!r} to run the devnet on.",
            hint="Install Foundry (https://getfoundry.sh), or leave --engine out: the embedded chain needs nothing.",
        )


class AnvilFailedError(UnavailableError):
    """Anvil ended or stayed silent instead of answering."""

    code = "anvil-failed"

    def __init__(self, reason: str) -> None:
        """Say what anvil said."""
        super().__init__(
            f"anvil did not start: {reason}",
            hint="Run it by hand to see why; is the port free, and is it a recent version?",
        )

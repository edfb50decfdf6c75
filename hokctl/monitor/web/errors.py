"""What keeps the server from starting."""

from pathlib import Path

from hokctl.errors import ConfigError, RefusedError, UnavailableError, shown


class MonitorMissingError(ConfigError):
    """The packages of the monitor's server are not installed."""

    code = "monitor-missing"

    def __init__(self, package: str) -> None:
        """Name the package that was not found."""
        super().__init__(
            f"Serving the monitor needs the Python package {package}, which is not installed.",
            hint="Install it with: pip install 'hokctl[monitor]'",
        )


class MonitorAddressError(UnavailableError):
    """The server cannot listen where it was told to."""

    code = "monitor-address"

    def __init__(self, host: str, port: int, reason: str) -> None:
        """Name the address and the operating system's reason."""
        super().__init__(
            f"Cannot listen on {shown(host)}:{port}: {reason}.",
            hint="Stop what listens there, or choose another port with --port, another address with --host.",
        )


class OpenToAllError(RefusedError):
    """The server would show the treasury to everybody who reaches the machine."""

    code = "monitor-open-to-all"

    def __init__(self, host: str) -> None:
        """Name the address."""
        super().__init__(
            f"Listening on {shown(host)} without a token shows the treasury to everybody who reaches this machine.",
            hint="Set HOKCTL_MONITOR_TOKEN, or give --token-file; --allow-anonymous serves everybody.",
        )


class TokenFileError(ConfigError):
    """The file with the server's token cannot be used."""

    code = "token-file"

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what is wrong with it, never what it holds."""
        super().__init__(
            f"The token file {shown(str(path))} cannot be used: {reason}.",
            hint="Keep one line with the token in a file that only you can read (chmod 600).",
        )


class WeakTokenError(ConfigError):
    """A token that can be guessed, or that no header can carry."""

    code = "weak-token"

    def __init__(self, reason: str) -> None:
        """Say what is wrong with it, never what it is."""
        super().__init__(
            f"The monitor's token cannot be used: {reason}.",
            hint="Make one with: openssl rand -hex 32",
        )

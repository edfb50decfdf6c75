"""What keeps alerts from being told."""

from hokctl.errors import ConfigError, UsageError


class AlertLibraryError(ConfigError):
    """The package that tells people of alerts is not installed."""

    code = "alerts-missing"

    def __init__(self) -> None:
        """Name the package."""
        super().__init__(
            "Telling people of alerts needs the Python package apprise, which is not installed.",
            hint="Install it with: pip install 'hokctl[monitor]'",
        )


class NoTargetsError(ConfigError):
    """Somebody is to be told, and nobody is named."""

    code = "no-alert-targets"

    def __init__(self) -> None:
        """Say how to name them."""
        super().__init__(
            "Nobody is named who could be told of alerts.",
            hint="Set HOKCTL_ALERT_URLS, or name a private file as `targets` under [monitor]; docs/monitoring.md.",
        )


class PastBlockError(UsageError):
    """Telling people of what stood at a former block."""

    code = "notify-of-the-past"

    def __init__(self) -> None:
        """Say what to leave away."""
        super().__init__(
            "--notify tells of what stands now, and --block looks at the past.", hint="Leave one of the two out."
        )

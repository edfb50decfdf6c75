"""The environment: variables, secrets, and the user's directories. It stays free of heavy imports."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from hokctl.config.errors import MissingSecretError, MisspeltVariableError, NoHomeError
from hokctl.config.suggestions import closest
from hokctl.errors import remember_secret

PREFIX: Final = "HOKCTL_"
NETWORK_VARIABLE: Final = "HOKCTL_NETWORK"
CONFIG_VARIABLE: Final = "HOKCTL_CONFIG"
OUTPUT_VARIABLE: Final = "HOKCTL_OUTPUT"
LEDGER_URL_VARIABLE: Final = "HOKCTL_LEDGER_URL"
ALERT_URLS_VARIABLE: Final = "HOKCTL_ALERT_URLS"
MONITOR_TOKEN_VARIABLE: Final = "HOKCTL_MONITOR_TOKEN"  # noqa: S105  # the name of a variable, not a token
PASSWORD_PREFIX: Final = "HOKCTL_KEYSTORE_PASSWORD_"  # noqa: S105  # the name of a variable, not a password
VARIABLES: Final = (
    NETWORK_VARIABLE,
    CONFIG_VARIABLE,
    OUTPUT_VARIABLE,
    LEDGER_URL_VARIABLE,
    ALERT_URLS_VARIABLE,
    MONITOR_TOKEN_VARIABLE,
)

_TOLERATED: Final = ("HOKCTL_ANVIL", "HOKCTL_CAST", "HOKCTL_PEER_SAFE_CLI")
_TOLERATED_PREFIXES: Final = ("HOKCTL_TEST_", PASSWORD_PREFIX)
_NEAR: Final = 0.7


def get_variable(variable: str) -> str | None:
    """Return the value of an environment variable; None when it is not set, or empty."""
    return os.environ.get(variable) or None


def secret_from_environment(variable: str) -> str:
    """Return the secret in `variable`; raise MissingSecretError when it is not set, or empty."""
    value = get_variable(variable)
    if value is None:
        raise MissingSecretError(variable)
    remember_secret(value)
    return value


def user_config_file() -> Path:
    """Return the path of the user's own configuration, whether or not it exists."""
    return _base_directory("XDG_CONFIG_HOME", ".config") / "hokctl" / "config.toml"


def user_data_directory() -> Path:
    """Return the directory for hokctl's own data, whether or not it exists."""
    return _base_directory("XDG_DATA_HOME", ".local/share") / "hokctl"


def user_cache_directory() -> Path:
    """Return the directory for what hokctl can find out again, whether or not it exists."""
    return _base_directory("XDG_CACHE_HOME", ".cache") / "hokctl"


def expand_home(text: str) -> Path:
    """Return the path in `text` with a leading `~` replaced by the home directory, where that is known."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def check_environment(environ: Mapping[str, str] | None = None, *, named: Iterable[str] = ()) -> list[str]:
    """Return one sentence per variable that looks like hokctl's own and is not.

    `environ` is the process's environment by default; `named` are the variables that the configuration
    names (Settings.environment_variables).
    """
    messages = []
    for variable in _strangers(os.environ if environ is None else environ, named):
        meant = _meant(variable, (*VARIABLES, *named), cutoff=0.6)
        messages.append(f"{variable} is none that hokctl reads." + (f" Did you mean {meant}?" if meant else ""))
    return messages


def refuse_misspelt_variables(*, named: Iterable[str] = ()) -> None:
    """Raise MisspeltVariableError for a variable that is nearly one of VARIABLES.

    Ignored, it would leave hokctl on another network or book than the user believes. Others are left alone:
    container platforms set variables such as HOKCTL_SERVICE_HOST of their own accord.
    """
    for variable in _strangers(os.environ, named):
        meant = _meant(variable, VARIABLES, cutoff=_NEAR)
        if meant is not None:
            raise MisspeltVariableError(variable, meant)


def _strangers(environ: Mapping[str, str], named: Iterable[str]) -> list[str]:
    known = {*VARIABLES, *_TOLERATED, *named}
    return sorted(
        variable
        for variable in environ
        if variable.startswith(PREFIX) and variable not in known and not variable.startswith(_TOLERATED_PREFIXES)
    )


def _meant(variable: str, known: Iterable[str], *, cutoff: float) -> str | None:
    # The prefix that all share would make any two of them look alike.
    tails = {name.removeprefix(PREFIX): name for name in known}
    match = closest(variable.removeprefix(PREFIX), tails, cutoff=cutoff)
    return None if match is None else tails[match]


def _base_directory(variable: str, below_home: str) -> Path:
    # The XDG base directory specification says that a relative path in these variables is to be ignored.
    given = os.environ.get(variable, "")
    if given and Path(given).is_absolute():
        return Path(given)
    try:
        return Path.home() / below_home
    except RuntimeError as error:
        raise NoHomeError(variable) from error

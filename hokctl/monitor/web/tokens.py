"""The token that requests have to show."""

import stat
from pathlib import Path
from typing import Final

from hokctl.config.environment import MONITOR_TOKEN_VARIABLE, get_variable
from hokctl.config.monitoring import PrivateFileError
from hokctl.errors import remember_secret
from hokctl.monitor.web.errors import TokenFileError, WeakTokenError

SHORTEST: Final = 16
_LONGEST: Final = 512


def find_token(file: Path | None) -> str | None:
    """Return the token in `file`, without one that of the environment, and None where there is neither.

    Raises PrivateFileError, TokenFileError, WeakTokenError.
    """
    if file is not None:
        return read_token_file(file)
    token = get_variable(MONITOR_TOKEN_VARIABLE)
    return None if token is None else checked_token(token)


def read_token_file(path: Path) -> str:
    """Return the token in a file that nobody else may read.

    Raises PrivateFileError, TokenFileError, WeakTokenError.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise PrivateFileError(path, mode)
            text = file.read(_LONGEST + 2).decode("utf-8")
    except OSError as error:
        raise TokenFileError(path, error.strerror or "it cannot be read") from error
    except UnicodeDecodeError:
        raise TokenFileError(path, "it is no text") from None
    return checked_token(text.strip())


def checked_token(token: str) -> str:
    """Return `token` if it can be one, and keep it out of every message; raises WeakTokenError."""
    remember_secret(token)
    if len(token) < SHORTEST:
        raise WeakTokenError(f"it has fewer than {SHORTEST} characters")
    if len(token) > _LONGEST or not token.isascii() or not token.isprintable() or " " in token:
        raise WeakTokenError("it is too long, or holds a space or something else that a header cannot carry")
    return token

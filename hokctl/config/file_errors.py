"""What can be wrong with reading and writing files: missing, unreadable, not TOML, in the way, no room."""

import errno
from pathlib import Path
from typing import Final

from hokctl.errors import ConfigError, HokctlError, RefusedError, redact_strictly
from hokctl.exit_codes import ExitCode

EXAMPLE_HINT: Final = "`hokctl config init` writes an example that explains every key."


class ConfigFileMissingError(ConfigError):
    """A configuration file that was named does not exist."""

    code = "config-file-missing"

    def __init__(self, path: Path, *, named_by: str) -> None:
        """Name the file and what named it."""
        super().__init__(
            f"{path}, named by {named_by}, does not exist.",
            hint=f"Correct {named_by}, or leave it out. {EXAMPLE_HINT}",
        )


class UnreadableFileError(ConfigError):
    """A file that hokctl needs is missing, or cannot be read."""

    code = "unreadable-file"

    def __init__(self, path: Path, error: OSError, *, what: str) -> None:
        """Name the file, what it was expected to be, and why it cannot be read."""
        super().__init__(
            f"The {what} {path} cannot be read: {describe_os_error(error)}.",
            hint="Check the path and its permissions.",
        )


class ConfigSyntaxError(ConfigError):
    """A file that is not valid TOML."""

    code = "config-syntax"

    def __init__(self, path: Path, reason: str) -> None:
        """Name the file and what the parser says, which includes the line."""
        super().__init__(
            f"{path} is not valid TOML: {redact_strictly(reason)}.",
            hint="Mend that line; text values stand in double quotes.",
        )


class FileWriteError(HokctlError):
    """A file could not be written; what was there before is unchanged."""

    code = "file-write"
    exit_code = ExitCode.FAILURE

    def __init__(self, path: Path, error: OSError) -> None:
        """Name the file and the operating system's reason."""
        super().__init__(
            f"{path} could not be written: {describe_os_error(error)}; what was there before is unchanged.",
            hint="Make room or correct the path, then run the same command again.",
        )


class ForeignFileError(RefusedError):
    """A file in the way that hokctl did not write, or that was edited since."""

    code = "foreign-file"

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(
            f"{path} exists, and hokctl did not write it or it was edited since.",
            hint="Move it away first, or work in another directory.",
        )


_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "it would be larger than allowed here",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.ENOENT: "it does not exist",
    errno.EEXIST: "a part of its path is not a directory",
    errno.ENOTDIR: "a part of its path is not a directory",
    errno.EISDIR: "it is a directory",
}


def describe_os_error(error: OSError) -> str:
    """Return the reason of `error` in plain words."""
    return _REASONS.get(error.errno or 0, (error.strerror or "input/output error").lower())

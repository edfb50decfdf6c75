"""Writing files whole or not at all, and never over a file that hokctl did not write."""

import contextlib
import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from hokctl.config.file_errors import FileWriteError, ForeignFileError

_MARKER: Final = "# Written by hokctl"
_DIGEST_CHARS: Final = 16


def atomic_write_text(path: Path, text: str) -> None:
    """Write `text` to `path` in UTF-8, as `atomic_write_bytes` does."""
    atomic_write_bytes(path, text.encode())


def atomic_write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader, and a crash, see the old file or the new one, never a part.

    Missing directories are made. Raises FileWriteError, with the old file as it was. A device or pipe is
    written to directly, since replacing it would destroy it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(content)
        else:
            _replace(path, content)
    except OSError as error:
        raise FileWriteError(path, error) from error


def write_config(path: Path, body: str) -> bool:
    """Write a configuration file below a first line that marks it as hokctl's; return whether it changed.

    Raises ForeignFileError for an existing file that hokctl did not write or that was edited since, unless its
    content is the same.
    """
    text = mark(body)
    try:
        existing = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        existing = None
    except (OSError, UnicodeDecodeError) as error:
        raise ForeignFileError(path) from error
    if existing in {text, body}:
        return False
    if existing is not None and not is_marked(existing):
        raise ForeignFileError(path)
    atomic_write_text(path, text)
    return True


def mark(body: str) -> str:
    """Return `body` below the line that marks a file as written by hokctl."""
    return f"{_MARKER} ({_digest(body)}); once edited, it is yours and hokctl leaves it alone.\n{body}"


def is_marked(text: str) -> bool:
    """Tell whether `text` is a file as hokctl wrote it, unedited."""
    first, _, body = text.partition("\n")
    return first.startswith(f"{_MARKER} ({_digest(body)})")


def render_toml(tables: Mapping[str, Any]) -> str:
    """Return `tables` as TOML."""
    import tomli_w

    return tomli_w.dumps(tables)


def example_config() -> str:
    """Return the commented configuration that `config init` writes: config.example.toml."""
    return files("hokctl.config").joinpath("example.toml").read_text(encoding="utf-8")


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".hokctl-{secrets.token_hex(8)}.tmp")
    # Created like any new file, so that the umask rules, and exclusively, so that no link is followed.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with contextlib.suppress(FileNotFoundError):
                temporary.chmod(stat.S_IMODE(path.stat().st_mode))
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    # The new file is in place already: where a directory cannot be synchronised, nothing is lost but durability.
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:_DIGEST_CHARS]

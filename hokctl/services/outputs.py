"""Files that a command writes for its user: never over something else."""

from collections.abc import Mapping
from pathlib import Path

from hokctl.config.writing import atomic_write_bytes
from hokctl.routes.safe import OutTakenError


def place_for(out: Path, name: str) -> Path:
    """Return where to write: `out` itself, or `name` inside of it where it is a directory."""
    return out / name if out.is_dir() else out


def write_outputs(files: Mapping[Path, bytes]) -> tuple[Path, ...]:
    """Write the files, each whole or not at all; what is there already with the same content is left as it is.

    Raises OutTakenError, before anything is written, for a file that has another content.
    """
    for path, content in files.items():
        if path.exists() and not (path.is_file() and path.read_bytes() == content):
            raise OutTakenError(path)
    for path, content in files.items():
        if not path.exists():
            atomic_write_bytes(path, content)
    return tuple(files)

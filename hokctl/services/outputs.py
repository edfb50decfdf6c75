"""Files that a command writes for its user: never over something else."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hokctl.config.writing import atomic_write_bytes
from hokctl.domain.documents import JsonObject, dump_document
from hokctl.routes.safe import OutTakenError
from hokctl.safe.qr_parts import split_document
from hokctl.services.qr_images import draw_codes, image_files


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """Where a document went."""

    paths: tuple[Path, ...]
    """The files; none where it is for the standard output."""
    qr_parts: tuple[str, ...]
    """The texts of its QR codes, where these are wanted."""
    drawn: str | None
    """The QR codes for the terminal, where they are wanted and no file is."""


def hand_out(document: JsonObject, *, name: str, out: Path | None, qr: bool) -> HandedOut:
    """Write a document, or its QR codes, to `out`, in which it is called `name` where that is a directory.

    Raises OutTakenError, QrTooLargeError and QrFormatError before anything is written.
    """
    parts = split_document(document) if qr else ()
    if out is None:
        return HandedOut(paths=(), qr_parts=parts, drawn=draw_codes(parts) if qr else None)
    if qr:
        files = image_files(place_for(out, f"{name}.png"), parts)
    else:
        files = {place_for(out, f"{name}.json"): dump_document(document).encode()}
    return HandedOut(paths=write_outputs(files), qr_parts=parts, drawn=None)


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

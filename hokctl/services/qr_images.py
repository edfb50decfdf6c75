"""QR codes: drawn in the terminal, or written as PNG and SVG files."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hokctl.errors import UsageError

if TYPE_CHECKING:
    from segno import QRCode

IMAGE_SUFFIXES: Final = (".png", ".svg")
_SQUARE_PIXELS: Final = 8
_MARGIN: Final = 4
"""The light squares around a code that readers rely on."""


class QrFormatError(UsageError):
    """A file for QR codes that is no image."""

    code = "qr-format"

    def __init__(self, path: Path) -> None:
        """Name the file."""
        super().__init__(
            f"QR codes are not written to {path.name!r}.",
            hint=f"End the name in {' or '.join(IMAGE_SUFFIXES)}, or leave --out away to draw them in the terminal.",
        )


def draw_codes(texts: Sequence[str]) -> str:
    """Return the codes drawn one below the other with half blocks, light on a dark terminal, several with numbers."""
    drawn = []
    for number, text in enumerate(texts, start=1):
        picture = io.StringIO()
        _code(text).terminal(out=picture, compact=True, border=_MARGIN)
        title = f"QR code {number} of {len(texts)}\n" if len(texts) > 1 else ""
        drawn.append(title + picture.getvalue())
    return "\n".join(drawn)


def image_files(path: Path, texts: Sequence[str]) -> dict[Path, bytes]:
    """Return the image for each file: `path` itself for one code, `name-1.png`, `name-2.png` for several.

    Raises QrFormatError for a name that is neither PNG nor SVG.
    """
    kind = path.suffix.lower()
    if kind not in IMAGE_SUFFIXES:
        raise QrFormatError(path)
    names = [path] if len(texts) == 1 else [path.with_stem(f"{path.stem}-{n}") for n in range(1, len(texts) + 1)]
    return {name: _image(text, kind.removeprefix(".")) for name, text in zip(names, texts, strict=True)}


def _image(text: str, kind: str) -> bytes:
    picture = io.BytesIO()
    _code(text).save(picture, kind=kind, scale=_SQUARE_PIXELS, border=_MARGIN)
    return picture.getvalue()


def _code(text: str) -> "QRCode":
    import segno

    # The least correction: a screen has no scratches, and the code stays as small as the terminal.
    return segno.make_qr(text, error="l", boost_error=False)

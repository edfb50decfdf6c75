"""Documents as texts for QR codes: short ones as they are, long ones packed and split into numbered parts.

A part reads `HOKCTL:<number>/<count>:<digest>:<base 32>`, of characters that QR codes hold most densely. The digest
belongs to the whole, so that parts of two documents are never joined.
"""

import base64
import binascii
import hashlib
import json
import re
import zlib
from collections.abc import Sequence
from typing import Final

from hokctl.domain.documents import DocumentError, JsonObject, dump_document, parse_document
from hokctl.errors import RefusedError

PLAIN_CHARACTERS: Final = 600
"""A document up to this length, without spaces, is one QR code that any reader understands."""
PART_CHARACTERS: Final = 640
"""What one part carries: a code of 81 by 81 squares with its margin, which a terminal of 81 columns still shows."""
MAX_PARTS: Final = 60
"""More codes than this nobody scans."""
_MAX_BYTES: Final = 4_000_000
"""No more is unpacked, whatever the parts claim."""
_DIGEST: Final = 8
_PART: Final = re.compile(
    r"HOKCTL:(?P<number>[1-9][0-9]?)/(?P<count>[1-9][0-9]?):(?P<digest>[0-9A-F]{8}):(?P<chunk>[A-Z2-7]+)", re.ASCII
)


class QrTooLargeError(RefusedError):
    """A document that would fill too many QR codes."""

    code = "qr-too-large"

    def __init__(self, parts: int) -> None:
        """Say how many there would be."""
        super().__init__(
            f"It would take {parts} QR codes, more than the {MAX_PARTS} that hokctl makes.",
            hint="Carry the file itself: hokctl safe export HASH --out FILE.",
        )


def is_parts(text: str) -> bool:
    """Tell whether a text means to be parts of a document, one a line."""
    return text.lstrip().startswith("HOKCTL:")


def split_document(document: JsonObject) -> tuple[str, ...]:
    """Return the texts of the QR codes for a document, in order; QrTooLargeError for too many of them."""
    plain = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    if len(plain) <= PLAIN_CHARACTERS:
        return (plain,)
    packed = zlib.compress(plain.encode(), 9)
    text = base64.b32encode(packed).decode().rstrip("=")
    chunks = [text[start : start + PART_CHARACTERS] for start in range(0, len(text), PART_CHARACTERS)]
    if len(chunks) > MAX_PARTS:
        raise QrTooLargeError(len(chunks))
    digest = _digest(packed)
    return tuple(f"HOKCTL:{number}/{len(chunks)}:{digest}:{chunk}" for number, chunk in enumerate(chunks, start=1))


def join_parts(text: str) -> str:
    """Return the document in parts that were scanned in any order, also more than once, one a line.

    DocumentError names the parts that are missing, and refuses those of another document.
    """
    found: dict[int, str] = {}
    heads = set()
    for line in text.split():
        match = _PART.fullmatch(line)
        if match is None:
            raise DocumentError("a line is no part of a document: HOKCTL:<number>/<count>:<digest>:<text>")
        if found.setdefault(int(match["number"]), match["chunk"]) != match["chunk"]:
            raise DocumentError(f"there are two different parts {match['number']}")
        heads.add((int(match["count"]), match["digest"]))
    if len(heads) != 1:
        raise DocumentError("the parts belong to different documents")
    ((count, digest),) = heads
    missing = [number for number in range(1, count + 1) if number not in found]
    if missing or len(found) != count:
        raise DocumentError(f"of {count} parts these are missing: {', '.join(map(str, missing)) or 'none'}")
    return _unpack([found[number] for number in range(1, count + 1)], digest)


def _unpack(chunks: Sequence[str], digest: str) -> str:
    text = "".join(chunks)
    try:
        packed = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error as error:
        raise DocumentError("the parts do not add up") from error
    if _digest(packed) != digest:
        raise DocumentError("the parts do not give the document that their digest promises")
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, _MAX_BYTES)
        document = content.decode("ascii")
    except (zlib.error, UnicodeDecodeError) as error:
        raise DocumentError("the parts do not add up") from error
    if not unpacker.eof:
        raise DocumentError("the parts unpack to more than any document")
    return dump_document(parse_document(document))


def _digest(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()[:_DIGEST].upper()

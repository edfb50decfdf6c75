"""The text of a file of invoices, once it is sure to be text and not too much of it."""

from pathlib import Path
from typing import Final

from hokctl.config.file_errors import UnreadableFileError
from hokctl.config.invoice_files.errors import InvoiceFileError
from hokctl.config.invoice_files.written import MAX_FILE_BYTES

_MEBIBYTE: Final = 2**20
_NEWLINE: Final = b"\n"
_SAVE_AS_UTF8: Final = "Save it as UTF-8; spreadsheet programs call it `CSV UTF-8`."


def read_text(path: Path) -> str:
    """Return the text of the file, without a byte order mark; line ends stay as they are.

    Raises UnreadableFileError, and InvoiceFileError for what is too large, not UTF-8, or holds a zero byte.
    """
    content = _read_bytes(path)
    if len(content) > MAX_FILE_BYTES:
        reason = f"it is larger than {MAX_FILE_BYTES // _MEBIBYTE} MiB"
        raise InvoiceFileError(path, reason, hint="Divide it into several files; one import takes them together.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvoiceFileError(
            path, "it is not UTF-8 text", place=_place(content, error.start), hint=_SAVE_AS_UTF8
        ) from error
    if (zero := content.find(0)) >= 0:
        raise InvoiceFileError(path, "it holds a zero byte", place=_place(content, zero), hint=_SAVE_AS_UTF8)
    return text


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        # A path with a zero byte is a ValueError.
        reason = error if isinstance(error, OSError) else OSError(str(error))
        raise UnreadableFileError(path, reason, what="invoice file") from error


def _place(content: bytes, offset: int) -> str:
    """Return line and column of a byte, both counted from 1."""
    before = content[:offset]
    lines, newline_at = before.count(_NEWLINE), before.rfind(_NEWLINE)
    return f"line {lines + 1}, column {offset - newline_at}"

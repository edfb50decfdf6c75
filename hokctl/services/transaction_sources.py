"""Where the text of a transaction comes from: the argument itself, a file, or the standard input."""

import sys
from pathlib import Path
from typing import Final

from hokctl.config.file_errors import UnreadableFileError
from hokctl.services.reading import UnreadableTransactionError

STDIN: Final = "-"


def read_source(source: str) -> str:
    """Return calldata as it is, the content of the file that `source` names, or of stdin for `-`.

    Raises UnreadableFileError, and UnreadableTransactionError for bytes that are no text.
    """
    if source.startswith(("0x", "0X")) and "." not in source:
        # Files of signatures are called by their owners' addresses.
        return source
    try:
        return sys.stdin.read() if source == STDIN else Path(source).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFileError(Path(source), error, what="transaction") from error
    except UnicodeDecodeError as error:
        raise UnreadableTransactionError("it is not text") from error

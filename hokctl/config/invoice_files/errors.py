"""What can be wrong with a file of invoices, before anybody judges what the invoices say."""

from pathlib import Path

from hokctl.errors import ConfigError, redact_strictly

HINT = "docs/invoices.md explains every key and column; examples/invoices has one file of each kind."


class InvoiceFileError(ConfigError):
    """A file that cannot be read as invoices."""

    code = "invalid-invoice-file"

    def __init__(self, path: Path, reason: str, *, place: str = "", hint: str = HINT) -> None:
        """Name the file, the place in it, and what is wrong there."""
        where = f"{path}, {place}" if place else str(path)
        super().__init__(f"{where}: {redact_strictly(reason)}.", hint=redact_strictly(hint))

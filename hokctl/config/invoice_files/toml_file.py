"""A TOML file of invoices."""

import tomllib
from pathlib import Path

from hokctl.config.invoice_files.errors import InvoiceFileError
from hokctl.config.tables import Table
from hokctl.domain.nesting import nests_too_deep


def parse_invoice_toml(path: Path, text: str) -> Table:
    """Return the tables in `text`; InvoiceFileError where it is not TOML."""
    if nests_too_deep(text.encode(errors="replace")):
        raise InvoiceFileError(path, "it nests far deeper than an invoice does")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = f"it is not valid TOML: {error}"
        raise InvoiceFileError(path, reason, hint="Mend that line; text values stand in double quotes.") from error
    except (ValueError, RecursionError) as error:
        reason = "a number in it is too long, or it nests too deep"
        raise InvoiceFileError(path, reason, hint="Put amounts in double quotes.") from error

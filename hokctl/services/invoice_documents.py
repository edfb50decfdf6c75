"""The documents of invoices, and the hashes that stand for invoices on the chain."""

from pathlib import Path
from typing import Final

from hokctl.config.file_errors import UnreadableFileError
from hokctl.domain.invoices import HashMethod, InvalidInvoiceError, hash_document, hash_number, parse_invoice_number
from hokctl.domain.units import InvoiceHash

MAX_DOCUMENT_BYTES: Final = 64 * 2**20


def invoice_hash(method: HashMethod, *, number: str | None, content_hash: InvoiceHash | None) -> InvoiceHash:
    """Return the on-chain hash, made of the number or of the document's bytes, whichever `method` says."""
    if method is HashMethod.DOCUMENT and content_hash is not None:
        return content_hash
    if method is HashMethod.DOCUMENT or number is None:
        raise InvalidInvoiceError(
            "There is nothing to make the hash of: no document is named.",
            hint="Name it with --document, or hash the number with --hash number.",
        )
    return hash_number(parse_invoice_number(number))


def document_hash(path: Path | None) -> InvoiceHash | None:
    """Return the hash of a document's bytes; None for None.

    It is read whatever the invoice's own hash is made of: one that is named but cannot be read would be missed only
    later. Raises UnreadableFileError, and InvalidInvoiceError for what is empty, too large, or no file.
    """
    if path is None:
        return None
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise InvalidInvoiceError(f"The document {path} is no plain file.", hint="Name the invoice's own document.")
        with path.open("rb") as stream:
            content = stream.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise UnreadableFileError(path, error, what="invoice document") from error
    if not content:
        raise InvalidInvoiceError(
            f"The document {path} is empty, so its hash would stand for any empty file.",
            hint="Name the invoice's own document.",
        )
    if len(content) > MAX_DOCUMENT_BYTES:
        raise InvalidInvoiceError(
            f"The document {path} is larger than {MAX_DOCUMENT_BYTES // 2**20} MiB.",
            hint="Name the invoice's own document.",
        )
    return hash_document(content)

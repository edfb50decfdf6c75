"""Invoice files: one invoice as a person writes it down in TOML, with one line per model."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from hokctl.config.strict import LaxPath, ModelKey, StrictModel, problem, read_table
from hokctl.config.tables import read_toml

_HINT: Final = "examples/invoices explains every key."


class InvoiceFileLine(StrictModel):
    """A table [[lines]]: what one model owes."""

    model: ModelKey
    amount: str
    """A plain decimal amount in token units; the chain knows how many fraction digits the token has."""


class InvoiceFile(StrictModel):
    """One invoice."""

    number: str
    provider: str | None = None
    """An address or a name from the address book; without it the provider that the chain has for the models."""
    memo: str = ""
    period_start: date | None = None
    period_end: date | None = None
    due: date | None = None
    document: LaxPath | None = None
    """The document itself, relative to the invoice file."""
    hash: Literal["number", "document"] = "number"
    """What the on-chain hash is made of."""
    lines: Annotated[tuple[InvoiceFileLine, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _document_to_hash(self) -> Self:
        if self.hash == "document" and self.document is None:
            raise problem('is "document", but no document is named', key=("hash",))
        return self


def read_invoice_file(path: Path) -> InvoiceFile:
    """Return the invoice in the TOML file `path`; its document's path is resolved against the file's directory.

    Raises UnreadableFileError, ConfigSyntaxError and InvalidConfigError.
    """
    table = read_toml(path, what="invoice file")
    invoice = read_table(InvoiceFile, table, path=path, hint=_HINT, context={})
    if invoice.document is None:
        return invoice
    return invoice.model_copy(update={"document": path.parent / invoice.document})

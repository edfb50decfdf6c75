"""Invoices as tables with keys, the same in TOML and JSON: one invoice, or a list `invoices`."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hokctl.config.errors import InvalidConfigError
from hokctl.config.invoice_files.errors import HINT, InvoiceFileError
from hokctl.config.invoice_files.written import MAX_CHARACTERS, MAX_LINES, WrittenInvoice, WrittenLine
from hokctl.config.strict import LaxPath, ModelKey, StrictModel, problem, read_table, translated
from hokctl.config.tables import Table, dotted
from hokctl.domain.invoices import HashMethod, parse_day

T = TypeVar("T")

MAX_DEPTH: Final = 20
MANY: Final = "invoices"


def _day(value: object) -> object:
    if isinstance(value, datetime):
        raise problem("has a time of day", hint="Write the day alone: 2024-01-31.")
    return translated(lambda: parse_day(value)) if isinstance(value, str) else value


def _filled(items: T) -> T:
    """Refuse an empty list; pydantic's own minimum would also count items that are wrong as missing."""
    if not items:
        raise problem("is empty")
    return items


Day = Annotated[date, BeforeValidator(_day)]
"""A day: TOML's own, or a text such as 2024-01-31."""


class InvoiceLineTable(StrictModel):
    """A table [[lines]]: what one model owes."""

    model: ModelKey
    amount: str
    """A plain decimal amount in token units; the chain knows how many fraction digits the token has."""


class InvoiceTable(StrictModel):
    """One invoice."""

    number: str
    provider: str | None = None
    """An address or a name from the address book; without it the provider that the chain has for the models."""
    currency: str | None = None
    """What the invoice is in, as it says; without it the symbol of the reserve token."""
    memo: str = ""
    period_start: Day | None = None
    period_end: Day | None = None
    due: Day | None = None
    document: LaxPath | None = None
    """The document itself, relative to the invoice file."""
    hash: Literal["number", "document"] = "number"
    """What the on-chain hash is made of."""
    lines: Annotated[tuple[InvoiceLineTable, ...], Field(strict=False), AfterValidator(_filled)]

    @model_validator(mode="after")
    def _document_to_hash(self) -> Self:
        if self.hash == "document" and self.document is None:
            raise problem('is "document", but no document is named', key=("hash",))
        return self


class InvoiceTables(StrictModel):
    """Several invoices in one file."""

    invoices: Annotated[tuple[InvoiceTable, ...], Field(strict=False), AfterValidator(_filled)]


def read_invoice_tables(path: Path, table: Table) -> tuple[WrittenInvoice, ...]:
    """Return the invoices in `table`, which was read from `path`; documents are resolved against its directory.

    Raises InvoiceFileError with the key that is wrong.
    """
    for place, text in _texts(path, table):
        if len(text) > MAX_CHARACTERS:
            raise InvoiceFileError(path, f"it is longer than {MAX_CHARACTERS} characters", place=place)
        if not text.isprintable():
            raise InvoiceFileError(path, "it has characters that cannot be printed", place=place)
    try:
        if MANY in table:
            found = read_table(InvoiceTables, table, path=path, hint=HINT, context={}).invoices
        else:
            found = (read_table(InvoiceTable, table, path=path, hint=HINT, context={}),)
    except InvalidConfigError as error:
        more = len(error.problems) - 1
        first = error.problems[0]
        others = f", and {more} more {'is' if more == 1 else 'are'} wrong" if more else ""
        raise InvoiceFileError(path, f"{first.message}{others}", place=first.key, hint=error.hint) from error
    if sum(len(invoice.lines) for invoice in found) > MAX_LINES:
        raise InvoiceFileError(path, f"it has more than {MAX_LINES:,} lines", hint="Divide it into several files.")
    return tuple(_written(path, invoice, index if MANY in table else None) for index, invoice in enumerate(found))


def _written(path: Path, invoice: InvoiceTable, index: int | None) -> WrittenInvoice:
    key: tuple[str | int, ...] = () if index is None else (MANY, index)
    return WrittenInvoice(
        number=invoice.number,
        provider=invoice.provider,
        currency=invoice.currency,
        memo=invoice.memo,
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        due=invoice.due,
        document=None if invoice.document is None else path.parent / invoice.document,
        hash_method=HashMethod(invoice.hash),
        lines=tuple(
            WrittenLine(
                model=line.model, amount=line.amount, place=f"{path}, {dotted((*key, 'lines', position, 'amount'))}"
            )
            for position, line in enumerate(invoice.lines)
        ),
        place=str(path) if index is None else f"{path}, {dotted(key)}",
    )


def _texts(path: Path, table: Table) -> Iterator[tuple[str, str]]:
    """Yield where each key and each text stands, and the text; refuse what nests deeper than any invoice does."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), table)]
    while waiting:
        key, value = waiting.pop()
        if len(key) > MAX_DEPTH:
            raise InvoiceFileError(path, "it nests far deeper than an invoice does", place=dotted(key[:1])[:40])
        if isinstance(value, str):
            yield dotted(key), value
        elif isinstance(value, Mapping):
            yield from (("the key after " + dotted(key) if key else "a key", name) for name in value)
            waiting.extend(((*key, name), inner) for name, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(((*key, position), inner) for position, inner in enumerate(value))

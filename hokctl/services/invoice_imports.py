"""Importing files of invoices: everything in them enters the book, or nothing does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hokctl.config.invoice_files.airdrop_file import AirdropMeaning
from hokctl.config.invoice_files.reading import InvoiceFormat, read_invoices
from hokctl.domain.amounts import TokenAmount
from hokctl.domain.invoices import Invoice
from hokctl.domain.units import ModelId, parse_model_id
from hokctl.errors import UsageError
from hokctl.ledger.errors import DuplicateDocumentError, DuplicateInvoiceError, InvoiceKey
from hokctl.services.invoice_entries import Resolve, entry_of
from hokctl.services.invoices import NameOf, judge_entries

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.deployments import Deployment
    from hokctl.services.invoices import InvoiceEntry

_PLACES_NAMED: Final = 3


class RepeatedInvoiceError(UsageError):
    """An invoice that stands twice in what is imported together."""

    code = "repeated-invoice"

    def __init__(self, invoice: Invoice, first: str, second: str) -> None:
        """Name the invoice and both places."""
        super().__init__(
            f"{second}: invoice {invoice.number} of {invoice.provider} stands already in {first}.",
            hint="Rows of one provider and number are one invoice only within one CSV file: leave one of the two out.",
        )


class AirdropOptionsError(UsageError):
    """Only one of the two options that say what the transfers of an airdrop file are for."""

    code = "airdrop-options"

    def __init__(self) -> None:
        """Say so."""
        super().__init__(
            "--model and --number-prefix go together.",
            hint="They say for which model the transfers of a CSV Airdrop file are, and how the invoices are numbered.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedInvoice:
    """One invoice of a file."""

    invoice: Invoice
    """As it is in the book, or would be."""
    place: str
    is_new: bool
    """Whether it was entered, or would be; else an equal one was in the book before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFile:
    """One file."""

    path: Path
    invoices: tuple[ImportedInvoice, ...]

    @property
    def new(self) -> tuple[Invoice, ...]:
        """The invoices that were entered, or would be."""
        return tuple(one.invoice for one in self.invoices if one.is_new)


def parse_meaning(model: str | None, number_prefix: str | None) -> AirdropMeaning | None:
    """Return what the transfers of a CSV Airdrop file are for; None when neither is told."""
    if (model is None) != (number_prefix is None):
        raise AirdropOptionsError
    if model is None or number_prefix is None:
        return None
    return AirdropMeaning(model=parse_model_id(model), number_prefix=number_prefix)


def import_invoices(  # what is read, where it goes, and how; each is one thing
    snapshot: "Snapshot",
    deployment: "Deployment",
    book: "InvoiceBook",
    paths: Sequence[Path],
    *,
    format_: InvoiceFormat | None,
    airdrop: AirdropMeaning | None,
    resolve: Resolve,
    name_of: NameOf,
    now: int,
    skip_known: bool = False,
    dry_run: bool = False,
) -> tuple[ImportedFile, ...]:
    """Enter all invoices of all files in one transaction of the book, and return them by file.

    The node is asked once for all models. Raises what is wrong with the first wrong invoice, with its place:
    InvoiceFileError and its like, RepeatedInvoiceError, DuplicateInvoiceError (with `skip_known` only for one that
    differs from the book's), DuplicateDocumentError.
    """
    entries: list[tuple[Path, InvoiceEntry]] = []
    for path in paths:
        entries.extend((path, entry_of(one, resolve)) for one in read_invoices(path, format_, airdrop=airdrop))
    invoices = judge_entries(snapshot, deployment, [entry for _, entry in entries], name_of=name_of, now=now)
    places = _places(invoices, [entry for _, entry in entries])
    try:
        entered = book.add_all(invoices, skip_known=skip_known, dry_run=dry_run)
    except (DuplicateInvoiceError, DuplicateDocumentError) as error:
        error.add_place(_name_places([places[key] for key in error.keys]))
        raise
    files: dict[Path, list[ImportedInvoice]] = {path: [] for path in paths}
    for invoice, kept, (path, entry) in zip(invoices, entered, entries, strict=True):
        files[path].append(ImportedInvoice(invoice=kept, place=entry.place, is_new=kept is invoice))
    return tuple(ImportedFile(path=path, invoices=tuple(found)) for path, found in files.items())


def totals(invoices: Sequence[Invoice]) -> Mapping[tuple[str, ModelId], TokenAmount]:
    """Return what the invoices owe together, by provider and model, in the order they first appear."""
    sums: dict[tuple[str, ModelId], TokenAmount] = {}
    for invoice in invoices:
        for line in invoice.lines:
            key = invoice.provider, line.model_id
            sums[key] = sums[key] + line.amount if key in sums else line.amount
    return sums


def _places(invoices: Sequence[Invoice], entries: Sequence["InvoiceEntry"]) -> Mapping[InvoiceKey, str]:
    places: dict[InvoiceKey, str] = {}
    for invoice, entry in zip(invoices, entries, strict=True):
        key = invoice.provider, invoice.number
        if key in places:
            raise RepeatedInvoiceError(invoice, places[key], entry.place)
        places[key] = entry.place
    return places


def _name_places(places: Sequence[str]) -> str:
    more = len(places) - _PLACES_NAMED
    return "; ".join(places[:_PLACES_NAMED]) + (f"; and {more} more" if more > 0 else "")

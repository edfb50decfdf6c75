"""Entering invoices into the book: amounts in the token's own units, the payee resolved, the hash made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.config.file_errors import UnreadableFileError
from hokctl.domain.amounts import TokenAmount
from hokctl.domain.invoices import (
    MAX_MEMO_BYTES,
    HashMethod,
    InvalidInvoiceError,
    Invoice,
    InvoiceLine,
    hash_document,
    hash_number,
    parse_invoice_number,
)
from hokctl.domain.units import InvoiceHash, ModelId
from hokctl.services.models import ReserveState, read_reserve

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.deployments import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceEntry:
    """An invoice as a person states it: amounts are texts, whose digits only the token can judge."""

    number: str
    payee: ChecksumAddress | None
    """Who is paid; None stands for the provider that the chain has for the models."""
    lines: tuple[tuple[ModelId, str], ...]
    """Model and amount in token units, one line per model."""
    memo: str = ""
    period_start: date | None = None
    period_end: date | None = None
    due: date | None = None
    document: Path | None = None
    hash_method: HashMethod = HashMethod.NUMBER


def enter_invoice(
    snapshot: "Snapshot",
    deployment: "Deployment",
    book: "InvoiceBook",
    entry: InvoiceEntry,
    *,
    name_of: Callable[[ChecksumAddress], str | None],
) -> Invoice:
    """Enter the invoice into the book and return it; `name_of` knows the address book.

    The provider's name, or its address where it has none, is the first half of the book's key. Raises
    InvalidInvoiceError, InvalidAmountError, UnknownModelError, DuplicateInvoiceError, DuplicateDocumentError.
    """
    _check_texts(entry)
    models = tuple(model_id for model_id, _ in entry.lines)
    _check_models(models)
    state = read_reserve(snapshot, deployment, models)
    payee = entry.payee or _registered_provider(state)
    invoice = Invoice(
        number=entry.number,
        provider=name_of(payee) or payee,
        payee=payee,
        currency=state.token.symbol,
        lines=tuple(_parse_line(model_id, text, state) for model_id, text in entry.lines),
        invoice_hash=invoice_hash(entry.hash_method, number=entry.number, document=entry.document),
        hash_method=entry.hash_method,
        memo=entry.memo,
        period_start=entry.period_start,
        period_end=entry.period_end,
        due=entry.due,
        document=None if entry.document is None else str(entry.document),
    )
    book.add(invoice)
    return invoice


def invoice_hash(method: HashMethod, *, number: str | None, document: Path | None) -> InvoiceHash:
    """Return the on-chain hash, made of the number or of the document's bytes, whichever `method` says."""
    if document is not None:
        # Read in either case: a document that is named but cannot be read would be missed only later.
        content = _read_document(document)
        if method is HashMethod.DOCUMENT:
            return hash_document(content)
    if method is HashMethod.DOCUMENT or number is None:
        raise InvalidInvoiceError(
            "There is nothing to make the hash of: no document is named.",
            hint="Name it with --document, or hash the number with --hash number.",
        )
    return hash_number(parse_invoice_number(number))


def _read_document(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(path, error, what="invoice document") from error
    if not content:
        raise InvalidInvoiceError(
            f"The document {path} is empty, so its hash would stand for any empty file.",
            hint="Name the invoice's own document.",
        )
    return content


def _check_texts(entry: InvoiceEntry) -> None:
    parse_invoice_number(entry.number)
    if not entry.memo.isprintable() or len(entry.memo.encode()) > MAX_MEMO_BYTES:
        raise InvalidInvoiceError(
            f"The memo is longer than {MAX_MEMO_BYTES} bytes or has characters that cannot be printed.",
            hint="The memo goes on the chain, where everyone reads it for good: keep it short and plain.",
        )
    if entry.period_start and entry.period_end and entry.period_end < entry.period_start:
        raise InvalidInvoiceError(
            f"The period ends on {entry.period_end}, before it starts on {entry.period_start}.",
            hint="Exchange the two dates.",
        )


def _check_models(models: tuple[ModelId, ...]) -> None:
    if not models:
        raise InvalidInvoiceError("The invoice has no line.", hint="Give --model and --amount, or lines in the file.")
    for model_id in models:
        if models.count(model_id) > 1:
            raise InvalidInvoiceError(
                f"The invoice has two lines for model {model_id}.",
                hint="Add them up in one: the reserve pays an invoice once per model.",
            )


def _parse_line(model_id: ModelId, text: str, state: ReserveState) -> InvoiceLine:
    amount = TokenAmount.parse(text, state.token)
    if not amount:
        raise InvalidInvoiceError(
            f"The invoice owes nothing for model {model_id}.", hint="Give an amount above zero, or leave the line out."
        )
    return InvoiceLine(model_id=model_id, amount=amount)


def _registered_provider(state: ReserveState) -> ChecksumAddress:
    providers = {model.provider for model in state.models}
    if len(providers) == 1 and (provider := providers.pop()) is not None:
        return provider
    models = f"model{'s' if len(state.models) > 1 else ''} {', '.join(model.model_id for model in state.models)}"
    problem = "several providers are" if len(providers) > 1 else "no provider is"
    raise InvalidInvoiceError(
        f"It is not clear who is paid: {problem} registered for {models}.",
        hint="Name the payee with --provider, or register it with `hokctl provider set`.",
    )

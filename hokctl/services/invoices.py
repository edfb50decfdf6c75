"""Judging invoices before they enter the book: amounts in the token's own units, payees resolved, hashes made."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.config.invoice_files.written import TokenClaim, WrittenLine
from hokctl.domain.amounts import Token, TokenAmount
from hokctl.domain.invoices import (
    MAX_MEMO_BYTES,
    HashMethod,
    InvalidInvoiceError,
    Invoice,
    InvoiceLine,
    digest_of,
    parse_invoice_number,
)
from hokctl.domain.units import ModelId
from hokctl.errors import located, shown
from hokctl.services.invoice_documents import document_hash, invoice_hash
from hokctl.services.models import ReserveState, UnknownModelError, read_reserve

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.ledger.invoices import InvoiceBook
    from hokctl.services.deployments import Deployment

NameOf = Callable[[ChecksumAddress], str | None]
"""What an address is called in the address book."""
_CURRENCY: Final = re.compile(r"[A-Za-z0-9.$]{1,16}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceEntry:
    """An invoice as a person states it: amounts are texts, whose digits only the token can judge."""

    number: str
    payee: ChecksumAddress | None
    """Who is paid; None stands for the provider that the chain has for the models."""
    lines: tuple[WrittenLine, ...]
    currency: str | None = None
    """None stands for the token's own symbol."""
    memo: str = ""
    period_start: date | None = None
    period_end: date | None = None
    due: date | None = None
    document: Path | None = None
    hash_method: HashMethod = HashMethod.NUMBER
    place: str = ""
    """The file it comes from and where it stands there; empty for options."""
    token: TokenClaim | None = None
    """What the file says about the token, where it does."""


def enter_invoice(
    snapshot: "Snapshot",
    deployment: "Deployment",
    book: "InvoiceBook",
    entry: InvoiceEntry,
    *,
    name_of: NameOf,
    now: int,
) -> Invoice:
    """Enter the invoice into the book at the time `now` and return it.

    The provider's name, or its address where it has none, is the first half of the book's key. Raises
    InvalidInvoiceError, InvalidAmountError, UnknownModelError, DuplicateInvoiceError, DuplicateDocumentError.
    """
    (invoice,) = judge_entries(snapshot, deployment, (entry,), name_of=name_of, now=now)
    book.add_all((invoice,))
    return invoice


def judge_entries(
    snapshot: "Snapshot", deployment: "Deployment", entries: Sequence[InvoiceEntry], *, name_of: NameOf, now: int
) -> tuple[Invoice, ...]:
    """Return the invoices that the entries state; all models are read together, in three round trips.

    Raises what is wrong with the first wrong one, with its place in the file.
    """
    for entry in entries:
        with _at(entry.place):
            _check_texts(entry)
            _check_models(tuple(line.model for line in entry.lines))
    models = tuple(dict.fromkeys(line.model for entry in entries for line in entry.lines))
    try:
        state = read_reserve(snapshot, deployment, models)
    except UnknownModelError as error:
        with _at(_place_of(error.model_id, entries)):
            raise error from None
    return tuple(_judge(entry, state, name_of, now) for entry in entries)


def _judge(entry: InvoiceEntry, state: ReserveState, name_of: NameOf, now: int) -> Invoice:
    with _at(entry.place):
        _check_token(entry.token, state.token)
        content_hash = document_hash(entry.document)
        payee = entry.payee or _registered_provider(state, tuple(line.model for line in entry.lines))
        hash_ = invoice_hash(entry.hash_method, number=entry.number, content_hash=content_hash)
    invoice = Invoice(
        number=entry.number,
        provider=name_of(payee) or payee,
        payee=payee,
        lines=tuple(_parse_line(line, state.token) for line in entry.lines),
        invoice_hash=hash_,
        hash_method=entry.hash_method,
        currency=entry.currency or state.token.symbol,
        memo=entry.memo,
        period_start=entry.period_start,
        period_end=entry.period_end,
        due=entry.due,
        document=None if entry.document is None else str(entry.document.absolute()),
        document_hash=content_hash,
        entered_at=now,
    )
    return replace(invoice, digest=digest_of(invoice))


def _at(place: str) -> AbstractContextManager[None]:
    return located(place) if place else nullcontext()


def _place_of(model_id: ModelId, entries: Sequence[InvoiceEntry]) -> str:
    """Return where a model is first named."""
    return next(line.place or entry.place for entry in entries for line in entry.lines if line.model == model_id)


def _check_texts(entry: InvoiceEntry) -> None:
    parse_invoice_number(entry.number)
    if not entry.memo.isprintable() or len(entry.memo.encode()) > MAX_MEMO_BYTES:
        raise InvalidInvoiceError(
            f"The memo is longer than {MAX_MEMO_BYTES} bytes or has characters that cannot be printed.",
            hint="The memo goes on the chain, where everyone reads it for good: keep it short and plain.",
        )
    if entry.currency is not None and not _CURRENCY.fullmatch(entry.currency):
        raise InvalidInvoiceError(
            f"{shown(entry.currency, 40)!r} is no currency.", hint="Write its code or the token's symbol: USD, USDC."
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


def _check_token(claim: TokenClaim | None, token: Token) -> None:
    """Refuse amounts in another token than the reserve's, and with other fraction digits than it has."""
    if claim is None:
        return
    if claim.address not in {token.address, token.address.lower()}:
        raise InvalidInvoiceError(
            f"{shown(claim.address, 60)} is not the token that the reserve pays with, {token.address}.",
            hint="Leave out transfers of other tokens; for another chain choose --network.",
        )
    if claim.decimals not in {"", str(token.decimals)}:
        raise InvalidInvoiceError(
            f"It says that {token.symbol} has {shown(claim.decimals, 20)!r} fraction digits, and it has "
            f"{token.decimals}.",
            hint="Leave the column `decimals` out: the chain knows it.",
        )


def _parse_line(line: WrittenLine, token: Token) -> InvoiceLine:
    with _at(line.place):
        amount = TokenAmount.parse(line.amount, token)
        if not amount:
            raise InvalidInvoiceError(
                f"The invoice owes nothing for model {line.model}.",
                hint="Give an amount above zero, or leave the line out.",
            )
    return InvoiceLine(model_id=line.model, amount=amount)


def _registered_provider(state: ReserveState, model_ids: Sequence[ModelId]) -> ChecksumAddress:
    providers = {model.provider for model in state.models if model.model_id in model_ids}
    if len(providers) == 1 and (provider := providers.pop()) is not None:
        return provider
    models = f"model{'s' if len(model_ids) > 1 else ''} {', '.join(model_ids)}"
    problem = "several providers are" if len(providers) > 1 else "no provider is"
    raise InvalidInvoiceError(
        f"It is not clear who is paid: {problem} registered for {models}.",
        hint="Name the payee with --provider, or register it with `hokctl provider set`.",
    )

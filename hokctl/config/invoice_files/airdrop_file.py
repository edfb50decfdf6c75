"""The CSV of the Safe app `CSV Airdrop`: transfers, each taken as an invoice of its receiver.

Columns: https://github.com/bh2smith/safe-airdrop; the file knows no invoice numbers and no models, so both are told.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hokctl.config.invoice_files.csv_table import Row, parse_csv
from hokctl.config.invoice_files.errors import InvoiceFileError
from hokctl.config.invoice_files.written import TokenClaim, WrittenInvoice, WrittenLine
from hokctl.domain.units import ModelId
from hokctl.errors import shown

NEEDED: Final = ("token_address", "receiver")
COLUMNS: Final = ("token_type", *NEEDED, "amount", "value", "id", "decimals")
_FUNGIBLE: Final = "erc20"
_HINT: Final = "The reserve pays in its own token alone: leave out what goes in another."


@dataclass(frozen=True, slots=True, kw_only=True)
class AirdropMeaning:
    """What the transfers of such a file are for."""

    model: ModelId
    number_prefix: str
    """The first transfer becomes the invoice PREFIX-1, the next PREFIX-2."""


def parse_airdrop(path: Path, text: str, meaning: AirdropMeaning | None) -> tuple[WrittenInvoice, ...]:
    """Return one invoice per transfer in `text`.

    Raises InvoiceFileError where nobody told the model and the numbers, and for transfers of native currency or NFTs.
    """
    if meaning is None:
        reason = "it has the columns of the Safe app CSV Airdrop, which name neither invoices nor models"
        hint = "Say for which model, and how the invoices are numbered: --model 21 --number-prefix 2024-01"
        raise InvoiceFileError(path, reason, hint=hint)
    rows = parse_csv(path, text, needed=NEEDED, known=COLUMNS)
    return tuple(_invoice(path, row, meaning, position) for position, row in enumerate(rows, start=1))


def _invoice(path: Path, row: Row, meaning: AirdropMeaning, position: int) -> WrittenInvoice:
    _check_asset(path, row)
    amount, value = row.cells.get("amount", ""), row.cells.get("value", "")
    if bool(amount) == bool(value):
        reason = "it has two amounts" if amount else "it is empty"
        raise InvoiceFileError(path, reason, place=f"line {row.line}, column amount", hint="Give one amount.")
    if not row.cells["receiver"]:
        raise InvoiceFileError(path, "it is empty", place=f"line {row.line}, column receiver", hint="Name who is paid.")
    column = "amount" if amount else "value"
    return WrittenInvoice(
        number=f"{meaning.number_prefix}-{position}",
        provider=row.cells["receiver"],
        lines=(
            WrittenLine(model=meaning.model, amount=amount or value, place=f"{path}, line {row.line}, column {column}"),
        ),
        place=f"{path}, line {row.line}",
        token=TokenClaim(address=row.cells["token_address"], decimals=row.cells.get("decimals", "")),
    )


def _check_asset(path: Path, row: Row) -> None:
    kind = row.cells.get("token_type", "").lower() or _FUNGIBLE
    if kind != _FUNGIBLE:
        place = f"line {row.line}, column token_type"
        raise InvoiceFileError(path, f"{shown(kind, 20)!r} is no token that the reserve holds", place=place, hint=_HINT)
    if not row.cells["token_address"]:
        place = f"line {row.line}, column token_address"
        raise InvoiceFileError(path, "it is empty, which means native currency", place=place, hint=_HINT)
    if row.cells.get("id"):
        place = f"line {row.line}, column id"
        raise InvoiceFileError(path, "an id belongs to an NFT", place=place, hint=_HINT)
